"""How well lines at given times fit a speech track: log likelihood ratios, summed.

A frame speaks for or against speech by l = p·ln(in/out) + (1-p)·ln((1-in)/(1-out)), where `in` is how probable speech is
within a line and `out` outside of lines. A line scores its own frames, punishes speech in the gaps beside it, and gains
where speech begins at its start and ends at its end. All of that is linear in the track, so the score of all lines at every
shift is one cross-correlation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synctui.timing.lines import Lines
from synctui.timing.speech import FPS, Floats, SpeechTrack

Ints = NDArray[np.int64]

_INSIDE = 0.85
_PER_FRAME = 0.03
"""Neighbouring frames are far from independent: one counts for this much evidence."""
_SURROUND = 0.6
_WIDEST_GAP = 200
_EDGE_GAP = 150
_ONSET = 2.0
_RELEASE = 0.7
_STEP = 30
"""Frames on each side of an edge over which a beginning or an end is measured."""
FLOOR = 1.9
"""A line can count against a shift by no more than this: some lines are not spoken at all."""
COARSE = 4
"""Frames per step of the correlation."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """Sums of a track as [phase, place]: what `step` frames apart lies side by side. `span` frames are free at both ends.

    `arrays` are what a line gains at its start, at its end, and by its surroundings.
    """

    step: int
    span: int
    arrays: tuple[Floats, ...]


class Rows:
    """The scores of lines over a range of shifts, a line at a time."""

    def __init__(
        self, sheets: Sheets, count: int, places: tuple[Ints, Ints, Ints, Ints], fixed: NDArray[np.float64]
    ) -> None:
        self._sheets, self._count = sheets, count
        last = sheets.arrays[0].size - sheets.span - sheets.step
        # Further out nothing changes any more, on either side.
        at = [np.clip(place + sheets.span, 0, last) for place in places]
        self._at = [divmod(place, sheets.step) for place in at]
        self._fixed = fixed.astype(np.float32)

    def __len__(self) -> int:
        return len(self._fixed)

    def __iter__(self) -> Iterator[Floats]:
        return (self.row(i) for i in range(len(self)))

    def row(self, i: int) -> Floats:
        """Return the scores of line `i`, none below -`FLOOR`."""
        starts, ends, outer = self._sheets.arrays
        row = self._slice(starts, 0, i) + self._slice(ends, 1, i)
        row += self._slice(outer, 2, i)
        row -= self._slice(outer, 3, i)
        row += self._fixed[i]
        np.maximum(row, np.float32(-FLOOR), out=row)
        return row

    def _slice(self, array: Floats, edge: int, i: int) -> Floats:
        places, phases = self._at[edge]
        first = places[i]
        part: Floats = array[phases[i], first : first + self._count]
        return part


def _laid_out(array: Floats, step: int, span: int) -> Floats:
    padded = np.pad(array, (span, span + (-(len(array) + 2 * span)) % step), mode="edge")
    return np.ascontiguousarray(padded.reshape(-1, step).T)


class Evidence:
    """A speech track prepared for scoring; times are seconds on the video's clock."""

    def __init__(self, track: SpeechTrack, coverage: float) -> None:
        """`coverage` is the share of the film that lines cover: it tells how much speech there is outside of lines."""
        p = track.probability.astype(np.float32) / 255
        mean = float(p.mean()) if len(p) else 0.0
        coverage = min(coverage, 0.9)
        outside = float(np.clip((mean - coverage * _INSIDE) / max(1 - coverage, 0.1), 0.06, 0.6))
        outside = min(max(outside, 0.5 * mean), 0.8)
        self._p = p
        self._first = round((track.start_s + track.early_s) * FPS)
        self._silence = float(np.log((1 - _INSIDE) / (1 - outside))) * _PER_FRAME
        self._gain = float(np.log(_INSIDE / outside)) * _PER_FRAME - self._silence
        # Beyond both ends of the track nobody speaks: the sums stay what they are there, and clipped indexes read them.
        self._sum = np.pad(np.concatenate([[0.0], np.cumsum(p, dtype=np.float64)]), 2 * _STEP, mode="edge")
        rise = np.zeros_like(self._sum)
        rise[_STEP:-_STEP] = (self._sum[2 * _STEP :] - 2 * self._sum[_STEP:-_STEP] + self._sum[: -2 * _STEP]) / _STEP
        inner = self._gain * (1 + _SURROUND) * self._sum
        self._at_start = (_ONSET * rise - inner).astype(np.float32)
        self._at_end = (inner - _RELEASE * rise).astype(np.float32)
        self._laid_out: dict[tuple[int, int], Sheets] = {}
        self._origin = self._first - 2 * _STEP
        self._spectra: dict[tuple[int, int], NDArray[np.complex64]] = {}

    def score(self, lines: Lines, low: int, count: int, step: int = 1, part: slice = slice(None)) -> Floats:
        """Return the score [lines, count] of each line shifted by `low`, `low + step`, … frames, none below -`FLOOR`.

        Of `part` of the lines; what surrounds a line is told by all of them.
        """
        rows = self.rows(lines, low, count, step)
        which = range(*part.indices(len(lines)))
        score = np.empty((len(which), count), np.float32)
        for at, i in enumerate(which):
            score[at] = rows.row(i)
        return score

    def rows(self, lines: Lines, low: int, count: int, step: int = 1) -> Rows:
        """Return the same as `score`, a line at a time."""
        begin, end, before, after = _frames(lines)
        fixed = self._silence * ((end - begin) - _SURROUND * (before + after))
        span = (count - 1) * step + 1
        sheets = self._sheets(step, span + 2 * _WIDEST_GAP)
        shift = low - self._origin
        return Rows(sheets, count, (begin + shift, end + shift, begin - before + shift, end + after + shift), fixed)

    def _sheets(self, step: int, span: int) -> Sheets:
        """Return the sums laid out so that every `step`-th value lies beside the last, for ranges of `span` frames."""
        span = -(-span // 4096) * 4096
        if (step, span) not in self._laid_out:
            outer = (self._gain * _SURROUND * self._sum).astype(np.float32)
            arrays = (self._at_start, self._at_end, outer)
            self._laid_out[step, span] = Sheets(step, span, tuple(_laid_out(array, step, span) for array in arrays))
        return self._laid_out[step, span]

    def overlap(self, lines: Lines) -> float:
        """Return the share of the lines' time on which there is speech."""
        begin, end, _, _ = _frames(lines)
        last = len(self._sum) - 1
        spoken = self._sum[np.clip(end - self._origin, 0, last)] - self._sum[np.clip(begin - self._origin, 0, last)]
        return float(spoken.sum() / max(1, (end - begin).sum()))

    def correlation(self, lines: Lines, reach: int) -> Floats:
        """Return the unfloored score of all lines, less a constant, at shifts of -reach to reach frames, `COARSE` apart."""
        begin, end, before, after = _frames(lines)
        origin = min(int(begin.min()), self._first) - _EDGE_GAP - _WIDEST_GAP
        pattern = self._pattern(begin - origin, end - origin, before, after)
        lead = (self._first - origin) // COARSE
        lags = np.arange(-(reach // COARSE), reach // COARSE + 1)
        size = _fast_size(max(len(pattern), lead + len(self._p) // COARSE) + len(lags))
        product = self._spectrum(lead, size) * np.conj(np.fft.rfft(pattern, size))
        return np.asarray(np.fft.irfft(product, size)[lags], np.float32)

    def _spectrum(self, lead: int, size: int) -> NDArray[np.complex64]:
        """Return the transform of the track after `lead` empty bins; most ratios ask for the same one."""
        if (lead, size) not in self._spectra:
            count = len(self._p) // COARSE
            signal = np.zeros(size, np.float32)
            for part in range(COARSE):
                signal[lead : lead + count] += self._p[part : count * COARSE : COARSE]
            self._spectra[lead, size] = np.fft.rfft(signal).astype(np.complex64)
        return self._spectra[lead, size]

    def _pattern(self, begin: Ints, end: Ints, before: Ints, after: Ints) -> Floats:
        """Return the weight of every frame, averaged over `COARSE` frames, whose product with the track is the score."""
        size = (int(end.max()) + 2 * _WIDEST_GAP) // COARSE * COARSE + COARSE
        change = np.zeros(size + 1, np.float64)

        def box(first: Ints, last: Ints, weight: float) -> None:
            np.add.at(change, first, weight)
            np.add.at(change, last, -weight)

        box(begin, end, self._gain)
        box(begin - before, begin, -self._gain * _SURROUND)
        box(end, end + after, -self._gain * _SURROUND)
        for edge, worth in ((begin, _ONSET / _STEP), (end, -_RELEASE / _STEP)):
            box(edge, edge + _STEP, worth)
            box(edge - _STEP, edge, -worth)
        weight = np.cumsum(change)[:size].astype(np.float32)
        binned = weight[::COARSE].copy()
        for part in range(1, COARSE):
            binned += weight[part::COARSE]
        return np.asarray(binned / np.float32(COARSE), np.float32)


def _frames(lines: Lines) -> tuple[Ints, Ints, Ints, Ints]:
    """Return start and end of every line in frames, and how many frames before and after it are its surroundings."""
    begin = np.round(lines.start * FPS).astype(np.int64)
    end = np.maximum(begin + 1, np.round(lines.end * FPS).astype(np.int64))
    half = np.clip((begin[1:] - np.maximum.accumulate(end)[:-1]) // 2, 0, _WIDEST_GAP)
    edge = np.array([_EDGE_GAP], np.int64)
    return begin, end, np.concatenate([edge, half]), np.concatenate([half, edge])


def _fast_size(count: int) -> int:
    """Return the smallest length of the form 2^n or 3·2^n that holds `count`: such transforms are quick."""
    power = 1 << max(4, (count - 1).bit_length())
    return power * 3 // 4 if power * 3 // 4 >= count else power
