"""How often an engine failed on a file's content."""

from __future__ import annotations

from collections.abc import Sequence

import aiosqlite

from synctui.model.library import Strike
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database


async def write_strikes(connection: aiosqlite.Connection, rows: Sequence[Strike], *, at: str) -> None:
    """Count failures; the count begins anew with another content, and `clear` forgets a file's failures."""
    for row in rows:
        path = path_to_blob(row.path)
        if row.clear:
            await connection.execute("DELETE FROM strikes WHERE path = ?", (path,))
            continue
        await connection.execute(
            "INSERT INTO strikes (path, engine, content, count, at) VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET"
            " count = CASE WHEN content = excluded.content THEN count + 1 ELSE 1 END,"
            " content = excluded.content, at = excluded.at",
            (path, row.engine, row.content, at),
        )


async def strikes(database: Database, path: str, engine: str, content: str) -> int:
    """Return how often the engine failed on this content of the file."""
    row = await database.row(
        "SELECT count FROM strikes WHERE path = ? AND engine = ? AND content = ?", (path_to_blob(path), engine, content)
    )
    return 0 if row is None else int(row[0])


async def struck_out(database: Database, engine: str, limit: int = 3) -> dict[str, str]:
    """Return the content of each file, by path, that the engine failed on `limit` times or more."""
    rows = await database.rows("SELECT path, content FROM strikes WHERE engine = ? AND count >= ?", (engine, limit))
    return {path_from_blob(row[0]) or "": row[1] for row in rows}
