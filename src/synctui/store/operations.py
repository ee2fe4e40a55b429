"""Operations: taking those that are ready, recording intents and ends."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import aiosqlite

from synctui.model.events import Event
from synctui.model.json import Fields, dump
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import OperationState, Result
from synctui.store.blobs import clean, from_blob, path_from_blob, path_to_blob, to_blob
from synctui.store.database import Database
from synctui.store.visit import visit


class Fenced(Exception):
    """The row is not in the state that a change was to start from: somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An operation as the runner takes it."""

    id: int
    queue: int
    operation: Operation
    state: OperationState
    attempts: int
    doomed: bool
    needed: bool
    intent: Fields


WITH_QUEUE = "SELECT o.*, q.track, q.stage_name, q.lane FROM operations o JOIN queues q ON q.id = o.queue"


def values(operation: Operation) -> tuple[object, ...]:
    """Return an operation in the order of `COLUMNS`."""
    return (
        to_blob(operation.key),
        clean(operation.action),
        to_blob(operation.subject),
        path_to_blob(operation.path),
        clean(operation.reason),
        operation.cost,
        operation.estimate,
        dump(operation.payload),
        clean(operation.precondition),
        dump(list(operation.after)),
        int(operation.continue_on_error),
        int(operation.undoable),
    )


COLUMNS = "key, action, subject, path, reason, cost, estimate, payload, precondition, needs, continue_on_error, undoable"


def operation_from(row: aiosqlite.Row, track: str, stage: str, lane: str) -> Operation:
    """Return the operation of a row; its queue says the rest."""
    return Operation(
        key=from_blob(row["key"]),
        action=row["action"],
        subject=from_blob(row["subject"]),
        track=track,
        stage=stage,
        path=path_from_blob(row["path"]),
        reason=row["reason"],
        cost=row["cost"],
        estimate=row["estimate"],
        lane=lane,
        payload=json.loads(row["payload"]),
        precondition=row["precondition"],
        after=tuple(json.loads(row["needs"])),
        continue_on_error=bool(row["continue_on_error"]),
        undoable=bool(row["undoable"]),
    )


def queued(row: aiosqlite.Row) -> Operation:
    """Return the operation of a row that has its queue's columns."""
    return operation_from(row, from_blob(row["track"]), row["stage_name"], row["lane"])


def _taken(row: aiosqlite.Row) -> Taken:
    return Taken(
        id=row["id"],
        queue=row["queue"],
        operation=queued(row),
        state=OperationState(row["state"]),
        attempts=row["attempts"],
        doomed=bool(row["doomed"]),
        needed=bool(row["needed"]),
        intent=json.loads(row["intent"]) if row["intent"] else {},
    )


async def ready(database: Database, queue: int, now: str, limit: int) -> list[Taken]:
    """Return operations of a queue that may run at the time `now`, in order."""
    rows = await database.rows(
        f"{WITH_QUEUE} WHERE o.queue = ? AND o.state <> 'finished' AND o.waits = 0 AND o.not_before <= ?"
        " ORDER BY o.not_before, o.id LIMIT ?",
        (queue, now, limit),
    )
    return [_taken(row) for row in rows]


async def next_due(database: Database, queue: int, now: str) -> str | None:
    """Return when the first operation of a queue that waits for a time after `now` may run."""
    row = await database.row(
        "SELECT not_before FROM operations WHERE queue = ? AND state <> 'finished' AND waits = 0 AND not_before > ?"
        " ORDER BY not_before LIMIT 1",
        (queue, now),
    )
    return str(row[0]) if row else None


async def in_doubt(database: Database, kind: str | None, after: int, limit: int) -> list[tuple[int, Taken]]:
    """Return operations in doubt, of a kind or all, with their jobs, after the operation numbered `after`."""
    rows = await database.rows(
        "SELECT o.*, q.track, q.stage_name, q.lane FROM operations o INDEXED BY operations_in_doubt"
        " JOIN queues q ON q.id = o.queue JOIN jobs j ON j.id = o.job"
        " WHERE o.state = 'in_doubt' AND o.id > :after AND (:kind IS NULL OR j.kind = :kind) ORDER BY o.id LIMIT :limit",
        {"after": after, "kind": kind, "limit": limit},
    )
    return [(row["job"], _taken(row)) for row in rows]


