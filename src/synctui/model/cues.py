"""Subtitle lines in time, and how times are moved."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""Start and end of a cue in milliseconds."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle line: times in milliseconds, text without styling."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """From the original time `start` (ms) on, a time t becomes `t * scale + offset` (ms)."""

    start: int
    scale: float
    offset: float


@dataclass(frozen=True, slots=True)
class Warp:
    """A piecewise linear change of times; one piece is a constant offset with a frame-rate ratio."""

    pieces: tuple[Piece, ...]

    def spans(self, cues: Sequence[Cue]) -> list[Span]:
        """Return the new span of every cue, in order; a cue moves as a whole, with the piece its start falls in."""
        starts = [piece.start for piece in self.pieces]
        moved: list[Span] = []
        for cue in cues:
            piece = self.pieces[max(0, bisect_right(starts, cue.start) - 1)]
            moved.append((round(cue.start * piece.scale + piece.offset), round(cue.end * piece.scale + piece.offset)))
        return moved


IDENTITY = Warp((Piece(0, 1.0, 0.0),))
"""The warp that changes nothing."""
