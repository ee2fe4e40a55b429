"""The change feed: which media files changed, when, and who said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import aiosqlite

from synctui.model.library import Change
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the feed: its number, which rises, the change, the job that made it (0: none), and the time."""

    id: int
    change: Change
    job: int
    at: str


async def write_changes(connection: aiosqlite.Connection, rows: Sequence[Change], *, job: int, at: str) -> None:
    """Append to the feed."""
    await connection.executemany(
        "INSERT INTO changes (path, change, previous, source, job, at) VALUES (?, ?, ?, ?, ?, ?)",
        [(path_to_blob(row.path), row.change, path_to_blob(row.previous), row.source, job, at) for row in rows],
    )


async def changes_after(database: Database, last: int, limit: int = 500) -> list[Entry]:
    """Return the feed behind the number `last`, oldest first."""
    rows = await database.rows(
        "SELECT id, path, change, previous, source, job, at FROM changes WHERE id > ? ORDER BY id LIMIT ?", (last, limit)
    )
    return [_entry(row) for row in rows]


def _entry(row: Sequence[Any]) -> Entry:
    change = Change(path_from_blob(row[1]) or "", cast(Any, row[2]), row[4], path_from_blob(row[3]))
    return Entry(row[0], change, row[5], row[6])
