"""On which line of a TOML text each key stands; the standard library's parser does not tell.

A scanner for text that `tomllib` has accepted: it skips values and reads keys, so that an error can name a line.
"""

from __future__ import annotations

import contextlib
import re

Place = tuple[str | int, ...]
"""A key's parts; in an array of tables (or of inline tables) the table's index follows the array's name."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_INLINE_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRING = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!"")|""(?!"))*"{3,5}'
    + r"|'''(?:[^']|'(?!'')|''(?!'))*'{3,5}"
    + r'|"(?:[^"\\\n]|\\.)*"'
    + r"|'[^'\n]*'",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Place, int]:
    """Return the line (1-based) of every key, table header and array item of a valid TOML text.

    Text that the scanner cannot follow ends it: what was found until then is returned.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(_Lost, RecursionError):
        scanner.document()
    return scanner.lines


class _Lost(Exception):
    """The text is not what was expected here."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Place, int] = {}
        self._counted = (0, 1)
        self._arrays: dict[Place, int] = {}

    def line(self) -> int:
        position, line = self._counted
        line += self.text.count("\n", position, self.at)
        self._counted = (self.at, line)
        return line

    def document(self) -> None:
        table: Place = ()
        while True:
            self._match(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Place:
        line = self.line()
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        place = self._resolve(self._key())
        self.at += 2 if array else 1
        if array:
            index = self._arrays[place] = self._arrays.get(place, -1) + 1
            self.lines.setdefault(place, line)
            place = (*place, index)
        self.lines.setdefault(place, line)
        return place

    def _resolve(self, parts: list[str]) -> Place:
        """Return where a header's parts lead: through an array of tables into its last table."""
        place: Place = ()
        for number, part in enumerate(parts):
            place = (*place, part)
            if number < len(parts) - 1 and place in self._arrays:
                place = (*place, self._arrays[place])
        return place

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._match(_INLINE_BLANK)
            if self.text[self.at : self.at + 1] in ('"', "'"):
                token = self._match(_STRING)
                parts.append(_unquoted(token))
            else:
                token = self._match(_BARE)
                if not token:
                    raise _Lost
                parts.append(token)
            self._match(_INLINE_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _pair(self, table: Place) -> None:
        line = self.line()
        place = (*table, *self._key())
        for length in range(len(table) + 1, len(place) + 1):
            self.lines.setdefault(place[:length], line)
        if not self.text.startswith("=", self.at):
            raise _Lost
        self.at += 1
        self._match(_BLANK)
        self._value(place)

    def _value(self, place: Place) -> None:
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self._sequence(place, "]")
        elif first == "{":
            self._sequence(place, "}")
        elif first in ('"', "'"):
            self._match(_STRING)
        else:
            self._match(_SCALAR)

    def _sequence(self, place: Place, end: str) -> None:
        self.at += 1
        index = 0
        while True:
            self._match(_BLANK)
            if self.text.startswith(end, self.at):
                self.at += 1
                return
            if self.text.startswith(",", self.at):
                self.at += 1
            elif self.at >= len(self.text):
                raise _Lost
            elif end == "}":
                self._pair(place)
            else:
                self.lines.setdefault((*place, index), self.line())
                self._value((*place, index))
                index += 1

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise _Lost
        self.at = found.end()
        return found[0]


def _unquoted(token: str) -> str:
    if token[0] == "'":
        return token[1:-1]
    import tomllib

    try:
        return str(tomllib.loads(f"value = {token}")["value"])
    except ValueError:
        raise _Lost from None
