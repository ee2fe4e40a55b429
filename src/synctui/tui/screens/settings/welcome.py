"""The first start: what SyncTUI does, and the one thing that it needs to know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.events import Resize
from textual.widget import Widget

from synctui.text import cells
from synctui.tui.commands.keys import shown_key
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.settings.adding import add_library
from synctui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_WIDE, _HIGH = 66, 22
_DOES = (
    "It listens to what is said in your videos and brings subtitles into step with it, for one film or a whole library.",
    "It shows what it would do before it does it, keeps every original, and can take everything back.",
    "What cannot be trusted is left as it is, with the reason.",
)


def first_start(home: SyncTui) -> None:
    """Show the welcome, unless it is shown already."""
    if not any(isinstance(screen, WelcomeScreen) for screen in home.screen_stack):
        home.show(WelcomeScreen())


class WelcomeScreen(Place):
    """Says what SyncTUI is and adds the first library."""

    place = "welcome"
    title_word = "Welcome"
    DEFAULT_CSS = """
    WelcomeScreen #welcome { height: 1fr; }
    """

    def body(self) -> Iterable[Widget]:
        yield Lines(height=None, id="welcome")

    def answer(self) -> tuple[Line, Line]:
        return (Span("no library yet"),), ()

    def on_mount(self) -> None:
        super().on_mount()
        self._write()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._write()

    def _write(self) -> None:
        wide = max(20, min(_WIDE, self.size.width - 8))
        add = self.home.keymap.find("welcome", "add")
        key = shown_key(add.keys[0]) if add is not None and add.keys else ":"
        room = wide - cells(key) - 2
        needed = "says where your series or films are. That is all it needs."
        needs: list[Line] = [(Span("    "), Span(key, "accent"), Span("  "))]
        for number, part in enumerate(wrapped(needed, room)):
            line = needs.pop() if not number else (Span(" " * (6 + cells(key))),)
            needs.append((*line, Span(part)))
        does: list[Line] = []
        for sentence in _DOES:
            does += [*((Span("    "), Span(part)) for part in wrapped(sentence, wide)), ()]
        lines: list[Line] = [(), (Span("    "), Span("SyncTUI keeps your media library in sync.", "strong")), ()]
        # A low window shows the beginning only: there what to do comes first.
        lines += [*does, *needs, ()] if self.size.height >= _HIGH else [*needs, (), *does]
        lines += [(Span("    "), Span(part, "dim")) for part in wrapped(_DEMO, wide)]
        self.query_one("#welcome", Lines).show(*lines)

    async def do_add(self) -> None:
        if await add_library(self.home):
            return
        self.update_frame()


_DEMO = "To look around first: leave with q and start synctui --demo, which makes a small library that really speaks."
