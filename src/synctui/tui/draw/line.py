"""The only door to the screen: a line is spans of text with a role; every text passes `display` here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from synctui.text import cells, clip, display
from synctui.tui.draw.glyphs import plain
from synctui.tui.draw.palette import Ground, Palette, Role

_BLANKS = " \u2800"


class Span(NamedTuple):
    """Some text of a line and what it is; `width` fills or cuts it to so many columns, `right` fills it on the left.

    `does` is the command that a click on it means.
    """

    text: str
    role: Role = "text"
    width: int | None = None
    right: bool = False
    does: str = ""


Line = tuple[Span, ...]


def fit(span: Span) -> str:
    """Return a span's text as harmless text in exactly its width."""
    # A name of blanks is made visible where it is read; blanks of ours are columns.
    text = display(span.text) if span.text.strip(_BLANKS) else span.text
    if span.width is None:
        return text
    text = clip(text, span.width)
    filling = " " * (span.width - cells(text))
    return filling + text if span.right else text + filling


def text_of(line: Iterable[Span]) -> str:
    """Return a line as harmless plain text."""
    return "".join(fit(span) for span in line)


def span_at(line: Iterable[Span], column: int) -> Span | None:
    """Return the span that is drawn in a column, None beyond the last."""
    for span in line:
        column -= cells(fit(span))
        if column < 0:
            return span
    return None


def spread(left: Line, right: Line, width: int) -> Line:
    """Return a line with `left` at its beginning and `right` at its end; what does not fit is cut from `left`."""
    taken = sum(cells(fit(span)) for span in right)
    room = max(0, width - taken)
    kept: list[Span] = []
    for span in left:
        text = fit(span)
        if (size := cells(text)) <= room:
            kept.append(span)
            room -= size
            continue
        if room:
            cut = clip(text, room)
            kept.append(Span(cut, span.role, does=span.does))
            room -= cells(cut)
        break
    return (*kept, Span(" " * room), *right)


def whole(parts: Iterable[Span], width: int, gap: str = "   ") -> Line:
    """Return as many of the first parts as fit into `width` columns uncut, with gaps between them."""
    line: list[Span] = []
    for part in parts:
        width -= cells(fit(part)) + (cells(gap) if line else 0)
        if width < 0:
            break
        line += [Span(gap), part] if line else [part]
    return tuple(line)


def strip_of(line: Iterable[Span], width: int, palette: Palette, *, ground: Ground = "plain", ascii: bool = False) -> Strip:
    """Return a line as it is drawn, in exactly `width` columns."""
    segments: list[Segment] = []
    room = width
    for span in line:
        text = fit(span)
        size = cells(text)
        if size > room:
            text = clip(text, room)
            size = cells(text)
        if ascii:
            text = plain(text)
        if text:
            segments.append(Segment(text, palette.style(span.role, ground)))
            room -= size
        if room <= 0:
            break
    if room > 0:
        segments.append(Segment(" " * room, palette.style("text", ground)))
    return Strip(segments, width)
