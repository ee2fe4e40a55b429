"""A few excerpts of an audio track instead of the whole: enough to tell whether lines lie on what is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import av
import av.container
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Disposition
from numpy.typing import NDArray

from synctui.errors import OperationFailed
from synctui.model.cues import Cue
from synctui.model.library import AudioTrack
from synctui.timing import confidence
from synctui.timing.align import AlignOptions, align
from synctui.timing.audio import RATE, AudioReader, Samples
from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines, usable_lines
from synctui.timing.media import open_media
from synctui.timing.speech import FPS, SpeechTrack, detect

EXCERPTS = 3
LENGTH_S = 100.0
"""Of each excerpt: together they hold some hundred lines."""
NEAR_MS = 250
"""What lies further away from the speech is not in sync: it may be off by any amount elsewhere."""
_SEARCH_S = 5.0
_STEP_S = 0.05
_FEWEST = 8
_BEFORE_S = 2.0
_FAR_S = 60.0


class ExcerptReader(AudioReader):
    """Samples (16 kHz, mono) of the given stretches (seconds on the video's clock), joined; each is as long as it was asked.

    What cannot be decoded is silence. Iterating raises what opening raises, and OperationFailed `video_unreadable` where the
    file cannot be entered in the middle.
    """

    most_damaged: ClassVar[int] = 500

    def __init__(self, path: str, track: AudioTrack, stretches: Sequence[tuple[float, float]]) -> None:
        super().__init__(path, track)
        self.stretches = stretches

    def __iter__(self) -> Iterator[Samples]:
        with open_media(self.path) as container:
            stream = self._select(container)
            base = max(0, container.start_time or 0) / 1e6
            for begin, end in self.stretches:
                yield self._excerpt(container, stream, base + begin, base + end)

    def _excerpt(self, container: av.container.InputContainer, stream: AudioStream, begin: float, end: float) -> Samples:
        samples = np.zeros(round((end - begin) * RATE), np.float32)
        mixer = av.AudioResampler("flt", "mono", RATE)
        at: int | None = None
        self._enter(container, max(0.0, begin - _BEFORE_S))
        for frame in self._frames(container, stream):
            time = frame.time
            if time is None or not frame.samples or not frame.sample_rate:
                continue
            if time >= end:
                break
            if time < begin - _FAR_S:
                raise OperationFailed("the video cannot be entered in the middle", code="video_unreadable")
            if at is None:
                at = round((time - begin) * RATE)
            for mixed in mixer.resample(frame):
                part = mixed.to_ndarray().reshape(-1)
                first, last = max(0, at), min(len(samples), at + len(part))
                if first < last:
                    samples[first:last] = part[first - at : last - at]
                at += len(part)
        return samples

    def _enter(self, container: av.container.InputContainer, at: float) -> None:
        # Pictures are what files have an index of; for a sound alone libavformat would read Matroska up to there.
        picture = next((one for one in container.streams.video if not one.disposition & Disposition.attached_pic), None)
        try:
            if picture is None or not picture.time_base:
                container.seek(int(at * 1e6))
            else:
                container.seek(int(at / picture.time_base), stream=picture)
        except (av.error.FFmpegError, OSError, ValueError):
            raise OperationFailed("the video cannot be entered in the middle", code="video_unreadable") from None


def stretches_of(lines: Lines, duration_s: float) -> list[tuple[float, float]]:
    """Return where most is said in each of the `EXCERPTS` parts of the film (seconds), in order, apart from one another."""
    length = min(LENGTH_S, duration_s / (3 * EXCERPTS))
    starts = np.arange(0.0, max(duration_s - length, 0.0) + 0.1, length / 10)
    said = _said(lines, starts + length) - _said(lines, starts)
    parts = np.minimum((starts + length / 2) * EXCERPTS / duration_s, EXCERPTS - 1).astype(int)
    found: list[tuple[float, float]] = []
    for part in range(EXCERPTS):
        # The end of one part and the beginning of the next must not be the same place.
        free = (parts == part) & (starts >= (found[-1][1] if found else 0.0))
        if free.any():
            best = float(starts[free][int(said[free].argmax())])
            found.append((best, best + length))
    return found


def _said(lines: Lines, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for how many seconds a line stood before each time, lines counted one by one."""
    ends, starts = np.sort(lines.end), np.sort(lines.start)
    return _before(starts, at) - _before(ends, at)


def _before(edges: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each time the sum of how long ago the edges before it were."""
    total = np.concatenate([[0.0], np.cumsum(edges)])
    count = np.searchsorted(edges, at)
    return np.asarray(at * count - total[count], np.float64)


def offset_heard(path: str, track: AudioTrack, cues: Sequence[Cue], duration_s: float) -> int | None:
    """Return by how many milliseconds the lines must move to lie on the speech of the track, from excerpts of it.

    None where they do not lie there: they fit nowhere, or in places only, or are more than `NEAR_MS` off. Raises
    OperationFailed as `ExcerptReader`.
    """
    stretches = stretches_of(usable_lines(cues), duration_s)
    return offset_in(detect(ExcerptReader(path, track, stretches)), cues, stretches)


def offset_in(speech: SpeechTrack, cues: Sequence[Cue], stretches: Sequence[tuple[float, float]]) -> int | None:
    """Return what `offset_heard` does, from the speech of the stretches put one behind the other."""
    put = joined(cues, stretches)
    found = align(speech, put, AlignOptions(max_offset_s=_SEARCH_S))
    if found.confidence < confidence.THRESHOLD or (found.verdict == "refused" and found.reason != "no_better"):
        return None
    moves = (found.offset_first_ms, found.offset_middle_ms, found.offset_last_ms)
    if found.cuts or found.ratio != 1.0 or max(abs(move) for move in moves) > NEAR_MS:
        return None
    lines = usable_lines(put)
    evidence = Evidence.of(speech, lines)
    at = 0.0
    for begin, end in stretches:
        first, last = np.searchsorted(lines.start, (at, at + end - begin))
        if last - first < _FEWEST or abs(_best_shift(evidence, lines.part(slice(first, last)))) > NEAR_MS / 1000 + _STEP_S:
            return None
        at += end - begin
    return moves[1]


def _best_shift(evidence: Evidence, lines: Lines) -> float:
    """Return the shift (seconds, within `_SEARCH_S`) at which the lines fit best."""
    step, half = round(_STEP_S * FPS), round(_SEARCH_S / _STEP_S)
    score = evidence.score(lines, -half * step, 2 * half + 1, step).sum(axis=0)
    return (int(score.argmax()) - half) * _STEP_S


def joined(cues: Sequence[Cue], stretches: Sequence[tuple[float, float]]) -> list[Cue]:
    """Return the cues that begin in the stretches (seconds), on the clock of the stretches put one behind the other."""
    found: list[Cue] = []
    at = 0
    for begin, end in ((round(begin * 1000), round(end * 1000)) for begin, end in stretches):
        found += [
            Cue(cue.start - begin + at, min(cue.end, end) - begin + at, cue.text) for cue in cues if begin <= cue.start < end
        ]
        at += end - begin
    return found
