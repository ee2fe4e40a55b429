"""Jobs: their rows, their history, and how one state follows another."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import aiosqlite

from synctui.model.json import Json, dump
from synctui.model.plan import Notice, Origin, PlanTotals, Request
from synctui.model.states import JobState, Result
from synctui.store.blobs import clean
from synctui.store.database import Database

RESULTS = tuple(result.value for result in Result)
_CHANGES = "json_extract(request, '$.options.check') IS NOT 1"
UNFINISHED = "state NOT IN ('completed', 'failed', 'cancelled')"
# Whoever broke off what they had asked for themselves may never come back to it.
_GOES_ON = (
    "state = 'paused' AND NOT paused_by_person"
    " AND (pause_reason IS NOT 'interrupted' OR json_extract(request, '$.origin') IN ('schedule', 'hook', 'follow_up'))"
)

Guard = Callable[[aiosqlite.Connection], Awaitable[bool]]
"""What has to hold within a transaction for something to be written in it."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as stored. `counts` has every result, 0 included; `total` grows as operations append others.

    `found` is how many of those that a check left unchanged are not as they should be, `undone` how many are taken back.
    """

    id: int
    kind: str
    request: Request
    state: JobState
    created_at: str
    started_at: str | None = None
    completed_at: str | None = None
    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    plan: PlanTotals = field(default_factory=PlanTotals)
    fingerprint: str = ""
    confirm: bool = False
    undo_of: int | None = None
    pause_reason: str | None = None
    pause_until: str | None = None
    paused_by_person: bool = False
    message: str = ""
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    found: int = 0
    undone: int = 0

    @property
    def current(self) -> int:
        """Return how many operations have finished."""
        return sum(self.counts.values())


def request_json(request: Request) -> str:
    """Return a request as stored."""
    return dump(
        {
            "kind": request.kind,
            "targets": list(request.targets),
            "options": request.options,
            "origin": request.origin,
            "profile": request.profile,
        }
    )


def request_from(text: str) -> Request:
    """Return the request of such text."""
    raw = json.loads(text)
    return Request(raw["kind"], tuple(raw["targets"]), raw["options"], cast(Origin, raw["origin"]), raw["profile"])


def totals_json(totals: PlanTotals) -> str:
    """Return a plan's sums as stored."""
    notices: list[Json] = [{"level": n.level, "message": n.message, "subject": n.subject} for n in totals.notices]
    return dump(
        {
            "total": totals.total,
            "by_action": totals.by_action,
            "known": totals.known,
            "cost": totals.cost,
            "estimate": totals.estimate,
            "undoable": totals.undoable,
            "notices": notices,
        }
    )


def totals_from(text: str) -> PlanTotals:
    """Return the sums of such text."""
    raw = json.loads(text)
    if not raw:
        return PlanTotals()
    return PlanTotals(**{**raw, "notices": tuple(Notice(**notice) for notice in raw["notices"])})


