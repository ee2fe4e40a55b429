"""Finds out what became of operations that were interrupted between their intent and their end."""

from __future__ import annotations

import logging

import aiosqlite

from synctui.errors import NotAuthorised, Pause, Transient
from synctui.failpoints import failpoint
from synctui.jobs import finishing
from synctui.jobs.ending import record_end
from synctui.jobs.failures import failure
from synctui.jobs.shop import Shop
from synctui.model.outcome import Outcome
from synctui.model.states import JobState
from synctui.model.sync import Sync
from synctui.store import jobs, operations
from synctui.store.operations import Fenced, Taken

log = logging.getLogger(__name__)

_PAGE = 50


async def settle(shop: Shop, kind: str | None, active: frozenset[int]) -> None:
    """Reconcile the operations in doubt of a kind (None: all) whose jobs nobody runs.

    What its kind cannot find out now (a server that is away) stays in doubt.
    """
    last = 0
    touched: set[int] = set()
    while found := await operations.in_doubt(shop.database, kind, last, _PAGE):
        for job, taken in found:
            last = taken.id
            record = await jobs.get(shop.database, job)
            if record is None or job in active or (sync := shop.syncs.get(record.kind)) is None:
                continue
            if await _settle_one(shop, sync, job, taken, record.undo_of):
                touched.add(job)
    for job in touched:
        await _complete(shop, job)


async def _settle_one(shop: Shop, sync: Sync, job: int, taken: Taken, undo_of: int | None) -> bool:
    outcome: Outcome | None
    failpoint("reconcile.before")
    try:
        outcome = await sync.reconcile(taken.operation, taken.intent)
    except (Transient, Pause, NotAuthorised) as error:
        log.info("operation %s of job %s stays in doubt: %s", taken.id, job, error)
        return False
    except Exception as error:
        outcome = failure(error, taken.operation)
    failpoint("reconcile.after")
    if outcome is None:

        async def work(connection: aiosqlite.Connection) -> None:
            await operations.mark_pending(connection, taken.id)

        await shop.database.write(work)
        return False
    try:
        await record_end(shop, sync, job, taken, outcome, started_at=None, undo_of=undo_of)
    except Fenced:
        return False
    return True


async def _complete(shop: Shop, job: int) -> None:
    async def work(connection: aiosqlite.Connection) -> None:
        record = await jobs.fetch(connection, job)
        if record is not None and record.current >= record.total:
            among = (JobState.PENDING, JobState.PAUSED)
            await finishing.end(shop, connection, job, JobState.COMPLETED, among=among)

    await shop.database.write(work)
