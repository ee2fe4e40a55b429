"""Where the lines of the outline come from: the configured libraries, what is below a node, what a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from synctui.library.episodes import episode_name, numbers
from synctui.library.names import stem
from synctui.model.library import TreeCounts
from synctui.store import branches, tree
from synctui.store.database import Database
from synctui.store.tree import TreeRow
from synctui.text import display
from synctui.tui.screens.library.filter import Query

_CHUNK = 500

Key = tuple[str, int | str]
"""What a row is, whatever its place: ("node", id), ("file", id) or ("subtitle", path)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as it is kept: the store's row, its name as shown, and (found by a search) the nodes it hangs below."""

    row: TreeRow
    label: str
    nodes: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """Return what the line is."""
        return ("node" if self.row.kind in ("library", "show", "season") else "file", self.row.id)


class Index:
    """Where lines are read from: first a database that is only looked at, then whichever the services have opened."""

    def __init__(self, database: Database) -> None:
        self.database = database


class Source(Protocol):
    """Lines in pages."""

    async def read(self, offset: int, limit: int) -> tuple[list[Entry], int]:
        """Return some lines, and how many there are."""
        ...

    async def total(self) -> int:
        """Return how many lines there are now."""
        ...

    async def places(self, keys: Sequence[Key]) -> dict[Key, int]:
        """Return where lines stand now; those that are gone are left out."""
        ...


class Libraries:
    """The configured libraries that the index knows, with their counts."""

    def __init__(self, index: Index, paths: Sequence[str]) -> None:
        self._index = index
        self._paths = frozenset(paths)
        self.counts = TreeCounts()

    async def _rows(self) -> list[TreeRow]:
        rows = [row for row in (await tree.libraries(self._index.database)).rows if row.path in self._paths]
        self.counts = summed([row.counts for row in rows])
        return rows

    async def read(self, offset: int, limit: int) -> tuple[list[Entry], int]:
        rows = await self._rows()
        return [Entry(row, display(row.name)) for row in rows[offset : offset + limit]], len(rows)

    async def total(self) -> int:
        return len(await self._rows())

    async def places(self, keys: Sequence[Key]) -> dict[Key, int]:
        wanted = set(keys)
        found = ((("node", row.id), index) for index, row in enumerate(await self._rows()))
        return {key: index for key, index in found if key in wanted}


class Below:
    """What hangs directly below a node; `season` is the node's number when it is one."""

    def __init__(self, index: Index, node: int, season: int | None = None) -> None:
        self._index = index
        self._node = node
        self._season = season

    async def read(self, offset: int, limit: int) -> tuple[list[Entry], int]:
        page = await tree.children(self._index.database, self._node, offset=offset, limit=limit)
        return [Entry(row, label(row, self._season)) for row in page.rows], page.total

    async def total(self) -> int:
        return await branches.size(self._index.database, self._node)

    async def places(self, keys: Sequence[Key]) -> dict[Key, int]:
        nodes = [int(id) for kind, id in keys if kind == "node"]
        files = [int(id) for kind, id in keys if kind == "file"]
        found = await branches.places(self._index.database, self._node, nodes=nodes) if nodes else {}
        among = await branches.places(self._index.database, self._node, files=files) if files else {}
        places: dict[Key, int] = {("node", id): at for id, at in found.items()}
        places.update({("file", id): at for id, at in among.items()})
        return places


class Hits:
    """What a search finds: videos with their subtitles, and lone subtitles, each with its show before its name."""

    def __init__(self, index: Index, query: Query) -> None:
        self._index = index
        self._query = query
        self._ids: list[int] | None = None
        self.counts = TreeCounts()

    async def read(self, offset: int, limit: int) -> tuple[list[Entry], int]:
        if offset == 0 and self._ids is None:
            query = self._query
            page = await tree.search(
                self._index.database, query.words, states=query.states, languages=query.languages, limit=limit
            )
            self.counts = page.counts
            return await self._entries(page.rows), page.total
        ids = await self.ids()
        rows = await tree.file_rows(self._index.database, ids[offset : offset + limit])
        return await self._entries(rows), len(ids)

    async def ids(self) -> list[int]:
        """Return the ids of all that is found, in order."""
        if self._ids is None:
            query = self._query
            self._ids = await tree.search_ids(
                self._index.database, query.words, states=query.states, languages=query.languages, limit=10_000_000
            )
        return self._ids

    async def keys(self) -> list[Key]:
        """Return all that is found, for commands: only the subtitles that were asked for by state or language."""
        ids = await self.ids()
        if not self._query.narrow:
            return [("file", id) for id in ids]
        found: list[Key] = []
        for start in range(0, len(ids), _CHUNK):
            for row in await tree.file_rows(self._index.database, ids[start : start + _CHUNK]):
                found += meant(row, self._query)
        return found

    async def total(self) -> int:
        """Look again, and return how much is found now."""
        self._ids = None
        _, total = await self.read(0, 1)
        return total

    async def places(self, keys: Sequence[Key]) -> dict[Key, int]:
        wanted = set(keys)
        return {("file", id): index for index, id in enumerate(await self.ids()) if ("file", id) in wanted}

    async def _entries(self, rows: Sequence[TreeRow]) -> list[Entry]:
        above = await branches.above(self._index.database, [row.id for row in rows])
        entries = []
        for row in rows:
            home = above.get(row.id, branches.Above(()))
            name = label(row, home.season)
            entries.append(
                Entry(row, f"{display(home.show)}  {name}" if home.show and row.kind == "video" else name, home.nodes)
            )
        return entries


def meant(row: TreeRow, query: Query) -> list[Key]:
    """Return what a command on a row that a filter found is about: of a video the subtitles that the filter names."""
    if row.kind != "video" or not query.narrow:
        return [("file", row.id)]
    return [("subtitle", line.path) for line in row.subtitles if query.fits(line.state, line.name.language)]


def below(index: Index, entry: Entry) -> Source:
    """Return the lines below a node."""
    return Below(index, entry.row.id, entry.row.number if entry.row.kind == "season" else None)


def label(row: TreeRow, season: int | None) -> str:
    """Return how a line is called: an episode by numbers and title, a film by its file's stem, anything else as it is."""
    if row.kind != "video":
        return display(row.name)
    name = stem(row.name)
    if (found := numbers(name)) is not None:
        first, last = found.episodes[0], found.episodes[-1]
        number = f"S{found.season or 0:02d}E{first:02d}" + (f"-{last:02d}" if last != first else "")
        title = display(episode_name(row.name).title)
        return f"{number}  {title}".rstrip()
    if season is not None and row.number is not None:
        return f"S{season:02d}E{row.number:02d}  {display(name)}"
    return display(name)


def summed(counts: Sequence[TreeCounts]) -> TreeCounts:
    """Return counts added up."""
    states: dict[str, int] = {}
    for one in counts:
        for state, files in one.by_state.items():
            states[state] = states.get(state, 0) + files
    return TreeCounts(sum(one.subtitles for one in counts), sum(one.videos for one in counts), states)
