"""Reads what an outline of the tree needs besides its lines: how many there are, where they stand now, what is above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.store.blobs import path_from_blob
from synctui.store.database import Database
from synctui.store.jumps import position
from synctui.store.states import PATH

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Above:
    """What a file hangs below: the nodes from the library down, and the names of its show and season."""

    nodes: tuple[int, ...]
    show: str = ""
    season: int | None = None


async def size(database: Database, node: int) -> int:
    """Return how many lines hang directly below a node."""
    row = await database.row(
        "SELECT (SELECT count(*) FROM nodes WHERE parent = :node)"
        " + (SELECT count(*) FROM files WHERE node = :node AND label IS NOT NULL)",
        {"node": node},
    )
    return 0 if row is None else int(row[0])


async def places(database: Database, node: int, *, nodes: Sequence[int] = (), files: Sequence[int] = ()) -> dict[int, int]:
    """Return which lines (from 0) below a node its child `nodes`, or its `files`, are; those that are gone are left out."""
    found: dict[int, int] = {}
    if nodes:
        wanted = set(nodes)
        sql = "SELECT id FROM nodes WHERE parent = ? ORDER BY number, label, id"
        for index, row in enumerate(await database.rows(sql, (node,))):
            if row[0] in wanted:
                found[row[0]] = index
    for file in files:
        if (at := await position(database, node, file=file)) is not None:
            found[file] = at
    return found


async def lines_of(database: Database, node: int) -> list[tuple[bool, int]]:
    """Return what hangs directly below a node: whether it is a node, and its id; in the order of the tree."""
    nodes = await database.rows("SELECT id FROM nodes WHERE parent = ? ORDER BY number, label, id", (node,))
    sql = "SELECT id FROM files WHERE node = ? AND label IS NOT NULL ORDER BY number, label, id"
    files = await database.rows(sql, (node,))
    return [*((True, int(row[0])) for row in nodes), *((False, int(row[0])) for row in files)]


async def standing(database: Database, *, nodes: Sequence[int] = (), files: Sequence[int] = ()) -> tuple[set[int], set[int]]:
    """Return which nodes and which files are still there."""
    found: list[set[int]] = []
    for table, ids in (("nodes", nodes), ("files", files)):
        there: set[int] = set()
        for chunk in _chunks(ids):
            sql = f"SELECT id FROM {table} WHERE id IN ({_marks(chunk)})"
            there |= {int(row[0]) for row in await database.rows(sql, chunk)}
        found.append(there)
    return found[0], found[1]


async def paths(database: Database, files: Sequence[int]) -> dict[int, str]:
    """Return the paths of files; those that are gone are left out."""
    found: dict[int, str] = {}
    for chunk in _chunks(files):
        sql = f"SELECT f.id, {PATH} FROM files f JOIN directories d ON d.id = f.directory WHERE f.id IN ({_marks(chunk)})"
        found |= {int(row[0]): path_from_blob(row[1]) or "" for row in await database.rows(sql, chunk)}
    return found


async def above(database: Database, files: Sequence[int]) -> dict[int, Above]:
    """Return what is above files."""
    homes: dict[int, list[int]] = defaultdict(list)
    for chunk in _chunks(files):
        for row in await database.rows(f"SELECT id, node FROM files WHERE id IN ({_marks(chunk)})", chunk):
            homes[int(row[1])].append(int(row[0]))
    found: dict[int, Above] = {}
    for chunk in _chunks(list(homes)):
        sql = f"""
            SELECT n.id, n.kind, n.name, n.number, p.id, p.kind, p.name, q.id FROM nodes n
            LEFT JOIN nodes p ON p.id = n.parent LEFT JOIN nodes q ON q.id = p.parent WHERE n.id IN ({_marks(chunk)})"""
        for row in await database.rows(sql, chunk):
            nodes = tuple(int(node) for node in (row[7], row[4], row[0]) if node is not None)
            show = row[2] if row[1] == "show" else row[6] if row[5] == "show" else ""
            here = Above(nodes, show, row[3] if row[1] == "season" else None)
            found |= dict.fromkeys(homes[row[0]], here)
    return found


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
