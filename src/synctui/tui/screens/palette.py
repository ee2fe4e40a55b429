"""Every command of a place, and every setting, by its name: type a few letters, Enter does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from synctui.config.load import Loaded
from synctui.config.template import sentence
from synctui.config.values import dotted
from synctui.text import cells
from synctui.tui.commands.command import Command
from synctui.tui.commands.finding import found
from synctui.tui.commands.keys import shown_key
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.settings.wording import label
from synctui.tui.widgets.dialogs import Dialog
from synctui.tui.widgets.field import Field
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows

if TYPE_CHECKING:
    from synctui.tui.screens.place import Place

_KEY, _LONGEST = 8, 26
_LEAST, _MOST, _AROUND = 3, 14, 8
SETTING = "setting"
_MOVES = frozenset(("up", "down", "first", "last", "page_up", "page_down"))


class _Found(Rows):
    def __init__(self) -> None:
        self.commands: Sequence[Command] = ()
        self.label = 0

    def count(self) -> int:
        return len(self.commands)

    def line(self, index: int, width: int) -> Line:
        if index >= len(self.commands):
            return ()
        one = self.commands[index]
        key = shown_key(one.keys[0]) if one.keys else ""
        room = max(0, width - self.label - _KEY - 2)
        return (Span(one.label, "text", self.label), Span(one.help, "dim", room), Span("  "), Span(key, "accent", _KEY))


class PaletteScreen(Dialog):
    """Answers with a command of a place, one whose place is `SETTING` (its id is that of an entry there), or None."""

    def __init__(self, asked: Place) -> None:
        super().__init__("Commands")
        self._asked = asked
        self._found = _Found()
        self._settings = _settings(asked.home.launch.loaded)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="dialog-head")
            yield Field(id="answer", select_on_focus=False)
            yield RowList(self._found)
            yield Lines(id="palette-note")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(RowList).styles.height = max(_LEAST, min(_MOST, self.size.height - _AROUND))
        self.set_focus(self.query_one(Input))
        self._look_for("")

    def _look_for(self, text: str) -> None:
        home = self._asked.home
        known = tuple(one for one in home.keymap.of_place(self._asked.place) if home.offers(one))
        offered = [one for one in known if one.id not in _MOVES and one.id != "palette"]
        self._found.label = min(_LONGEST, max(cells(one.label) for one in offered) + 2)
        # Settings are for those who look for one: among all commands they would only be in the way.
        self._found.commands = found([*offered, *(self._settings if text.strip() else ())], text)
        self._tell("" if self._found.commands else "no command and no setting is called so")
        self.query_one(RowList).reload(keep=False)

    def _tell(self, text: str) -> None:
        note = self.query_one("#palette-note", Lines)
        note.display = bool(text)
        note.show((Span("   " + text, "dim"),))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_for(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._take(self.query_one(RowList).cursor)

    def on_row_list_pressed(self, event: RowList.Pressed) -> None:
        event.stop()
        self._take(event.index)

    def _take(self, index: int) -> None:
        if index < self._found.count():
            self.dismiss(self._found.commands[index])

    def on_key(self, event: Key) -> None:
        rows = self.query_one(RowList)
        moves = {"down": 1, "up": -1, "pagedown": rows.page, "pageup": -rows.page, "ctrl+n": 1, "ctrl+p": -1}
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in moves:
            event.stop()
            event.prevent_default()
            rows.move(moves[event.key])
        else:
            self.query_one(Field).take_ahead(event)


def _settings(loaded: Loaded) -> list[Command]:
    from synctui.tui.screens.settings.entries import offered

    return [
        Command(dotted(key), SETTING, (), label(key), f"Setting: {sentence(setting)}") for key, setting, _ in offered(loaded)
    ]
