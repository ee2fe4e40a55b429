"""The one shape of every sync kind, and what the engine gives it to work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from synctui.model.json import Fields
from synctui.model.library import Row
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem, Request


@dataclass(frozen=True, slots=True)
class Budget:
    """So many units of cost a day; the day ends at midnight in `zone`."""

    limit: int
    zone: str = "UTC"

    def day(self, now: datetime) -> str:
        """Return the name of the budget's day that `now` falls in."""
        return now.astimezone(ZoneInfo(self.zone)).date().isoformat()

    def resets_at(self, now: datetime) -> datetime:
        """Return the first moment (UTC) of the next day."""
        zone = ZoneInfo(self.zone)
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Lane:
    """What operations share: so many at once, so many started a second, so much a day."""

    name: str
    width: int = 1
    rate: float | None = None
    budget: Budget | None = None


class Run(Protocol):
    """What `apply` works with."""

    @property
    def job(self) -> int:
        """The job's number."""
        ...

    @property
    def attempt(self) -> int:
        """1 for the first try."""
        ...

    @property
    def deadline(self) -> float | None:
        """Monotonic seconds after which the operation must be given up, or None."""
        ...

    @property
    def stopping(self) -> bool:
        """True once a stop was asked for: finish what has begun, begin nothing long."""
        ...

    def progress(self, phase: str, fraction: float | None = None) -> None:
        """Say what is going on; `fraction` from 0 to 1 when known."""
        ...

    def aside(self) -> AbstractAsyncContextManager[None]:
        """Let another operation begin in this one's place while it waits, within, for what one of them is to bring."""
        ...

    async def intent(self, facts: Fields) -> None:
        """Commit, before an effect outside our database, what `reconcile` will need to find out whether it happened.

        From here on the operation is not cancelled any more: its effect must be short.
        """
        ...


class Sync(Protocol):
    """A sync kind: it plans operations and applies one; it never loops, retries, checkpoints or reports."""

    @property
    def kind(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def stages(self) -> Sequence[str]:
        """The stages in order, within a track."""
        ...

    @property
    def lanes(self) -> Mapping[str, Lane]:
        """The lanes its operations name."""
        ...

    def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield what would be done; reads only."""
        ...

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation, guarded by its precondition.

        Raises Transient, Pause, NotAuthorised (the operation is then pending again) or OperationFailed.
        """
        ...

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Find out what became of an operation in doubt: its outcome, a conflict, or None when it had no effect."""
        ...

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem] | None:
        """Yield the operations that take the receipts back (given newest first); None: this kind cannot undo."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A sync kind that has numbers of its own about a whole job: a `metrics` line at its end."""

    async def metrics(self, job: int) -> Fields:
        """Return the numbers of a job, as the kind documents them."""
        ...


@runtime_checkable
class Summed(Protocol):
    """A sync kind whose operations are about many rows each: sums of them stand in the `job_end`."""

    async def sums(self, job: int) -> Fields:
        """Return the sums of a job; `row_errors` are single rows that went wrong, in the form of `errors`."""
        ...


@runtime_checkable
class Noting(Protocol):
    """A sync kind that remembers having looked, also where there was nothing to do."""

    def nothing_to_do(self, request: Request) -> Sequence[Row]:
        """Return the rows that are to be stored after the plan of a request turned out to be empty."""
        ...
