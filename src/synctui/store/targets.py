"""Finds what a target means in the index, and streams the subtitles below it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from synctui.model.library import FileStamp, MediaFile, Pairing, SubtitleName
from synctui.model.states import SubtitleState
from synctui.store.blobs import clean, path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import PATH
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
    sql = f"""
        SELECT f.id, {PATH}, f.size, f.mtime_ns, f.video, f.reason, f.state, s.language, s.forced, s.hearing_impaired,
            s.number, s.title, CASE WHEN w.id IS NULL THEN c.video ELSE CAST(e.path || w.name AS BLOB) END,
            coalesce(w.size, 0), coalesce(w.mtime_ns, 0)
        FROM files f JOIN directories d ON d.id = f.directory JOIN suffixes s ON s.id = f.suffix
        LEFT JOIN files w ON w.id = f.video LEFT JOIN directories e ON e.id = w.directory
        LEFT JOIN choices c ON c.subtitle = {PATH} AND f.reason = ''
        WHERE f.id > :after AND f.suffix IS NOT NULL {where} ORDER BY f.id LIMIT {_PAGE}"""
    while rows := await database.rows(sql, parameters):
        siblings = await _siblings(database, {row[4] for row in rows if row[4] is not None})
        for row in rows:
            yield _indexed(row, siblings)
        parameters["after"] = rows[-1][0]


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
