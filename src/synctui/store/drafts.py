"""A plan that is not a job yet, in a scratch database of its own, and how it becomes one."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite

from synctui.errors import UsageError
from synctui.model.plan import Operation
from synctui.store.blobs import from_blob, path_to_blob, to_blob
from synctui.store.database import connected
from synctui.store.failures import translated
from synctui.store.operations import COLUMNS, operation_from, values
from synctui.store.tables_jobs import OPERATION_COLUMNS
from synctui.store.visit import visit

T = TypeVar("T")

_SCHEMA = (
    "PRAGMA journal_mode = MEMORY",
    "PRAGMA synchronous = OFF",
    "PRAGMA temp_store = MEMORY",
    f"""CREATE TABLE operations (n INTEGER PRIMARY KEY, track BLOB NOT NULL, stage INTEGER NOT NULL,
    stage_name TEXT NOT NULL, lane TEXT NOT NULL, selected INTEGER NOT NULL DEFAULT 1,{OPERATION_COLUMNS})""",
    "CREATE UNIQUE INDEX operations_key ON operations (key)",
    "CREATE TABLE after (operation INTEGER NOT NULL, needs BLOB NOT NULL)",
    "CREATE INDEX after_operation ON after (operation)",
    "CREATE TEMP TABLE chosen (key BLOB PRIMARY KEY) WITHOUT ROWID",
)
_REVISED = tuple(name.strip() for name in COLUMNS.split(",") if name.strip() not in ("key", "subject"))
"""What planning an operation again may change: it stays the same thing, called the same."""


class DuplicateKey(Exception):
    """Two operations of a plan have the same key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Sums:
    """The selected operations by action, their cost, their estimate (s) and how many can be undone."""

    by_action: Mapping[str, int] = field(default_factory=dict)
    cost: int = 0
    estimate: float = 0.0
    undoable: int = 0

    def plus(self, rows: Iterable[tuple[str, int, float, int]], sign: int = 1) -> Sums:
        """Return the sums with further operations (`sign` -1: without these): action, cost, estimate, undoable."""
        by_action, cost, estimate, undoable = dict(self.by_action), self.cost, self.estimate, self.undoable
        for action, own_cost, own_estimate, own_undoable in rows:
            by_action[action] = by_action.get(action, 0) + sign
            cost += sign * own_cost
            estimate += sign * own_estimate
            undoable += sign * own_undoable
        left = {action: number for action, number in by_action.items() if number}
        return Sums(left, cost, max(0.0, estimate) if left else 0.0, undoable)


