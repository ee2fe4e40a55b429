"""A line to type into above a list: only what has these words is shown."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from synctui.tui.draw.line import Span
from synctui.tui.widgets.field import Field
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList


class Finder(Horizontal):
    """Hidden until `open`; tells with `Changed` what to look for."""

    DEFAULT_CSS = """
    Finder { height: 1; display: none; }
    Finder.-open { display: block; }
    Finder > Lines { width: 3; }
    """

    class Changed(Message):
        """There is something else to look for; "" for nothing."""

        def __init__(self, finder: Finder, value: str) -> None:
            super().__init__()
            self.finder = finder
            self.value = value

        @property
        def control(self) -> Finder:
            return self.finder

    def compose(self) -> ComposeResult:
        yield Lines()
        yield Field(select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Lines).show((Span(" / ", "accent"),))

    @property
    def value(self) -> str:
        """Return what is looked for."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the line and let it be typed into."""
        self.add_class("-open")
        self.query_one(Input).focus()

    def close(self) -> bool:
        """Forget what was typed and hide; returns whether there was anything to do."""
        if not self.has_class("-open"):
            return False
        self.query_one(Input).value = ""
        self.remove_class("-open")
        self._leave()
        return True

    def _leave(self) -> None:
        self.screen.query(RowList).first().focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self, event.value))

    def on_key(self, event: Key) -> None:
        if event.key == "enter":  # it ends typing; what it does to a row comes with the next one
            event.stop()
            event.prevent_default()
            self._leave()
