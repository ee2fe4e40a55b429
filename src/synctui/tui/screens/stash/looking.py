"""What of the catalogue is on the screen: read in tasks, by the page, and kept in step with the store."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.errors import SyncTuiError
from synctui.model.catalog import Entity
from synctui.store import catalog_browse as browse
from synctui.store.catalog_browse import Found, GroupLine, Which, Within
from synctui.store.database import Database
from synctui.text import display
from synctui.tui.screens.library.following import Following
from synctui.tui.screens.place import Place
from synctui.tui.screens.stash import standing
from synctui.tui.screens.stash.family import Family, family
from synctui.tui.screens.stash.rows import CatalogueRows
from synctui.tui.screens.stash.shelves import Key, Shelf, Shelves, Spot
from synctui.tui.screens.stash.sources import Hits, Ordered, Source, source_of
from synctui.tui.screens.stash.standing import Standing
from synctui.tui.widgets.rows import RowList

_TYPED_S = 0.1

_WITHIN: Mapping[Entity, Which] = {Entity.STUDIO: "studio", Entity.PERFORMER: "performer", Entity.TAG: "tag"}


@dataclass(frozen=True, slots=True)
class Left:
    """How a view was left: what was open, the row of the cursor, and the first that was visible."""

    opened: tuple[Key, ...] = ()
    key: Key | None = None
    top: int = 0


class Looking(Place):
    """The part of the catalogue's screen that knows what is open and reads it.

    `view` is what scenes are shown by, `gone` says that only those are shown that went from the server, `found` is what a
    search found. `reading` holds until the first rows are there.
    """

    list: RowList

    def __init__(self) -> None:
        super().__init__()
        self.source = CatalogueRows(lambda group: self._families.get(group.entity, Family()).count(group))
        self.view = Entity.STUDIO
        self.gone = False
        self.found: Found | None = None
        self.standing: Standing | None = None
        self.reading = True
        self._families: dict[Entity, Family] = {}
        self._kept: dict[tuple[Entity, bool], Left] = {}
        self._stamp: tuple[object, ...] = ()
        self._following = Following(self._look_again)
        self._edition = 0
        self._wanted: asyncio.TimerHandle | None = None
        self._text = ""

    def shaken(self) -> None:
        """Draw everything: rows came, went, or are others."""
        raise NotImplementedError

    def _database(self) -> Database:
        return self.home.services.database

    # opening

    def begin(self) -> None:
        """Show what there is, as soon as it can be read."""
        if self.home.house.ready:
            self.opened()

    def opened(self) -> None:
        self._stamp = ()
        if self.is_mounted:
            self._following.touch(self.home, shape=True)

    def refreshed(self) -> None:
        if self.stands and self.home.house.ready:
            self._following.touch(self.home)

    def touched(self) -> None:
        """Take over that something was changed here."""
        self._following.touch(self.home, shape=True)

    async def _look_again(self, shape: bool) -> None:
        services = self.home.services if self.home.house.ready else None
        if services is None or not self.stands:
            return
        try:
            news = await self._following.news(services.database)
            if not (news or shape):
                self.update_frame()
                return
            if self.source.shelves is None:
                # What can be browsed is there before anything is counted.
                await self._first_rows()
            self.standing = await standing.read(services.database, configured=bool(services.stash.tools.settings.url))
            stamp = (self.standing, await browse.newest(services.database))
            if stamp != self._stamp:
                self._stamp = stamp
                await self._renew()
        except SyncTuiError:
            # Closed below it, because the configuration changed or the application ends.
            if self.home.house.ready and self.home.services is services:
                raise
            return
        if self.stands:
            self.shaken()

    async def _first_rows(self) -> None:
        await self._read_groups(self.view, counted=False)
        await self._show(await self._shelves())

    async def _read_groups(self, entity: Entity, *, counted: bool = True) -> None:
        if entity is Entity.SCENE:
            return
        lines = await browse.groups(self._database(), entity)
        counts = await browse.scene_counts(self._database(), entity) if counted else None
        self._families[entity] = family(entity, lines, counts)

    async def _shelves(self) -> Shelves:
        """Return what stands at the top of the view, all closed."""
        return Shelves(await self._top(), self._arrived, lambda work: self.home.start(work, name="lines"))

    async def _top(self) -> Shelf:
        if self.gone or self.view is Entity.SCENE:
            source = Ordered(self._database, Within("gone" if self.gone else "all"))
            return Shelf((), (), source, await source.total())
        return Shelf((), self._families[self.view].roots, None, 0)

    async def _show(self, shelves: Shelves, key: Key | None = None, top: int = 0) -> None:
        await shelves.have(0)
        if not self.stands:
            return
        self.source.shelves = shelves
        self.reading = False
        self.list.reload(keep=False)
        if key is not None and (at := shelves.find(key)) is not None:
            self.list.stand(at, top)
        self.shaken()

    def _arrived(self, places: Sequence[int]) -> None:
        if self.stands:
            self.list.redraw(places)
            if self.list.cursor in places:
                self.list.move_to(self.list.cursor)
                self.shaken()

    # following

    async def _renew(self) -> None:
        """Read anew what is open; the cursor stays on its row, what was open stays open."""
        if self.found is not None:
            self._families.clear()
            if self.source.shelves is not None:
                self.source.shelves.again(self.list.on_screen())
            return
        edition = self._edition
        # Other views are read when they are shown.
        self._families = {view: known for view, known in self._families.items() if view is self.view}
        if not self.gone:
            await self._read_groups(self.view)
        before = self.source.shelves
        fresh = await self._as_left(self._left())
        if edition != self._edition or not self.stands or before is not self.source.shelves:
            return
        for index in self.list.on_screen():
            await fresh.have(index)
        self.source.shelves = fresh
        self.list.reload()

    def _left(self) -> Left:
        """Return how the view stands now."""
        shelves, spot = self.source.shelves, self.source.spot(self.list.cursor)
        opened = tuple(shelf.key for shelf in shelves.top.walk())[1:] if shelves is not None else ()
        return Left(opened, spot.key if spot is not None else None, self.list.top)

    async def _as_left(self, left: Left) -> Shelves:
        """Return the view with what was open, and with the line that the cursor was on, wherever it stands now."""
        shelves = await self._shelves()
        for key in left.opened:
            await self._reopen(shelves, key)
        if left.key is not None and left.key[-1][0] is Entity.SCENE:
            await self._bring(shelves, left.key)
        return shelves

    async def _reopen(self, shelves: Shelves, key: Key) -> None:
        parent = shelves.shelf_at(key[:-1])
        if parent is None:
            return
        at = next((at for at, one in enumerate(parent.groups) if (one.entity, one.id) == key[-1]), None)
        if at is not None:
            shelves.put(parent, at, await self._shelf(parent, parent.groups[at]))

    async def _bring(self, shelves: Shelves, key: Key) -> None:
        """Have the line of a scene, wherever it stands now."""
        shelf = shelves.shelf_at(key[:-1])
        if shelf is not None and shelf.source is not None:
            place = await shelf.source.place(key[-1][1])
            if place is not None:
                await shelves.have(shelf.index_of(len(shelf.groups) + place))

    # opening and closing rows

    async def _shelf(self, parent: Shelf, group: GroupLine) -> Shelf:
        below = self._families.get(group.entity, Family()).below.get(group.id, ())
        above = {number for entity, number in parent.key if entity is group.entity}
        source: Source = source_of(self._database, Within(_WITHIN[group.entity], group.id))
        groups = [one for one in below if one.id not in above and one.id != group.id]
        return Shelf((*parent.key, (group.entity, group.id)), groups, source, await source.total())

    async def unfold(self, spot: Spot, index: int) -> None:
        """Open a row."""
        shelves, group = self.source.shelves, spot.line
        if shelves is None or not isinstance(group, GroupLine):
            return
        shelf = await self._shelf(spot.shelf, group)
        if not self.stands or self.source.shelves is not shelves:
            return
        if shelves.put(spot.shelf, spot.at, shelf):
            if not shelf.size:
                shelves.close(shelves.spot(spot.shelf.index_of(spot.at)))
                self.home.say(f"{display(group.name, 40)} has no scenes")
                return
            await shelves.have(spot.shelf.index_of(spot.at) + 1 + len(shelf.groups))
            self.list.reload()
            self.shaken()

    def fold(self, spot: Spot) -> None:
        """Close a row."""
        if self.source.shelves is not None and self.source.shelves.close(spot):
            self.list.reload()
            self.shaken()

    # views

    async def show_view(self, view: Entity) -> None:
        """Show scenes by something else; where one was in it before, it is as it was left."""
        self._keep()
        self._leave_search()
        self.view, self.gone = view, False
        await self._show_kept()

    async def show_gone(self, gone: bool) -> None:
        """Show what is gone from the server, or what is there."""
        self._keep()
        self._leave_search()
        self.gone = gone
        await self._show_kept()

    def _leave_search(self) -> None:
        self.found, self._text = None, ""
        from synctui.tui.widgets.finder import Finder

        for finder in self.query(Finder):
            finder.close()

    def _keep(self) -> None:
        if self.source.shelves is not None and self.found is None:
            self._kept[self.view, self.gone] = self._left()

    async def _show_kept(self) -> None:
        self._edition += 1
        edition = self._edition
        left = self._kept.get((self.view, self.gone), Left())
        if not self.gone and self.view not in self._families:
            await self._read_groups(self.view, counted=False)
        shelves = await self._as_left(left)
        if edition != self._edition:
            return
        await self._show(shelves, left.key, left.top)
        counted = self.gone or self.view is Entity.SCENE or self._families[self.view].scenes is not None
        if not counted and edition == self._edition and self.stands:
            await self._renew()
            self.shaken()

    async def go_to_group(self, group: GroupLine) -> None:
        """Show a studio, performer or tag that was found, in its view and open."""
        await self.show_view(group.entity)
        shelves = self.source.shelves
        if shelves is None:
            return
        key = self._way_to(group)
        for length in range(1, len(key) + 1):
            if shelves.shelf_at(key[:length]) is None:
                await self._reopen(shelves, key[:length])
        if self.source.shelves is not shelves or not self.stands:
            return
        self.list.reload()
        if (at := shelves.find(key)) is not None:
            await shelves.have(at + 1)
            self.list.move_to(at, settle=True)
        else:
            self.home.say(f"{display(group.name, 40)} has no scenes here")
        self.shaken()

    def _way_to(self, group: GroupLine) -> Key:
        """Return what a group lies in, from the top down, and itself."""
        known = self._families.get(group.entity, Family())
        roots = {one.id for one in known.roots}
        holders: dict[int, int] = {}
        for above, found in known.below.items():
            for one in found:
                holders.setdefault(one.id, above)
        way = [group.id]
        while way[0] not in roots and (holder := holders.get(way[0])) is not None and holder not in way:
            way.insert(0, holder)
        return tuple((group.entity, number) for number in way)

    # searching

    def look_for(self, text: str) -> None:
        """Show what has these words; "" for what was shown before."""
        if self._wanted is not None:
            self._wanted.cancel()
            self._wanted = None
        if not text.strip():
            self._text = ""
            if self.found is not None:
                self.home.start(self._end_search(), name="search")
            return
        self._wanted = asyncio.get_running_loop().call_later(_TYPED_S, self._begin_search, text)

    def _begin_search(self, text: str) -> None:
        self._wanted = None
        if self.stands and self.home.house.ready:
            self._text = text
            self.home.start(self._search(text), name="search")

    async def _search(self, text: str) -> None:
        found = await browse.search(self._database(), text)
        if text != self._text or not self.stands:
            return  # something else is looked for by now
        self._keep()
        self.found = found
        source = Hits(self._database, found)
        shelves = Shelves(Shelf((), (), source, await source.total()), self._arrived, self._start_lines)
        if text == self._text:
            await self._show(shelves)

    def _start_lines(self, work: Coroutine[Any, Any, None]) -> object:
        return self.home.start(work, name="lines")

    async def _end_search(self) -> None:
        self.found = None
        await self._show_kept()
