"""The lines of a subtitle that say when somebody speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from synctui.model.cues import Cue

Seconds = NDArray[np.float64]

LONGEST_S = 10.0
"""Longer lines are clipped to this for matching: they are notes or credits, or linger on the screen."""
MOST_LINES = 5_000
"""Three hours of talk have 3,500 lines; more are lettering, and would only cost memory."""
_SHORTEST_S = 0.2
_LATEST_MS = 48 * 3_600_000
"""Cues later than this (or a day before the start) are broken numbers; no film reaches them."""
_LONGEST_PAUSE_MS = 12 * 3_600_000
"""No film is longer: what one broken number is away by would be searched instead of the film."""
_MOST_TEXT = 400
_TAGS = re.compile(r"\{[^{}]{0,200}\}|<[^<>]{0,200}>")
_SOUNDS = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|（[^（）]*）|【[^【】]*】")
_MUSIC = re.compile(r"[♪♫♬#*¶]")


@dataclass(frozen=True, slots=True)
class Lines:
    """Starts and ends in seconds, sorted by start, of the lines that are matched with speech."""

    start: Seconds
    end: Seconds

    def __len__(self) -> int:
        return len(self.start)

    @property
    def covered_s(self) -> float:
        """On how many seconds there is a line."""
        latest = np.maximum.accumulate(self.end)
        overlap = np.clip(latest[:-1] - self.start[1:], 0, self.end[1:] - self.start[1:])
        return float((self.end - self.start).sum() - overlap.sum())

    def part(self, which: slice) -> Lines:
        """Return some of the lines."""
        return Lines(self.start[which], self.end[which])

    def moved(self, scale: float, offset_s: float) -> Lines:
        """Return the lines at `t * scale + offset_s`."""
        return Lines(self.start * scale + offset_s, self.end * scale + offset_s)


def is_spoken(text: str) -> bool:
    """Return whether a line is speech: not only sounds in brackets, not a song between notes; unknown text counts."""
    bare = _TAGS.sub("", text[:_MOST_TEXT]).strip()
    if not bare:
        return not text.strip()
    if "♪" in bare or "♫" in bare or "♬" in bare:
        return False
    return bool(_MUSIC.sub("", _SOUNDS.sub("", bare)).strip(" \t\n\r-–—:.…♩"))


def usable_lines(cues: Sequence[Cue]) -> Lines:
    """Return the cues that can be matched: spoken, with a length, clipped to `LONGEST_S`; copies of a line stand once."""
    return lines_of([(cue.start, cue.end) for cue in cues], [is_spoken(cue.text) for cue in cues])


def _sane(span: tuple[int, int]) -> bool:
    return span[0] < span[1] and -_LATEST_MS // 2 < span[0] < _LATEST_MS


def lines_of(spans: Sequence[tuple[int, int]], use: Sequence[bool]) -> Lines:
    """Return those spans (ms) that `use` marks as lines; of more than `MOST_LINES` those that say most.

    What is parted from most of them by longer than any pause in a film is left out.
    """
    kept = _together(sorted({span for span, wanted in zip(spans, use, strict=True) if wanted and _sane(span)}))
    if len(kept) > MOST_LINES:
        kept = _outer(kept)
        step = -(-len(kept) // MOST_LINES)
        kept = kept[::step]
    start = np.array([span[0] for span in kept], np.float64) / 1000
    end = np.array([span[1] for span in kept], np.float64) / 1000
    return Lines(start, np.clip(end, start + _SHORTEST_S, start + LONGEST_S))


def _together(spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Return the most spans (sorted) between which there is no pause that no film has."""
    parted = [at for at, (one, two) in enumerate(pairwise(spans), 1) if two[0] - one[0] > _LONGEST_PAUSE_MS]
    return max((spans[first:last] for first, last in pairwise([0, *parted, len(spans)])), key=len)


def _outer(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans (sorted) that do not begin within the one kept before: the letters of karaoke say nothing more."""
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