class DraftFile:
    """The scratch database of one plan: operations numbered from 1 in plan order.

    Every method is one visit to the file's own thread, so that a plan can be paged and changed while it is filled.
    `count` (all operations) and `sums` (the selected ones) follow each change.
    """

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self.path = path
        self.count = 0
        self.sums = Sums()
        self._connection = connection
        self._closed = False
        self._selects = True

    @classmethod
    async def create(cls, path: Path) -> DraftFile:
        """Make the file; raises StorageError."""
        return cls(path, await connected(partial(_create, path)))

    async def close(self) -> None:
        """Close the file, which stays, after what was asked of it."""
        if not self._closed:
            self._closed = True
            await self._connection.close()

    async def add(self, operations: Sequence[tuple[int, Operation]]) -> None:
        """Append operations, each with the index of its stage; raises DuplicateKey and StorageError."""

        def work(raw: sqlite3.Connection) -> None:
            first, on = self.count + 1, self._selects
            rows = [
                (number, to_blob(one.track), stage, one.stage, one.lane, int(on), *values(one))
                for number, (stage, one) in enumerate(operations, first)
            ]
            needs = [(number, to_blob(key)) for number, (_, one) in enumerate(operations, first) for key in one.after]
            try:
                with _transaction(raw):
                    raw.executemany(_INSERT, rows)
                    raw.executemany("INSERT INTO after VALUES (?, ?)", needs)
            except sqlite3.IntegrityError as error:
                raise DuplicateKey(_twice(raw, [one for _, one in operations])) from error
            self.count += len(rows)
            if on:
                self.sums = self.sums.plus((one.action, one.cost, one.estimate, one.undoable) for _, one in operations)

        await self._visit(work)

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
        return [(_operation(row), bool(row["selected"])) for row in rows]

    async def find(self, keys: Sequence[str]) -> list[Operation]:
        """Return the operations with these keys, in plan order."""

        def work(raw: sqlite3.Connection) -> list[Operation]:
            with _transaction(raw):
                _choose(raw, keys)
                sql = "SELECT * FROM operations WHERE key IN (SELECT key FROM chosen) ORDER BY n"
                return [_operation(row) for row in raw.execute(sql)]

        return await self._visit(work)

    async def select(self, keys: Sequence[str] | None, on: bool) -> None:
        """Take operations into the plan or out of it; None: all of them, and those that are still to come."""

        def work(raw: sqlite3.Connection) -> None:
            if keys is None:
                raw.execute("UPDATE operations SET selected = ? WHERE selected <> ?", (int(on), int(on)))
                self._selects = on
                self.sums = _sums(raw)
                return
            changed: list[tuple[str, int, float, int]] = []
            with _transaction(raw):
                for key in keys:
                    changed += map(tuple, raw.execute(_SELECT, (int(on), to_blob(key), int(on))).fetchall())
            self.sums = self.sums.plus(changed, 1 if on else -1)

        await self._visit(work)

    async def take_revised(self, revised: Path, keys: Sequence[str]) -> int:
        """Give the operations with these keys what the draft at `revised` planned for them; return how many it has.

        They keep place, subject and selection. One that it does not have stays as it was, and is taken out of the plan.
        All or nothing; raises StorageError.
        """

        def work(raw: sqlite3.Connection) -> int:
            with _attached(raw, revised), _transaction(raw):
                _choose(raw, keys)
                there = "key IN (SELECT key FROM chosen) AND key IN (SELECT key FROM other.operations)"
                changed = raw.execute(_REVISE).rowcount
                if changed == 0:
                    return 0
                raw.execute(
                    "UPDATE operations SET selected = 0 WHERE key IN (SELECT key FROM chosen)"
                    " AND key NOT IN (SELECT key FROM other.operations)"
                )
                raw.execute(f"DELETE FROM after WHERE operation IN (SELECT n FROM operations WHERE {there})")
                raw.execute(
                    "INSERT INTO after SELECT o.n, a.needs FROM other.after a JOIN other.operations r ON r.n = a.operation"
                    " JOIN operations o ON o.key = r.key JOIN chosen c ON c.key = r.key"
                )
                self.sums = _sums(raw)
            return changed

        return await self._visit(work)

    async def inherit(self, older: Path) -> None:
        """Take those operations out of the plan that were taken out of the draft at `older`; raises StorageError."""

        def work(raw: sqlite3.Connection) -> None:
            with _attached(raw, older), _transaction(raw):
                raw.execute(
                    "UPDATE operations SET selected = 0 WHERE key IN (SELECT key FROM other.operations WHERE selected = 0)"
                )
                self.sums = _sums(raw)

        await self._visit(work)

    async def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        return await self._visit(lambda raw: raw.execute(sql, parameters).fetchall())

    async def _visit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise UsageError("the plan was discarded", hint="plan it again", code="discarded")
        try:
            return await visit(self._connection, work)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error


_INSERT = f"INSERT INTO operations (n, track, stage, stage_name, lane, selected, {COLUMNS}) VALUES ({', '.join('?' * 18)})"
_SELECT = "UPDATE operations SET selected = ? WHERE key = ? AND selected <> ? RETURNING action, cost, estimate, undoable"
_REVISE = (
    "UPDATE operations SET "
    + ", ".join(f"{name} = r.{name}" for name in ("track", "stage", "stage_name", "lane", *_REVISED))
    + " FROM other.operations r WHERE r.key = operations.key AND operations.key IN (SELECT key FROM chosen)"
)


def _operation(row: sqlite3.Row) -> Operation:
    return operation_from(row, from_blob(row["track"]), row["stage_name"], row["lane"])


def _sums(raw: sqlite3.Connection) -> Sums:
    rows = raw.execute(
        "SELECT action, count(*), sum(cost), sum(estimate), sum(undoable) FROM operations WHERE selected GROUP BY action"
    ).fetchall()
    return Sums(
        {row[0]: int(row[1]) for row in rows},
        sum(int(row[2]) for row in rows),
        sum(float(row[3]) for row in rows),
        sum(int(row[4]) for row in rows),
    )


def _choose(raw: sqlite3.Connection, keys: Sequence[str]) -> None:
    raw.execute("DELETE FROM chosen")
    raw.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", [(to_blob(key),) for key in keys])


def _twice(raw: sqlite3.Connection, operations: Sequence[Operation]) -> str:
    seen: set[str] = set()
    for one in operations:
        if one.key in seen or raw.execute("SELECT 1 FROM operations WHERE key = ?", (to_blob(one.key),)).fetchone():
            return one.key
        seen.add(one.key)
    return ""


@contextlib.contextmanager
def _transaction(raw: sqlite3.Connection) -> Iterator[None]:
    raw.execute("BEGIN")
    try:
        yield
        raw.execute("COMMIT")
    except BaseException:
        raw.rollback()
        raise


@contextlib.contextmanager
def _attached(raw: sqlite3.Connection, other: Path) -> Iterator[None]:
    raw.execute("ATTACH ? AS other", (path_to_blob(str(other)),))
    try:
        yield
    finally:
        raw.execute("DETACH other")


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
