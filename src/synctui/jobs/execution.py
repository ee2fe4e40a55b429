"""One call of `Engine.execute`: which jobs run when, and what others ask meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path

import aiosqlite

from synctui.errors import DatabaseUnusable, StorageError, SyncTuiError, TemporaryFailure, UsageError
from synctui.jobs import control, drafting, finishing
from synctui.jobs.bell import Bell
from synctui.jobs.failures import failure
from synctui.jobs.planning import draw_up
from synctui.jobs.runner import JobRunner
from synctui.jobs.shop import Shop
from synctui.jobs.stop import Stop
from synctui.jobs.verdict import Verdict
from synctui.model.json import dump
from synctui.model.plan import UNATTENDED, Operation
from synctui.model.states import JobState
from synctui.store import jobs, pauses
from synctui.store.jobs import JobRecord

log = logging.getLogger(__name__)

_TICK = 0.25
_SAVE_EVERY = 1.0
_OUR_DISK = (StorageError, DatabaseUnusable, TemporaryFailure)
"""What stops every job because nothing can be recorded any more."""


class Execution:
    """Runs jobs kind by kind, sees to controls and tells progress four times a second."""

    def __init__(
        self,
        shop: Shop,
        active: dict[int, JobRunner],
        turns: dict[str, asyncio.Lock],
        poke: asyncio.Event,
        stop: Stop,
        max_duration: float | None,
        drafts: Path,
        configuration: str,
        bell: Bell,
        stalled: set[int],
    ) -> None:
        self._shop = shop
        self._active = active
        self._turns = turns
        self._poke = poke
        self._stop = Stop(stop)
        self._max_duration = max_duration
        self._drafts = drafts
        self._configuration = configuration
        self._bell = bell
        self._stalled = stalled
        self._deadline: float | None = None
        self._saved: dict[int, float] = {}
        self._planning: dict[int, asyncio.Task[object]] = {}

    async def run(self, which: Sequence[int] | None) -> None:
        """Run these jobs, or everything that can run, and return when nothing is left that can."""
        loop = asyncio.get_running_loop()
        timer = None
        if self._max_duration is not None:
            timer = loop.call_later(self._max_duration, self._stop.graceful, "duration")
            self._deadline = self._shop.clock.monotonic() + self._max_duration + self._shop.grace
        ticker = loop.create_task(self._tick(), name="execute-ticker")
        try:
            if which is not None:
                await self._these(which)
            else:
                await self._all()
        finally:
            if timer is not None:
                timer.cancel()
            ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticker

    async def _these(self, which: Sequence[int]) -> None:
        kinds: dict[str, list[int]] = {}
        for job in which:
            record = await jobs.get(self._shop.database, job)
            if record is None:
                raise UsageError(f"there is no job {job}", hint="`synctui jobs` lists them", code="no_such_job")
            if record.kind not in self._shop.syncs:
                raise UsageError(f"{record.kind!r} is not a kind of sync that is known here", hint="check the configuration")
            kinds.setdefault(record.kind, []).append(job)
        await self._together([self._in_turn(kind, numbers) for kind, numbers in kinds.items()])

    async def _in_turn(self, kind: str, numbers: Sequence[int]) -> None:
        for job in numbers:
            await self._one(kind, job)

    async def _together(self, work: Sequence[Coroutine[object, object, None]]) -> None:
        tasks = [asyncio.ensure_future(one) for one in work]
        if not tasks:
            return
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        if rest:
            self._stop.graceful()
            done |= (await asyncio.wait(rest))[0]
        for task in done:
            if (error := task.exception()) is not None:
                raise error

    async def _all(self) -> None:
        with self._bell.heard() as rung:
            await self._as_they_come(rung)

    async def _as_they_come(self, rung: asyncio.Event) -> None:
        running: dict[str, asyncio.Task[None]] = {}
        broken: BaseException | None = None
        while True:
            rung.clear()
            if not self._stop.asked:
                for record in await self._runnable():
                    if record.kind not in running:
                        running[record.kind] = asyncio.ensure_future(self._one(record.kind, record.id))
            if not running:
                break
            waker = asyncio.ensure_future(rung.wait())
            try:
                among = [*running.values(), waker]
                await asyncio.wait(among, timeout=2 * _TICK, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waker.cancel()
            for kind, task in list(running.items()):
                if task.done():
                    del running[kind]
                    if (error := task.exception()) is not None:
                        broken = broken or error
                        if isinstance(error, _OUR_DISK):
                            self._stalled.update(self._active)
                        self._stop.graceful()
        if broken is not None:
            raise broken

    async def _runnable(self) -> list[JobRecord]:
        now = self._shop.now()
        return [
            one
            for one in await jobs.unfinished(self._shop.database)
            if one.kind in self._shop.syncs and one.id not in self._active and can_run(one, now)
        ]

    async def _one(self, kind: str, job: int) -> None:
        async with self._turns.setdefault(kind, asyncio.Lock()):
            if self._stop.asked:
                return
            record = await jobs.get(self._shop.database, job)
            if record is not None and record.state is JobState.PLANNING:
                await self._plan(record)
            if self._stop.asked or (claimed := await finishing.claim(self._shop, job)) is None:
                return
            runner = JobRunner(self._shop, claimed, self._shop.syncs[kind], self._stop, self._deadline)
            self._active[job] = runner
            try:
                await runner.run()
            except Exception as error:
                if isinstance(error, _OUR_DISK):
                    self._stalled.add(job)
                with contextlib.suppress(Exception):
                    await finishing.conclude(self._shop, job, JobState.PAUSED, Verdict(JobState.PAUSED, "interrupted"))
                raise
            finally:
                del self._active[job]
                self._saved.pop(job, None)

    async def _plan(self, record: JobRecord) -> None:
        task = asyncio.ensure_future(self._draw_up(record))
        self._planning[record.id] = task
        self._stop.watch(task.cancel)  # type: ignore[arg-type]
        try:
            await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
        finally:
            self._stop.unwatch(task.cancel)  # type: ignore[arg-type]
            del self._planning[record.id]

    async def _draw_up(self, record: JobRecord) -> None:
        sync = self._shop.syncs[record.kind]
        try:
            draft = await draw_up(
                sync, sync.plan(record.request), record.request, folder=self._drafts, configuration=self._configuration
            )
        except Exception as error:
            await self._failed(record, error)
            return
        async with draft:
            waits = record.confirm or bool(draft.totals.brakes)
            state = JobState.AWAITING_CONFIRMATION if waits else JobState.PENDING
            await drafting.fill(self._shop, draft, record.id, state)
            if not draft.totals.total:
                await drafting.note_nothing(self._shop, record.request, record.id)

    async def _failed(self, record: JobRecord, error: Exception) -> None:
        if isinstance(error, SyncTuiError):
            message = f"{error.code}: {error.message}" + (f" ({error.hint})" if error.hint else "")
        else:
            message = failure(error, Operation("plan", "plan", record.kind)).message

        async def work(connection: aiosqlite.Connection) -> None:
            await finishing.end(
                self._shop, connection, record.id, JobState.FAILED, among=(JobState.PLANNING,), message=message
            )

        await self._shop.database.write(work)

    async def _tick(self) -> None:
        while True:
            # Not wait_for: until Python 3.12 it can swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await self._poke.wait()
            self._poke.clear()
            try:
                await self._see_to_controls()
                self._tell_progress()
                await self._look_at_planning()
            except Exception as error:
                log.warning("controls could not be read: %s", error)

    async def _see_to_controls(self) -> None:
        for asked in await pauses.asked(self._shop.database):
            runner = self._active.get(asked.job)
            if runner is not None and not runner.order(asked.action, asked.asked_by):
                continue  # it is just ending: the next look finds the job at rest
            await control.see_to(self._shop, asked, taken=runner is not None)

    async def _look_at_planning(self) -> None:
        for job, task in list(self._planning.items()):
            record = await jobs.get(self._shop.database, job)
            if record is not None and record.state is not JobState.PLANNING and not task.done():
                task.cancel()

    def _tell_progress(self) -> None:
        for job, runner in self._active.items():
            if not runner.progress.changed:
                continue
            runner.progress.changed = False
            self._shop.tell(job, "progress", runner.progress.event())
            now = time.monotonic()
            if now - self._saved.get(job, 0.0) >= _SAVE_EVERY:
                self._saved[job] = now
                self._save(job, runner)

    def _save(self, job: int, runner: JobRunner) -> None:
        text = dump(runner.progress.stored())

        async def work(connection: aiosqlite.Connection) -> None:
            await jobs.save_snapshot(connection, job, text)

        self._shop.database.post(work, single=True)


def can_run(job: JobRecord, now: str) -> bool:
    """True when a job runs without being asked for: what was interrupted waits until somebody resumes it.

    What nobody had asked for goes on by itself as well.
    """
    if job.state in (JobState.PLANNING, JobState.PENDING):
        return True
    if job.state is not JobState.PAUSED or job.paused_by_person:
        return False
    if job.pause_reason == "interrupted" and job.request.origin in UNATTENDED:
        return True
    return job.pause_until is not None and job.pause_until <= now
