"""Reads the index as a tree: libraries, shows, seasons, videos with their subtitles; counts at every level, in pages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from synctui.model.json import Fields
from synctui.model.library import SubtitleName, TreeCounts
from synctui.model.states import SubtitleState
from synctui.store.blobs import path_from_blob
from synctui.store.database import Database
from synctui.store.index import LAST
from synctui.store.jumps import Spot, next_in_state, path_to, position
from synctui.store.states import PATH

NodeKind = Literal["library", "show", "season", "video", "subtitle"]
_CHUNK = 500
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class SubtitleLine:
    """A subtitle in the tree with its state; `numbers` and `reason` are those of its verdict."""

    path: str
    name: SubtitleName
    state: SubtitleState
    reason: str = ""
    numbers: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A line of the tree: a node that can be opened, a video with its subtitles, or a subtitle without a video.

    `id` is unique among nodes (library, show, season) and among files (video, subtitle). `path` is given for libraries and
    files, `number` is the season's or the episode's. `rows` says how many lines opening a node gives.
    """

    id: int
    kind: NodeKind
    name: str
    path: str | None = None
    number: int | None = None
    counts: TreeCounts = field(default_factory=TreeCounts)
    rows: int = 0
    subtitles: tuple[SubtitleLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of `total`; `counts` are those of everything that the page is taken from."""

    rows: tuple[TreeRow, ...]
    total: int
    counts: TreeCounts = field(default_factory=TreeCounts)


async def summary(database: Database, node: int | None = None) -> TreeCounts:
    """Return the counts below a node, or of everything."""
    if node is None:
        return _counts(await database.rows("SELECT state, sum(files) FROM tallies GROUP BY state"))
    return (await _counts_of(database, [node])).get(node, TreeCounts())


async def node_rows(database: Database, ids: Sequence[int]) -> list[TreeRow]:
    """Return the lines of libraries, shows and seasons; those that are gone are left out."""
    lines: list[TreeRow] = []
    for chunk in _chunks(ids):
        sql = "SELECT n.id, n.kind, n.name, n.number, r.path FROM nodes n LEFT JOIN roots r ON r.node = n.id WHERE n.id IN"
        rows = await database.rows(f"{sql} ({', '.join('?' * len(chunk))})", chunk)
        lines += await _node_rows(database, rows)
    return lines


async def libraries(database: Database) -> Page:
    """Return the libraries, in the order of their names."""
    rows = await database.rows(
        "SELECT n.id, n.kind, n.name, n.number, r.path FROM roots r JOIN nodes n ON n.id = r.node ORDER BY n.label, n.id"
    )
    lines = await _node_rows(database, rows)
    return Page(tuple(lines), len(lines), await summary(database))


async def children(database: Database, node: int, *, offset: int = 0, limit: int = 50) -> Page:
    """Return a page of what hangs directly below a node: shows or seasons first, then videos and lone subtitles."""
    nodes = int((await _one(database, "SELECT count(*) FROM nodes WHERE parent = ?", (node,))) or 0)
    files = int((await _one(database, "SELECT count(*) FROM files WHERE node = ? AND label IS NOT NULL", (node,))) or 0)
    lines: list[TreeRow] = []
    if offset < nodes:
        sql = "SELECT id, kind, name, number, NULL FROM nodes WHERE parent = ? ORDER BY number, label, id LIMIT ? OFFSET ?"
        lines += await _node_rows(database, await database.rows(sql, (node, limit, offset)))
    if len(lines) < limit:
        sql = "SELECT id FROM files WHERE node = ? AND label IS NOT NULL ORDER BY number, label, id LIMIT ? OFFSET ?"
        found = await database.rows(sql, (node, limit - len(lines), max(0, offset - nodes)))
        lines += await file_rows(database, [row[0] for row in found])
    return Page(tuple(lines), nodes + files, await summary(database, node))


async def search(
    database: Database,
    text: str,
    *,
    states: Sequence[SubtitleState] = (),
    languages: Sequence[str] = (),
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Return a page of the videos and lone subtitles in whose name, show or season every word occurs, with counts of all.

    Give the words folded (`library.names.fold`). With `states` or `languages` only those that have a subtitle in one of
    them; no words then mean any name.
    """
    words = text.split()[:_MOST_WORDS]
    if not words and not states and not languages:
        return Page((), 0)
    where, parameters = _wanted(words, states, languages)
    # A node in whose own label every word occurs counts as a whole, from its tallies.
    named = " AND ".join(f"instr(label, :w{index})" for index in range(len(words)))
    alone = words and not states and not languages
    whole = f"(SELECT id FROM nodes WHERE kind <> 'library' AND {named})" if alone else "(0)"
    counted = await database.rows(
        f"""WITH m(id, state) AS MATERIALIZED (
            SELECT f.id, f.state FROM files f WHERE f.label IS NOT NULL AND f.node NOT IN {whole} AND {where}
        )
        SELECT state, sum(files), 0 FROM tallies WHERE node IN {whole} GROUP BY state
        UNION ALL SELECT '', 0, count(*) FROM files WHERE label IS NOT NULL AND node IN {whole}
        UNION ALL SELECT state, count(*), count(*) FROM m GROUP BY 1
        UNION ALL SELECT s.state, count(*), 0 FROM m JOIN files s ON s.video = m.id GROUP BY 1""",
        parameters,
    )
    found = await database.rows(f"{_FOUND.format(where)} OFFSET :offset", {**parameters, "limit": limit, "offset": offset})
    lines = await file_rows(database, [row[0] for row in found])
    return Page(tuple(lines), sum(row[2] for row in counted), _counts(row[:2] for row in counted))


async def search_ids(
    database: Database,
    text: str,
    *,
    states: Sequence[SubtitleState] = (),
    languages: Sequence[str] = (),
    limit: int = 50_000,
) -> list[int]:
    """Return the ids of everything that a search finds, in its order."""
    words = text.split()[:_MOST_WORDS]
    if not words and not states and not languages:
        return []
    where, parameters = _wanted(words, states, languages)
    return [row[0] for row in await database.rows(_FOUND.format(where), {**parameters, "limit": limit})]


_FOUND = "SELECT f.id FROM files f WHERE f.label IS NOT NULL AND {} ORDER BY f.node, f.number, f.label, f.id LIMIT :limit"


def _wanted(words: Sequence[str], states: Sequence[SubtitleState], languages: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the condition on a line `f` that a search sets, with its parameters."""
    tests = [
        f"(instr(f.label, :w{index}) OR f.node IN"
        f" (SELECT id FROM nodes WHERE kind <> 'library' AND instr(label, :w{index})))"
        for index in range(len(words))
    ]
    parameters: dict[str, Any] = {f"w{index}": word for index, word in enumerate(words)}
    # One subtitle has to fit: a German one that is off, not a German one beside another that is off.
    fits: list[str] = []
    if states:
        fits.append(f"s.state IN ({', '.join(f':s{index}' for index in range(len(states)))})")
        parameters |= {f"s{index}": state.value for index, state in enumerate(states)}
    if languages:
        marks = ", ".join(f":l{index}" for index in range(len(languages)))
        fits.append(f"s.suffix IN (SELECT id FROM suffixes WHERE language IN ({marks}))")
        parameters |= {f"l{index}": language for index, language in enumerate(languages)}
    if fits:
        tests.append(f"f.id IN (SELECT coalesce(s.video, s.id) FROM files s WHERE {' AND '.join(fits)})")
    return " AND ".join(tests), parameters


async def file_rows(database: Database, ids: Sequence[int]) -> list[TreeRow]:
    """Return the lines of files, in the given order, videos with their subtitles."""
    lines: dict[int, list[SubtitleLine]] = defaultdict(list)
    about: dict[int, tuple[NodeKind, str, int]] = {}
    for chunk in _chunks(ids):
        marks = ", ".join("?" * len(chunk))
        sql = f"""
            SELECT f.id, f.video, {PATH}, f.number, f.state, f.reason, s.language, s.forced, s.hearing_impaired, s.number,
                s.title, v.reason, v.numbers
            FROM files f JOIN directories d ON d.id = f.directory LEFT JOIN suffixes s ON s.id = f.suffix
            LEFT JOIN verdicts v ON v.path = {PATH} AND f.state = v.state
            WHERE f.id IN ({marks}) OR f.video IN ({marks}) ORDER BY f.name"""
        for row in await database.rows(sql, (*chunk, *chunk)):
            path = path_from_blob(row[2]) or ""
            if row[4] == "":
                about[row[0]] = ("video", path, row[3])
                continue
            name = SubtitleName(row[6], bool(row[7]), bool(row[8]), row[9], row[10])
            numbers: Mapping[str, Any] = json.loads(row[12]) if row[12] else {}
            lines[row[1] or row[0]].append(SubtitleLine(path, name, SubtitleState(row[4]), row[11] or row[5], numbers))
            if row[1] is None:
                about[row[0]] = ("subtitle", path, row[3])
    return [_file_row(number, *about[number], lines[number]) for number in ids if number in about]


def _file_row(number: int, kind: NodeKind, path: str, order: int, lines: list[SubtitleLine]) -> TreeRow:
    states: dict[str, int] = defaultdict(int)
    for line in lines:
        states[line.state.value] += 1
    counts = TreeCounts(len(lines), int(kind == "video"), dict(states))
    name = path.rpartition("/")[2]
    return TreeRow(number, kind, name, path, None if order == LAST else order, counts, 0, tuple(lines))


async def _node_rows(database: Database, rows: Iterable[Any]) -> list[TreeRow]:
    rows = list(rows)
    counts = await _counts_of(database, [row[0] for row in rows])
    below = await _rows_below(database, [row[0] for row in rows])
    return [
        TreeRow(
            row[0], row[1], row[2], path_from_blob(row[4]), row[3], counts.get(row[0], TreeCounts()), below.get(row[0], 0)
        )
        for row in rows
    ]


async def _counts_of(database: Database, nodes: Sequence[int]) -> dict[int, TreeCounts]:
    """Return the counts of nodes with all that is below them."""
    gathered: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for chunk in _chunks(nodes):
        sql = f"""
            WITH RECURSIVE below(top, id) AS (
                SELECT id, id FROM nodes WHERE id IN ({", ".join("?" * len(chunk))})
                UNION ALL SELECT b.top, n.id FROM below b JOIN nodes n ON n.parent = b.id
            )
            SELECT b.top, t.state, sum(t.files) FROM below b JOIN tallies t ON t.node = b.id GROUP BY 1, 2"""
        for top, state, files in await database.rows(sql, chunk):
            gathered[top].append((state, files))
    return {top: _counts(rows) for top, rows in gathered.items()}


async def _rows_below(database: Database, nodes: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for chunk in _chunks(nodes):
        marks = ", ".join("?" * len(chunk))
        sql = (
            f"SELECT parent, count(*) FROM nodes WHERE parent IN ({marks}) GROUP BY 1 UNION ALL"
            f" SELECT node, count(*) FROM files WHERE node IN ({marks}) AND label IS NOT NULL GROUP BY 1"
        )
        for node, count in await database.rows(sql, (*chunk, *chunk)):
            found[node] += count
    return found


def _counts(rows: Iterable[Sequence[Any]]) -> TreeCounts:
    states: dict[str, int] = defaultdict(int)
    for state, files in rows:
        if files:
            states[state] += files
    videos = states.pop("", 0)
    return TreeCounts(sum(states.values()), videos, dict(states))


async def _one(database: Database, sql: str, parameters: Sequence[Any]) -> Any:
    row = await database.row(sql, parameters)
    return None if row is None else row[0]


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


__all__ = [
    "NodeKind",
    "Page",
    "Spot",
    "SubtitleLine",
    "TreeRow",
    "children",
    "file_rows",
    "libraries",
    "next_in_state",
    "node_rows",
    "path_to",
    "position",
    "search",
    "search_ids",
    "summary",
]
