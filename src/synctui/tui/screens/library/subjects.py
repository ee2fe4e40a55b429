"""What a command is about: marked rows, or the one under the cursor, as the store and a request name them."""

from __future__ import annotations

from collections.abc import Sequence

from synctui import words
from synctui.library.decisions import paths_below
from synctui.model.library import LibraryRoot
from synctui.store import branches, tree
from synctui.store.database import Database
from synctui.store.holders import videos_in
from synctui.store.targets import address
from synctui.tui.screens.library.branch import Row
from synctui.tui.screens.library.sources import Key


class Subjects:
    """Some rows; `title` is what a person calls them."""

    def __init__(self, database: Database, keys: Sequence[Key], title: str) -> None:
        self._database = database
        self.keys = tuple(keys)
        self.title = title

    @classmethod
    def of(cls, database: Database, marked: Sequence[Key], row: Row | None) -> Subjects:
        """Return what is marked, or else the row under the cursor."""
        if marked:
            return cls(database, marked, words.count(len(marked), "marked row"))
        if row is None or row.key is None or row.entry is None:
            return cls(database, (), "")
        return cls(database, (row.key,), row.entry.label)

    def __bool__(self) -> bool:
        return bool(self.keys)

    @property
    def nodes(self) -> list[int]:
        """Return the ids of those that are nodes."""
        return [int(id) for kind, id in self.keys if kind == "node"]

    @property
    def files(self) -> list[int]:
        """Return the ids of those that are videos or lone subtitles."""
        return [int(id) for kind, id in self.keys if kind == "file"]

    async def targets(self) -> tuple[str, ...]:
        """Return them as the targets of a request."""
        found = [await address(self._database, node) for node in self.nodes]
        found += (await branches.paths(self._database, self.files)).values()
        found += [str(path) for kind, path in self.keys if kind == "subtitle"]
        return tuple(dict.fromkeys(found))

    async def media(self) -> tuple[str, ...]:
        """Return them as paths: folders of libraries, the videos of shows and seasons, files themselves."""
        found: list[str] = []
        for row in await tree.node_rows(self._database, self.nodes):
            found += [row.path] if row.path is not None else await videos_in(self._database, row.id)
        found += (await branches.paths(self._database, self.files)).values()
        found += [str(path) for kind, path in self.keys if kind == "subtitle"]
        return tuple(dict.fromkeys(found))

    async def subtitles(self) -> list[str]:
        """Return the paths of all subtitles in them."""
        below = [path async for path in paths_below(self._database, nodes=self.nodes, videos=self.files)]
        return list(dict.fromkeys((*below, *(str(path) for kind, path in self.keys if kind == "subtitle"))))

    async def paths(self, libraries: Sequence[LibraryRoot]) -> list[str]:
        """Return the paths of the files themselves; of nodes those that have one, which libraries have."""
        roots = {library.path for library in libraries}
        named = [await address(self._database, node) for node in self.nodes]
        found = [path for path in named if path in roots]
        found += (await branches.paths(self._database, self.files)).values()
        return [*found, *(str(path) for kind, path in self.keys if kind == "subtitle")]
