"""What was said at the bottom of the screens, the newest first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from textual.events import Resize
from textual.widget import Widget

from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.messages import Messages, Said
from synctui.tui.screens.place import Place
from synctui.tui.widgets.rows import RowList, TextRows

_TIME = 10


class _Said(TextRows):
    """The messages as rows: each in as many lines as it needs."""

    def fill(self, messages: Messages, width: int) -> None:
        lines: list[Line] = []
        for said in reversed(messages.all):
            text = wrapped(said.text, width - _TIME)
            hint = wrapped(said.hint, width - _TIME) if said.hint else []
            for number, part in enumerate((*text, *hint)):
                at = said.at.strftime("%H:%M:%S") if not number else ""
                lines.append((Span(at, "dim", _TIME), Span(part, said.role if number < len(text) else "dim")))
        self.lines = lines

    def key(self, index: int) -> Hashable:
        return len(self.lines) - index  # new ones come at the top

    def find(self, key: Hashable) -> int | None:
        return len(self.lines) - key if isinstance(key, int) and 0 < key <= len(self.lines) else None


class MessagesScreen(Place):
    """All messages of this session."""

    place = "messages"
    title_word = "Messages"

    def body(self) -> Iterable[Widget]:
        self._said_rows = _Said()
        self._seen: tuple[int, Said | None] | None = None
        yield RowList(self._said_rows)

    def answer(self) -> tuple[Line, Line]:
        count = len(self.home.messages.all)
        if not count:
            return (Span("nothing was said yet"),), ()
        return (Span(f"{count} message{'s' * (count != 1)}, the newest first"),), ()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._seen = None
        self.call_after_refresh(self.refreshed)

    def update_frame(self) -> None:
        super().update_frame()
        self.refreshed()

    def refreshed(self) -> None:
        rows, said = self.rows, self.home.messages.all
        seen = (len(said), said[-1] if said else None)
        if rows is None or not rows.size.width or self._seen == seen:
            return
        first, self._seen = self._seen is None, seen
        self._said_rows.fill(self.home.messages, rows.size.width - 4)
        rows.reload(keep=not first)
