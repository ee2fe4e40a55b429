"""The players: how they stand, what is wrong with one, what it was told last."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

from textual.containers import Container, Vertical
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from synctui.config.schema import PathMap
from synctui.errors import SyncTuiError
from synctui.store.player_items import QueueRow, newest
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.players import lines
from synctui.tui.screens.players.acting import Acting
from synctui.tui.screens.players.detail import Told, detail_lines
from synctui.tui.screens.players.standing import Known, Standing, read, standings
from synctui.tui.screens.players.telling import Telling
from synctui.tui.screens.reading import Reading
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows

WIDE = 110
_PANE_SHARE, _LEAST_LIST = 5, 72
_FRAME, _HEAD, _RULE = 5, 1, 1
_LEAST_DETAIL = 4
_REST_S, _COUNT_S = 0.08, 1.0
_SHARE = 20
"""Counting takes at most one part in so many of the time."""
_NEWEST = 40


class PlayerRows(Rows):
    """The rows of players and groups; a group counts as marked when all its players are."""

    def __init__(self) -> None:
        self.all: tuple[Standing, ...] = ()
        self.marks: set[str] = set()

    def count(self) -> int:
        return len(self.all)

    def line(self, index: int, width: int) -> Line:
        return lines.row_line(self.all[index], width) if index < len(self.all) else ()

    def key(self, index: int) -> Hashable:
        return self.all[index].key if index < len(self.all) else None

    def find(self, key: Hashable) -> int | None:
        return next((at for at, one in enumerate(self.all) if one.key == key), None)

    def marked(self, index: int) -> bool:
        players = self.all[index].players if index < len(self.all) else ()
        return bool(players) and self.marks.issuperset(players)


class PlayersScreen(Acting):
    """Every player and group with how it stands; the one under the cursor in detail."""

    place: ClassVar[str] = "players"
    title_word: ClassVar[str] = "Players"
    DEFAULT_CSS = """
    PlayersScreen #players-body { height: 1fr; layout: vertical; }
    PlayersScreen #players-left { height: auto; }
    PlayersScreen #players-detail { height: 1fr; }
    PlayersScreen #players-empty { height: 1fr; display: none; }
    PlayersScreen.-wide #players-body { layout: horizontal; }
    PlayersScreen.-wide #players-left { height: 1fr; }
    PlayersScreen.-wide #players-rule { display: none; }
    PlayersScreen.-empty #players-body { display: none; }
    PlayersScreen.-empty #players-empty { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.source = PlayerRows()
        self._known = Known()
        self._telling = Telling()
        self._items: dict[str, Sequence[QueueRow]] = {}
        self._reading = Reading(self, self._look, "players")
        self._counted_at = 0.0
        self._pause = _COUNT_S
        self._late: Timer | None = None
        self._resting: Timer | None = None
        # Kept, not looked for: while the screen is taken down its parts go one by one.
        self.list = RowList(self.source, id="players-list")
        self._head = Lines(id="players-head")
        self._left = Vertical(self._head, self.list, id="players-left")
        self._rule = Lines(id="players-rule")
        self._detail = Lines(id="players-detail", height=None)
        self._empty = Lines(id="players-empty", height=None)

    def body(self) -> Iterable[Widget]:
        yield self._empty
        yield Container(self._left, self._rule, self._detail, id="players-body")

    # what is shown

    def chosen(self) -> Standing | None:
        rows = self.source.all
        return rows[self.list.cursor] if self.stands and self.list.cursor < len(rows) else None

    def answer(self) -> tuple[Line, Line]:
        if not self.home.house.ready:
            return (Span("opening", "dim"),), ()
        tools = self.home.services.players.tools
        if tools.players and not tools.enabled:
            return (Span("players are switched off", "warn"), Span("   players.enabled in the settings", "dim")), ()
        return lines.answer(self.source.all, self.size.width - 2), ()

    def opened(self) -> None:
        self.look_anew()

    def refreshed(self) -> None:
        if self.stands:
            self.look()

    def look_anew(self) -> None:
        self._counted_at = 0.0
        self.look()

    def look(self) -> None:
        """Look at the players again."""
        self._reading.ask()

    async def _look(self) -> None:
        services = self.home.services
        await self._telling.follow(services.database, self.home.board)
        fresh = self._may_count()
        if fresh:
            begun = time.monotonic()
            self._known = await read(services.database, services.players.tools.clock)
            self._pause = max(_COUNT_S, _SHARE * (time.monotonic() - begun))
        if not self.stands:
            return
        self._take()
        if fresh:
            await self._read_items()
        if self.stands:
            self._show_detail()

    def _may_count(self) -> bool:
        """Tell whether to read and count now: items may be many, which is not for every tick of a job, whatever it does."""
        now = time.monotonic()
        if self.home.board.running and (left := self._pause - (now - self._counted_at)) > 0:
            if self._late is None:
                self._late = self.set_timer(left, self._look_late)
            return False
        self._counted_at = now
        return True

    def _look_late(self) -> None:
        self._late = None
        self.look()

    def _take(self) -> None:
        before, found = self.source.all, standings(self.home.services.players.tools, self._known, self._telling.doing)
        self.source.all = found
        self.source.marks &= {name for one in found for name in one.players}
        if [one.key for one in before] != [one.key for one in found]:
            self.list.reload()
            self._arrange()
        else:
            self.list.redraw(at for at, one in enumerate(found) if one != before[at])
        self._tell_empty()
        self.update_frame()

    def _tell_empty(self) -> None:
        empty = not self.source.all
        self.set_class(empty, "-empty")
        self._empty.show(*(_empty_lines(self.size.width, self.home.key_of("players", "add")) if empty else ()))

    # the detail

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_detail()
        self.update_frame()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST_S, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self.home.house.ready:
            self.home.start(self._look_closer(), name="detail")

    async def _look_closer(self) -> None:
        services = self.home.services
        try:
            await self._read_items()
        except SyncTuiError:
            if self.home.house.ready and self.home.services is services:
                raise
            return
        self._show_detail()

    async def _read_items(self) -> None:
        one = self.chosen()
        if one is not None and not one.group and not self._telling.events(one.name):
            self._items[one.name] = await newest(self.home.services.database, one.name, _NEWEST)

    def _show_detail(self) -> None:
        one, detail = self.chosen(), self._detail
        width, height = detail.size.width, detail.size.height
        if one is None or width <= 0:
            detail.show()
            return
        wide = self.has_class("-wide")
        told = Told(
            self._maps(one.name),
            self._items.get(one.name, ()) if not one.group else (),
            self._telling.events(one.name) if not one.group else (),
            self.asked.get(one.name),
        )
        found = detail_lines(one, told, width - (5 if wide else 4), self.home.key_of("players", "retry"))[:height]
        if wide:
            found += [()] * (height - len(found))
            detail.show(*((Span(" │ ", "rule"), *line) for line in found))
        else:
            detail.show(*((Span("   "), *line) for line in found))

    def _maps(self, name: str) -> Sequence[PathMap]:
        tables = self.home.services.loaded.config.player if self.home.house.ready else ()
        return next((table.path_map for table in tables if table.name == name), ())

    # arranging

    def on_mount(self) -> None:
        self._arrange()
        super().on_mount()
        self.look()

    def on_resize(self, event: Resize) -> None:
        self._arrange()
        super().on_resize(event)
        self.call_after_refresh(self._drawn_anew)

    def _drawn_anew(self) -> None:
        if self.stands:
            self._show_heads()
            self._show_detail()
            self._tell_empty()

    def _arrange(self) -> None:
        width, height = self.size.width, self.size.height
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        if wide:
            taken = min(100, max(_LEAST_LIST, width * _PANE_SHARE // 8))
            self._left.styles.width, self._left.styles.height = taken, "1fr"
            self.list.styles.height = "1fr"
        else:
            body = height - _FRAME - _HEAD - _RULE
            rows = max(1, min(len(self.source.all), body - min(_LEAST_DETAIL, max(1, body // 3))))
            self._left.styles.width, self._left.styles.height = "1fr", _HEAD + rows
            self.list.styles.height = rows
        self._show_heads()
        self.call_after_refresh(self._drawn_anew)

    def _show_heads(self) -> None:
        self._head.show((Span("   "), *lines.head_line(self.list.line_width)))
        self._rule.show((Span("─" * self.size.width, "rule"),))


def _empty_lines(width: int, key: str) -> list[Line]:
    room = max(20, min(66, width - 8))
    said: list[Line] = [(), (Span("   There is no player yet.", "strong"),), ()]
    for text in (
        "A player is a Kodi, Jellyfin, Emby or Plex that shows your library. It is told exactly which files changed,"
        " and then asked whether it has them.",
    ):
        said += [(Span("   "), Span(part)) for part in wrapped(text, room)]
    how = "adds one: its address, a password or token, and how it calls your folders."
    said += [(), (Span("   "), Span(key or ":", "accent"), Span("  " + wrapped(how, room)[0]))]
    said += [(Span("      "), Span(part)) for part in wrapped(how, room)[1:]]
    return [*said, (), (Span("   It is tested before it is kept, and nothing is sent before you have seen it.", "dim"),)]
