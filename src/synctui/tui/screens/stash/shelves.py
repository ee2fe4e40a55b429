"""The catalogue as a list of any length: which groups are open, and which row is which line of which of them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.model.catalog import Entity
from synctui.store.catalog_browse import GroupLine, SceneLine
from synctui.tui.screens.jobs.pages import Pages
from synctui.tui.screens.stash.sources import Line, Source

Key = tuple[tuple[Entity, int], ...]
"""What a row is, whatever its place: itself behind what it lies in; a tag may stand below several."""

Start = Callable[[Coroutine[Any, Any, None]], object]
_MOST_PLACES = 20_000


class Shelf:
    """Something open (or the top): the groups in it, then its scenes; `size` counts its rows with all that is open there."""

    def __init__(self, key: Key, groups: Sequence[GroupLine], source: Source | None, scenes: int) -> None:
        self.key = key
        self.groups = tuple(groups)
        self.source = source
        self.scenes = scenes
        self.parent: Shelf | None = None
        self.at = 0
        self.opened: list[Shelf] = []
        self.size = len(self.groups) + scenes
        self.pages: Pages[Line] | None = None
        self.places: dict[int, int] = {}

    @property
    def depth(self) -> int:
        """Return how deep it lies."""
        return len(self.key)

    def grow(self, by: int) -> None:
        """Take over that there are so many rows more."""
        here: Shelf | None = self
        while here is not None:
            here.size += by
            here = here.parent

    def child(self, at: int) -> Shelf | None:
        """Return what is open at one of its groups."""
        return next((one for one in self.opened if one.at == at), None)

    def locate(self, index: int) -> tuple[Shelf, int]:
        """Return whose line stands so many rows below, and which of its lines it is."""
        shelf, at = self, index
        while True:
            for one in shelf.opened:
                if at <= one.at:
                    return shelf, at
                if at <= one.at + one.size:
                    at -= one.at + 1
                    shelf = one
                    break
                at -= one.size
            else:
                return shelf, at

    def index_of(self, at: int) -> int:
        """Return the place of one of its lines among all rows."""
        shelf, index = self, at
        while True:
            index += sum(one.size for one in shelf.opened if one.at < at)
            if shelf.parent is None:
                return index
            at = shelf.at
            index += at + 1
            shelf = shelf.parent

    def walk(self) -> Iterator[Shelf]:
        """Yield it, and all that is open in it."""
        yield self
        for one in self.opened:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Spot:
    """A row: on which shelf, which of its lines, and what is there (None: not read yet)."""

    shelf: Shelf
    at: int
    line: Line | None
    below: Shelf | None = None

    @property
    def key(self) -> Key | None:
        """Return what it is, None while that is not known."""
        if self.line is None:
            return None
        return (*self.shelf.key, _part(self.line))


class Shelves:
    """Everything that is open. `arrived` is told the rows of lines that came, `start` runs a reading beside the screen."""

    def __init__(self, top: Shelf, arrived: Callable[[Sequence[int]], None], start: Start) -> None:
        self.top = top
        self._arrived = arrived
        self._start = start
        self._attach(top)

    def _attach(self, shelf: Shelf) -> None:
        if shelf.source is None:
            return
        source = shelf.source

        async def read(offset: int, limit: int) -> list[Line]:
            found = await source.read(offset, limit)
            if len(shelf.places) > _MOST_PLACES:
                shelf.places.clear()
            shelf.places |= {one.id: offset + at for at, one in enumerate(found) if isinstance(one, SceneLine)}
            return found

        def came(places: Iterable[int]) -> None:
            first = len(shelf.groups)
            self._arrived([shelf.index_of(first + place) for place in places])

        shelf.pages = Pages(read, came, self._start)

    # looking

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return self.top.size

    def spot(self, index: int) -> Spot:
        """Return a row; a line that was not read yet is asked for."""
        shelf, at = self.top.locate(index)
        if at < len(shelf.groups):
            return Spot(shelf, at, shelf.groups[at], shelf.child(at))
        line = shelf.pages.get(at - len(shelf.groups)) if shelf.pages is not None else None
        return Spot(shelf, at, line)

    def find(self, key: Hashable) -> int | None:
        """Return the place of a row, None when it is not known."""
        if not isinstance(key, tuple) or not key:
            return None
        shelf = self.shelf_at(key[:-1])
        if shelf is None:
            return None
        at = _group_at(shelf, key[-1])
        if at is None and key[-1][0] is Entity.SCENE and (place := shelf.places.get(key[-1][1])) is not None:
            at = len(shelf.groups) + place if place < shelf.scenes else None
        return None if at is None else shelf.index_of(at)

    def shelf_at(self, key: Key) -> Shelf | None:
        """Return what is open by this key."""
        shelf = self.top
        for part in key:
            at = _group_at(shelf, part)
            below = shelf.child(at) if at is not None else None
            if below is None:
                return None
            shelf = below
        return shelf

    # opening and closing

    def put(self, parent: Shelf, at: int, shelf: Shelf) -> bool:
        """Open a group of a shelf; False when it is open already, or has gone meanwhile."""
        if at >= len(parent.groups) or parent.child(at) is not None or self.shelf_at(parent.key) is not parent:
            return False
        shelf.parent, shelf.at = parent, at
        self._attach(shelf)
        insort(parent.opened, shelf, key=lambda one: one.at)
        parent.grow(shelf.size)
        return True

    def close(self, spot: Spot) -> bool:
        """Close a row; False when it is not open."""
        if spot.below is None:
            return False
        spot.shelf.opened.remove(spot.below)
        spot.shelf.grow(-spot.below.size)
        return True

    def above(self, index: int) -> int | None:
        """Return the place of the row that a row lies in."""
        shelf, _ = self.top.locate(index)
        return None if shelf.parent is None else shelf.parent.index_of(shelf.at)

    async def have(self, index: int) -> None:
        """Read the line of a row, if that was not done yet."""
        if 0 <= index < self.count:
            shelf, at = self.top.locate(index)
            if at >= len(shelf.groups) and shelf.pages is not None:
                place = at - len(shelf.groups)
                await shelf.pages.load(range(place, place + 1))

    def again(self, rows: Iterable[int]) -> None:
        """Read the lines of these rows again: what they say may have changed."""
        wanted: dict[int, tuple[Shelf, list[int]]] = {}
        for index in rows:
            if index < self.count:
                shelf, at = self.top.locate(index)
                if at >= len(shelf.groups):
                    wanted.setdefault(id(shelf), (shelf, []))[1].append(at - len(shelf.groups))
        for shelf in self.top.walk():
            places = wanted.get(id(shelf), (shelf, []))[1]
            if shelf.pages is not None:
                shelf.pages.again(range(min(places), max(places) + 1) if places else range(0))


def _part(line: Line) -> tuple[Entity, int]:
    return (Entity.SCENE, line.id) if isinstance(line, SceneLine) else (line.entity, line.id)


def _group_at(shelf: Shelf, part: tuple[Entity, int]) -> int | None:
    return next((at for at, one in enumerate(shelf.groups) if (one.entity, one.id) == part), None)
