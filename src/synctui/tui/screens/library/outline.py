"""The tree as a flat list of any length: what is open, which line stands where, and the lines that are known so far."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from synctui.tui.screens.library.branch import Branch, Row
from synctui.tui.screens.library.known import PAGE, Known

if TYPE_CHECKING:
    from synctui.store.jumps import Spot
    from synctui.tui.screens.library.sources import Entry, Key, Source

_MOST_ROWS = 2_000


class Outline:
    """Knows what is open; asks sources for the lines that somebody wants to see, a page at a time, and forgets the oldest.

    `wanted` is called when lines are missing: whoever is told calls `fetch` in a task. `arrived` is told the places of the
    lines that are there now or changed, `moved` that lines came or went, `shaken` that they may have done so anywhere, which
    `renew` finds out.
    """

    def __init__(
        self,
        source: Source,
        *,
        wanted: Callable[[], None],
        arrived: Callable[[list[int]], None],
        moved: Callable[[], None],
        shaken: Callable[[], None],
        visible: Callable[[], range],
        below: Callable[[Entry], Source],
    ) -> None:
        self.top = Branch(None, source)
        self.revision = 0
        self._fetching = False
        self._known = Known()
        self._missing: dict[tuple[Branch, int], None] = {}
        self._rows: dict[int, Row] = {}
        self._wanted, self._arrived, self._moved, self._shaken = wanted, arrived, moved, shaken
        self._visible, self._below = visible, below

    # looking

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return self.top.size

    def row(self, index: int) -> Row:
        """Return a row; one that is not known, or not known to be so any more, is asked for."""
        row = self._rows.get(index)
        if row is None:
            if len(self._rows) > _MOST_ROWS:
                self._rows.clear()
            row = self._rows[index] = self._look(index)
        return row

    def _look(self, index: int) -> Row:
        branch, at = self._locate(index)
        if branch.source is None:
            return self._subtitle(branch, at)
        entry = self._entry(branch, at)
        return Row(branch, at, entry, None, branch.child(at))

    def _subtitle(self, branch: Branch, at: int) -> Row:
        assert branch.parent is not None
        entry = self._entry(branch.parent, branch.at)
        lines = entry.row.subtitles if entry is not None else ()
        line = lines[at] if at < len(lines) else None
        if line is not None:
            self._known.stands(("subtitle", line.path), branch, at)
        return Row(branch, at, entry if line is not None else None, line)

    def _locate(self, index: int) -> tuple[Branch, int]:
        return self.top.locate(index)

    def index_of(self, branch: Branch, at: int) -> int:
        """Return the place in the list of a branch's line."""
        return branch.index_of(at)

    def tops(self) -> list[int]:
        """Return the places of the topmost rows."""
        return [self.index_of(self.top, at) for at in range(self.top.total)]

    def find(self, key: Key) -> int | None:
        """Return the place of a row that is known."""
        place = self._known.place(key)
        if place is None or not self._stands(place[0]):
            return None
        return self.index_of(*place) if place[1] < place[0].total else None

    def _stands(self, branch: Branch) -> bool:
        return all(one.parent is not None and one in one.parent.opened for one in branch.chain()) and (
            branch is self.top or any(one.parent is self.top for one in branch.chain())
        )

    def _entry(self, branch: Branch, at: int) -> Entry | None:
        if not self._known.fresh(branch, at // PAGE):
            self._ask(branch, at // PAGE)
        return self._known.entry(branch, at)

    def _ask(self, branch: Branch, number: int) -> None:
        if (branch, number) not in self._missing:
            self._missing[branch, number] = None
            if not self._fetching:
                self._fetching = True
                self._wanted()

    # reading

    async def load(self) -> None:
        """Read the first lines anew."""
        entries, total = await self._read(self.top, 0)
        self._resize(self.top, total)
        self._keep(self.top, 0, entries)
        self._changed()

    async def fetch(self) -> None:
        """Read what is missing, what was asked for last first; what has left the screen meanwhile is not read at all."""
        try:
            while self._missing:
                await self._fetch(*self._missing.popitem()[0])
        finally:
            self._fetching = False

    async def _fetch(self, branch: Branch, number: int) -> None:
        if not self._stands(branch) or not self._needed(branch, number):
            return
        entries, total = await self._read(branch, number)
        if not self._stands(branch):
            return
        if branch.opened and (total != branch.total or self._misplaced(branch, number, entries)):
            # Lines came or went: where the open ones stand now has to be found out before anything is shown.
            self._shaken()
        elif total != branch.total:
            self._resize(branch, total)
            self._keep(branch, number, entries)
            self._changed()
            self._moved()
        elif changed := self._keep(branch, number, entries):
            self._rows.clear()
            self._arrived(self._seen(branch, number, changed))

    def _misplaced(self, branch: Branch, number: int, entries: list[Entry]) -> bool:
        """Tell whether another line stands on a page where an open one did."""
        for one in branch.opened:
            page, within = divmod(one.at, PAGE)
            if page == number and one.key is not None and (within >= len(entries) or entries[within].key != one.key):
                return True
        return False

    async def _read(self, branch: Branch, number: int) -> tuple[list[Entry], int]:
        assert branch.source is not None
        return await branch.source.read(number * PAGE, PAGE)

    def _keep(self, branch: Branch, number: int, entries: list[Entry]) -> set[int]:
        """Keep a page, and return which of its lines say something new."""
        changed = self._known.keep(branch, number, entries)
        for at, entry in changed.items():
            self._refit(branch, number * PAGE + at, entry)
        return set(changed)

    def _refit(self, branch: Branch, at: int, entry: Entry) -> None:
        """Let an open video have as many lines as it has subtitles now."""
        below = branch.child(at)
        if below is not None and below.source is None and below.total != len(entry.row.subtitles):
            self._resize(below, len(entry.row.subtitles))
            self._changed()
            self._moved()

    def _needed(self, branch: Branch, number: int) -> bool:
        return any(self._on_page(index, branch, number) for index in self._visible())

    def _seen(self, branch: Branch, number: int, changed: set[int]) -> list[int]:
        """Return the visible rows that show one of the changed lines of a page, or a subtitle of one."""
        return [index for index in self._visible() if self._on_page(index, branch, number, changed)]

    def _on_page(self, index: int, branch: Branch, number: int, among: set[int] | None = None) -> bool:
        if index >= self.count:
            return False
        here, at = self._locate(index)
        if here.source is None and here.parent is not None:
            here, at = here.parent, here.at
        return here is branch and at // PAGE == number and (among is None or at % PAGE in among)

    # opening and closing

    def open(self, index: int) -> bool:
        """Open a row; False when there is nothing in it."""
        row = self.row(index)
        if row.entry is None or not row.can_open or row.below is not None:
            return False
        node = row.entry.key[0] == "node"
        self._insert(row.branch, row.at, row.entry.key, self._below(row.entry) if node else None, _lines_in(row.entry))
        self._changed()
        return True

    def _insert(self, parent: Branch, at: int, key: Key, source: Source | None, total: int) -> Branch:
        below = Branch(key, source, parent.depth + 1, 0, parent, at)
        insort(parent.opened, below, key=lambda one: one.at)
        self._resize(below, total)
        return below

    def close(self, index: int) -> bool:
        """Close a row; False when it is not open."""
        row = self.row(index)
        if row.below is None:
            return False
        row.branch.opened.remove(row.below)
        row.branch.grow(-row.below.size)
        self._changed()
        return True

    def above(self, index: int) -> int | None:
        """Return the place of the row that a row is in."""
        branch, _ = self._locate(index)
        return None if branch.parent is None else self.index_of(branch.parent, branch.at)

    async def reveal(self, spot: Spot) -> int | None:
        """Open what a line of the tree lies in, and return its place; None when it is gone."""
        branch = self.top
        for node in spot.nodes if spot.file is not None else spot.nodes[:-1]:
            at = await self._place(branch, ("node", node))
            if at is None:
                return None
            below = branch.child(at)
            if below is not None and below.key != ("node", node):
                self._shaken()
                return None
            if below is None:
                await self._sure(branch, at)
                entry = self._entry(branch, at)
                if entry is None or entry.key != ("node", node):
                    return None
                below = self._insert(branch, at, entry.key, self._below(entry), _lines_in(entry))
            branch = below
        key: Key = ("file", spot.file) if spot.file is not None else ("node", spot.nodes[-1])
        at = await self._place(branch, key)
        if at is not None:
            await self._sure(branch, at)
        self._changed()
        self._moved()
        return None if at is None or at >= branch.total else self.index_of(branch, at)

    async def reopen(self, opened: tuple[Any, ...], branch: Branch | None = None) -> None:
        """Open nodes that were open before; those that are gone are left out."""
        branch = branch or self.top
        for node, inside in opened:
            at = await self._place(branch, ("node", node))
            if at is None or branch.child(at) is not None:
                continue
            await self._sure(branch, at)
            entry = self._entry(branch, at)
            if entry is not None and entry.key == ("node", node):
                await self.reopen(inside, self._insert(branch, at, entry.key, self._below(entry), _lines_in(entry)))
        self._changed()

    async def _place(self, branch: Branch, key: Key) -> int | None:
        assert branch.source is not None
        return (await branch.source.places([key])).get(key)

    async def _sure(self, branch: Branch, at: int) -> None:
        """Have the page of a line, as it is now."""
        number = at // PAGE
        if not self._known.fresh(branch, number):
            entries, total = await self._read(branch, number)
            self._resize(branch, total)
            self._keep(branch, number, entries)

    async def have(self, rows: Iterable[int]) -> None:
        """Read the lines of rows, as far as they are not known."""
        for index in rows:
            if index < self.count:
                branch, at = self._locate(index)
                if branch.source is None and branch.parent is not None:
                    branch, at = branch.parent, branch.at
                await self._sure(branch, at)

    # following changes

    def stale(self) -> None:
        """Take over that lines may say something else now: those on the screen are read again, others when they come."""
        self._known.age()
        self._ask_for_visible()

    def _ask_for_visible(self) -> None:
        self._rows.clear()
        for index in self._visible():
            if index < self.count:
                self.row(index)

    async def renew(self, keep: Key | None, height: int) -> bool:
        """Take over that lines may have come or gone anywhere; what is open stays open, `keep` can be found afterwards.

        Returns False when so much was opened and closed meanwhile that it is to be tried again.
        """
        for _ in range(3):
            revision = self.revision
            found: list[tuple[Branch, int, int]] = []
            await self._look_again(self.top, 0, found)
            if revision == self.revision:
                break
        else:
            return False
        place = self._known.place(keep) if keep is not None else None
        around: list[tuple[Branch, int, list[Entry]]] = []
        if keep is not None and place is not None and place[0].source is not None:
            around = await self._around(place[0], keep, height)
        if revision != self.revision:
            return False
        self._known.age()
        before = self.top.shape()
        self._apply(found)
        new = [(branch, number, self._keep(branch, number, entries)) for branch, number, entries in around]
        if self.top.shape() != before:
            self._changed()
            self._moved()
            return True
        self._rows.clear()
        for branch, number, changed in new:
            self._arrived(self._seen(branch, number, changed))
        self._ask_for_visible()
        return True

    async def _look_again(self, branch: Branch, at: int, found: list[tuple[Branch, int, int]]) -> None:
        """Gather where every open row stands now, and how many lines it has."""
        if branch.source is None:
            found.append((branch, at, branch.total))
            return
        found.append((branch, at, await branch.source.total()))
        places = await branch.source.places([one.key for one in branch.opened if one.key is not None])
        for one in list(branch.opened):
            if one.key is not None and (now := places.get(one.key)) is not None:
                await self._look_again(one, now, found)

    async def _around(self, branch: Branch, keep: Key, height: int) -> list[tuple[Branch, int, list[Entry]]]:
        """Read the pages around the line that the hand is on, before anything moves."""
        at = await self._place(branch, keep)
        if at is None:
            return []
        pages = range(max(0, at - height) // PAGE, (at + height) // PAGE + 1)
        return [(branch, number, (await self._read(branch, number))[0]) for number in pages]

    def _apply(self, found: list[tuple[Branch, int, int]]) -> None:
        now = {id(branch): (at, total) for branch, at, total in found}

        def again(branch: Branch) -> int:
            branch.at, branch.total = now[id(branch)]
            branch.opened = sorted((one for one in branch.opened if id(one) in now), key=lambda one: now[id(one)][0])
            branch.opened = [one for one in branch.opened if now[id(one)][0] < branch.total]
            branch.size = branch.total + sum(again(one) for one in branch.opened)
            return branch.size

        again(self.top)

    def _resize(self, branch: Branch, total: int) -> None:
        if branch.total == total:
            return
        gone = [one for one in branch.opened if one.at >= total]
        for one in gone:
            branch.opened.remove(one)
        branch.grow(total - branch.total - sum(one.size for one in gone))
        branch.total = total

    def _changed(self) -> None:
        self.revision += 1
        self._rows.clear()

    # for marks

    async def keys(self, rows: Iterable[int]) -> list[Key]:
        """Return what rows are, also those that were not read yet."""
        found: list[Key] = []
        for index in rows:
            branch, at = self._locate(index)
            if branch.source is not None and self._known.entry(branch, at) is None:
                entries, _ = await self._read(branch, at // PAGE)
                self._keep(branch, at // PAGE, entries)
            row = self._look(index)
            if row.key is not None:
                found.append(row.key)
        return found


def _lines_in(entry: Entry) -> int:
    return entry.row.rows if entry.key[0] == "node" else len(entry.row.subtitles)
