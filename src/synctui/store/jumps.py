"""Finds places in the tree: the nodes above a file, a line's number, and the next file in some state.

Lines stand in the order of `store.tree.children`: below a node its nodes first, then its files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synctui.model.states import SubtitleState
from synctui.store.database import Database

_UP = """WITH RECURSIVE up(id, parent, depth) AS (
    SELECT id, parent, 0 FROM nodes WHERE id = ?
    UNION ALL SELECT n.id, n.parent, depth + 1 FROM nodes n JOIN up ON n.id = up.parent
) SELECT id FROM up ORDER BY depth DESC"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of the tree: the nodes from the library down, and the file below the last of them (None: that node itself)."""

    nodes: tuple[int, ...]
    file: int | None = None


async def path_to(database: Database, file: int) -> tuple[int, ...]:
    """Return the nodes from the library down to the one that a file hangs below; () when there is no such file."""
    row = await database.row(
        "SELECT coalesce(w.node, f.node) FROM files f LEFT JOIN files w ON w.id = f.video WHERE f.id = ?", (file,)
    )
    return () if row is None else await _chain(database, int(row[0]))


async def _chain(database: Database, node: int) -> tuple[int, ...]:
    return tuple(int(row[0]) for row in await database.rows(_UP, (node,)))


async def position(database: Database, node: int | None, *, file: int | None = None, child: int | None = None) -> int | None:
    """Return which line (from 0) of `children(node)` a `file` or a `child` node is; None when it is not among them.

    Without a node, which line of `libraries` a library is.
    """
    if child is not None:
        where = "n.parent IS NULL" if node is None else "n.parent = :node"
        row = await database.row(
            f"SELECT (SELECT count(*) FROM nodes n WHERE {where} AND (coalesce(n.number, -1), n.label, n.id)"
            f" < (coalesce(c.number, -1), c.label, c.id)) FROM nodes c WHERE c.id = :child AND c.parent IS :node",
            {"node": node, "child": child},
        )
        return None if row is None else int(row[0])
    row = await database.row(
        "SELECT (SELECT count(*) FROM nodes WHERE parent = :node) + (SELECT count(*) FROM files f WHERE f.node = :node"
        " AND f.label IS NOT NULL AND (f.number, f.label, f.id) < (c.number, c.label, c.id))"
        " FROM files c WHERE c.id = :file AND c.node = :node AND c.label IS NOT NULL",
        {"node": node, "file": file},
    )
    return None if row is None else int(row[0])


async def next_in_state(
    database: Database, states: Sequence[SubtitleState], after: Spot | None = None, *, backwards: bool = False
) -> Spot | None:
    """Return the next video with a subtitle in one of the states, or lone subtitle in one, in tree order; None at the end.

    `after` None begins at the top (backwards: at the bottom). After a node's own line comes what is below it.
    """
    walk = await _Walk.of(database, tuple(states), backwards)
    return await walk.below(()) if after is None else await walk.on_from(after)


@dataclass(slots=True)
class _Walk:
    """A walk over the nodes that have something to find below them, which the tallies tell."""

    database: Database
    states: tuple[str, ...]
    backwards: bool
    here: frozenset[int]
    above: frozenset[int]

    @classmethod
    async def of(cls, database: Database, states: Sequence[SubtitleState], backwards: bool) -> _Walk:
        values = tuple(state.value for state in states)
        rows = await database.rows(
            f"WITH RECURSIVE hit(id) AS (SELECT DISTINCT node FROM tallies WHERE state IN ({_marks(values)}) AND files > 0),"
            " up(id) AS (SELECT n.parent FROM hit JOIN nodes n ON n.id = hit.id"
            " UNION SELECT n.parent FROM up JOIN nodes n ON n.id = up.id)"
            " SELECT id, 0 FROM hit UNION ALL SELECT id, 1 FROM up WHERE id IS NOT NULL",
            values,
        )
        here = frozenset(row[0] for row in rows if not row[1])
        return cls(database, values, backwards, here, frozenset(row[0] for row in rows if row[1]))

    async def on_from(self, spot: Spot) -> Spot | None:
        """Return the next find behind a line."""
        nodes = spot.nodes
        if spot.file is not None:
            found = await self._file(nodes, beyond=spot.file)
            if found is None and self.backwards:
                found = await self._among(nodes, await self._children(nodes[-1]))
        else:
            found = None if self.backwards else await self.below(nodes)
        while found is None and nodes:
            node, nodes = nodes[-1], nodes[:-1]
            found = await self._among(nodes, await self._children(nodes[-1] if nodes else None, beyond=node))
            if found is None and nodes and not self.backwards:
                found = await self._file(nodes)
        return found

    async def below(self, nodes: tuple[int, ...]) -> Spot | None:
        """Return the first find below a node, or of everything."""
        if not nodes:
            return await self._among((), await self._children(None))
        if self.backwards and (found := await self._file(nodes)) is not None:
            return found
        found = await self._among(nodes, await self._children(nodes[-1])) if nodes[-1] in self.above else None
        return found if found is not None or self.backwards else await self._file(nodes)

    async def _among(self, nodes: tuple[int, ...], children: Sequence[int]) -> Spot | None:
        for child in children:
            if (child in self.here or child in self.above) and (found := await self.below((*nodes, child))) is not None:
                return found
        return None

    async def _children(self, node: int | None, *, beyond: int | None = None) -> list[int]:
        """Return the nodes below one in the direction of the walk, those behind `beyond` only."""
        where, parameters = ("parent IS NULL", []) if node is None else ("parent = ?", [node])
        if beyond is not None:
            where += (
                f" AND (coalesce(number, -1), label, id) {self._sign}"
                " (SELECT coalesce(number, -1), label, id FROM nodes WHERE id = ?)"
            )
            parameters = [*parameters, beyond]
        order = self._order.format("number", "label", "id")
        rows = await self.database.rows(f"SELECT id FROM nodes WHERE {where} ORDER BY {order}", parameters)
        return [row[0] for row in rows]

    async def _file(self, nodes: tuple[int, ...], *, beyond: int | None = None) -> Spot | None:
        if nodes[-1] not in self.here:
            return None
        marks = _marks(self.states)
        parameters: list[Any] = [nodes[-1]]
        where = ""
        if beyond is not None:
            where = f" AND (f.number, f.label, f.id) {self._sign} (SELECT number, label, id FROM files WHERE id = ?)"
            parameters.append(beyond)
        row = await self.database.row(
            f"SELECT f.id FROM files f WHERE f.node = ? AND f.label IS NOT NULL{where} AND (f.state IN ({marks})"
            f" OR EXISTS (SELECT 1 FROM files s WHERE s.video = f.id AND s.state IN ({marks})))"
            f" ORDER BY {self._order.format('f.number', 'f.label', 'f.id')} LIMIT 1",
            (*parameters, *self.states, *self.states),
        )
        return None if row is None else Spot(nodes, row[0])

    @property
    def _sign(self) -> str:
        return "<" if self.backwards else ">"

    @property
    def _order(self) -> str:
        return "{} DESC, {} DESC, {} DESC" if self.backwards else "{}, {}, {}"


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
