"""How well lines at given times fit a speech track: log likelihood ratios, summed.

A frame speaks for or against speech by l = p·ln(in/out) + (1-p)·ln((1-in)/(1-out)), where `in` is how probable speech is
within a line and `out` outside of lines. A line scores its own frames, punishes speech in the gaps beside it, and gains
where speech begins at its start and ends at its end. All of that is linear in the track, so the score of all lines at every
shift is one cross-correlation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
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
_DECOYS = (0.0, 0.37, 0.71)
_AT_ONCE = 1 << 18
"""So many scores are worked out at once: they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """Sums of a track as [phase, place]: what `step` frames apart lies side by side. `span` frames are free at both ends.

    `arrays` are what a line gains at its start, at its end, and by its surroundings.
    """

    step: int
    span: int
    arrays: tuple[Floats, ...]


class Rows:
    """The scores of lines over a range of shifts, some lines at a time."""

    def __init__(
        self, sheets: Sheets, count: int, places: tuple[Ints, Ints, Ints, Ints], fixed: NDArray[np.float64]
    ) -> None:
        last = sheets.arrays[0].size - sheets.span - sheets.step
        # Further out nothing changes any more, on either side.
        at = [np.clip(place + sheets.span, 0, last) for place in places]
        self._at = [divmod(place, sheets.step) for place in at]
        starts, ends, outer = (sliding_window_view(array, count, axis=1) for array in sheets.arrays)
        self._windows = (starts, ends, outer, outer)
        self._count = count
        self._fixed = fixed.astype(np.float32)

    def __len__(self) -> int:
        return len(self._fixed)

    def row(self, i: int) -> Floats:
        """Return the scores of line `i`, none below -`FLOOR`."""
        return self._scored(i, self._fixed[i])

    def table(self) -> Floats:
        """Return the scores of all lines as [lines, shifts], none below -`FLOOR`."""
        table = np.empty((len(self), self._count), np.float32)
        step = max(1, _AT_ONCE // self._count)
        for at in range(0, len(self), step):
            some = slice(at, at + step)
            table[some] = self._scored(some, self._fixed[some, None])
        return table

    def _scored(self, which: int | slice, fixed: Floats | np.float32) -> Floats:
        start, end, before, after = (
            windows[phases[which], places[which]] for windows, (places, phases) in zip(self._windows, self._at, strict=True)
        )
        scores: Floats = start + end
        scores += before
        scores -= after
        scores += fixed
        np.maximum(scores, np.float32(-FLOOR), out=scores)
        return scores


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
        self._track, self._coverage = track, coverage
        self._p = p
        self._first = round((track.start_s + track.early_s) * FPS)
        self._silence = float(np.log((1 - _INSIDE) / (1 - outside))) * _PER_FRAME
        self._gain = float(np.log(_INSIDE / outside)) * _PER_FRAME - self._silence
        self._origin = self._first - 2 * _STEP
        self._laid_out: dict[tuple[int, int], Sheets] = {}
        self._spectrum: tuple[tuple[int, int], NDArray[np.complex64]] | None = None

    @classmethod
    def of(cls, track: SpeechTrack, lines: Lines) -> Evidence:
        """Return a track prepared for these lines."""
        return cls(track, lines.covered_s / max(track.duration_s, 1.0))

    @cached_property
    def _sum(self) -> NDArray[np.float64]:
        # Beyond both ends of the track nobody speaks: the sums stay what they are there, and clipped indexes read them.
        return np.pad(np.concatenate([[0.0], np.cumsum(self._p, dtype=np.float64)]), 2 * _STEP, mode="edge")

    def _sums(self) -> tuple[Floats, Floats, Floats]:
        """Return what a line gains at its start, at its end and by its surroundings, for every frame."""
        total = self._sum
        rise = np.zeros_like(total)
        rise[_STEP:-_STEP] = (total[2 * _STEP :] - 2 * total[_STEP:-_STEP] + total[: -2 * _STEP]) / _STEP
        inner = self._gain * (1 + _SURROUND) * total
        return (
            (_ONSET * rise - inner).astype(np.float32),
            (inner - _RELEASE * rise).astype(np.float32),
            (self._gain * _SURROUND * total).astype(np.float32),
        )

    def score(self, lines: Lines, low: int, count: int, step: int = 1, part: slice = slice(None)) -> Floats:
        """Return the score [lines, count] of each line shifted by `low`, `low + step`, … frames, none below -`FLOOR`.

        Of `part` of the lines; what surrounds a line is told by all of them.
        """
        return self.rows(lines, low, count, step, part).table()

    def rows(self, lines: Lines, low: int, count: int, step: int = 1, part: slice = slice(None)) -> Rows:
        """Return the same as `score`, to be asked for a line at a time."""
        begin, end, before, after = (one[part] for one in _frames(lines))
        fixed = self._silence * ((end - begin) - _SURROUND * (before + after))
        span = (count - 1) * step + 1
        sheets = self._sheets(step, span + 2 * _WIDEST_GAP)
        shift = low - self._origin
        return Rows(sheets, count, (begin + shift, end + shift, begin - before + shift, end + after + shift), fixed)

    def _sheets(self, step: int, span: int) -> Sheets:
        """Return the sums laid out so that every `step`-th value lies beside the last, for ranges of `span` frames."""
        span = -(-span // 4096) * 4096
        if (step, span) not in self._laid_out:
            self._laid_out[step, span] = Sheets(step, span, tuple(_laid_out(array, step, span) for array in self._sums()))
        return self._laid_out[step, span]

    def overlap(self, lines: Lines) -> float:
        """Return the share of the lines' time on which there is speech."""
        begin, end, _, _ = _frames(lines)
        last = len(self._sum) - 1
        spoken = self._sum[np.clip(end - self._origin, 0, last)] - self._sum[np.clip(begin - self._origin, 0, last)]
        return float(spoken.sum() / max(1, (end - begin).sum()))

    def decoys(self) -> Iterator[Evidence]:
        """Yield decoys: the track backwards, rotated by shares of it, has the same statistics and cannot match.

        (Rotated forwards it could: the rotation may lie within the search.)
        """
        backwards = self._track.probability[::-1]
        for part in _DECOYS:
            turned = np.roll(backwards, int(len(backwards) * part))
            yield Evidence(replace(self._track, probability=turned), self._coverage)

    def spectrum(self, lead: int, size: int) -> NDArray[np.complex64]:
        """Return the transform of the track, in steps of `COARSE` frames, after `lead` empty steps; one is remembered."""
        if self._spectrum is None or self._spectrum[0] != (lead, size):
            count = len(self._p) // COARSE
            signal = np.zeros(size, np.float32)
            for part in range(COARSE):
                signal[lead : lead + count] += self._p[part : count * COARSE : COARSE]
            self._spectrum = (lead, size), np.fft.rfft(signal).astype(np.complex64)
        return self._spectrum[1]

    def pattern(self, begin: Ints, end: Ints, before: Ints, after: Ints) -> Floats:
        """Return the weight of every frame, averaged over `COARSE` frames, whose product with the track is the score."""
        change = np.zeros((int(end.max()) + 2 * _WIDEST_GAP) // COARSE + 3, np.float64)

        def step(at: Ints, weight: float) -> None:
            bins, rest = np.divmod(at, COARSE)
            part = rest * (weight / COARSE)
            change[:] += np.bincount(bins, weight - part, len(change))
            change[:] += np.bincount(bins + 1, part, len(change))

        def box(first: Ints, last: Ints, weight: float) -> None:
            step(first, weight)
            step(last, -weight)

        box(begin, end, self._gain)
        box(begin - before, begin, -self._gain * _SURROUND)
        box(end, end + after, -self._gain * _SURROUND)
        for edge, worth in ((begin, _ONSET / _STEP), (end, -_RELEASE / _STEP)):
            box(edge, edge + _STEP, worth)
            box(edge - _STEP, edge, -worth)
        return np.cumsum(change)[:-2].astype(np.float32)


def correlations(evidence: Sequence[Evidence], lines: Lines, reach: int) -> list[Floats]:
    """Return the unfloored score of all lines, less a constant, at shifts of -reach to reach frames, `COARSE` apart.

    For each of several tracks, of which the first tells what a frame is worth: decoys cost little beside the track itself.
    """
    one = evidence[0]
    begin, end, before, after = _frames(lines)
    origin = min(int(begin.min()), one._first) - _EDGE_GAP - _WIDEST_GAP
    pattern = one.pattern(begin - origin, end - origin, before, after)
    lead = (one._first - origin) // COARSE
    lags = np.arange(-(reach // COARSE), reach // COARSE + 1)
    size = _fast_size(max(len(pattern), lead + len(one._p) // COARSE) + len(lags))
    wanted = np.conj(np.fft.rfft(pattern, size)).astype(np.complex64)
    return [np.fft.irfft(track.spectrum(lead, size) * wanted, size)[lags].astype(np.float32) for track in evidence]


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
