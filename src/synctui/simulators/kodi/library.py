"""The simulated Kodi's library: items, what it knows of files for longer than of items, and folders that look unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from synctui.simulators.kodi.disk import slashed
from synctui.simulators.kodi.nfo import Nfo

Kind = Literal["movie", "episode"]
KINDS: tuple[Kind, ...] = ("movie", "episode")


@dataclass(slots=True)
class Item:
    """A film or an episode; `folder` is the one that holds its file, `show` the id of its show."""

    kind: Kind
    id: int
    file: str
    folder: str
    nfo: Nfo
    playcount: int = 0
    lastplayed: str = ""
    userrating: int = 0
    show: int = -1

    @property
    def title(self) -> str:
        """Return its title."""
        return self.nfo.title


@dataclass(frozen=True, slots=True)
class Show:
    """A show and its folder."""

    id: int
    path: str
    title: str


@dataclass(slots=True)
class FileState:
    """What is kept of a file when its item goes."""

    dateadded: str = ""
    position: float = 0.0
    total: float = 0.0


@dataclass(slots=True)
class Library:
    """Films, episodes and shows by id; a new id is one more than the highest in use."""

    items: dict[tuple[Kind, int], Item] = field(default_factory=dict)
    shows: dict[int, Show] = field(default_factory=dict)
    files: dict[str, FileState] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def of(self, kind: Kind) -> list[Item]:
        """Return the items of a kind by id."""
        return sorted((item for item in self.items.values() if item.kind == kind), key=lambda item: item.id)

    def by_file(self, kind: Kind, file: str) -> Item | None:
        """Return the item of a file."""
        return next((item for item in self.items.values() if item.kind == kind and item.file == file), None)

    def show_at(self, path: str) -> Show | None:
        """Return the show whose folder this is."""
        return next((show for show in self.shows.values() if show.path == slashed(path)), None)

    def add(self, kind: Kind, file: str, folder: str, nfo: Nfo, dateadded: str, show: int = -1) -> Item:
        """Take a file in; what was kept of it comes back, what its item had does not."""
        number = self._next_id(kind)
        item = Item(kind, number, file, folder, nfo, nfo.playcount, nfo.lastplayed, nfo.userrating, show)
        self.items[kind, number] = item
        self.files.setdefault(file, FileState(dateadded))
        return item

    def add_show(self, path: str, title: str) -> Show:
        """Take a show in."""
        show = Show(1 + max(self.shows, default=0), slashed(path), title)
        self.shows[show.id] = show
        return show

    def remove(self, item: Item) -> None:
        """Take an item out, so that its folders are read again when they are next scanned."""
        del self.items[item.kind, item.id]
        for path in folders_above(item.folder):
            self.hashes.pop(path, None)

    def clean(self, item: Item) -> None:
        """Take an item out whose file is missing: nothing is kept of the file, and the folder counts as read."""
        del self.items[item.kind, item.id]
        self.files.pop(item.file, None)

    def refresh(self, item: Item, nfo: Nfo) -> Item:
        """Read an item anew: it gets another id (unless its own was the highest), and what only its item had is lost."""
        del self.items[item.kind, item.id]
        number = self._next_id(item.kind)
        fresh = replace(
            item, id=number, nfo=nfo, playcount=nfo.playcount, lastplayed=nfo.lastplayed, userrating=nfo.userrating
        )
        self.items[item.kind, number] = fresh
        return fresh

    def _next_id(self, kind: Kind) -> int:
        return 1 + max((item.id for item in self.items.values() if item.kind == kind), default=0)


def folders_above(path: str) -> Iterator[str]:
    """Yield a folder and those above it."""
    while path.strip("/"):
        yield path
        path = path.rstrip("/").rpartition("/")[0] + "/"
