"""A screen as a text that a person can read in a diff: its characters line by line, then where they are not plain.

A style is what a cell looks like in every theme, named by a letter; the letters stand at the top with their roles and
colours. Lower-case letters stand on the screen itself, capitals on the row under the cursor, digits for what has no role.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

from rich.cells import cell_len
from rich.style import Style

from synctui.tui.app import SyncTui
from synctui.tui.draw.palette import Ground, Palette, Role

_LETTERS: Mapping[Role, str] = {
    "text": ".",
    "dim": "d",
    "strong": "s",
    "accent": "a",
    "good": "g",
    "warn": "w",
    "error": "e",
    "rule": "r",
}
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike", "blink")
_GROUNDS: tuple[Ground, ...] = ("plain", "cursor")
"""The line at the top looks like the screen, and where it does not its style has no role here."""

Look = tuple[str, ...]
"""What a cell looks like, in each theme."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A screen in one theme: its lines, and for every column of each whether it is blank and its style in words."""

    theme: str
    lines: tuple[str, ...]
    cells: tuple[tuple[tuple[bool, str], ...], ...]
    roles: Mapping[str, str]
    """The letter of each style that has a role; two roles may look alike, the first one counts."""


def shoot(app: SyncTui, theme: str) -> Shot:
    """Take what is on the screen now."""
    lines: list[str] = []
    grid: list[tuple[tuple[bool, str], ...]] = []
    for strip in app.screen._compositor.render_strips(app.size):
        lines.append("".join(segment.text for segment in strip).rstrip())
        row: list[tuple[bool, str]] = []
        for segment in strip:
            told, under = told_style(segment.style), told_style(_under(segment.style))
            for char in segment.text:
                blank = char in " \u2800"
                row += [(blank, under if blank else told)] * cell_len(char)
        grid.append(tuple(row))
    return Shot(theme, tuple(lines), tuple(grid), _roles(app.palette))


def _under(style: Style | None) -> Style | None:
    """Return what is seen of a style where nothing is written."""
    if style is None:
        return None
    return Style(bgcolor=style.bgcolor, underline=style.underline, reverse=style.reverse)


@functools.cache
def told_style(style: Style | None) -> str:
    """Return a style in words: `#d6dde6 on #12171d bold`."""
    if style is None:
        return "plain"
    words = [_colour(style.color)] if style.color is not None else []
    words += ["on", _colour(style.bgcolor)] if style.bgcolor is not None else []
    words += [name for name in _ATTRIBUTES if getattr(style, name)]
    return " ".join(words) or "plain"


def _colour(colour: object) -> str:
    triplet = getattr(colour, "triplet", None)
    return triplet.hex if triplet is not None else str(getattr(colour, "name", colour))


def _roles(palette: Palette) -> dict[str, str]:
    letters: dict[str, str] = {}
    for ground in _GROUNDS:
        for role in get_args(Role):
            letter = _LETTERS[role]
            on_cursor = "T" if letter == "." else letter.upper()
            letters.setdefault(told_style(palette.style(role, ground)), on_cursor if ground == "cursor" else letter)
        letters.setdefault(told_style(_under(palette.style("text", ground))), "T" if ground == "cursor" else ".")
    return letters


def written(shots: Sequence[Shot], title: str) -> str:
    """Return a screen in one or several themes as a text; they must have the same characters."""
    first = shots[0]
    for other in shots[1:]:
        assert other.lines == first.lines, f"{title}: {other.theme} has other characters than {first.theme}"
    letters = _Letters(shots)
    rows = [
        _smoothed([letters.of(cell) for cell in zip(*row, strict=True)])
        for row in zip(*(shot.cells for shot in shots), strict=True)
    ]
    styles = _grouped([_runs(row) for row in rows])
    text = [f"{number:>3}  {line}".rstrip() for number, line in enumerate(first.lines, 1)]
    return "\n".join([title, "", *letters.legend(), "", *text, "", *styles, ""])


class _Letters:
    """Letters for looks: that of a role where all themes agree about it, otherwise a digit."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._shots = shots
        self._known: dict[Look, str] = {}
        self._texts: set[Look] = set()
        self._others = iter("0123456789")

    def of(self, cell: tuple[tuple[bool, str], ...]) -> tuple[bool, str]:
        """Return whether a cell is blank, and the letter of its look."""
        look = tuple(told for _, told in cell)
        if not cell[0][0]:
            self._texts.add(look)
        letter = self._known.get(look)
        if letter is None:
            found = {shot.roles.get(told, "") for shot, told in zip(self._shots, look, strict=True)}
            letter = self._known[look] = found.pop() if len(found) == 1 and "" not in found else next(self._others)
        return cell[0][0], letter

    def legend(self) -> list[str]:
        """Return a line for each letter: its role, and what it looks like in each theme."""
        names = {letter: role for role, letter in _LETTERS.items()}
        lines = []
        shown = {letter: look for look, letter in self._known.items() if letter not in ".T" or look in self._texts}
        for letter, look in sorted(shown.items()):
            role = "text" if letter == "T" else names.get(letter.lower(), "")
            ground = ", cursor" if letter.isupper() else ""
            lines.append(f"  {letter}  {role + ground:<15} " + "".join(f"{told:<31}" for told in look).rstrip())
        return lines


def _smoothed(row: Sequence[tuple[bool, str]]) -> str:
    """Return the letters of a line; a blank between two of the same is as they are, any other like text."""
    ahead: list[str] = []
    coming = ""
    for blank, letter in reversed(row):
        coming = coming if blank else letter
        ahead.append(coming)
    letters: list[str] = []
    for (blank, letter), coming in zip(row, reversed(ahead), strict=True):
        if not blank or letter.isdigit():
            letters.append(letter)
            continue
        same = letters and letters[-1] == coming and coming.isupper() == letter.isupper()
        letters.append(coming if same else "T" if letter.isupper() else ".")
    return "".join(letters)


def _grouped(runs: Sequence[str]) -> list[str]:
    """Return the runs of all lines, those of lines that look alike once."""
    told: list[str] = []
    first = 1
    for text, found in groupby(runs):
        last = first + len(list(found)) - 1
        if text:
            told.append(f"{first:>3}  {text}" if first == last else f"{first:>3}-{last}  {text}")
        first = last + 1
    return told


def _runs(row: str) -> str:
    """Return `a1-7 d12-18`: which columns, from 0, are not plain."""
    runs: list[str] = []
    place = 0
    for letter, found in groupby(row):
        size = len(list(found))
        if letter != ".":
            runs.append(f"{letter}{place}-{place + size - 1}" if size > 1 else f"{letter}{place}")
        place += size
    return " ".join(runs)
