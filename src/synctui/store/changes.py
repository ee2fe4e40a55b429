"""The change feed: which media files changed, when, and who said so.

Lines have numbers from 1 that rise; those below 0 are held until a scan has ended, with the number of its root as `job`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

import aiosqlite

from synctui.model.library import Change, FileStamp
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.visit import visit

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


async def hold_found(connection: aiosqlite.Connection, rows: Sequence[Change], *, root: int) -> None:
    """Note what a scan of a root found on the disks, for nobody to read before `publish_found`."""
    # A file that was renamed comes in one batch of a scan and goes in another: a reader in between would take it for two.
    # Held in the table, in the transaction that brings the index in step, and not in memory: what the index knows is no news
    # to the next scan, so that a crash would lose it. Held under negative numbers: no reader's cursor is ever below 0, and
    # the numbers that count are given when the scan ends, so that no cursor can have passed them.
    if not rows:
        return
    last = int(next(iter(await connection.execute_fetchall("SELECT coalesce(min(id), 0) FROM changes WHERE id < 0")))[0])
    await connection.executemany(
        _INSERT.replace("(path", "(id, path").replace("(?", "(?, ?"),
        [(last - number, *_values(row, root, "")) for number, row in enumerate(rows, 1)],
    )


async def publish_found(connection: aiosqlite.Connection, root: int, *, at: str = "") -> None:
    """Append what scans of a root found to the feed, that of one that crashed as well; not what the feed says already.

    `at` is when that was, now unless told.
    """
    await visit(connection, partial(_publish, root=root, at=at))


def _publish(connection: sqlite3.Connection, root: int, at: str) -> None:
    scanned = connection.execute("SELECT scanned_at FROM roots WHERE id = ?", (root,)).fetchone()
    before = (scanned[0] if scanned is not None else None) or ""
    held = connection.execute(
        "SELECT path, change, size, mtime_ns FROM changes WHERE id < 0 AND job = ? ORDER BY id DESC", (root,)
    ).fetchall()
    at = at or connection.execute("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')").fetchone()[0]
    for path, change, size, mtime_ns in held:
        if not _told(connection, path, change, (size, mtime_ns), before):
            connection.execute(_INSERT, (path, change, None, "scan", 0, at, size, mtime_ns))
    if held:
        connection.execute("DELETE FROM changes WHERE id < 0 AND job = ?", (root,))


def _told(connection: sqlite3.Connection, path: bytes, change: str, stamp: tuple[int, int], scanned_at: str) -> bool:
    """Tell whether the newest line about a path says what a scan found; `scanned_at` is when the last whole scan ended."""
    row = connection.execute(
        "SELECT id, change = 'removed', (julianday(at) - 2440587.5) * 86400.0, at, size, mtime_ns FROM changes"
        " WHERE path = :path AND id > 0 UNION ALL SELECT id, 1, 0.0, '', NULL, NULL FROM changes"
        " WHERE previous = :path AND id > 0 ORDER BY id DESC LIMIT 1",
        {"path": path},
    ).fetchone()
    if row is None:
        return False
    _, gone, seconds, at, size, mtime_ns = row
    if change == "removed" or gone:
        return bool(gone) and change == "removed"
    if size is not None:
        return bool((size, mtime_ns) == stamp)
    if change == "modified" and at <= scanned_at:
        # The index is newer than the line, and the file is not as in it: another one may have come with an older time.
        return False
    # Times of the feed are of milliseconds, read through a calendar that is exact to a tenth of one.
    return bool(stamp[1] / 1e9 <= seconds + 0.002)


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
        (max(0, last), limit),
    )
    return [_entry(row) for row in rows]


async def last_change(database: Database) -> tuple[int, str]:
    """Return number and time of the newest line of the feed; 0 and "" when it is empty."""
    row = await database.row("SELECT id, at FROM changes WHERE id > 0 ORDER BY id DESC LIMIT 1")
    return (0, "") if row is None else (row[0], row[1])


async def changes_behind(database: Database, last: int) -> int:
    """Return how many lines of the feed lie behind the number `last`."""
    row = await database.row("SELECT count(*) FROM changes WHERE id > ?", (max(0, last),))
    return 0 if row is None else int(row[0])


def _entry(row: Sequence[Any]) -> Entry:
    stamp = None if row[7] is None else FileStamp(row[7], row[8])
    change = Change(path_from_blob(row[1]) or "", cast(Any, row[2]), row[4], path_from_blob(row[3]), stamp)
    return Entry(row[0], change, row[5], row[6])
