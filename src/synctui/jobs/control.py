"""Pausing, resuming, cancelling and confirming jobs, from whatever process."""

from __future__ import annotations

from collections.abc import Sequence

import aiosqlite

from synctui.errors import ConfirmationNeeded, StalePlan, UsageError
from synctui.jobs import finishing
from synctui.jobs.planning import fingerprint
from synctui.jobs.shop import Shop
from synctui.model.json import Fields
from synctui.model.plan import Request
from synctui.model.states import JobState
from synctui.store import drafts, jobs, pauses
from synctui.store.jobs import JobRecord
from synctui.store.pauses import ControlRow

_STILL = (JobState.PLANNING, JobState.AWAITING_CONFIRMATION, JobState.PENDING, JobState.PAUSED)


async def ask(shop: Shop, job: int, action: str, by: str) -> bool:
    """Do what is asked of a job that nobody runs; leave word for whoever runs it. True: word was left.

    Raises UsageError for a job that does not exist or is at its end.
    """

    async def work(connection: aiosqlite.Connection) -> bool:
        record = await jobs.fetch(connection, job)
        if record is None:
            raise UsageError(f"there is no job {job}", hint="`synctui jobs` lists them", code="no_such_job")
        if record.state.final:
            raise UsageError(f"job {job} is {record.state.word} already", hint=f"look at it with `synctui jobs show {job}`")
        if record.state is JobState.RUNNING:
            await pauses.ask(connection, job, action, by, shop.now())
            return True
        await _still(shop, connection, record, action, by)
        return False

    return await shop.database.write(work)


async def _still(shop: Shop, connection: aiosqlite.Connection, record: JobRecord, action: str, by: str) -> None:
    if action == "cancel":
        await finishing.end(shop, connection, record.id, JobState.CANCELLED, among=_STILL)
    elif action == "pause":
        await _pause(shop, connection, record, by)
    elif record.state is JobState.AWAITING_CONFIRMATION:
        raise ConfirmationNeeded(f"job {record.id} waits to be confirmed", hint="look at its plan, then confirm it")
    else:
        # A job whose plan was never stored goes back to being planned.
        state = JobState.PLANNING if not record.fingerprint else JobState.PENDING
        values = {"pause_reason": None, "pause_until": None, "paused_by_person": 0}
        await jobs.move(connection, record.id, state, among=(JobState.PAUSED,), **values)
        await pauses.unpause(connection, record.id)


async def _pause(shop: Shop, connection: aiosqlite.Connection, record: JobRecord, by: str) -> None:
    if record.state is JobState.AWAITING_CONFIRMATION:
        raise UsageError(f"job {record.id} waits to be confirmed: nothing of it runs", hint="confirm or cancel it")
    values = {"pause_reason": by, "pause_until": None, "paused_by_person": int(by == "user")}
    if await jobs.move(connection, record.id, JobState.PAUSED, among=_STILL, **values):
        fields: Fields = {"reason": by, "until": None, "scope": "job"}
        await shop.say(connection, record.id, "paused", fields)


async def settle_orphans(shop: Shop) -> None:
    """Bring order into what a dead executor left: running jobs are interrupted, or at their end when nothing of them is left
    to do; and what was asked of them is done.

    Only for the holder of the lock, before it runs anything.
    """
    at = shop.now()

    async def work(connection: aiosqlite.Connection) -> None:
        for job in await jobs.running(connection):
            found = await jobs.fetch(connection, job)
            if found is not None and found.current >= found.total:
                # It died between its last operation and its own end.
                await finishing.end(shop, connection, job, JobState.COMPLETED, among=(JobState.RUNNING,))
                continue
            values = {"pause_reason": "interrupted", "pause_until": None, "paused_by_person": 0}
            await jobs.move(connection, job, JobState.PAUSED, among=(JobState.RUNNING,), **values)
            fields: Fields = {"reason": "interrupted", "until": None, "scope": "job"}
            await shop.say(connection, job, "paused", fields)
        for control in await pauses.asked_within(connection):
            record = await jobs.fetch(connection, control.job)
            await pauses.answered(connection, control.id, at)
            if record is not None and record.state in _STILL and record.state is not JobState.AWAITING_CONFIRMATION:
                await _still(shop, connection, record, control.action, control.asked_by)

    await shop.database.write(work)


async def see_to(shop: Shop, asked: ControlRow, *, taken: bool) -> None:
    """Mark a wish as seen to; unless its job's runner has `taken` it, do it to the job at rest."""

    async def work(connection: aiosqlite.Connection) -> None:
        record = await jobs.fetch(connection, asked.job)
        if not taken and record is not None and record.state is JobState.RUNNING:
            return
        if not await pauses.answered(connection, asked.id, shop.now()) or taken or record is None:
            return
        if record.state in _STILL and record.state is not JobState.AWAITING_CONFIRMATION:
            await _still(shop, connection, record, asked.action, asked.asked_by)

    await shop.database.write(work)


async def supersede(shop: Shop, request: Request, active: Sequence[int]) -> list[int]:
    """Cancel the unfinished jobs that ask the same as `request`, except those a person paused and those `active`."""

    async def work(connection: aiosqlite.Connection) -> list[int]:
        cancelled: list[int] = []
        for job in await jobs.asking(connection, request.kind, request.fingerprint()):
            if job not in active and await finishing.end(shop, connection, job, JobState.CANCELLED, among=_STILL):
                cancelled.append(job)
        return cancelled

    return await shop.database.write(work)


async def confirm(shop: Shop, job: int, configuration: str, allow_mass_change: bool) -> None:
    """Let a job run that waits for it.

    Raises UsageError when it does not wait, ConfirmationNeeded when it has brakes that are not lifted, StalePlan when the
    configuration is not the one it was planned for: it is then planned again.
    """

    async def work(connection: aiosqlite.Connection) -> bool:
        record = await jobs.fetch(connection, job)
        if record is None or record.state is not JobState.AWAITING_CONFIRMATION:
            raise UsageError(f"job {job} does not wait to be confirmed", hint="`synctui jobs` lists them")
        if record.plan.brakes and not allow_mass_change:
            raise ConfirmationNeeded(record.plan.brakes[0].message, hint="lift it with --allow-mass-change")
        if record.fingerprint == fingerprint(record.request, configuration):
            await jobs.move(connection, job, JobState.PENDING, among=(JobState.AWAITING_CONFIRMATION,))
            return True
        await drafts.forget(connection, job)
        await jobs.move(
            connection, job, JobState.PLANNING, among=(JobState.AWAITING_CONFIRMATION,), fingerprint="", confirm=1, total=0
        )
        return False

    if not await shop.database.write(work):
        raise StalePlan(
            "the configuration changed since the plan was made", hint="it is planned again: look at it once more"
        )
