"""The change feed: which media files changed, when, and who said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import aiosqlite

from synctui.model.library import Change, FileStamp
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database

_INSERT = "INSERT INTO changes (path, change, previous, source, job, at, size, mtime_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the feed: its number, which rises, the change, the job that made it (0: none), and the time."""

    id: int
    change: Change
    job: int
    at: str


async def write_changes(connection: aiosqlite.Connection, rows: Sequence[Change], *, job: int, at: str) -> None:
    """Append to the feed."""
    await connection.executemany(_INSERT, [_values(row, job, at) for row in rows])


def sighted(change: Literal["created", "modified", "removed"], path: bytes, size: int, mtime_ns: int) -> Change:
    """Return what a look at the disks found."""
    return Change(path_from_blob(path) or "", change, "scan", stamp=FileStamp(size, mtime_ns))


async def write_found(connection: aiosqlite.Connection, rows: Sequence[Change], *, at: str) -> None:
    """Append what somebody found on the disks, but not what the feed says already: a file that has not changed since."""
    fresh = [row for row in rows if not await _told(connection, row)]
    await connection.executemany(_INSERT, [_values(row, 0, at) for row in fresh])


async def _told(connection: aiosqlite.Connection, row: Change) -> bool:
    path = path_to_blob(row.path)
    rows = list(
        await connection.execute_fetchall(
            "SELECT id, CASE change WHEN 'removed' THEN 1 ELSE 0 END AS gone,"
            " CAST((julianday(at) - 2440587.5) * 86400.0 AS REAL) AS at FROM changes WHERE path = :path"
            " UNION ALL SELECT id, 1, 0.0 FROM changes WHERE previous = :path ORDER BY id DESC LIMIT 1",
            {"path": path},
        )
    )
    if not rows:
        return False
    gone, at = bool(rows[0][1]), float(rows[0][2])
    if row.change == "removed":
        return gone
    # Times of the feed are of milliseconds, read through a calendar that is exact to a tenth of one.
    return not gone and row.stamp is not None and row.stamp.mtime_ns / 1e9 <= at + 0.002


def _values(row: Change, job: int, at: str) -> tuple[object, ...]:
    stamp = row.stamp
    return (
        path_to_blob(row.path),
        row.change,
        path_to_blob(row.previous),
        row.source,
        job,
        at,
        None if stamp is None else stamp.size,
        None if stamp is None else stamp.mtime_ns,
    )


async def changes_after(database: Database, last: int, limit: int = 500) -> list[Entry]:
    """Return the feed behind the number `last`, oldest first."""
    rows = await database.rows(
        "SELECT id, path, change, previous, source, job, at, size, mtime_ns FROM changes WHERE id > ? ORDER BY id LIMIT ?",
        (last, limit),
    )
    return [_entry(row) for row in rows]


async def last_change(database: Database) -> tuple[int, str]:
    """Return number and time of the newest line of the feed; 0 and "" when it is empty."""
    row = await database.row("SELECT id, at FROM changes ORDER BY id DESC LIMIT 1")
    return (0, "") if row is None else (row[0], row[1])


async def changes_behind(database: Database, last: int) -> int:
    """Return how many lines of the feed lie behind the number `last`."""
    row = await database.row("SELECT count(*) FROM changes WHERE id > ?", (last,))
    return 0 if row is None else int(row[0])


def _entry(row: Sequence[Any]) -> Entry:
    stamp = None if row[7] is None else FileStamp(row[7], row[8])
    change = Change(path_from_blob(row[1]) or "", cast(Any, row[2]), row[4], path_from_blob(row[3]), stamp)
    return Entry(row[0], change, row[5], row[6])
