"""Marking rows: one, a range, all; and taking marks away again, from the middle of what is marked as a whole too."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from synctui import words
from synctui.tui.screens.library.doing import Doing
from synctui.tui.screens.library.listing import Listing
from synctui.tui.screens.library.marks import Marks
from synctui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from synctui.tui.screens.library.branch import Row
    from synctui.tui.screens.library.outline import Outline
    from synctui.tui.screens.library.sources import Hits, Key


class Marking(Doing):
    """The part of the library's screen that marks rows."""

    listing: Listing
    marks: Marks
    view: RowList
    _hits: Hits | None
    _tree: Outline | None
    _range_from: Key | None = None
    _range_at = 0

    def __init__(self) -> None:
        super().__init__()
        self._changing = asyncio.Lock()
        """Held while marks change, which may have to read something: who wants to know them waits."""

    @property
    def rows(self) -> RowList:
        """Return the list, whatever has the focus."""
        return self.view

    async def do_mark(self) -> None:
        row, index = self.row, self.view.cursor
        if self.listing.range is not None:
            await self.settle_marks()
        elif row is not None and row.key is not None:
            self.view.move(1)
            async with self._changing:
                await self._turn(row, row.key)
            self._marked(index, row)

    async def _turn(self, row: Row, key: Key) -> None:
        """Mark a row, or take its mark away, be it out of what is marked as a whole."""
        holder = self.marks.holder(row)
        if key in self.marks:
            self.marks.remove((key,))
        elif holder is None:
            self.marks.add((key,))
        else:
            others = await self._others(row, holder)
            self.marks.remove((holder,))
            self.marks.add(others)
            self._marked()

    async def _others(self, row: Row, holder: Key) -> list[Key]:
        """Return everything in a marked row but one of the rows in it."""
        from synctui.store import branches

        database = self.home.services.database
        nodes = row.nodes()
        way: list[Key] = [("node", node) for node in nodes[nodes.index(int(holder[1])) :]] if holder[0] == "node" else []
        if row.entry is not None and row.entry.key != row.key:
            way.append(row.entry.key)
        assert row.key is not None
        others: list[Key] = []
        for above, below in zip(way, [*way[1:], row.key], strict=True):
            if above[0] == "node":
                lines = await branches.lines_of(database, int(above[1]))
                inside: list[Key] = [("node" if node else "file", id) for node, id in lines]
            else:
                inside = [("subtitle", line.path) for line in row.entry.row.subtitles] if row.entry is not None else []
            others += [key for key in inside if key != below]
        return others

    async def do_mark_range(self) -> None:
        if self.listing.range is not None:
            await self.settle_marks()
        elif self.listing.count():
            self._range_at = self.view.cursor
            self._range_from = self.row.key if self.row is not None else None
            self.listing.range = range(self._range_at, self._range_at + 1)
            self._marked()

    def cursor_moved(self) -> None:
        """Let a range that is being drawn follow the cursor."""
        before = self.listing.range
        if before is None:
            return
        if self._range_from is not None and (at := self.listing.find(self._range_from)) is not None:
            self._range_at = at
        low, high = sorted((self._range_at, self.view.cursor))
        now = self.listing.range = range(low, high + 1)
        changed = range(min(before.start, now.start), max(before.stop, now.stop))
        self.view.redraw(index for index in self.view.on_screen() if index in changed)
        self.update_frame()

    async def settle_marks(self) -> None:
        """Mark what is in the range, and end it; wait until everything is marked that is to be."""
        async with self._changing:
            self.cursor_moved()  # the last move may not have been told yet
            chosen, outline = self.listing.range, self.listing.outline
            if chosen is None or outline is None:
                return
            wanted = [index for index in chosen if self.listing.in_range(index)]
            self.listing.range = None
            self.marks.add(await outline.keys(wanted))
            self._marked()

    async def forget_gone(self) -> None:
        """Take the marks of rows away that are not there any more: one of them would hold up a command about all."""
        if not len(self.marks):
            return
        from synctui.store import branches
        from synctui.tui.screens.library.subjects import Subjects

        async with self._changing:
            subjects = Subjects(self.home.services.database, self.marks.keys, "")
            nodes, files = await branches.standing(self.home.services.database, nodes=subjects.nodes, files=subjects.files)
            gone = [
                (kind, id)
                for kind, id in subjects.keys
                if (kind == "node" and id not in nodes) or (kind == "file" and id not in files)
            ]
            self.marks.remove(gone)
        if gone:
            self.home.say(f"{words.count(len(gone), 'marked row')} gone from the library", "warn")
            self._marked()

    def drop_range(self) -> None:
        """Give the range up."""
        self.listing.range = None
        self._marked()

    async def do_mark_all(self) -> None:
        if self._hits is not None:
            async with self._changing:
                self.marks.add(await self._hits.keys())
        elif self._tree is not None:
            await self.settle_marks()
            async with self._changing:
                self.marks.clear()
                self.marks.add(await self._tree.keys(self._tree.tops()))
        self._marked()

    def do_unmark_all(self) -> None:
        self.listing.range = None
        self.marks.clear()
        self._marked()

    def _marked(self, index: int = 0, row: Row | None = None) -> None:
        """Draw marks anew: those of a row with all that is open below it, or all."""
        below = row.below.size if row is not None and row.below is not None else 0
        self.view.redraw(range(index, index + below + 1) if row is not None else None)
        self.update_frame()
