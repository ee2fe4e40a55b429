"""The end of an operation: outcome, rows, receipt, appended operations, counters and journal in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import aiosqlite

from synctui.failpoints import failpoint
from synctui.jobs import lines
from synctui.jobs.planning import placed
from synctui.jobs.shop import Shop
from synctui.model.json import Fields
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import Result
from synctui.model.sync import Sync
from synctui.store import budgets, jobs, operations
from synctui.store.operations import QueueRow, Taken, stops_others
from synctui.store.rows import write_rows
from synctui.text import display


@dataclass(frozen=True, slots=True)
class Reservation:
    """Budget units taken before an operation."""

    lane: str
    day: str
    cost: int


@dataclass(frozen=True, slots=True)
class End:
    """A job's sums after an end, the queues in which something may be ready now, and all queues after appending."""

    total: int
    counts: Mapping[str, int]
    released: set[int] = field(default_factory=set)
    queues: list[QueueRow] | None = None


async def record_end(
    shop: Shop,
    sync: Sync,
    job: int,
    taken: Taken,
    outcome: Outcome,
    *,
    started_at: str | None,
    undo_of: int | None,
    releases: Callable[[], bool] = lambda: True,
    reserved: Reservation | None = None,
    then: Callable[[End], None] = lambda end: None,
) -> End:
    """Store an outcome with everything that belongs to it; raises Fenced when the operation has one already.

    `releases` tells, once the write's turn has come, whether other operations may wait for this one; `then` is called in
    the order of the commits.
    """
    appended = [placed(one, sync)[1] for one in outcome.append]
    stages = list(sync.stages) or [""]

    async def work(connection: aiosqlite.Connection) -> End:
        added, twice = 0, list[str]()
        if appended:
            failpoint("append.before")
            added, twice = await operations.append(connection, job, appended, stages, taken.id)
            failpoint("append.after")
        for key in twice:
            await shop.say(connection, job, "warning", {"message": f"{display(key)} was appended twice"})
        at = shop.now()
        ended = await operations.finish(
            connection,
            job,
            taken,
            outcome,
            appended=added,
            started_at=started_at,
            at=at,
            fields=partial(lines.end_fields, taken.operation, outcome),
        )
        shop.heard(ended.event)
        if outcome.alert:
            told: Fields = {
                "message": display(outcome.alert),
                "subject": display(taken.operation.subject),
                "code": outcome.reason,
            }
            await shop.say(connection, job, "alert", told)
        if outcome.rows:
            await write_rows(connection, outcome.rows, job=job, at=at)
        released: set[int] = set()
        if taken.needed or releases():
            failed = stops_others(outcome.result, outcome.reason)
            released = await operations.release(connection, taken.id, failed=failed)
        if undo_of is not None and outcome.result in (Result.DONE, Result.UNCHANGED):
            await _mark_undone(connection, undo_of, taken.operation, job)
        if reserved is not None:
            await _settle(connection, reserved, outcome)
        end = End(ended.total, ended.counts, released, await operations.queues(connection, job) if appended else None)
        shop.database.after_commit(partial(then, end))
        return end

    failpoint("outcome.before")
    end = await shop.database.write(work)
    failpoint("outcome.after")
    return end


async def _mark_undone(connection: aiosqlite.Connection, undo_of: int, operation: Operation, job: int) -> None:
    keys, by, of, stands = taken_back(operation.key), job, undo_of, False
    while True:
        # When an undo is taken back, what it had undone stands again; when that is taken back too, it does not, and so on.
        key = await operations.mark_undone(connection, of, keys, None if stands else by)
        undone = await jobs.fetch(connection, of)
        if key is None or undone is None or undone.undo_of is None:
            return
        keys, by, of, stands = taken_back(key), of, undone.undo_of, not stands


def taken_back(key: str) -> tuple[str, ...]:
    """Return the keys that an undo's operation may take back: what follows its `undo:`, or its own."""
    return (key.removeprefix("undo:"), key) if key.startswith("undo:") else (key,)


async def _settle(connection: aiosqlite.Connection, reserved: Reservation, outcome: Outcome) -> None:
    cost = outcome.numbers.get("cost")
    if isinstance(cost, int) and not isinstance(cost, bool) and cost != reserved.cost:
        await budgets.settle(connection, reserved.lane, reserved.day, cost - reserved.cost)
