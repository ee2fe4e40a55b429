"""The one job engine: everything that changes a file or a server is planned, run, recorded and undone here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from synctui.errors import ConfirmationNeeded, StalePlan, UsageError
from synctui.failpoints import failpoint
from synctui.jobs import again, control, drafting, progress, revising, settle, undo
from synctui.jobs.bell import Bell
from synctui.jobs.board import Board
from synctui.jobs.bus import Bus
from synctui.jobs.draft import Draft, sweep
from synctui.jobs.execution import Execution, can_run
from synctui.jobs.lanes import Lanes
from synctui.jobs.lookout import Lookout, stranded
from synctui.jobs.planning import draw_up, fingerprint
from synctui.jobs.progress import Snapshot
from synctui.jobs.runner import JobRunner
from synctui.jobs.shop import Follow, Shop, follows_nothing
from synctui.jobs.stop import Stop
from synctui.model.clock import Clock, SystemClock
from synctui.model.events import Event
from synctui.model.json import Fields
from synctui.model.plan import PlanTotals, Request
from synctui.model.states import JobState
from synctui.model.sync import Sync
from synctui.store import jobs as rows
from synctui.store.database import Database
from synctui.store.lock import ExecutionLock

_MOMENT_S = 0.3
_NO_WIDTHS: Mapping[str, int] = MappingProxyType({})


class Engine:
    """Plans, stores, executes and undoes jobs of every sync kind.

    `configuration` is the digest of what plans depend on, `widths` override the width of lanes by name, `grace` is how
    many seconds operations in flight get when a stop is asked for, `follow` names the requests that follow a job.
    """

    def __init__(
        self,
        database: Database,
        syncs: Mapping[str, Sync],
        *,
        drafts: Path,
        lock: Path,
        configuration: str = "",
        clock: Clock | None = None,
        widths: Mapping[str, int] = _NO_WIDTHS,
        grace: float = 30.0,
        follow: Follow = follows_nothing,
    ) -> None:
        self.database = database
        self.syncs = syncs
        self.lock = ExecutionLock(lock)
        self.configuration = configuration
        self._drafts = drafts
        self._bus = Bus(database)
        self._shop = Shop(database, syncs, Lanes(syncs.values(), widths), self._bus, clock or SystemClock(), grace, follow)
        self._active: dict[int, JobRunner] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._executing = 0
        self._entering = asyncio.Lock()
        self._poke = asyncio.Event()
        self._lookout = Lookout(self._shop, self._active, self.lock)
        self.bell = Bell()
        self.stalled: set[int] = set()

    # planning

    async def plan(
        self,
        request: Request,
        *,
        limit: int | None = None,
        on_item: Callable[[PlanTotals], None] | None = None,
        on_draft: Callable[[Draft], None] | None = None,
    ) -> Draft:
        """Return the draft of what would be done; nothing is changed.

        `on_draft` is told of the draft as soon as it exists: it can be paged and changed while it is being filled.
        Cancelling discards it. Raises UsageError for an unknown kind, and whatever the kind says (TargetNotFound,
        NotAuthorised, …).
        """
        sync = self._sync(request.kind)
        return await draw_up(
            sync,
            sync.plan(request),
            request,
            folder=self._drafts,
            configuration=self.configuration,
            limit=limit,
            on_item=on_item,
            on_draft=on_draft,
        )

    async def plan_undo(
        self,
        job: int,
        keys: Sequence[str] | None = None,
        *,
        on_item: Callable[[PlanTotals], None] | None = None,
        on_draft: Callable[[Draft], None] | None = None,
    ) -> Draft:
        """Return the draft that takes a job back, or some of its operations, newest first; raises UsageError."""
        return await undo.plan_undo(
            self._shop,
            job,
            keys,
            folder=self._drafts,
            configuration=self.configuration,
            on_item=on_item,
            on_draft=on_draft,
        )

    async def revise(
        self,
        draft: Draft,
        keys: Sequence[str] | None,
        options: Fields,
        *,
        on_item: Callable[[PlanTotals], None] | None = None,
    ) -> None:
        """Plan operations of a draft again with other options: those with these keys, or (None) the whole request.

        Selections are kept. With keys, what cannot be planned with these options stays as it was and is taken out of the
        plan; for all, what is not planned any more is gone. `on_item` is told how far it is. Raises UsageError and
        whatever the kind says (DependencyMissing, TargetNotFound, …), and the draft is then as it was.
        """
        sync = self._sync(draft.request.kind)
        await revising.revise(
            sync, draft, keys, options, folder=self._drafts, configuration=self.configuration, on_item=on_item
        )

    async def submit(self, draft: Draft, *, confirmed: bool = True, allow_mass_change: bool = False) -> int:
        """Store the selected operations of a draft as a job in one transaction, and return its number.

        The draft stays until it is discarded. Unconfirmed, the job waits for `confirm`. Raises StalePlan when request,
        configuration or schema changed since planning, ConfirmationNeeded when it has brakes that are not lifted,
        UsageError when it is not filled yet or was discarded.
        """
        if not (draft.filled and draft.open):
            raise UsageError("the plan is not complete", hint="wait until it is, or plan it again", code="not_planned")
        if draft.fingerprint != fingerprint(draft.request, self.configuration):
            raise StalePlan(
                "the configuration changed since the plan was made", hint="plan it again and look at it once more"
            )
        if confirmed and draft.totals.brakes and not allow_mass_change:
            raise ConfirmationNeeded(draft.totals.brakes[0].message, hint="if this is meant, add --allow-mass-change")
        job = await drafting.store(self._shop, draft, JobState.PENDING if confirmed else JobState.AWAITING_CONFIRMATION)
        failpoint("submit.after_commit")
        self.bell.ring()
        return job

    async def enqueue(self, request: Request, *, confirm: bool = False) -> int:
        """Store a request as a job that whoever executes next plans and, unless `confirm` is set, runs."""
        self._sync(request.kind)
        at = self._shop.now()
        job = await self.database.write(lambda one: rows.insert(one, request, JobState.PLANNING, at, confirm=confirm))
        self.bell.ring()
        return job

    async def enqueue_once(self, request: Request, *, spacing_s: float = 0.0, when: rows.Guard | None = None) -> int | None:
        """Store a request if the same is not unfinished nor began within `spacing_s` seconds, and `when` holds."""
        self._sync(request.kind)
        at = self._shop.now()
        job = await self.database.write(lambda one: rows.insert_once(one, request, at, spacing_s=spacing_s, when=when))
        if job is not None:
            self.bell.ring()
        return job

    async def note_nothing(self, request: Request) -> None:
        """Store that a request was looked into and needs nothing done, where its kind remembers that."""
        await drafting.note_nothing(self._shop, request)

    async def confirm(self, job: int, *, allow_mass_change: bool = False) -> None:
        """Let a job run that waits for it; raises UsageError, ConfirmationNeeded (brakes) and StalePlan (planned again)."""
        try:
            await control.confirm(self._shop, job, self.configuration, allow_mass_change)
        finally:
            self.bell.ring()

    # executing

    @contextlib.asynccontextmanager
    async def executing(self, *, wait: float = 0.0, what: str = "") -> AsyncIterator[None]:
        """Be the process that executes; waits at most `wait` seconds, then raises LockHeld naming the one that is.

        On the way in, jobs of a process that died are marked interrupted and its drafts are deleted.
        """
        async with self._entering:
            if self._executing == 0:
                # Whoever is open for its user takes the lock for a moment now and then: nobody is sent away for that.
                await self.lock.acquire(max(wait, _MOMENT_S), what=what)
                try:
                    await self._take_over()
                except BaseException:
                    self.lock.release()
                    raise
            self._executing += 1
        try:
            yield
        finally:
            self._executing -= 1
            if self._executing == 0:
                try:
                    await self.database.checkpointing(False)
                finally:
                    self.lock.release()

    async def _take_over(self) -> None:
        await self.database.checkpointing(True)
        await control.settle_orphans(self._shop)
        await asyncio.to_thread(sweep, self._drafts)

    async def settle(self, kind: str | None = None) -> None:
        """Reconcile the operations in doubt of a kind (None: all) whose jobs do not run; for the executing process."""
        async with self.executing():
            await settle.settle(self._shop, kind, frozenset(self._active))

    async def supersede(self, request: Request) -> list[int]:
        """Cancel the unfinished jobs that ask the same as `request` and that no person paused; return them."""
        async with self.executing():
            return await control.supersede(self._shop, request, list(self._active))

    async def execute(self, jobs: Sequence[int] | None = None, *, stop: Stop, max_duration: float | None = None) -> None:
        """Run these jobs, or all that can run and every stored request, until each is at its end or paused.

        Jobs of different kinds run side by side, those of one kind in turn. `max_duration` is in seconds. Raises
        StorageError, DatabaseUnusable or TemporaryFailure when the database fails; cancelling is a hard stop.
        """
        execution = Execution(
            self._shop,
            self._active,
            self._turns,
            self._poke,
            stop,
            max_duration,
            self._drafts,
            self.configuration,
            self.bell,
            self.stalled,
        )
        async with self.executing():
            body = asyncio.get_running_loop().create_task(execution.run(jobs), name="execute")
            try:
                await asyncio.shield(body)
            except asyncio.CancelledError:
                stop.hard()
                with contextlib.suppress(Exception):
                    await body
                raise

    def now(self) -> datetime:
        """Return the time by the engine's clock."""
        return self._shop.clock.now()

    async def next_due(self) -> tuple[bool, str | None]:
        """Return whether a job can run now, and when (RFC 3339) the next one will that waits for a time."""
        now, soonest = self._shop.now(), None
        for record in await rows.unfinished(self.database):
            if record.kind not in self.syncs or record.id in self._active:
                continue
            if can_run(record, now):
                return True, None
            if record.state is JobState.PAUSED and not record.paused_by_person and record.pause_until is not None:
                soonest = min(soonest or record.pause_until, record.pause_until)
        return False, soonest

    async def unstall(self) -> None:
        """Let those jobs go on that stopped because our own database failed, unless a person has paused them since."""
        for job in sorted(self.stalled):
            record = await rows.get(self.database, job)
            stopped = record is not None and record.state is JobState.PAUSED and record.pause_reason == "interrupted"
            if record is not None and (stopped or record.state is JobState.RUNNING):
                await self.resume(job)
            self.stalled.discard(job)

    # steering

    async def pause(self, job: int, *, by: str = "user") -> None:
        """Pause a job wherever it runs: what is in flight gets its time to finish; raises UsageError."""
        await self._ask(job, "pause", by)

    async def resume(self, job: int) -> None:
        """Let a paused job, with its tracks and lanes, go on when somebody executes; raises UsageError."""
        await self._ask(job, "resume", "user")

    async def cancel(self, job: int) -> None:
        """End a job: what was not done stays undone, what was done stays done; raises UsageError."""
        await self._ask(job, "cancel", "user")

    async def pause_all(self, *, by: str = "user") -> list[int]:
        """Pause every job that is not paused; return them."""
        return await self._ask_all("pause", by, (JobState.PLANNING, JobState.PENDING, JobState.RUNNING))

    async def resume_all(self) -> list[int]:
        """Resume every paused job; return them."""
        return await self._ask_all("resume", "user", (JobState.PAUSED,))

    async def cancel_all(self) -> list[int]:
        """Cancel every job that is not at its end; return them."""
        return await self._ask_all("cancel", "user", tuple(state for state in JobState if not state.final))

    async def _ask_all(self, action: str, by: str, among: Sequence[JobState]) -> list[int]:
        asked: list[int] = []
        for record in await rows.unfinished(self.database):
            if record.state in among:
                with contextlib.suppress(UsageError):
                    await self._ask(record.id, action, by)
                    asked.append(record.id)
        return asked

    async def _ask(self, job: int, action: str, by: str) -> None:
        running = await control.ask(self._shop, job, action, by)
        self._poke.set()
        if running and self._executing == 0 and self.lock.try_acquire():
            # Whoever ran it is dead: nobody else will see to it before the next start.
            try:
                await control.settle_orphans(self._shop)
            finally:
                self.lock.release()
        self.bell.ring()

    async def retry_request(self, job: int) -> Request:
        """Return the request that does again what failed or conflicted in a job, and only that; raises UsageError."""
        return await again.retry_request(self._shop, job)

    async def plan_retry(
        self,
        job: int,
        *,
        on_item: Callable[[PlanTotals], None] | None = None,
        on_draft: Callable[[Draft], None] | None = None,
    ) -> Draft:
        """Return the draft of what failed or conflicted in a job, also in an undo; raises what planning raises."""
        record = await rows.get(self.database, job)
        if record is not None and record.undo_of is not None:
            undone, keys = await again.undo_keys(self._shop, job)
            return await self.plan_undo(undone, keys, on_item=on_item, on_draft=on_draft)
        return await self.plan(await self.retry_request(job), on_item=on_item, on_draft=on_draft)

    # watching

    async def board(self, *, finished: int = 30) -> Board:
        """Return how all jobs stand: the unfinished ones, newest first, then the newest `finished` that are at their end.

        Cheap enough for every tick of a screen: while nothing changes it is one tiny query, and the same board. Raises
        StorageError and the like.
        """
        return await self._lookout.look(finished)

    def snapshot(self, job: int) -> Snapshot | None:
        """Return how a job stands that this process is running, None when it is not."""
        runner = self._active.get(job)
        return None if runner is None else runner.progress.snapshot()

    async def watch(self, job: int) -> Snapshot:
        """Return how a job stands, whichever process runs it; raises UsageError when there is none."""
        if (seen := await self.snapshot_of(job)) is None:
            raise UsageError(f"there is no job {job}", hint="`synctui jobs` lists them", code="no_such_job")
        return seen

    async def snapshot_of(self, job: int) -> Snapshot | None:
        """Return how a job stands, whichever process runs it, or None when there is none."""
        if (here := self.snapshot(job)) is not None:
            return here
        record = await rows.get(self.database, job)
        if record is None:
            return None
        seen = progress.stored(record)
        if seen.state is JobState.RUNNING and self.lock.free():
            return stranded(seen)
        return seen

    def subscribe(self) -> AsyncIterator[Event]:
        """Return the events of this process from now on, each after its commit; `progress` at most 4 times a second."""
        return self._bus.subscribe()

    async def drained(self, patience: float = 10.0) -> None:
        """Return when every subscriber has dealt with the events so far, or after `patience` seconds."""
        await self._bus.drained(patience)

    async def newest_unfinished(self, kind: str) -> int | None:
        """Return the newest job of a kind that is not at its end."""
        return await rows.newest_unfinished(self.database, kind)

    def _sync(self, kind: str) -> Sync:
        if kind not in self.syncs:
            raise UsageError(f"{kind!r} is not a kind of sync", hint=f"there are: {', '.join(sorted(self.syncs))}")
        return self.syncs[kind]