async def mark_in_doubt(connection: aiosqlite.Connection, operation: int, intent: Fields) -> None:
    """Record that an effect may happen from now on; raises Fenced when the operation has finished."""
    cursor = await connection.execute(
        "UPDATE operations SET state = 'in_doubt', intent = ? WHERE id = ? AND state <> 'finished'",
        (dump(intent), operation),
    )
    if cursor.rowcount == 0:
        raise Fenced


async def mark_pending(connection: aiosqlite.Connection, operation: int) -> None:
    """Record that an operation in doubt had no effect."""
    await connection.execute(
        "UPDATE operations SET state = 'pending', intent = NULL WHERE id = ? AND state = 'in_doubt'", (operation,)
    )


async def postpone(connection: aiosqlite.Connection, operation: int, attempts: int, not_before: str) -> None:
    """Record a failed try and when the next one may be made."""
    cursor = await connection.execute(
        "UPDATE operations SET attempts = ?, not_before = ? WHERE id = ? AND state <> 'finished'",
        (attempts, not_before, operation),
    )
    if cursor.rowcount == 0:
        raise Fenced


@dataclass(frozen=True, slots=True)
class Ended:
    """What an end leaves: the job's total, its counts by result, and the journal event."""

    total: int
    counts: Mapping[str, int]
    event: Event


async def finish(
    connection: aiosqlite.Connection,
    job: int,
    taken: Taken,
    outcome: Outcome,
    *,
    appended: int,
    started_at: str | None,
    at: str,
    fields: Callable[[int, Mapping[str, int]], Fields],
) -> Ended:
    """Record an outcome, count it in its queue and job, and write its `op_end` with `fields(total, counts)`.

    Raises Fenced when the operation has an outcome already.
    """
    values = (
        outcome.result.value,
        clean(outcome.reason),
        clean(outcome.message),
        int(outcome.retryable),
        dump(outcome.numbers),
        None if outcome.receipt is None else dump(outcome.receipt),
        started_at,
        at,
    )

    def work(raw: sqlite3.Connection) -> Ended:
        raw.execute("UPDATE queues SET finished = finished + 1 WHERE id = ?", (taken.queue,))
        result = outcome.result.value
        sums = raw.execute(
            f"UPDATE jobs SET {result} = {result} + 1, total = total + ?, found = found + ? WHERE id = ?"
            f" RETURNING total, {_RESULTS}",
            (appended, int(outcome.found), job),
        ).fetchone()
        counts = {one.value: int(sums[one.value]) for one in Result}
        told = fields(int(sums["total"]), counts)
        number = raw.execute(
            "INSERT INTO journal (job, at, type, fields) VALUES (?, ?, 'op_end', ?)", (job, at, dump(told))
        ).lastrowid
        cursor = raw.execute(_FINISH, (*values, number, taken.id))
        if cursor.rowcount == 0:
            raise Fenced
        return Ended(int(sums["total"]), counts, Event("op_end", told, job, at, number or 0))

    return await visit(connection, work)


_RESULTS = ", ".join(one.value for one in Result)
_FINISH = (
    "UPDATE operations SET state = 'finished', result = ?, result_reason = ?, message = ?, retryable = ?, numbers = ?,"
    " receipt = ?, started_at = ?, finished_at = ?, ended = ? WHERE id = ? AND state <> 'finished'"
)


async def release(connection: aiosqlite.Connection, operation: int, *, failed: bool) -> set[int]:
    """Let those go on that waited for an operation; return the queues in which one may run now.

    After a failure those that do not continue on error are doomed: they run only to be skipped.
    """
    chosen = "id IN (SELECT operation FROM operation_after WHERE needs = ?) AND state <> 'finished'"
    await connection.execute(f"UPDATE operations SET waits = max(0, waits - 1) WHERE {chosen}", (operation,))
    if failed:
        await connection.execute(f"UPDATE operations SET doomed = 1 WHERE {chosen} AND continue_on_error = 0", (operation,))
    rows = await connection.execute_fetchall(
        f"SELECT DISTINCT queue FROM operations WHERE {chosen} AND waits = 0", (operation,)
    )
    return {int(row[0]) for row in rows}


