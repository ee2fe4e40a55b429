"""One operation in flight: what its sync kind works with, and what may come of a try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import aiosqlite

from synctui.errors import DatabaseUnusable, NotAuthorised, Pause, StorageError, TemporaryFailure, Transient
from synctui.failpoints import failpoint
from synctui.jobs import lines, retries
from synctui.jobs.ending import Reservation
from synctui.jobs.failures import failure
from synctui.jobs.lanes import SharedLane
from synctui.jobs.progress import Progress
from synctui.jobs.shop import Shop
from synctui.jobs.stop import Stop
from synctui.jobs.tracks import Queue
from synctui.model.clock import rfc3339
from synctui.model.json import Fields
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import OperationState, Result
from synctui.model.sync import Sync
from synctui.store import budgets, operations
from synctui.store.operations import Fenced, Taken
from synctui.store.pauses import PauseRow
from synctui.store.writer import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Again:
    """The try failed in a way that may pass: the next one is due in `seconds`."""

    seconds: float
    cause: str
    message: str


@dataclass(frozen=True, slots=True)
class Waits:
    """The operation is pending again, and its track, lane or job waits."""

    pause: PauseRow


@dataclass(frozen=True, slots=True)
class Returned:
    """The operation is pending again as if nothing had been tried."""


Try = Outcome | Again | Waits | Returned


class StoreFailed(Exception):
    """Our own database failed during an operation: nothing can be recorded any more."""


@dataclass(slots=True, eq=False)
class Flight:
    """An operation in flight; this is the `Run` that its sync kind gets."""

    shop: Shop
    sync: Sync
    job: int
    taken: Taken
    queue: Queue
    lane: SharedLane
    sums: Progress
    stop: Stop
    deadline: float | None = None
    started_at: str | None = None
    intended: bool = False
    ending: bool = False
    cancelled: bool = False
    reserved: Reservation | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def operation(self) -> Operation:
        """The operation itself."""
        return self.taken.operation

    @property
    def attempt(self) -> int:
        """1 for the first try."""
        return self.taken.attempts + 1

    @property
    def stopping(self) -> bool:
        """True once a stop was asked for."""
        return self.stop.asked or self.cancelled

    def progress(self, phase: str, fraction: float | None = None) -> None:
        """Say what is going on."""
        self.sums.phase(self.taken.id, phase, None if fraction is None else min(1.0, max(0.0, fraction)))

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Let another operation begin in this one's place while it waits."""
        aside = self.lane.step_aside()
        try:
            yield
        finally:
            if aside:
                self.lane.step_back()

    async def intent(self, facts: Fields) -> None:
        """Commit the intent; from here on the operation is not cancelled any more."""
        self.intended = True
        failpoint("intent.before")

        async def work(connection: aiosqlite.Connection) -> None:
            await operations.mark_in_doubt(connection, self.taken.id, facts)

        await self._ours(work)
        failpoint("intent.after")

    def cancel(self) -> None:
        """Give the operation up unless it may be having its effect, or has ended."""
        if not (self.intended or self.ending or self.cancelled) and self.task is not None:
            self.cancelled = True
            self.task.cancel()

    async def attempt_it(self) -> Try:
        """Try the operation once and return what came of it; raises Fenced, and StoreFailed."""
        try:
            return await self._attempt()
        except asyncio.CancelledError:
            if self.cancelled:
                return Returned()
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return Outcome(Result.FAILED, "bug", "the operation cancelled itself")
        except (Fenced, StoreFailed):
            raise
        except Transient as error:
            attempts = self.attempt
            if attempts >= retries.ATTEMPTS:
                return Outcome(Result.FAILED, error.code, f"{error.message} (tried {attempts} times)", retryable=True)
            return Again(retries.delay(attempts, error.after), error.code, error.message)
        except Pause as error:
            await self._give_back()
            return Waits(self._pause(error.scope, error.reason, error.until, error.message))
        except NotAuthorised as error:
            await self._give_back()
            text = f"{error.message}: {error.hint}" if error.hint else error.message
            return Waits(self._pause("track", "not_authorised", None, text))
        except Exception as error:
            return failure(error, self.operation)

    async def _attempt(self) -> Try:
        if self.taken.state is OperationState.IN_DOUBT:
            # Until the kind has found out, the effect may have happened: nothing may count it as untouched.
            failpoint("reconcile.before")
            outcome = await self.sync.reconcile(self.operation, self.taken.intent)
            if outcome is not None:
                return outcome
            await self._untouched()
            failpoint("reconcile.after")
        if self.taken.doomed:
            return Outcome(Result.SKIPPED, "after_failed")
        if (over := await self._reserve()) is not None:
            return over
        self.started_at = self.shop.now()
        self.shop.post(self.job, "op_start", lines.operation_fields(self.operation))
        failpoint("op.started")
        return await self.sync.apply(self.operation, self)

    async def _untouched(self) -> None:
        async def work(connection: aiosqlite.Connection) -> None:
            await operations.mark_pending(connection, self.taken.id)

        await self._ours(work)

    async def _reserve(self) -> Try | None:
        budget, cost = self.lane.budget, self.operation.cost
        if budget is None or cost <= 0:
            return None
        if cost > budget.limit:
            message = f"it costs {cost}, more than the {budget.limit} of a whole day"
            return Outcome(Result.FAILED, "over_budget", message)
        now = self.shop.clock.now()
        day = budget.day(now)

        async def work(connection: aiosqlite.Connection) -> int | None:
            return await budgets.reserve(connection, self.lane.name, day, cost, budget.limit)

        if await self._ours(work) is not None:
            self.reserved = Reservation(self.lane.name, day, cost)
            return None
        used = await budgets.used(self.shop.database, self.lane.name, day)
        resets_at = budget.resets_at(now)
        quota: Fields = {"lane": self.lane.name, "used": used, "limit": budget.limit, "resets_at": rfc3339(resets_at)}
        self.shop.post(self.job, "quota", quota)
        return Waits(self._pause("lane", "budget", resets_at, f"{used} of {budget.limit} used"))

    async def _give_back(self) -> None:
        reserved, self.reserved = self.reserved, None
        if reserved is None:
            return

        async def work(connection: aiosqlite.Connection) -> None:
            await budgets.settle(connection, reserved.lane, reserved.day, -reserved.cost)

        await self._ours(work)

    async def _ours(self, work: Work[T]) -> T:
        try:
            return await self.shop.database.write(work)
        except (StorageError, DatabaseUnusable, TemporaryFailure) as error:
            raise StoreFailed from error

    def _pause(self, scope: str, reason: str, until: datetime | None, message: str) -> PauseRow:
        scope = scope if scope in ("track", "lane", "job") else "job"
        if until is not None:
            # One that is over already would have the operation tried again at once, without end.
            until = max(until.astimezone(UTC), self.shop.clock.now() + timedelta(seconds=1))
        name = {"track": self.operation.track, "lane": self.lane.name, "job": ""}[scope]
        return PauseRow(scope, name, reason, None if until is None else rfc3339(until), message)
