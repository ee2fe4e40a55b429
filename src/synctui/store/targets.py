"""Finds what a target means in the index, and streams the subtitles below it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.errors import TargetNotFound
from synctui.model.library import FileStamp, MediaFile, Pairing, SubtitleName
from synctui.model.states import SubtitleState
from synctui.store.blobs import clean, path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import OF_PATH, PATH, split
from synctui.store.tree import NodeKind

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a name may mean: a library or a show (`node`), or a film (`path`); `exact` names are equal."""

    kind: NodeKind
    name: str
    library: str
    exact: bool
    node: int | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Indexed:
    """A subtitle of the index with its pairing and its state."""

    pairing: Pairing
    state: SubtitleState


async def find_targets(database: Database, name: str, *, limit: int = 20) -> list[Target]:
    """Return the libraries, shows and films called `name` (give it folded), or else those whose name contains it."""
    wanted = clean(name)
    nodes = (
        "SELECT n.kind, n.name, r.name, n.id FROM nodes n JOIN roots r ON r.id = n.root"
        " WHERE n.kind IN ('library', 'show') AND {} ORDER BY n.kind, n.label, n.id LIMIT ?"
    )
    films = (
        f"SELECT f.label, r.name, {PATH} FROM files f JOIN directories d ON d.id = f.directory JOIN roots r ON r.id = d.root"
        " WHERE f.label IS NOT NULL AND f.suffix IS NULL AND f.node = r.node AND {} ORDER BY f.label, f.id LIMIT ?"
    )
    for exact, test in ((True, "{} = ?"), (False, "instr({}, ?)")):
        found = [
            Target(row[0], row[1], row[2], exact, node=row[3])
            for row in await database.rows(nodes.format(test.format("n.label")), (wanted, limit))
        ]
        found += [
            Target("video", row[0], row[1], exact, path=path_from_blob(row[2]))
            for row in await database.rows(films.format(test.format("f.label")), (wanted, limit))
        ]
        if found or not wanted:
            return found[:limit]
    return []


async def subtitles(database: Database, *, node: int | None = None, below: str | None = None) -> AsyncIterator[Indexed]:
    """Yield the subtitles below a node, or below a directory's path, or all.

    A subtitle that needs a choice comes without its candidates, and a chosen video outside the index without its stamp: the
    disks know those.
    """
    where = ""
    parameters: dict[str, Any] = {"node": node, "after": 0}
    if node is not None:
        where = (
            "AND f.node IN (WITH RECURSIVE t(id) AS"
            " (SELECT :node UNION ALL SELECT n.id FROM nodes n JOIN t ON n.parent = t.id) SELECT id FROM t)"
        )
    elif below is not None:
        prefix = (path_to_blob(below) or b"").rstrip(b"/") + b"/"
        where = "AND f.directory IN (SELECT id FROM directories WHERE path >= :low AND path < :high)"
        parameters |= {"low": prefix, "high": prefix[:-1] + b"0"}
    sql = f"{_INDEXED} WHERE f.id > :after AND f.suffix IS NOT NULL {where} ORDER BY f.id LIMIT {_PAGE}"
    while rows := await database.rows(sql, parameters):
        siblings = await _siblings(database, {row[4] for row in rows if row[4] is not None})
        for row in rows:
            yield _indexed(row, siblings)
        parameters["after"] = rows[-1][0]


async def subtitle_at(database: Database, path: str) -> Indexed | None:
    """Return the subtitle at a path as the index has it, or None."""
    sql = f"{_INDEXED} WHERE {OF_PATH} AND f.suffix IS NOT NULL LIMIT 1"
    rows = await database.rows(sql, split(path_to_blob(path) or b""))
    siblings = await _siblings(database, {row[4] for row in rows if row[4] is not None})
    return next((_indexed(row, siblings) for row in rows), None)


_INDEXED = f"""
    SELECT f.id, {PATH}, f.size, f.mtime_ns, f.video, f.reason, f.state, s.language, s.forced, s.hearing_impaired,
        s.number, s.title, CASE WHEN w.id IS NULL THEN c.video ELSE CAST(e.path || w.name AS BLOB) END,
        coalesce(w.size, 0), coalesce(w.mtime_ns, 0)
    FROM files f JOIN directories d ON d.id = f.directory JOIN suffixes s ON s.id = f.suffix
    LEFT JOIN files w ON w.id = f.video LEFT JOIN directories e ON e.id = w.directory
    LEFT JOIN choices c ON c.subtitle = {PATH} AND f.reason = ''"""


