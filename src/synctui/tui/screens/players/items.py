"""What a player was told, file by file: how each stands, and the one under the cursor in full."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable
from typing import ClassVar

from textual.containers import Vertical
from textual.widget import Widget

from synctui import words
from synctui.model.reasons import sentence
from synctui.store.player_items import QueueRow, counts, newest
from synctui.text import cells, clip_start, display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.times import at_time
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.jobs.pages import Pages
from synctui.tui.screens.library.clipboard import pasted
from synctui.tui.screens.place import Place
from synctui.tui.screens.players.lines import stamp
from synctui.tui.screens.players.wording import advice_for, change_word, item_word, state_role
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows

_STATE, _CHANGE, _WHEN = 19, 9, 9
_NOTE = 4
_WAITING: Line = (Span("  …", "dim"),)
_SETTLED = ("confirmed", "skipped")


class _Items(Rows):
    def __init__(self, screen: ItemsScreen) -> None:
        self._screen = screen
        self.total = 0
        self.pages: Pages[QueueRow] = Pages(screen.read, screen.arrived, lambda work: screen.home.start(work, name="page"))

    def row(self, index: int) -> QueueRow | None:
        return self.pages.get(index) if 0 <= index < self.total else None

    def count(self) -> int:
        return self.total

    def line(self, index: int, width: int) -> Line:
        row = self.row(index)
        return _WAITING if row is None else _line(row, width)

    def key(self, index: int) -> Hashable:
        return index


def _line(row: QueueRow, width: int) -> Line:
    item = row.item
    state = min(_STATE, max(14, width // 3))
    room = max(12, width - state - _CHANGE - _WHEN)
    return (
        Span(words.name(display(item.path), room - 1), "text", room),
        Span(change_word(item.change), "dim", _CHANGE),
        Span(item_word(item), state_role(item.state), state),
        Span(stamp(row.processed_at or row.sent_at or row.created_at), "dim", _WHEN, right=True),
    )


class ItemsScreen(Place):
    """The items of one player, those that wait or failed first."""

    place: ClassVar[str] = "items"
    title_word: ClassVar[str] = "Items"
    DEFAULT_CSS = """
    ItemsScreen #items-note { height: 4; }
    """

    def __init__(self, player: str) -> None:
        super().__init__()
        self.player = player
        self.about = player
        self._only_open = False
        self._counts: dict[str, int] = {}
        self._looking = False
        self._source = _Items(self)
        self._list = RowList(self._source, id="items-list")
        self._note = Lines(id="items-note", height=None)

    def body(self) -> Iterable[Widget]:
        yield Vertical(self._list, self._note, id="body")

    def answer(self) -> tuple[Line, Line]:
        if not self._counts:
            return (Span("it was not told of any file yet" if self._looking is False else "looking", "dim"),), ()
        parts = [Span(words.count(sum(self._counts.values()), "file"), "strong")]
        for state, number in sorted(self._counts.items(), key=lambda pair: pair[0] not in _SETTLED):
            word = {"pending": "waiting", "unconfirmed": "not confirmed", "skipped": "left out"}.get(state, state)
            parts += [Span("   "), Span(f"{number:,} {word}")]
        return tuple(parts), (Span("only what waits", "warn"),) if self._only_open else ()

    def available(self, command: Command) -> str:
        if command.id == "wrong":
            return "all" if self._only_open else command.label if self._open else ""
        if command.id == "copy":
            return command.label if self._source.total else ""
        return command.label

    @property
    def _open(self) -> int:
        return sum(number for state, number in self._counts.items() if state not in _SETTLED)

    # reading

    async def read(self, offset: int, limit: int) -> list[QueueRow]:
        """Read a page of rows."""
        return await newest(self.home.services.database, self.player, limit, offset)

    def arrived(self, places: Iterable[int]) -> None:
        """Draw rows that were read."""
        if self.stands:
            self._list.redraw(places)
            self._show_note()

    def on_mount(self) -> None:
        super().on_mount()
        self.refreshed()

    def opened(self) -> None:
        self.refreshed()

    def refreshed(self) -> None:
        if self.stands and self.home.house.ready and not self._looking:
            self._looking = True
            self.home.start(self._look(), name="items")

    async def _look(self) -> None:
        try:
            found = await counts(self.home.services.database)
        finally:
            self._looking = False
        self._counts = dict(found.get(self.player, {}))
        if not self.stands:
            return
        total = self._open if self._only_open else sum(self._counts.values())
        if total != self._source.total:
            self._source.total = total
            self._source.pages.again(self._list.on_screen())
            self._list.reload()
        else:
            self._source.pages.again(self._list.on_screen())
        self.update_frame()
        self._show_note()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_note()

    def _show_note(self) -> None:
        row = self._source.row(self._list.cursor)
        self._note.show(*(_note_lines(row, self.size.width - 4)[:_NOTE] if row is not None else ()))

    # commands

    def do_wrong(self) -> None:
        """Show only what waits or failed, or all again."""
        if not self._only_open and not self._open:
            self.home.say("nothing waits, and nothing failed")
            return
        # What is open comes first in any case.
        self._only_open = not self._only_open
        self._source.total = self._open if self._only_open else sum(self._counts.values())
        self._list.reload(keep=False)

    def do_copy(self) -> None:
        """Send the path to the terminal's clipboard."""
        row = self._source.row(self._list.cursor)
        if row is not None:
            self.home.copy_to_clipboard(pasted(row.item.path))
            self.home.say("the path was sent to your terminal's clipboard")

    def do_back(self) -> None:
        """Show all again, or go back."""
        if self._only_open:
            self.do_wrong()
        else:
            super().do_back()


def _note_lines(row: QueueRow, width: int) -> list[Line]:
    item = row.item
    theirs = item.remote or "no path map covers it"
    lines: list[Line] = [
        (Span("   "), Span(clip_start(display(os.path.abspath(item.path)), width), "dim")),
        (Span("   → ", "dim"), Span(clip_start(display(theirs), width - 2), "dim")),
    ]
    parts = [item_word(item)]
    parts += [item.message or sentence(item.reason)] if item.message or item.reason else []
    parts += [f"tried {words.count(row.tries, 'time')}"] if row.tries else []
    parts += [f"again after {at_time(item.not_before)}"] if item.not_before else []
    parts += [f"last confirmed {at_time(row.last_synced)}"] if row.last_synced else []
    parts += [f"was {display(item.previous)}"] if item.previous else []
    text = ", ".join(dict.fromkeys(parts))
    lines += [(Span("   "), Span(part, state_role(item.state))) for part in wrapped(text, width)[:2]]
    if (hint := advice_for(item.reason)) and cells(hint) < width:
        lines.insert(3, (Span("   "), Span(hint, "dim")))
    return lines
