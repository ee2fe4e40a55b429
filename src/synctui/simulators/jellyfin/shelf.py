"""The server's database: the items it knows, and how they follow the disk when they are refreshed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from synctui.model.clock import Clock
from synctui.simulators.jellyfin.items import Found, Item, LibraryFolder, read
from synctui.simulators.jellyfin.paths import parent, within


class Shelf:
    """Items by path. `refreshed` lists every path that had to be refreshed, `everything` for a scan of all."""

    def __init__(self, libraries: Sequence[LibraryFolder], clock: Clock, *, numbers: bool = False) -> None:
        self.libraries = list(libraries)
        self.items: dict[str, Item] = {}
        self.refreshed: list[str] = []
        self.top = Item("", "AggregateFolder", "", Path("/"))
        self._clock = clock
        self._numbers = numbers

    def key(self, kind: str, path: str) -> str:
        """Return the id of an item: 32 hexadecimal digits, or a number as Emby has it."""
        digest = hashlib.sha256(f"{kind}:{path}".encode("utf-8", "replace")).hexdigest()
        return str(int(digest[:7], 16)) if self._numbers else digest[:32]

    def library_key(self, library: LibraryFolder) -> str:
        """Return the id of a library."""
        return self.key("CollectionFolder", library.name)

    def by_id(self, key: str) -> Item | None:
        """Return an item by its id, however that is spelled."""
        wanted = key.replace("-", "").lower()
        return next((item for item in self.items.values() if item.id == wanted), None)

    def find(self, path: str) -> Item | None:
        """Return the item of exactly this path; a version's path is its film's."""
        return self.items.get(path) or next((item for item in self.items.values() if path in item.versions), None)

    def affected(self, path: str) -> Item | None:
        """Return what must be refreshed for a change: the nearest known item, upwards until one exists on disk."""
        item = None
        while item is None and path:
            item = self.find(path)
            path = parent(path)
        while item is not None and item is not self.top and not item.file.exists():
            item = self.above(item)
        return item

    def above(self, item: Item) -> Item:
        """Return the item that holds another one; a library's own folder lies in `top`."""
        path = "" if any(library.path == item.path for library in self.libraries) else parent(item.path)
        while path and path not in self.items:
            path = parent(path)
        return self.items.get(path, self.top)

    def scan(self) -> None:
        """Refresh every library."""
        self.refreshed.append("everything")
        for library in self.libraries:
            self._read_again(library, library.folder, library.path)

    def refresh(self, item: Item, *, fully: bool = False) -> None:
        """Refresh one item, and what is in it; `fully` saves it whether it changed or not."""
        if item is self.top:
            self.scan()
            return
        self.refreshed.append(item.path)
        library = self._library(item.path)
        if library is None:
            return
        if item.is_folder:
            self._read_again(library, item.file, item.path)
        else:
            found = [one for one in read(library, item.file.parent) if one.path == item.path]
            self._take(found)
        if fully and item.path in self.items:
            self.items[item.path].saved = self._clock.now()

    def _library(self, path: str) -> LibraryFolder | None:
        return next((one for one in self.libraries if path == one.path or within(path, one.path)), None)

    def _read_again(self, library: LibraryFolder, at: Path, path: str) -> None:
        if at == library.folder and not _has_entries(at):
            return  # A drive that is away: nothing is forgotten.
        found = list(read(library, at))
        there = {one.path for one in found}
        for gone in [known for known in self.items if (known == path or within(known, path)) and known not in there]:
            del self.items[gone]
        self._take(found)

    def _take(self, found: Iterable[Found]) -> None:
        now = self._clock.now()
        for one in found:
            known = self.items.get(one.path)
            if known is None or known.kind != one.kind:
                key = self.key(one.kind, one.path)
                self.items[one.path] = Item(key, one.kind, one.path, one.file, one.versions, now, now, one.signature)
            elif (known.signature, known.versions) != (one.signature, one.versions):
                known.signature, known.versions, known.saved = one.signature, one.versions, now


def _has_entries(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False
