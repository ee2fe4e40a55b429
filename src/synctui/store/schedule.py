"""Up to when the due times of cron expressions are dealt with; each row is an entry's name and its expression."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

import aiosqlite

from synctui.store.blobs import to_blob
from synctui.store.database import Database

Note = Callable[[aiosqlite.Connection], Awaitable[bool]]
"""Notes within a transaction that due times are dealt with; False: somebody else has done so."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """Up to when (RFC 3339) due times are dealt with, and up to when by a clock that stood further `ahead`."""

    until: str
    ahead: str | None = None


async def dealt(database: Database, name: str, cron: str) -> Dealt | None:
    """Return what is known of an expression; None: it was never seen."""
    row = await database.row("SELECT until, ahead FROM schedule WHERE name = ? AND cron = ?", (to_blob(name), cron))
    return Dealt(row["until"], row["ahead"]) if row else None


async def begin(connection: aiosqlite.Connection, name: str, cron: str, until: str, *, was: Dealt | None) -> None:
    """Let an expression count from `until` on; what was known (`was`) is kept as a time ahead.

    Nothing changes when somebody else has written meanwhile.
    """
    await connection.execute(
        "INSERT INTO schedule (name, cron, until) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET ahead = until, until = excluded.until WHERE until = ?",
        (to_blob(name), cron, until, was.until if was else None),
    )


async def advance(connection: aiosqlite.Connection, name: str, cron: str, until: str, *, was: Dealt) -> bool:
    """Note that due times up to `until` are dealt with; False: somebody else has written since it `was` read."""
    cursor = await connection.execute(
        "UPDATE schedule SET until = :until, ahead = CASE WHEN ahead > :until THEN ahead END"
        " WHERE name = :name AND cron = :cron AND until = :was",
        {"name": to_blob(name), "cron": cron, "until": until, "was": was.until},
    )
    return cursor.rowcount > 0


async def keep_only(connection: aiosqlite.Connection, kept: Collection[tuple[str, str]]) -> None:
    """Forget all expressions but these (name, expression): one that comes back starts anew."""
    wanted = {(to_blob(name), cron) for name, cron in kept}
    for row in await connection.execute_fetchall("SELECT name, cron FROM schedule"):
        if (row[0], row[1]) not in wanted:
            await connection.execute("DELETE FROM schedule WHERE name = ? AND cron = ?", (row[0], row[1]))
