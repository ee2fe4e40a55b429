"""Stores a draft as a job."""

from __future__ import annotations

import aiosqlite

from synctui.failpoints import failpoint
from synctui.jobs.draft import Draft
from synctui.jobs.shop import Shop
from synctui.model.plan import UNATTENDED, Request
from synctui.model.states import JobState
from synctui.model.sync import Noting
from synctui.store import drafts, jobs
from synctui.store.jobs import totals_json
from synctui.store.rows import write_rows


async def store(shop: Shop, draft: Draft, state: JobState) -> int:
    """Store a draft as a new job in one transaction and return its number."""

    async def work(connection: aiosqlite.Connection) -> int:
        job = await jobs.insert(
            connection,
            draft.request,
            state,
            shop.now(),
            fingerprint=draft.fingerprint,
            undo_of=draft.undo_of,
            totals=draft.totals,
        )
        await drafts.take_over(connection, job)
        failpoint("submit.before_commit")
        return job

    return await shop.database.write(work, attach=draft.path)


async def fill(shop: Shop, draft: Draft, job: int, state: JobState) -> bool:
    """Give a stored request its plan; False when it was cancelled or paused meanwhile."""

    async def work(connection: aiosqlite.Connection) -> bool:
        values = {"fingerprint": draft.fingerprint, "plan": totals_json(draft.totals)}
        if not await jobs.move(connection, job, state, among=(JobState.PLANNING,), **values):
            return False
        await drafts.take_over(connection, job)
        if state is JobState.AWAITING_CONFIRMATION:
            message = draft.totals.brakes[0].message if draft.totals.brakes else "waits to be confirmed"
            await shop.say(
                connection, job, "alert", {"message": message, "subject": draft.request.profile or draft.request.kind}
            )
        failpoint("submit.before_commit")
        return True

    return await shop.database.write(work, attach=draft.path)


async def note_nothing(shop: Shop, request: Request, job: int = 0) -> None:
    """Store what a kind has to note of a request that was planned and needs nothing done; `job` is the one that says so.

    Of jobs that nobody asked for, and that have nothing to say, the newest is enough.
    """
    sync = shop.syncs[request.kind]
    if not isinstance(sync, Noting):
        return
    rows = sync.nothing_to_do(request)

    async def work(connection: aiosqlite.Connection) -> None:
        await write_rows(connection, rows, job=job, at=shop.now())
        if job and request.origin in UNATTENDED:
            await jobs.forget_empty(connection, request, job)

    await shop.database.write(work)
