"""Which video a file of the index belongs to, and which videos lie below a folder."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import split

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


async def videos_below(database: Database, folder: str, limit: int = 20_000) -> list[str]:
    """Return the videos of the index that lie below a folder."""
    low = (path_to_blob(folder) or b"").rstrip(b"/") + b"/"
    high = low[:-1] + b"0"  # what follows "/"
    sql = (
        "SELECT CAST(d.path || f.name AS BLOB) FROM directories d JOIN files f ON f.directory = d.id"
        " WHERE d.path >= ? AND d.path < ? AND f.suffix IS NULL ORDER BY d.path, f.name LIMIT ?"
    )
    return [path_from_blob(row[0]) or "" for row in await database.rows(sql, (low, high, limit))]


async def count_videos(database: Database) -> int:
    """Return how many videos the index holds."""
    row = await database.row("SELECT count(*) FROM files WHERE suffix IS NULL")
    return 0 if row is None else int(row[0])
