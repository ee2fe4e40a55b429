"""How a job begins to run, and how a run of it ends: its row and its journal in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiosqlite

from synctui.failpoints import failpoint
from synctui.jobs import lines
from synctui.jobs.progress import Progress
from synctui.jobs.shop import Shop
from synctui.jobs.verdict import Verdict
from synctui.model.json import Fields, Json, dump
from synctui.model.plan import Operation
from synctui.model.states import JobState
from synctui.store import history, jobs, pauses
from synctui.store.jobs import JobRecord
from synctui.store.pauses import PauseRow
from synctui.text import display

if TYPE_CHECKING:
    from synctui.jobs.flight import Again

RUNNABLE = (JobState.PENDING, JobState.PAUSED)
LIVE = (JobState.PLANNING, JobState.AWAITING_CONFIRMATION, JobState.PENDING, JobState.RUNNING, JobState.PAUSED)


async def claim(shop: Shop, job: int) -> JobRecord | None:
    """Set a job running and say so; None when it cannot run, or a person paused it."""

    async def work(connection: aiosqlite.Connection) -> JobRecord | None:
        record = await jobs.fetch(connection, job)
        if record is None or record.paused_by_person:
            return None
        at = shop.now()
        started = record.started_at or at
        values = {"started_at": started, "pause_reason": None, "pause_until": None}
        if not await jobs.move(connection, job, JobState.RUNNING, among=RUNNABLE, **values):
            return None
        fields: Fields = {"kind": record.kind, "total": record.total, "resumed_from": record.current}
        await shop.say(connection, job, "job_start", fields)
        return await jobs.fetch(connection, job)

    claimed = await shop.database.write(work)
    failpoint("job.claimed")
    return claimed


async def conclude(
    shop: Shop,
    job: int,
    state: JobState,
    verdict: Verdict,
    progress: Progress | None = None,
    metrics: Fields | None = None,
    sums: Fields | None = None,
) -> None:
    """Record how a running job stopped running; `metrics` and `sums` are what its kind has to say of the whole."""
    failpoint("job.before_end")

    async def work(connection: aiosqlite.Connection) -> None:
        if state is JobState.PAUSED:
            values = {
                "pause_reason": verdict.reason,
                "pause_until": verdict.until,
                "paused_by_person": int(verdict.by_person),
            }
            if progress is not None:
                values["snapshot"] = dump(progress.stored())
            if await jobs.move(connection, job, state, among=(JobState.RUNNING,), **values):
                fields: Fields = {"reason": verdict.reason, "until": verdict.until, "scope": "job"}
                await shop.say(connection, job, "paused", fields)
            return
        snapshot = dump(progress.stored()) if progress is not None else None
        if metrics is not None:
            await shop.say(connection, job, "metrics", metrics)
        await end(
            shop, connection, job, state, among=(JobState.RUNNING,), message=verdict.message, snapshot=snapshot, sums=sums
        )

    await shop.database.write(work)
    failpoint("job.after_end")


async def end(
    shop: Shop,
    connection: aiosqlite.Connection,
    job: int,
    state: JobState,
    *,
    among: tuple[JobState, ...],
    message: str = "",
    snapshot: str | None = None,
    sums: Fields | None = None,
) -> bool:
    """Bring a job to its end within a write; False when it was not in one of the states `among`."""
    at = shop.now()
    values: dict[str, object] = {"completed_at": at, "message": message, "pause_reason": None, "pause_until": None}
    if snapshot is not None:
        values["snapshot"] = snapshot
    if not await jobs.move(connection, job, state, among=among, paused_by_person=0, **values):
        return False
    await pauses.unpause(connection, job)
    record = await jobs.fetch(connection, job)
    if record is not None:
        troubles = await history.errors_within(connection, job, lines.ERRORS)
        fields = lines.job_end_fields(record, state.value, at, troubles, message, sums or {})
        await shop.say(connection, job, "job_end", fields)
        if state is JobState.COMPLETED:
            for request in shop.follow(record):
                await jobs.insert_once(connection, request, at)
    return True


def pause_fields(row: PauseRow) -> Fields:
    """Return the fields of a `paused` event for a track, a lane or the job."""
    fields: dict[str, Json] = {"reason": row.reason, "until": row.until, "scope": row.scope}
    if row.name:
        fields[row.scope] = display(row.name)
    if row.message:
        fields["message"] = display(row.message)
    return fields


def retry_fields(operation: Operation, again: Again, attempt: int) -> Fields:
    """Return the fields of a `retry_wait` event."""
    return {
        **lines.key_fields(operation.key),
        "subject": display(operation.subject),
        "seconds": round(again.seconds, 3),
        "cause": again.cause,
        "message": display(again.message),
        "attempt": attempt,
    }


def stage_fields(track: str, stage: str, total: int) -> Fields:
    """Return the fields of a `stage_start` event."""
    return {"track": display(track), "stage": stage, "total": total}
