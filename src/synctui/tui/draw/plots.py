"""Numbers as a person would rather see them: bars, sparklines and curves in blocks and braille (`glyphs`: in ASCII)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from synctui import words
from synctui.text import cells, pad
from synctui.timing.confidence import THRESHOLD
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role

_LEVELS = " ▁▂▃▄▅▆▇█"
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bits of a braille character, by column and row from the top (Unicode 15, chapter 21.1)."""
_SILENT = 0.15

Values = Sequence[float | None]


def bar(share: float | None, width: int) -> str:
    """Return a bar of `width` columns, filled by `share` (0 to 1; None: nothing is known); full at 1 only."""
    known = min(1.0, max(0.0, share or 0.0))
    filled = int(known * width + 1e-9)
    return "█" * filled + "░" * (width - filled)


def sparkline(values: Values, width: int, *, top: float | None = None) -> str:
    """Return `width` columns whose height is the mean of their values; `top` is the full height (None: the largest).

    What is unknown is blank, what is more than nothing shows at least the lowest block. The newest value is at the right:
    fewer values than columns leave blanks before them.
    """
    blank: list[float | None] = [None] * (width - len(values))
    return _heights(spread_over(values, width) if len(values) > width else [*blank, *values], top)


def density(values: Values, width: int) -> str:
    """Return `width` columns whose height is a share from 0 to 1; fewer values than columns are stretched."""
    return _heights(spread_over(values, width), 1.0)


def _heights(values: Values, top: float | None) -> str:
    highest = top if top is not None else max((one for one in values if one is not None), default=0.0)
    drawn: list[str] = []
    for one in values:
        if one is None or one <= 0 or highest <= 0:
            drawn.append(" " if one is None or top is not None else "▁")
        else:
            drawn.append(_LEVELS[max(1, min(8, round(8 * one / highest)))])
    return "".join(drawn)


def spread_over(values: Values, width: int) -> list[float | None]:
    """Return exactly `width` values: the mean of those that fall into each column, None where nothing is known."""
    if not values or width <= 0:
        return [None] * max(0, width)
    found: list[float | None] = []
    for column in range(width):
        start = column * len(values) // width
        end = max(start + 1, (column + 1) * len(values) // width)
        known = [one for one in values[start:end] if one is not None]
        found.append(sum(known) / len(known) if known else None)
    return found


def curve(values: Values, width: int, height: int, *, low: float, high: float) -> tuple[str, ...]:
    """Return `height` rows of braille in which values run from left to right between `low` (bottom) and `high` (top).

    A column of characters holds two values, a row four levels. Neighbours that are further apart than one level are not
    joined: a cut is a step. What is unknown between two values is drawn like the nearer one.
    """
    dots = 4 * height
    grid = [[0] * width for _ in range(height)]
    for place, value in enumerate(_filled(spread_over(values, 2 * width))):
        if value is None:
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        level = round((1 - min(1.0, max(0.0, share))) * (dots - 1))
        grid[level // 4][place // 2] |= _DOTS[place % 2][level % 4]
    return tuple("".join(chr(_BRAILLE + bits) for bits in row) for row in grid)


def _filled(values: Sequence[float | None]) -> list[float | None]:
    filled = list(values)
    known = [place for place, value in enumerate(values) if value is not None]
    for left, right in pairwise(known):
        middle = (left + right + 1) // 2
        filled[left + 1 : middle] = [values[left]] * (middle - left - 1)
        filled[middle:right] = [values[right]] * (right - middle)
    return filled


def offset_strip(offsets: Values, width: int, *, height: int = 2, gutter: int = 10) -> tuple[Line, ...]:
    """Return rows that show an offset (seconds added to the cues) along the film, the bounds at the left.

    One row where it is the same all along; nothing at all where none is known.
    """
    known = [one for one in offsets if one is not None]
    if not known:
        return ()
    low, high = min(known), max(known)
    flat = high - low < 0.05
    if flat:
        low, high, height = low - 1, high + 1, 1
    rows = curve(offsets, max(1, width - gutter), height, low=low, high=high)
    labels = [""] * height
    labels[-1] = words.offset(1000 * low)
    labels[0] = words.offset(1000 * ((low + high) / 2 if flat else high))
    return tuple(
        (Span(label, "dim", gutter - 1, right=True), Span(" "), Span(row, "accent"))
        for label, row in zip(labels, rows, strict=True)
    )


def speech_row(label: str, values: Values, width: int, *, gutter: int = 10) -> Line:
    """Return one row of how much is spoken along the film."""
    return (Span(label, "dim", gutter - 1, right=True), Span(" "), Span(density(values, max(1, width - gutter)), "accent"))


def cues_row(label: str, cues: Values, speech: Values, width: int, *, gutter: int = 10) -> Line:
    """Return one row of how many lines stand along the film; those that stand where nobody speaks are a warning."""
    room = max(1, width - gutter)
    shown, heard = spread_over(cues, room), spread_over(speech, room)
    blocks = _heights(shown, 1.0)
    roles: list[Role] = [
        "warn" if one is not None and spoken is not None and one > 0 and spoken < _SILENT * one else "good"
        for one, spoken in zip(shown, heard, strict=True)
    ]
    line: list[Span] = [Span(label, "dim", gutter - 1, right=True), Span(" ")]
    place = 0
    for role, run in groupby(roles):
        size = len(list(run))
        line.append(Span(blocks[place : place + size], role))
        place += size
    return tuple(line)


def time_axis(start_s: float, end_s: float, width: int, *, gutter: int = 10) -> Line:
    """Return the times at the beginning, in the middle and at the end of what is shown."""
    room = max(1, width - gutter)
    first, middle, last = (words.clock_time(one) for one in (start_s, (start_s + end_s) / 2, end_s))
    text = pad(first, room // 2 - cells(middle) // 2) + middle
    text = pad(text, room - cells(last)) + last if cells(text) + cells(last) < room else pad(first, room)
    return (Span(" ", width=gutter), Span(text, "dim"))


def confidence_role(confidence: float) -> Role:
    """Return how far a confidence (0 to 100) can be trusted, as a role."""
    return "good" if confidence >= THRESHOLD else "warn"


def confidence_bar(confidence: float, width: int = 20) -> Line:
    """Return a confidence from 0 to 100 as a bar and a number."""
    return (
        Span(bar(confidence / 100, width), confidence_role(confidence)),
        Span(f" {round(confidence)}", "strong"),
        Span(" of 100", "dim"),
    )
