"""Tracks and lanes of a job that wait, and what other processes ask of the executing one."""

from __future__ import annotations

from dataclasses import dataclass

import aiosqlite

from synctui.store.blobs import clean, from_blob, to_blob
from synctui.store.database import Database


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A track or a lane of a job that waits until `until` (RFC 3339; None: until the job is resumed)."""

    scope: str
    name: str
    reason: str
    until: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ControlRow:
    """What somebody asks the executing process to do with a job: `pause`, `resume` or `cancel`."""

    id: int
    job: int
    action: str
    asked_by: str


async def pause(connection: aiosqlite.Connection, job: int, row: PauseRow) -> None:
    """Record that a track or lane of a job waits."""
    await connection.execute(
        "INSERT OR REPLACE INTO pauses (job, scope, name, reason, until, message) VALUES (?, ?, ?, ?, ?, ?)",
        (job, row.scope, to_blob(row.name), clean(row.reason), row.until, clean(row.message)),
    )


async def unpause(connection: aiosqlite.Connection, job: int, *, until: str | None = None) -> None:
    """Forget the pauses of a job, all of them or those that were over at the time `until`."""
    if until is None:
        await connection.execute("DELETE FROM pauses WHERE job = ?", (job,))
    else:
        await connection.execute("DELETE FROM pauses WHERE job = ? AND until <= ?", (job, until))


async def pauses(database: Database, job: int) -> list[PauseRow]:
    """Return the pauses of a job."""
    rows = await database.rows("SELECT * FROM pauses WHERE job = ?", (job,))
    return [PauseRow(row["scope"], from_blob(row["name"]), row["reason"], row["until"], row["message"]) for row in rows]


async def ask(connection: aiosqlite.Connection, job: int, action: str, by: str, at: str) -> None:
    """Leave a wish for the executing process."""
    await connection.execute(
        "INSERT INTO controls (job, action, asked_by, asked_at) VALUES (?, ?, ?, ?)", (job, action, clean(by), at)
    )


_ASKED = "SELECT id, job, action, asked_by FROM controls WHERE applied_at IS NULL ORDER BY id"


async def asked(database: Database) -> list[ControlRow]:
    """Return the wishes that nobody has seen to, in order."""
    return [ControlRow(*row) for row in await database.rows(_ASKED)]


async def asked_within(connection: aiosqlite.Connection) -> list[ControlRow]:
    """Return the same inside a transaction."""
    return [ControlRow(*row) for row in await connection.execute_fetchall(_ASKED)]


async def answered(connection: aiosqlite.Connection, control: int, at: str) -> bool:
    """Mark a wish as seen to; False when it was already."""
    cursor = await connection.execute(
        "UPDATE controls SET applied_at = ? WHERE id = ? AND applied_at IS NULL", (at, control)
    )
    return cursor.rowcount > 0
