"""Reads what the index knows of directories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synctui.model.library import LibraryRoot
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database

_CHUNK = 500


async def roots_holding(database: Database, folder: str) -> list[tuple[int, LibraryRoot]]:
    """Return the roots, with their numbers, whose index holds a folder."""
    rows = await database.rows(
        "SELECT r.id, r.name, r.path, r.kind FROM directories d JOIN roots r ON r.id = d.root WHERE d.path = ?"
        " ORDER BY r.id",
        ((path_to_blob(folder) or b"").rstrip(b"/") + b"/",),
    )
    return [(row[0], LibraryRoot(row[1], path_from_blob(row[2]) or "", row[3])) for row in rows]


async def directory_rows(database: Database, root: int, paths: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Return what is known of those directories of a root that are known, by path.

    Each as mtime_ns, ctime_ns, mount, rules, names, stamps, children.
    """
    blobs = {(path_to_blob(path) or b"").rstrip(b"/") + b"/": path for path in paths}
    known, found = list(blobs), dict[str, tuple[Any, ...]]()
    for chunk in (known[start : start + _CHUNK] for start in range(0, len(known), _CHUNK)):
        sql = (
            "SELECT path, mtime_ns, ctime_ns, mount, rules, names, stamps, children FROM directories"
            f" WHERE root = ? AND path IN ({', '.join('?' * len(chunk))})"
        )
        for row in await database.rows(sql, (root, *chunk)):
            found[blobs[row[0]]] = (row[1], row[2], bool(row[3]), *tuple(row)[4:])
    return found
