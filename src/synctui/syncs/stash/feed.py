"""What the catalogue tells the change feed: files of scenes that appeared, moved or vanished, as they are called here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence, Set

from synctui.library.paths import PathMaps
from synctui.model.catalog import Scene
from synctui.model.library import Change, LibraryRoot

SOURCE = "stash"


class Feed:
    """Turns what happened to the server's files into lines of the feed; what lies outside our libraries is left out."""

    def __init__(self, maps: PathMaps, libraries: Sequence[LibraryRoot]) -> None:
        self._maps = maps
        self._roots = tuple(os.path.abspath(library.path) for library in libraries)

    def here(self, path: str) -> str | None:
        """Return what a file of the server's is called here, None when no map leads to it or it lies in no library."""
        if "\0" in path or "\ufffd" in path:
            # What could not be spelled in the server's answer is another name by now.
            return None
        mapped = self._maps.ours(path)
        if mapped is None or not os.path.isabs(mapped):
            return None
        ours = os.path.normpath(mapped)
        inside = any(ours.startswith(root.rstrip("/") + "/") for root in self._roots)
        return ours if inside and ours == os.path.abspath(ours) else None

    def changes(self, before: Mapping[int, str], scene: Scene, *, known: Set[str], kept: Set[str]) -> Iterator[Change]:
        """Yield what happened to a scene's files; `before` has the paths of their ids.

        What any scene had before (`known`) is no news, and what any has now (`kept`) is not gone: files go from one scene to
        another when scenes are merged.
        """
        now = {file.id: file.path for file in scene.files}
        for number, path in now.items():
            old = before.get(number)
            if old == path:
                continue
            ours, previous = self.here(path), self.here(old) if old is not None else None
            if ours is not None and previous is not None:
                yield Change(ours, "moved", SOURCE, previous)
            elif ours is not None and (old is not None or path not in known):
                yield Change(ours, "created", SOURCE)
            elif previous is not None:
                yield Change(previous, "removed", SOURCE)
        for number, path in before.items():
            if number not in now and path not in kept:
                yield from self.gone(path)

    def gone(self, path: str) -> Iterator[Change]:
        """Yield that a file of the server's is not there any more."""
        if (ours := self.here(path)) is not None:
            yield Change(ours, "removed", SOURCE)


async def really_gone(changes: Sequence[Change]) -> list[Change]:
    """Return changes without those of files that are said to be gone and lie here all the same.

    A scene may be deleted without its file, and a file may go to another scene that is not stored yet.
    """
    removed = [change.path for change in changes if change.change == "removed"]
    if not removed:
        return list(changes)
    there = await asyncio.to_thread(lambda: {path for path in removed if os.path.lexists(path)})
    return [change for change in changes if change.change != "removed" or change.path not in there]
