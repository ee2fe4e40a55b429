"""An alignment as a picture: along the film, in equal parts, where people speak and where lines stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synctui.errors import OperationFailed
from synctui.model.cues import Cue
from synctui.timing.cache import SpeechCache
from synctui.timing.lines import Lines, lines_of, usable_lines
from synctui.timing.media import Media, choose_audio, probe
from synctui.timing.speech import FPS, SpeechTrack

Numbers = NDArray[np.float64]

_LONGEST = 2.0
"""Lines beyond twice the film's length are broken numbers; up to there they show that they do not belong to it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a video's sound without listening: its length (s), and the speech found in it earlier."""

    duration_s: float
    speech: SpeechTrack | None


def heard(video: str, stream: int | None, languages: Sequence[str], cache: str) -> Heard:
    """Return what the cache knows of an audio track (index, None: the one that would be chosen); nothing is decoded."""
    try:
        media = probe(video)
        store = SpeechCache(cache)
        return Heard(media.duration_s, store.get(store.key(video, _position(media, stream, languages))))
    except (OperationFailed, OSError):
        return Heard(0.0, None)


def _position(media: Media, stream: int | None, languages: Sequence[str]) -> int:
    named = (track for track in media.audio if track.index == stream)
    return (next(named, None) or choose_audio(media.audio, languages)).position


def length_s(sound: Heard, cues: Sequence[Sequence[Cue]]) -> float:
    """Return how long the picture is: the film, and lines that stand behind its end."""
    ends = [float(lines.end.max()) for one in cues if len(lines := drawn(one))]
    film = max(sound.duration_s, sound.speech.duration_s if sound.speech is not None else 0.0)
    last = max(ends, default=0.0)
    return max(film, min(last, _LONGEST * film) if film else last)


def drawn(cues: Sequence[Cue]) -> Lines:
    """Return the lines that are matched with speech; of a subtitle without any, all."""
    lines = usable_lines(cues)
    return lines if len(lines) else lines_of([(cue.start, cue.end) for cue in cues], [True] * len(cues))


def share_of_speech(speech: SpeechTrack, duration_s: float, bins: int) -> list[float]:
    """Return the share (0..1) of each of `bins` equal parts of the film in which somebody speaks."""
    said = np.concatenate([[0.0], np.cumsum(speech.probability >= 128)]) / FPS
    times = speech.start_s + speech.early_s + np.arange(len(said)) / FPS
    return _shares(times, said, duration_s, bins)


def share_of_lines(cues: Sequence[Cue], duration_s: float, bins: int) -> list[float]:
    """Return the share (0..1) of each part of the film in which a line stands."""
    lines = drawn(cues)
    if not len(lines):
        return [0.0] * bins
    # Of lines that overlap, what is not covered yet; lines are sorted by their start.
    covered = np.maximum.accumulate(np.concatenate([[-np.inf], lines.end[:-1]]))
    begin = np.maximum(lines.start, covered)
    end = np.maximum(lines.end, begin)
    total = np.cumsum(end - begin)
    times = np.column_stack([begin, end]).ravel()
    return _shares(times, np.column_stack([total - (end - begin), total]).ravel(), duration_s, bins)


def _shares(times: Numbers, total: Numbers, duration_s: float, bins: int) -> list[float]:
    edges = np.linspace(0.0, duration_s, bins + 1)
    shares = np.diff(np.interp(edges, times, total)) / max(duration_s / bins, 1e-9)
    return [round(float(share), 4) for share in np.clip(shares, 0.0, 1.0)]


def offsets(before: Sequence[Cue], after: Sequence[Cue], duration_s: float, bins: int) -> list[float | None]:
    """Return by how many seconds the lines of each part (by their new place) were moved on average; None without a line."""
    pairs = [(new.start, new.start - old.start) for old, new in zip(before, after, strict=True)]
    moved: list[list[float]] = [[] for _ in range(bins)]
    for start, move in pairs:
        if 0 <= (part := int(start / 1000 / max(duration_s, 1e-9) * bins)) < bins:
            moved[part].append(move / 1000)
    return [round(sum(part) / len(part), 3) if part else None for part in moved]


def offsets_told(cues: Sequence[Cue], told_ms: Sequence[float], duration_s: float, bins: int) -> list[float | None]:
    """Return the offsets (s) of parts of the film from those of the first, middle and last line."""
    starts = sorted(cue.start for cue in cues)
    if len(told_ms) != 3 or not starts:
        return [None] * bins
    places = np.array([starts[0], starts[len(starts) // 2], starts[-1]], np.float64) / 1000
    middles = (np.arange(bins) + 0.5) * duration_s / bins
    values = np.interp(middles, places, np.array(told_ms, np.float64) / 1000)
    half = duration_s / bins / 2
    within = (middles >= places[0] - half) & (middles <= places[-1] + half)
    return [round(float(value), 3) if inside else None for value, inside in zip(values, within, strict=True)]
