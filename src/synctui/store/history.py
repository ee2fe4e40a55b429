"""What operations came to: history, errors, and what can be undone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import aiosqlite

from synctui.model.json import Fields
from synctui.model.outcome import Receipt
from synctui.model.plan import Operation
from synctui.model.states import OperationState, Result
from synctui.store.blobs import clean, from_blob, path_to_blob, to_blob
from synctui.store.database import Database
from synctui.store.operations import WITH_QUEUE, queued


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """An operation as history shows it; `reason` is the outcome's."""

    id: int
    job: int
    operation: Operation
    state: OperationState
    result: Result | None
    reason: str
    message: str
    numbers: Fields
    retryable: bool
    attempts: int
    not_before: str
    started_at: str | None
    finished_at: str | None
    can_undo: bool
    undone_by: int | None


def record(row: aiosqlite.Row) -> OperationRecord:
    """Return the operation of a row of `WITH_QUEUE`."""
    return OperationRecord(
        id=row["id"],
        job=row["job"],
        operation=queued(row),
        state=OperationState(row["state"]),
        result=Result(row["result"]) if row["result"] else None,
        reason=row["result_reason"],
        message=row["message"],
        numbers=json.loads(row["numbers"]),
        retryable=bool(row["retryable"]),
        attempts=row["attempts"],
        not_before=row["not_before"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        can_undo=row["receipt"] is not None and row["undone_by"] is None,
        undone_by=row["undone_by"],
    )


async def receipts(database: Database, job: int, keys: Sequence[str] | None = None) -> AsyncIterator[Receipt]:
    """Yield what can be undone of a job, newest first, as short reads."""
    wanted = None if keys is None else {to_blob(key) for key in keys}
    sql = (
        "SELECT -o.ended, o.*, q.track, q.stage_name, q.lane FROM operations o JOIN queues q ON q.id = o.queue"
        " WHERE o.job = :job AND o.receipt IS NOT NULL AND o.undone_by IS NULL AND o.ended < -:after"
        " ORDER BY o.ended DESC LIMIT :page"
    )
    async for row in database.stream(sql, {"job": job, "after": -(2**62)}, page=200):
        if wanted is None or row["key"] in wanted:
            yield Receipt(job, queued(row), json.loads(row["receipt"]))


async def list_operations(
    database: Database,
    job: int,
    *,
    results: Sequence[Result] = (),
    unfinished: bool = False,
    search: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[OperationRecord]:
    """Return operations of a job in plan order, after the one numbered `after`.

    `search` is part of the key, subject or message, in any case of ASCII letters; a job of 0 searches all of history.
    """
    where = ["o.id > ?"]
    parameters: list[object] = [after]
    if job:
        where.append("o.job = ?")
        parameters.append(job)
    if results:
        where.append(f"o.result IN ({', '.join('?' * len(results))})")
        parameters += [result.value for result in results]
    if unfinished:
        where.append("o.state <> 'finished'")
    if search:
        like = "%" + clean(search).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = ("CAST(o.subject AS TEXT)", "CAST(o.key AS TEXT)", "o.message")
        where.append("(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns) + ")")
        parameters += [like] * len(columns)
    rows = await database.rows(f"{WITH_QUEUE} WHERE {' AND '.join(where)} ORDER BY o.id LIMIT ?", (*parameters, limit))
    return [record(row) for row in rows]


async def find(database: Database, job: int, key: str) -> OperationRecord | None:
    """Return one operation by its key."""
    row = await database.row(f"{WITH_QUEUE} WHERE o.job = ? AND o.key = ?", (job, to_blob(key)))
    return record(row) if row else None


async def of_path(database: Database, path: str, *, limit: int = 20) -> list[OperationRecord]:
    """Return the operations on a path over all jobs, the newest first."""
    rows = await database.rows(f"{WITH_QUEUE} WHERE o.path = ? ORDER BY o.id DESC LIMIT ?", (path_to_blob(path), limit))
    return [record(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Trouble:
    """An operation that failed or conflicted."""

    stage: str
    kind: str
    id: str
    reason: str
    message: str
    timestamp: str


async def errors(database: Database, job: int, *, limit: int = 1000) -> list[Trouble]:
    """Return what failed or conflicted in a job, oldest first."""
    rows = await database.rows(_TROUBLES, (job, limit))
    return [_trouble(row) for row in rows]


async def errors_within(connection: aiosqlite.Connection, job: int, limit: int) -> list[Trouble]:
    """Return the same inside a transaction."""
    return [_trouble(row) for row in await connection.execute_fetchall(_TROUBLES, (job, limit))]


async def refused_by_all(database: Database, job: int) -> bool:
    """Tell whether each track of a job ran into refused credentials: nothing could be done for lack of them."""
    row = await database.row(
        "SELECT count(DISTINCT q.track), count(DISTINCT CASE WHEN o.result_reason = 'not_authorised' THEN q.track END)"
        " FROM queues q JOIN operations o ON o.queue = q.id WHERE q.job = ?",
        (job,),
    )
    return row is not None and row[0] > 0 and row[0] == row[1]


_TROUBLES = (
    "SELECT q.stage_name, j.kind, o.key, o.result_reason, o.message, o.finished_at FROM operations o"
    " JOIN queues q ON q.id = o.queue JOIN jobs j ON j.id = o.job"
    " WHERE o.job = ? AND o.result IN ('failed', 'conflict') ORDER BY o.ended LIMIT ?"
)


def _trouble(row: aiosqlite.Row) -> Trouble:
    return Trouble(row[0], row[1], from_blob(row[2]), row[3], row[4], row[5])
