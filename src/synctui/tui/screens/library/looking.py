"""Reads what is told about a row: first what the store knows, then what its video holds; what came too late is dropped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from synctui.errors import SyncTuiError
from synctui.store import player_items, tree
from synctui.store.holders import held_below
from synctui.syncs.subtitles.details import VideoFacts
from synctui.tui.screens.library.about import About
from synctui.tui.screens.library.branch import Row
from synctui.tui.screens.library.sources import Key

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_MOST_KEPT = 64
_Answer = TypeVar("_Answer")


class Looking:
    """Tells `show` about one row at a time."""

    def __init__(self, show: Callable[[About], None]) -> None:
        self._show = show
        self._row: Row | None = None
        self._turn = 0
        self._facts: dict[tuple[str, tuple[str, ...]], VideoFacts] = {}

    @property
    def key(self) -> Key | None:
        """Return what is looked at."""
        return self._row.key if self._row is not None else None

    def look_at(self, home: SyncTui, row: Row) -> None:
        """Begin to tell about a row."""
        if row.entry is None:
            return
        self._row = row
        self._turn += 1
        if row.entry.key[0] == "node":
            self._show(About(row.entry.row, row.entry.label))
            if row.entry.row.kind != "library":
                home.start(self._tell_of_players(home, row, self._turn), name="details")
        else:
            home.start(self._tell(home, row, self._turn), name="details")

    def look_again(self, home: SyncTui) -> None:
        """Tell again what may have changed meanwhile."""
        if self._row is not None:
            self._turn += 1
            home.start(self._tell_anew(home, self._row, self._turn), name="details")

    async def _tell_anew(self, home: SyncTui, row: Row, turn: int) -> None:
        """Tell about a row as it stands in the store now, which nothing else may have read since."""
        entry = row.entry
        assert entry is not None
        read = tree.node_rows if entry.key[0] == "node" else tree.file_rows
        found = await self._asked(read(home.services.database, [entry.row.id]), turn)
        if found is None:
            return
        self.look_at(home, replace(row, entry=replace(entry, row=found[0])) if found else row)

    async def _tell_of_players(self, home: SyncTui, row: Row, turn: int) -> None:
        entry = row.entry
        assert entry is not None
        held = await self._asked(held_below(home.services.database, entry.row.id), turn)
        if held:
            self._show(About(entry.row, entry.label, held=held))

    async def _tell(self, home: SyncTui, row: Row, turn: int) -> None:
        entry = row.entry
        assert entry is not None
        lines = entry.row.subtitles
        path = row.subtitle.path if row.subtitle is not None else lines[0].path if len(lines) == 1 else entry.row.path
        if path is None:
            return
        subtitles = home.services.subtitles
        details = await self._asked(subtitles.details(path, probe=False), turn)
        if details is None:
            return
        about = About(entry.row, entry.label, details)
        if details.video is None:
            self._show(about)
            return
        holders = await self._asked(player_items.holders(home.services.database, details.video), turn)
        if holders is None:
            return
        asked = (details.video, (details.language,) if details.language else ())
        facts = self._facts.get(asked)
        self._show(About(entry.row, entry.label, details, facts, holders))
        if facts is not None:
            return
        facts = await self._asked(subtitles.video_facts(*asked), turn)
        if facts is not None:
            if len(self._facts) >= _MOST_KEPT:
                self._facts.clear()
            self._facts[asked] = facts
            self._show(About(entry.row, entry.label, details, facts, holders))

    async def _asked(self, answer: Awaitable[_Answer], turn: int) -> _Answer | None:
        """Return the answer, None when it came too late or there is none."""
        try:
            found = await answer
        except SyncTuiError:
            # The list says how the row stands; a pane that cannot say more stays as it was.
            return None
        return found if turn == self._turn else None
