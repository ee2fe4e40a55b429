"""What can be done here, and with which key; Enter does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textual.events import Resize
from textual.widget import Widget

from synctui.tui.commands.command import Command
from synctui.tui.commands.finding import matches
from synctui.tui.commands.keys import shown_key
from synctui.tui.commands.table import PLACES
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.widgets.finder import Finder
from synctui.tui.widgets.rows import RowList, Rows

_KEYS = 18


class _Row(NamedTuple):
    line: Line
    command: Command | None


class _Commands(Rows):
    """Commands below the names of their places; a long sentence goes on in further rows."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []

    def fill(self, groups: Sequence[tuple[str, Sequence[Command]]], width: int) -> None:
        self.rows = []
        for title, commands in groups:
            if not commands:
                continue
            if self.rows:
                self.rows.append(_Row((), None))
            self.rows.append(_Row((Span(title, "strong"),), None))
            for command in commands:
                keys = "  ".join(shown_key(key) for key in command.keys) or "no key"
                for number, part in enumerate(wrapped(command.help, max(20, width - _KEYS - 1))):
                    shown = keys if not number else ""
                    line = (Span(" "), Span(shown, "accent" if command.keys else "dim", _KEYS), Span(part))
                    self.rows.append(_Row(line, command))

    def count(self) -> int:
        return len(self.rows)

    def line(self, index: int, width: int) -> Line:
        return self.rows[index].line if index < len(self.rows) else ()


class HelpScreen(Place):
    """The commands of the place that it was called from, and those that hold everywhere."""

    place = "help"
    title_word = "Help"

    def __init__(self, asked: Place) -> None:
        super().__init__()
        self._asked = asked
        self._commands = _Commands()

    def body(self) -> Iterable[Widget]:
        yield Finder()
        yield RowList(self._commands)

    def answer(self) -> tuple[Line, Line]:
        place = PLACES.get(self._asked.place, "")
        return (Span(place, "strong"), Span(", and everywhere")), (Span("keys can be changed in the settings", "dim"),)

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self._fill)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._fill)

    def on_finder_changed(self, event: Finder.Changed) -> None:
        event.stop()
        self._fill(keep=False)

    def _fill(self, *, keep: bool = True) -> None:
        if not self.is_running or not self.query(RowList):
            return  # closed meanwhile
        text = self.query_one(Finder).value
        rows = self.query_one(RowList)
        offered = (one for one in self.home.keymap.of_place(self._asked.place) if self.home.offers(one))
        known = [one for one in offered if matches(one, text)]
        here = [one for one in known if one.place]
        groups = ((PLACES.get(self._asked.place, ""), here), ("Everywhere", [one for one in known if not one.place]))
        self._commands.fill(groups, rows.size.width - 4)
        rows.reload(keep=keep)
        if rows.cursor == 0 and self._commands.count() > 1:
            rows.move_to(1)

    def do_filter(self) -> None:
        self.query_one(Finder).open()

    def do_open(self) -> None:
        rows = self.query_one(RowList)
        command = self._commands.rows[rows.cursor].command if self._commands.count() else None
        if command is None:
            return
        self.home.back()
        self.home.call_after_refresh(self._asked.do, command)

    def do_back(self) -> None:
        if not self.query_one(Finder).close():
            self.home.back()
