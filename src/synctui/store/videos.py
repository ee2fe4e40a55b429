"""Which video a file of the index belongs to, and which videos lie below a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import split

MOST_VIDEOS = 200_000
"""So many videos below a folder are asked for at one time; who gets as many should say that there may be more."""

_CHUNK = 300


async def videos_of(database: Database, subtitles: Sequence[str]) -> dict[str, str]:
    """Return the video that each subtitle of the index belongs to; those without one are left out."""
    found: dict[str, str] = {}
    for start in range(0, len(subtitles), _CHUNK):
        places = [split(path_to_blob(path) or b"") for path in subtitles[start : start + _CHUNK]]
        marks = ", ".join(["(?, ?)"] * len(places))
        sql = (
            f"WITH asked(folder, name) AS (VALUES {marks})"
            " SELECT CAST(a.folder || a.name AS BLOB), CAST(e.path || w.name AS BLOB) FROM asked a"
            " JOIN directories d ON d.path = a.folder JOIN files f ON f.directory = d.id AND f.name = a.name"
            " JOIN files w ON w.id = f.video JOIN directories e ON e.id = w.directory"
        )
        for row in await database.rows(sql, [value for place in places for value in place]):
            found[path_from_blob(row[0]) or ""] = path_from_blob(row[1]) or ""
    return found


async def videos_below(database: Database, folder: str, limit: int = MOST_VIDEOS) -> list[str]:
    """Return the videos of the index that lie below a folder."""
    low, high = span(folder)
    sql = (
        "SELECT CAST(d.path || f.name AS BLOB) FROM directories d JOIN files f ON f.directory = d.id"
        " WHERE d.path >= ? AND d.path < ? AND f.suffix IS NULL ORDER BY d.path, f.name LIMIT ?"
    )
    return [path_from_blob(row[0]) or "" for row in await database.rows(sql, (low, high, limit))]


async def mounts_above(database: Database, paths: Iterable[str]) -> set[str]:
    """Return the folders above these paths at which disks were mounted when the index saw them last."""
    folders: set[str] = set()
    for path in paths:
        while (folder := os.path.dirname(path)) != path and folder not in folders:
            folders.add(folder)
            path = folder
    asked, found = sorted(folders), set[str]()
    for start in range(0, len(asked), _CHUNK):
        blobs = [(path_to_blob(path) or b"").rstrip(b"/") + b"/" for path in asked[start : start + _CHUNK]]
        sql = f"SELECT DISTINCT path FROM directories WHERE path IN ({', '.join('?' * len(blobs))}) AND mount <> 0"
        found.update((path_from_blob(row[0]) or "").rstrip("/") or "/" for row in await database.rows(sql, blobs))
    return found


def span(folder: str) -> tuple[bytes, bytes]:
    """Return the blobs between which all paths below a folder lie: from the first, and before the second."""
    low = (path_to_blob(folder) or b"").rstrip(b"/") + b"/"
    return low, low[:-1] + b"0"  # what follows "/"


async def count_videos(database: Database) -> int:
    """Return how many videos the index holds."""
    row = await database.row("SELECT count(*) FROM files WHERE suffix IS NULL")
    return 0 if row is None else int(row[0])