def record(row: aiosqlite.Row) -> JobRecord:
    """Return the job of a row."""
    return JobRecord(
        id=row["id"],
        kind=row["kind"],
        request=request_from(row["request"]),
        state=JobState(row["state"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        total=row["total"],
        counts={name: row[name] for name in RESULTS},
        plan=totals_from(row["plan"]),
        fingerprint=row["fingerprint"],
        confirm=bool(row["confirm"]),
        undo_of=row["undo_of"],
        pause_reason=row["pause_reason"],
        pause_until=row["pause_until"],
        paused_by_person=bool(row["paused_by_person"]),
        message=row["message"],
        snapshot=json.loads(row["snapshot"]) if row["snapshot"] else {},
        found=row["found"],
        undone=row["undone"],
    )


async def insert(
    connection: aiosqlite.Connection,
    request: Request,
    state: JobState,
    at: str,
    *,
    fingerprint: str = "",
    confirm: bool = False,
    undo_of: int | None = None,
    totals: PlanTotals | None = None,
) -> int:
    """Store a job without operations and return its number."""
    row = await connection.execute_insert(
        "INSERT INTO jobs (kind, request, asks, fingerprint, confirm, undo_of, state, plan, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            request.kind,
            request_json(request),
            request.fingerprint(),
            fingerprint,
            int(confirm),
            undo_of,
            state.value,
            totals_json(totals) if totals else "{}",
            at,
        ),
    )
    assert row is not None
    return int(row[0])


async def insert_once(
    connection: aiosqlite.Connection, request: Request, at: str, *, spacing_s: float = 0.0, when: Guard | None = None
) -> int | None:
    """Store a request that is to be planned, unless one that asks the same is unfinished already.

    With `spacing_s` also not when the newest began within so many seconds; `when` has the last word, in the same
    transaction. Returns the job's number, or None. What a person has paused, or broke off and left, stands in nobody's
    way, and neither does a time that a clock put back by more than a minute has made one to come.
    """
    rows = await connection.execute_fetchall(
        f"SELECT 1 WHERE EXISTS (SELECT 1 FROM jobs WHERE kind = :kind AND asks = :asks AND {UNFINISHED}"
        " AND (state IN ('planning', 'awaiting_confirmation', 'pending')"
        f" OR :spacing > 0 AND (state = 'running' OR {_GOES_ON})))"
        " OR (SELECT (julianday(:at) - julianday(created_at)) * 86400.0 FROM jobs"
        " WHERE kind = :kind AND asks = :asks ORDER BY id DESC LIMIT 1) BETWEEN -min(:spacing, 60.0) AND :spacing",
        {"kind": request.kind, "asks": request.fingerprint(), "spacing": spacing_s, "at": at},
    )
    if list(rows) or (when is not None and not await when(connection)):
        return None
    return await insert(connection, request, JobState.PLANNING, at)


async def busy(connection: aiosqlite.Connection, kind: str) -> bool:
    """Tell whether a job of a kind runs, or will without anybody being asked."""
    rows = await connection.execute_fetchall(
        "SELECT 1 FROM jobs WHERE kind = ? AND (state IN ('planning', 'pending', 'running')"
        f" OR {_GOES_ON}) AND {UNFINISHED} LIMIT 1",
        (kind,),
    )
    return bool(list(rows))


async def move(
    connection: aiosqlite.Connection, job: int, state: JobState, *, among: Sequence[JobState], **values: object
) -> bool:
    """Set a job's state and further columns if it is in one of the states `among`; False: it was not."""
    columns = "".join(f", {name} = :{name}" for name in values)
    states = ", ".join(f"'{one.value}'" for one in among)
    cursor = await connection.execute(
        f"UPDATE jobs SET state = :state{columns} WHERE id = :id AND state IN ({states})",
        {
            **{name: clean(value) if isinstance(value, str) else value for name, value in values.items()},
            "state": state.value,
            "id": job,
        },
    )
    return cursor.rowcount > 0


async def fetch(connection: aiosqlite.Connection, job: int) -> JobRecord | None:
    """Return a job within a transaction."""
    rows = list(await connection.execute_fetchall("SELECT * FROM jobs WHERE id = ?", (job,)))
    return record(rows[0]) if rows else None


async def asking(connection: aiosqlite.Connection, kind: str, asks: str) -> list[int]:
    """Return the unfinished jobs with the request fingerprint `asks` that no person paused."""
    rows = await connection.execute_fetchall(
        f"SELECT id FROM jobs WHERE kind = ? AND asks = ? AND {UNFINISHED} AND paused_by_person = 0", (kind, asks)
    )
    return [int(row[0]) for row in rows]


async def running(connection: aiosqlite.Connection) -> list[int]:
    """Return the jobs that are marked as running."""
    return [int(row[0]) for row in await connection.execute_fetchall("SELECT id FROM jobs WHERE state = 'running'")]


async def save_snapshot(connection: aiosqlite.Connection, job: int, snapshot: str) -> None:
    """Store what other processes see of a running job."""
    await connection.execute("UPDATE jobs SET snapshot = ? WHERE id = ? AND state = 'running'", (snapshot, job))


async def get(database: Database, job: int) -> JobRecord | None:
    """Return a job, or None."""
    row = await database.row("SELECT * FROM jobs WHERE id = ?", (job,))
    return record(row) if row else None


async def list_jobs(
    database: Database,
    *,
    limit: int = 50,
    kind: str | None = None,
    state: JobState | None = None,
    before: int | None = None,
    unfinished: bool = False,
) -> list[JobRecord]:
    """Return jobs, newest first; `before` is the last job of the page before."""
    where, parameters = _filter({"kind": kind, "state": state.value if state else None})
    if before is not None:
        where.append("id < ?")
        parameters.append(before)
    if unfinished:
        where.append(UNFINISHED)
    clause = f" WHERE {' AND '.join(where)}" if where else ""
    rows = await database.rows(f"SELECT * FROM jobs{clause} ORDER BY id DESC LIMIT ?", (*parameters, limit))
    return [record(row) for row in rows]


async def unfinished(database: Database) -> list[JobRecord]:
    """Return every job that is not at its end, oldest first."""
    return [record(row) for row in await database.rows(f"SELECT * FROM jobs WHERE {UNFINISHED} ORDER BY id")]


async def newest_finished(database: Database, limit: int) -> list[JobRecord]:
    """Return the jobs that came to their end last, newest first."""
    sql = "SELECT * FROM jobs WHERE completed_at IS NOT NULL ORDER BY completed_at DESC, id DESC LIMIT ?"
    rows = await database.rows(sql, (limit,))
    return [record(row) for row in rows]


async def finished_since(database: Database, at: str) -> int:
    """Return how many jobs came to their end at the time `at` (RFC 3339) or later."""
    row = await database.row("SELECT count(*) FROM jobs WHERE completed_at >= ?", (at,))
    return int(row[0]) if row else 0


async def newest_unfinished(database: Database, kind: str) -> int | None:
    """Return the newest job of a kind that is not at its end."""
    row = await database.row(f"SELECT id FROM jobs WHERE kind = ? AND {UNFINISHED} ORDER BY id DESC LIMIT 1", (kind,))
    return int(row[0]) if row else None


async def newest(database: Database, kind: str | None = None, *, state: JobState | None = None) -> JobRecord | None:
    """Return the newest job of a kind (any kind) in a state (any state)."""
    found = await list_jobs(database, limit=1, kind=kind, state=state)
    return found[0] if found else None


async def last_begun(database: Database, request: Request) -> str | None:
    """Return when (RFC 3339) the newest job was made that asks the same as `request`, whatever became of it."""
    sql = "SELECT created_at FROM jobs WHERE kind = ? AND asks = ? ORDER BY id DESC LIMIT 1"
    row = await database.row(sql, (request.kind, request.fingerprint()))
    return str(row[0]) if row else None


async def has_receipts(database: Database, job: int) -> bool:
    """Tell whether anything of a job can be undone."""
    sql = "SELECT 1 FROM operations WHERE job = ? AND receipt IS NOT NULL AND undone_by IS NULL LIMIT 1"
    return await database.row(sql, (job,)) is not None


async def last_attempt(database: Database, kind: str) -> JobRecord | None:
    """Return the newest job of a kind that was begun; undos and checks do not count."""
    row = await database.row(
        "SELECT * FROM jobs WHERE kind = ? AND started_at IS NOT NULL AND undo_of IS NULL"
        f" AND {_CHANGES} ORDER BY id DESC LIMIT 1",
        (kind,),
    )
    return record(row) if row else None


async def last_success(database: Database, kind: str) -> JobRecord | None:
    """Return the newest job of a kind that was completed with nothing failed; undos and checks do not count."""
    row = await database.row(
        "SELECT * FROM jobs WHERE kind = ? AND state = 'completed' AND failed = 0 AND conflict = 0 AND undo_of IS NULL"
        f" AND {_CHANGES} ORDER BY id DESC LIMIT 1",
        (kind,),
    )
    return record(row) if row else None


async def statistics(database: Database, kind: str) -> dict[str, int]:
    """Return the number of a kind's `jobs` and of its operations by result, over all of history."""
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in RESULTS)
    row = await database.row(f"SELECT count(*) AS jobs, {sums} FROM jobs WHERE kind = ? AND undo_of IS NULL", (kind,))
    return {name: int(row[name]) for name in ("jobs", *RESULTS)} if row else {}


def _filter(columns: Mapping[str, object | None]) -> tuple[list[str], list[object]]:
    given = {name: value for name, value in columns.items() if value is not None}
    return [f"{name} = ?" for name in given], list(given.values())


async def forget_empty(connection: aiosqlite.Connection, request: Request, before: int) -> None:
    """Forget earlier jobs that asked the same by themselves and had nothing to do: one that says so is enough."""
    empty = (
        "SELECT id FROM jobs WHERE asks = ? AND id < ? AND total = 0 AND state = 'completed'"
        " AND json_extract(request, '$.origin') = ?"
    )
    parameters = (request.fingerprint(), before, request.origin)
    await connection.execute(f"DELETE FROM journal WHERE job IN ({empty})", parameters)
    await connection.execute(f"DELETE FROM jobs WHERE id IN ({empty})", parameters)
