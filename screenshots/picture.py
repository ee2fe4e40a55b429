"""Draws what is on the screen as an SVG of our own: small, without fonts from elsewhere, the same in every viewer.

Block, braille and rule characters become shapes, because fonts leave gaps between them or lack them; the rest is text in
whatever monospace font there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from rich.cells import cell_len
from rich.color import Color, blend_rgb, parse_rgb_hex
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme

WIDE, HIGH, PAD = 10, 21, 14
# DejaVu Sans Mono is 0.602 em wide: so it fills its cells where `textLength` is not known.
FONT = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace"
FONT_SIZE = 16.61
BASELINE = 16
_NORMAL = "2e323a e06c75 82b86c d6b25e 61a0dc be82d2 56b6c2 ccd0d6"
_BRIGHT = "5c6370 f0848c 98cd82 ebcb7d 7db9f0 d29be6 6ecdd7 f0f2f5"
TERMINAL = TerminalTheme(
    (24, 26, 31),
    (204, 208, 214),
    [parse_rgb_hex(colour) for colour in _NORMAL.split()],
    [parse_rgb_hex(colour) for colour in _BRIGHT.split()],
)
"""The colours of a terminal that has its own, for what is drawn in those."""


@dataclass(slots=True)
class _Ink:
    """What is drawn in one colour: rectangles as one path, and the same shaded."""

    solid: list[str] = field(default_factory=list)
    shaded: list[str] = field(default_factory=list)


class Picture:
    """A terminal of some size, to be filled line by line."""

    def __init__(self, columns: int, rows: int, background: str) -> None:
        self._size = columns, rows
        self._background = background
        self._under: dict[str, list[str]] = {}
        self._inks: dict[str, _Ink] = {}
        self._texts: dict[tuple[str, bool], list[str]] = {}

    def line(self, row: int, segments: Iterable[Segment]) -> None:
        """Draw one line."""
        column = 0
        for text, style, _ in segments:
            fore, back, bold = _look(style or Style())
            width = cell_len(text)
            if back != self._background and width:
                self._under.setdefault(back, []).append(_box(column * WIDE, row * HIGH, width * WIDE, HIGH))
            self._text(row, column, text, fore, bold=bold)
            column += width

    def svg(self, label: str) -> str:
        """Return the picture; `label` says in words what is on it."""
        width, height = self._size[0] * WIDE + 2 * PAD, self._size[1] * HIGH + 2 * PAD
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'role="img" aria-label="{escape(label)}">',
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="{self._background}" '
            'stroke="#808890" stroke-opacity="0.4"/>',
            f'<g transform="translate({PAD} {PAD})" font-family="{FONT}" font-size="{FONT_SIZE}">',
        ]
        parts += [f'<path fill="{colour}" d="{"".join(boxes)}"/>' for colour, boxes in self._under.items()]
        for colour, ink in self._inks.items():
            if ink.solid:
                parts.append(f'<path fill="{colour}" d="{"".join(ink.solid)}"/>')
            if ink.shaded:
                parts.append(f'<path fill="{colour}" fill-opacity="0.25" d="{"".join(ink.shaded)}"/>')
        for (colour, bold), texts in self._texts.items():
            weight = ' font-weight="bold"' if bold else ""
            parts.append(f'<g fill="{colour}"{weight}>' + "".join(texts) + "</g>")
        return "\n".join((*parts, "</g>", "</svg>", ""))

    def _text(self, row: int, column: int, text: str, colour: str, *, bold: bool) -> None:
        run, start = "", column
        bars = {place for found in _BAR.finditer(text) for place in range(*found.span())}
        for place, char in enumerate(text + "  "):
            boxes, shaded = _shape(char, bar=place in bars)
            ends = boxes is not None or (char == " " and (not run or run.endswith(" ")))
            if not ends:
                start = column if not run else start
                run += char
            elif run:
                self._word(row, start, run.rstrip(" "), colour, bold=bold)
                run = ""
            if boxes:
                ink = self._inks.setdefault(colour, _Ink())
                drawn = [_box(column * WIDE + x, row * HIGH + y, wide, high) for x, y, wide, high in boxes]
                (ink.shaded if shaded else ink.solid).extend(drawn)
            column += cell_len(char)

    def _word(self, row: int, column: int, text: str, colour: str, *, bold: bool) -> None:
        if text:
            place = f'x="{column * WIDE}" y="{row * HIGH + BASELINE}" textLength="{cell_len(text) * WIDE}"'
            self._texts.setdefault((colour, bold), []).append(f"<text {place}>{escape(text, quote=False)}</text>")


def draw(strips: Sequence[Iterable[Segment]], columns: int, background: str, label: str) -> str:
    """Return lines of a screen as an SVG; `background` is the colour that most of it has."""
    picture = Picture(columns, len(strips), background)
    for row, strip in enumerate(strips):
        picture.line(row, strip)
    return picture.svg(label)


def background_of(strips: Sequence[Iterable[Segment]]) -> str:
    """Return the colour behind most cells."""
    seen: dict[str, int] = {}
    for strip in strips:
        for text, style, _ in strip:
            back = _look(style or Style())[1]
            seen[back] = seen.get(back, 0) + cell_len(text)
    return max(seen, key=lambda colour: seen[colour])


def _look(style: Style) -> tuple[str, str, bool]:
    fore, back = _rgb(style.color, TERMINAL.foreground_color), _rgb(style.bgcolor, TERMINAL.background_color)
    if style.reverse:
        fore, back = back, fore
    if style.dim:
        fore = blend_rgb(fore, back, 0.4)
    return fore.hex, back.hex, bool(style.bold)


def _rgb(colour: Color | None, default: ColorTriplet) -> ColorTriplet:
    return default if colour is None or colour.is_default else colour.get_truecolor(TERMINAL)


_Boxes = tuple[tuple[float, float, float, float], ...]
_RULES: dict[str, _Boxes] = {
    "─": ((0, 10, WIDE, 1),),
    "│": ((4, 0, 1, HIGH),),
    "▐": ((WIDE / 2, 0, WIDE / 2, HIGH),),
}
_LEVELS = "▁▂▃▄▅▆▇█"
_BAR = re.compile("(?<![▁-▇])[█░]+(?![▁-▇])")
_AIR = 4
"""Above and below a bar: beside text it is no higher than that."""
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each braille dot, in the order of Unicode's bits."""


def _shape(char: str, *, bar: bool) -> tuple[_Boxes | None, bool]:
    """Return the rectangles of a character within its cell, None when it is text; and whether it is only shaded."""
    if char in _RULES:
        return _RULES[char], False
    if bar:
        return ((0, _AIR, WIDE, HIGH - 2 * _AIR),), char == "░"
    if char in _LEVELS:
        high = round(HIGH * (_LEVELS.index(char) + 1) / len(_LEVELS))
        return ((0, HIGH - high, WIDE, high),), False
    if 0x2800 <= ord(char) <= 0x28FF:
        bits = ord(char) - 0x2800
        return tuple((1.5 + 5 * x, 2 + 5 * y, 2.5, 2.5) for bit, (x, y) in enumerate(_DOTS) if bits >> bit & 1), False
    return None, False


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"
