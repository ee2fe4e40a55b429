"""Where the lines of the catalogue come from: scenes by index, scenes of a performer or tag, what a search found."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Protocol

from synctui.model.catalog import Entity
from synctui.store import catalog_browse as browse
from synctui.store.catalog_browse import Found, GroupLine, SceneLine, Within
from synctui.store.database import Database

Line = SceneLine | GroupLine
Reading = Callable[[], Database]


class Source(Protocol):
    """Lines in pages."""

    async def total(self) -> int:
        """Return how many lines there are now."""
        ...

    async def read(self, offset: int, limit: int) -> list[Line]:
        """Return a page of lines."""
        ...

    async def place(self, scene: int) -> int | None:
        """Return which line a scene is, None when it is none."""
        ...


class Ordered:
    """Scenes in the order of an index: any page costs the same, however many there are."""

    def __init__(self, database: Reading, within: Within) -> None:
        self._database = database
        self.within = within

    async def total(self) -> int:
        return await browse.count_within(self._database(), self.within)

    async def read(self, offset: int, limit: int) -> list[Line]:
        return [*await browse.page_within(self._database(), self.within, offset, limit)]

    async def place(self, scene: int) -> int | None:
        return await browse.place_within(self._database(), self.within, scene)


class Listed:
    """The scenes of a performer or a tag: their numbers are known, in eight bytes each, their lines are read by the page."""

    def __init__(self, database: Reading, within: Within) -> None:
        self._database = database
        self.within = within
        self._ids = array("q")

    async def total(self) -> int:
        self._ids = array("q", await browse.ids_within(self._database(), self.within))
        return len(self._ids)

    async def read(self, offset: int, limit: int) -> list[Line]:
        return [*await _scenes(self._database(), self._ids[offset : offset + limit])]

    async def place(self, scene: int) -> int | None:
        return self._ids.index(scene) if scene in self._ids else None


class Hits:
    """What a search found, scenes first."""

    def __init__(self, database: Reading, found: Found) -> None:
        self._database = database
        self.found = found

    async def total(self) -> int:
        return len(self.found.things)

    async def read(self, offset: int, limit: int) -> list[Line]:
        things = self.found.things[offset : offset + limit]
        scenes = await _scenes(self._database(), [number for entity, number in things if entity is Entity.SCENE])
        by_number = {one.id: one for one in scenes}
        named = await browse.group_lines(self._database(), things)
        return [
            by_number[number]
            if entity is Entity.SCENE
            else named.get((entity, number)) or GroupLine(entity, number, "", deleted=True)
            for entity, number in things
        ]

    async def place(self, scene: int) -> int | None:
        wanted = (Entity.SCENE, scene)
        return self.found.things.index(wanted) if wanted in self.found.things else None


async def _scenes(database: Database, ids: Sequence[int]) -> list[SceneLine]:
    """Return a line for each of these, so that every line stays where it is, whatever has gone meanwhile."""
    known = {one.id: one for one in await browse.lines_of(database, ids)}
    return [known.get(number) or SceneLine(number, f"scene {number}", deleted=True) for number in ids]


def source_of(database: Reading, within: Within) -> Source:
    """Return the lines of some scenes."""
    return Listed(database, within) if within.which in ("performer", "tag") else Ordered(database, within)
