"""A plan that is not a job yet, in a scratch database of its own, and how it becomes one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import aiosqlite

from synctui.model.plan import Operation
from synctui.store.blobs import from_blob, to_blob
from synctui.store.database import connected
from synctui.store.failures import translated
from synctui.store.operations import COLUMNS, operation_from, values
from synctui.store.tables_jobs import OPERATION_COLUMNS

_SCHEMA = (
    "PRAGMA journal_mode = MEMORY",
    "PRAGMA synchronous = OFF",
    f"""CREATE TABLE operations (n INTEGER PRIMARY KEY, track BLOB NOT NULL, stage INTEGER NOT NULL,
    stage_name TEXT NOT NULL, lane TEXT NOT NULL, selected INTEGER NOT NULL DEFAULT 1,{OPERATION_COLUMNS})""",
    "CREATE UNIQUE INDEX operations_key ON operations (key)",
    "CREATE TABLE after (operation INTEGER NOT NULL, needs BLOB NOT NULL)",
)


class DuplicateKey(Exception):
    """Two operations of a plan have the same key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class DraftFile:
    """The scratch database of one plan: operations numbered from 1 in plan order."""

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self.path = path
        self._connection = connection
        self._count = 0

    @classmethod
    async def create(cls, path: Path) -> DraftFile:
        """Make the file; raises StorageError."""
        return cls(path, await connected(partial(_create, path)))

    async def close(self) -> None:
        """Close the file, which stays."""
        await self._connection.close()

    async def add(self, operations: Sequence[tuple[int, Operation]]) -> None:
        """Append operations, each with the index of its stage; raises DuplicateKey and StorageError."""
        first = self._count + 1
        rows = [
            (number, to_blob(one.track), stage, one.stage, one.lane, *values(one))
            for number, (stage, one) in enumerate(operations, first)
        ]
        needs = [(number, to_blob(key)) for number, (_, one) in enumerate(operations, first) for key in one.after]
        try:
            await self._connection.execute("BEGIN")
            await self._connection.executemany(
                f"INSERT INTO operations (n, track, stage, stage_name, lane, {COLUMNS}) VALUES ({', '.join('?' * 17)})", rows
            )
            await self._connection.executemany("INSERT INTO after VALUES (?, ?)", needs)
            await self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            await self._connection.rollback()
            raise DuplicateKey(await self._twice([one for _, one in operations])) from error
        except sqlite3.Error as error:
            raise translated(error, self.path) from error
        self._count += len(operations)

    async def _twice(self, operations: Sequence[Operation]) -> str:
        seen: set[str] = set()
        for one in operations:
            if one.key in seen or await self._rows("SELECT 1 FROM operations WHERE key = ?", (to_blob(one.key),)):
                return one.key
            seen.add(one.key)
        return ""

    async def unknown_need(self) -> tuple[str, str] | None:
        """Return an operation's key and one that it waits for though no operation has it; None when all is well."""
        rows = await self._rows(
            "SELECT o.key, a.needs FROM after a JOIN operations o ON o.n = a.operation"
            " WHERE NOT EXISTS (SELECT 1 FROM operations p WHERE p.key = a.needs) LIMIT 1"
        )
        return (from_blob(rows[0][0]), from_blob(rows[0][1])) if rows else None

    async def page(self, offset: int, limit: int) -> list[tuple[Operation, bool]]:
        """Return operations with their selection, by their place in the plan; the same cost at every place."""
        rows = await self._rows("SELECT * FROM operations WHERE n > ? ORDER BY n LIMIT ?", (offset, limit))
        return [
            (operation_from(row, from_blob(row["track"]), row["stage_name"], row["lane"]), bool(row["selected"]))
            for row in rows
        ]

    async def select(self, keys: Sequence[str] | None, on: bool) -> None:
        """Take operations (all of them) into the plan or out of it."""
        if keys is None:
            await self._connection.execute("UPDATE operations SET selected = ?", (int(on),))
            return
        await self._connection.execute("BEGIN")
        try:
            await self._connection.executemany(
                "UPDATE operations SET selected = ? WHERE key = ?", [(int(on), to_blob(key)) for key in keys]
            )
        finally:
            await self._connection.execute("COMMIT")

    async def sums(self) -> tuple[dict[str, int], int, float, int]:
        """Return the selected operations by action, their cost, their estimate (s) and how many can be undone."""
        rows = await self._rows(
            "SELECT action, count(*), sum(cost), sum(estimate), sum(undoable) FROM operations WHERE selected GROUP BY action"
        )
        return (
            {row[0]: int(row[1]) for row in rows},
            sum(int(row[2]) for row in rows),
            sum(float(row[3]) for row in rows),
            sum(int(row[4]) for row in rows),
        )

    async def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[aiosqlite.Row]:
        try:
            return list(await self._connection.execute_fetchall(sql, parameters))
        except sqlite3.Error as error:
            raise translated(error, self.path) from error


def _create(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in _SCHEMA:
            connection.execute(statement)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    connection.row_factory = sqlite3.Row
    return connection


async def take_over(connection: aiosqlite.Connection, job: int) -> int:
    """Copy the selected operations of the attached draft into a job; return how many there are."""
    await connection.execute(
        "INSERT INTO main.queues (job, track, stage, stage_name, lane, total)"
        " SELECT ?, track, stage, stage_name, lane, count(*) FROM draft.operations WHERE selected"
        " GROUP BY track, stage, lane ORDER BY min(n)",
        (job,),
    )
    columns = ", ".join(f"d.{name.strip()}" for name in COLUMNS.split(","))
    # CROSS JOIN keeps SQLite from reordering: the draft is read once, in plan order.
    cursor = await connection.execute(
        f"INSERT INTO main.operations (job, queue, {COLUMNS}) SELECT q.job, q.id, {columns}"
        " FROM draft.operations d CROSS JOIN main.queues q"
        " WHERE d.selected AND q.job = ? AND q.track = d.track AND q.stage = d.stage AND q.lane = d.lane ORDER BY d.n",
        (job,),
    )
    total = cursor.rowcount
    waiting = await connection.execute(
        "INSERT OR IGNORE INTO main.operation_after (operation, needs) SELECT o.id, p.id FROM draft.after a"
        " CROSS JOIN draft.operations d CROSS JOIN main.operations o CROSS JOIN main.operations p"
        " WHERE d.n = a.operation AND d.selected AND o.job = :job AND o.key = d.key AND p.job = :job AND p.key = a.needs",
        {"job": job},
    )
    if waiting.rowcount > 0:
        await connection.execute(
            "UPDATE main.operations SET waits = (SELECT count(*) FROM operation_after a WHERE a.operation = operations.id)"
            " WHERE job = ? AND needs <> '[]'",
            (job,),
        )
        await connection.execute(
            "UPDATE main.operations SET needed = 1 WHERE job = ? AND EXISTS"
            " (SELECT 1 FROM operation_after a WHERE a.needs = operations.id)",
            (job,),
        )
    await connection.execute("UPDATE main.jobs SET total = ? WHERE id = ?", (total, job))
    return total


async def forget(connection: aiosqlite.Connection, job: int) -> None:
    """Remove the operations of a job that never ran, so that it can be planned again."""
    await connection.execute("DELETE FROM operations WHERE job = ?", (job,))
    await connection.execute("DELETE FROM queues WHERE job = ?", (job,))