async def paths_of(database: Database, *, nodes: Sequence[int] = (), videos: Sequence[int] = ()) -> AsyncIterator[list[str]]:
    """Yield in pages, each once, the paths of the subtitles below nodes and of files: videos', or lone subtitles' own."""
    below: set[int] = set()
    for chunk in _chunks(nodes):
        sql = (
            f"WITH RECURSIVE t(id) AS (SELECT id FROM nodes WHERE id IN ({_marks(chunk)})"
            " UNION SELECT n.id FROM nodes n JOIN t ON n.parent = t.id) SELECT id FROM t"
        )
        below.update(row[0] for row in await database.rows(sql, chunk))
    path = f"SELECT {PATH}, f.node FROM files f JOIN directories d ON d.id = f.directory WHERE f.suffix IS NOT NULL AND"
    for node in sorted(below):
        async for page in _files_of(database, node):
            for chunk in _chunks(page):
                marks = _marks(chunk)
                rows = await database.rows(f"{path} (f.video IN ({marks}) OR f.id IN ({marks}))", (*chunk, *chunk))
                yield [path_from_blob(row[0]) or "" for row in rows]
    for chunk in _chunks(list(dict.fromkeys(videos))):
        marks = _marks(chunk)
        rows = await database.rows(f"{path} (f.video IN ({marks}) OR f.id IN ({marks}))", (*chunk, *chunk))
        yield [path_from_blob(row[0]) or "" for row in rows if row[1] not in below]


async def _files_of(database: Database, node: int) -> AsyncIterator[list[int]]:
    """Yield in pages the lines that hang directly below a node, in their order."""
    sql = (
        "SELECT number, label, id FROM files WHERE node = ? AND label IS NOT NULL AND (number, label, id) > (?, ?, ?)"
        " ORDER BY number, label, id LIMIT ?"
    )
    after: tuple[Any, ...] = (-1, "", 0)
    while rows := await database.rows(sql, (node, *after, _PAGE)):
        yield [row[2] for row in rows]
        after = tuple(rows[-1])


async def address(database: Database, node: int) -> str:
    """Return what names a node as a target: a library's path, `LIBRARY::SHOW` or `LIBRARY::SHOW::SEASON`.

    A show that shares its name with another one of its library is named by its folder: `LIBRARY::/FOLDER/SHOW`. Colons that
    could be taken for a separator, and backslashes, have a backslash before them. Raises TargetNotFound.
    """
    row = await database.row(
        "SELECT n.kind, n.name, n.key, n.parent, r.name, r.path, n.root FROM nodes n JOIN roots r ON r.id = n.root"
        " WHERE n.id = ?",
        (node,),
    )
    if row is None:
        raise TargetNotFound("it is not in the index any more")
    if row[0] == "library":
        return path_from_blob(row[5]) or ""
    if row[0] == "season":
        return f"{await address(database, row[3])}{_BETWEEN}{_escaped(row[1])}"
    same = await database.rows("SELECT 1 FROM nodes WHERE root = ? AND kind = 'show' AND name = ? LIMIT 2", (row[6], row[1]))
    name = row[1] if len(same) == 1 else "/" + row[2]
    return f"{_escaped(row[4])}{_BETWEEN}{_escaped(name)}"


def address_parts(text: str) -> tuple[str, ...]:
    """Return the names that an address is made of; a text without a separator is one name."""
    parts, at = [""], 0
    while at < len(text):
        if text.startswith(_BETWEEN, at):
            parts.append("")
            at += len(_BETWEEN)
            continue
        at += text[at] == "\\" and at + 1 < len(text)
        parts[-1] += text[at]
        at += 1
    return tuple(parts)


async def node_at(database: Database, library: str, names: Sequence[str]) -> int | None:
    """Return the node of a show, or of a show and a season, of the library at a path; None when nothing is called so."""
    if not 1 <= len(names) <= 2:
        return None
    show, column = (names[0][1:], "key") if names[0].startswith("/") else (names[0], "name")
    found = await database.rows(
        f"SELECT n.id FROM nodes n JOIN roots r ON r.id = n.root WHERE r.path = ? AND n.kind = 'show' AND n.{column} = ?",
        (path_to_blob(library), clean(show)),
    )
    if len(found) == 1 and len(names) == 2:
        sql = "SELECT id FROM nodes WHERE parent = ? AND kind = 'season' AND name = ?"
        found = await database.rows(sql, (found[0][0], clean(names[1])))
    return int(found[0][0]) if len(found) == 1 else None


_BETWEEN = "::"
_UNSAFE = re.compile(r"^:|:(?=:)|(?<=:):|:$")


def _escaped(name: str) -> str:
    """Return a name with nothing in it, or at its edges, that could be taken for a separator."""
    return _UNSAFE.sub(r"\\:", name.replace("\\", "\\\\"))


async def _siblings(database: Database, videos: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    marks = ", ".join("?" * len(videos))
    sql = (
        f"SELECT f.video, {PATH} FROM files f JOIN directories d ON d.id = f.directory WHERE f.video IN ({marks})"
        " ORDER BY d.path, f.name"
    )
    for video, path in await database.rows(sql, sorted(videos)):
        found[video].append(path_from_blob(path) or "")
    return found


def _indexed(row: Any, siblings: dict[int, list[str]]) -> Indexed:
    path, video = path_from_blob(row[1]) or "", path_from_blob(row[12])
    pairing = Pairing(
        MediaFile(path, FileStamp(row[2], row[3])),
        SubtitleName(row[7], bool(row[8]), bool(row[9]), row[10], row[11]),
        None if video is None else MediaFile(video, FileStamp(row[13], row[14])),
        reason=row[5],
        siblings=tuple(other for other in siblings.get(row[4], ()) if other != path),
    )
    return Indexed(pairing, SubtitleState(row[6]))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + _PAGE] for start in range(0, len(values), _PAGE))