async def append(
    connection: aiosqlite.Connection,
    job: int,
    operations: Sequence[Operation],
    stages: Sequence[str],
    parent: int | None = None,
) -> tuple[int, list[str]]:
    """Add operations to a running job; return how many, and the keys that were there already and stay as they are.

    `parent` is the operation that appends them, which counts as finished for those that name it.
    """
    twice: list[str] = []
    added: list[tuple[int, Operation]] = []
    for one in operations:
        queue = await _queue(connection, job, one, stages)
        cursor = await connection.execute(
            f"INSERT OR IGNORE INTO operations (job, queue, {COLUMNS}) VALUES (?, ?, {', '.join('?' * 12)})",
            (job, queue, *values(one)),
        )
        if cursor.rowcount == 0:
            twice.append(one.key)
            continue
        added.append((int(cursor.lastrowid or 0), one))
        await connection.execute("UPDATE queues SET total = total + 1 WHERE id = ?", (queue,))
    for number, one in added:
        for key in one.after:
            await _wait_for(connection, job, number, one, key, parent)
    return len(added), twice


async def _wait_for(
    connection: aiosqlite.Connection, job: int, number: int, operation: Operation, key: str, parent: int | None
) -> None:
    rows = list(
        await connection.execute_fetchall(
            "SELECT id, state, result, result_reason FROM operations WHERE job = ? AND key = ?", (job, to_blob(key))
        )
    )
    if not rows or rows[0]["id"] == parent:
        return
    if rows[0]["state"] == OperationState.FINISHED:
        if stops_others(rows[0]["result"], rows[0]["result_reason"]) and not operation.continue_on_error:
            await connection.execute("UPDATE operations SET doomed = 1 WHERE id = ?", (number,))
        return
    cursor = await connection.execute("INSERT OR IGNORE INTO operation_after VALUES (?, ?)", (number, rows[0]["id"]))
    if cursor.rowcount:
        await connection.execute("UPDATE operations SET waits = waits + 1 WHERE id = ?", (number,))
        await connection.execute("UPDATE operations SET needed = 1 WHERE id = ?", (rows[0]["id"],))


def stops_others(result: str, reason: str) -> bool:
    """True when operations that wait for one with this end, and do not continue on error, are skipped."""
    return result in (Result.FAILED, Result.CONFLICT) or (result == Result.SKIPPED and reason == "after_failed")


async def _queue(connection: aiosqlite.Connection, job: int, operation: Operation, stages: Sequence[str]) -> int:
    place = (job, to_blob(operation.track), stages.index(operation.stage), operation.lane)
    find = "SELECT id FROM queues WHERE job = ? AND track = ? AND stage = ? AND lane = ?"
    rows = list(await connection.execute_fetchall(find, place))
    if rows:
        return int(rows[0][0])
    row = await connection.execute_insert(
        "INSERT INTO queues (job, track, stage, lane, stage_name) VALUES (?, ?, ?, ?, ?)", (*place, operation.stage)
    )
    assert row is not None
    return int(row[0])


async def mark_undone(connection: aiosqlite.Connection, job: int, keys: Sequence[str], by: int | None) -> str | None:
    """Record that the first of these keys that a job has was taken back by the job `by` (None: stands again)."""
    for key in keys:
        place = (job, to_blob(key))
        sql = "SELECT undone_by IS NOT NULL FROM operations WHERE job = ? AND key = ?"
        rows = list(await connection.execute_fetchall(sql, place))
        if not rows:
            continue
        await connection.execute("UPDATE operations SET undone_by = ? WHERE job = ? AND key = ?", (by, *place))
        more = (by is not None) - rows[0][0]
        await connection.execute("UPDATE jobs SET undone = undone + ? WHERE id = ?", (more, job))
        return key
    return None


@dataclass(slots=True)
class QueueRow:
    """A queue with its counts."""

    id: int
    track: str
    stage: int
    stage_name: str
    lane: str
    total: int
    finished: int


async def queues(source: Database | aiosqlite.Connection, job: int) -> list[QueueRow]:
    """Return the queues of a job, by track and stage."""
    sql = "SELECT * FROM queues WHERE job = ? ORDER BY id"
    rows = await source.rows(sql, (job,)) if isinstance(source, Database) else await source.execute_fetchall(sql, (job,))
    return [
        QueueRow(
            row["id"], from_blob(row["track"]), row["stage"], row["stage_name"], row["lane"], row["total"], row["finished"]
        )
        for row in rows
    ]
