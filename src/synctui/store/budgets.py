"""The ledger of daily budgets: what was reserved before an operation, and what it cost in the end."""

from __future__ import annotations

import aiosqlite

from synctui.store.database import Database


async def reserve(connection: aiosqlite.Connection, lane: str, day: str, cost: int, limit: int) -> int | None:
    """Take `cost` units of a lane's day and return what is used then; None, and nothing taken, when it does not fit."""
    await connection.execute("INSERT OR IGNORE INTO budgets (lane, day) VALUES (?, ?)", (lane, day))
    rows = list(
        await connection.execute_fetchall(
            "UPDATE budgets SET used = used + ? WHERE lane = ? AND day = ? AND used + ? <= ? RETURNING used",
            (cost, lane, day, cost, limit),
        )
    )
    return int(rows[0][0]) if rows else None


async def settle(connection: aiosqlite.Connection, lane: str, day: str, difference: int) -> None:
    """Correct a reservation by what was really used, which may be less (negative) or more."""
    await connection.execute(
        "UPDATE budgets SET used = max(0, used + ?) WHERE lane = ? AND day = ?", (difference, lane, day)
    )


async def used(database: Database, lane: str, day: str) -> int:
    """Return the units of a lane's day that are used or reserved."""
    row = await database.row("SELECT used FROM budgets WHERE lane = ? AND day = ?", (lane, day))
    return int(row[0]) if row else 0
