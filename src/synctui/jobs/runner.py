"""Runs one job: takes what is ready, by track, stage and lane, until it is at its end or has to wait."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
from datetime import timedelta
from functools import partial

import aiosqlite

from synctui.errors import DatabaseUnusable, StorageError, TemporaryFailure
from synctui.failpoints import failpoint
from synctui.jobs import finishing, retries
from synctui.jobs.ending import End, record_end
from synctui.jobs.failures import failure
from synctui.jobs.flight import Again, Flight, StoreFailed, Waits
from synctui.jobs.planning import fault
from synctui.jobs.progress import Progress
from synctui.jobs.shop import Shop
from synctui.jobs.stop import Stop
from synctui.jobs.tracks import Queue, Tracks
from synctui.jobs.verdict import Verdict
from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.model.outcome import Outcome
from synctui.model.states import JobState
from synctui.model.sync import Measured, Summed, Sync
from synctui.store import operations, pauses
from synctui.store.jobs import JobRecord
from synctui.store.operations import Fenced, Taken
from synctui.store.pauses import PauseRow

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""A job whose next operation is due later than in so many seconds pauses instead of waiting."""

_LOOK = 0.25
_AHEAD = 32


class JobRunner:
    """One job in execution; `order` is how it is paused, resumed or cancelled meanwhile."""

    def __init__(self, shop: Shop, job: JobRecord, sync: Sync, stop: Stop, deadline: float | None = None) -> None:
        self.job = job
        self.progress = Progress(job, shop.clock)
        self._shop = shop
        self._sync = sync
        self._stop = stop
        self._deadline = deadline
        self._wake = asyncio.Event()
        self._tracks = Tracks(())
        self._flights: dict[int, Flight] = {}
        self._pauses: dict[tuple[str, str], PauseRow] = {}
        self._timers: list[tuple[str, int]] = []
        self._timed: set[tuple[str, int]] = set()
        self._order: tuple[str, str] | None = None
        self._resumed = False
        self._late_needs = False
        self._rate_wait: float | None = None
        self._broken: BaseException | None = None
        self._closing_time: asyncio.TimerHandle | None = None
        self._done = False

    def order(self, action: str, by: str = "user") -> bool:
        """Pause (what is in flight gets its time), cancel (it gets none) or go on; False: the run is over already."""
        if self._done:
            return False
        if action == "resume":
            if self._order is not None and self._order[0] == "pause":
                self._order = None
                self._no_closing_time()
            self._resumed = True
        elif self._order is None or action == "cancel":
            self._order = (action, by)
        self._wake.set()
        return True

    async def run(self) -> Verdict:
        """Run the claimed job until its end or a pause, record that, and return it; raises StorageError and the like."""
        self._tracks = Tracks(await operations.queues(self._shop.database, self.job.id))
        self._pauses = {(row.scope, row.name): row for row in await pauses.pauses(self._shop.database, self.job.id)}
        lanes = [self._shop.lanes[name] for name in self._tracks.names()]
        for lane in lanes:
            lane.join(self._wake)
        self._stop.watch(self._wake.set)
        try:
            verdict = await self._loop()
        finally:
            self._done = True
            self._no_closing_time()
            self._stop.unwatch(self._wake.set)
            for name in self._tracks.names():
                self._shop.lanes[name].leave(self._wake)
        self.progress.state = verdict.state
        final = verdict.state.final
        metrics = await self._sync.metrics(self.job.id) if final and isinstance(self._sync, Measured) else None
        sums = await self._sync.sums(self.job.id) if final and isinstance(self._sync, Summed) else None
        await finishing.conclude(self._shop, self.job.id, verdict.state, verdict, self.progress, metrics, sums)
        return verdict

    async def _loop(self) -> Verdict:
        while True:
            self._wake.clear()
            try:
                if self._broken is None:
                    await self._expire()
                if self._going_on():
                    await self._start_ready()
            except Exception as error:
                # What is in flight is not left alone: the run ends when it has landed.
                self._broken = self._broken or error
            if not self._going_on():
                self._wind_down()
            verdict = self._verdict()
            if verdict is not None:
                self._done = True
                return verdict
            await self._wait()

    def _going_on(self) -> bool:
        return not self._stop.asked and self._order is None and self._broken is None and ("job", "") not in self._pauses

    async def _wait(self) -> None:
        timeout = _LOOK if self._timers or self._pauses else None
        if self._rate_wait is not None:
            timeout = min(_LOOK, self._rate_wait)
            self._rate_wait = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._wake.wait()

    async def _expire(self) -> None:
        now = self._shop.now()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)
            self._timed.discard(timer)
            self._tracks.reopen(timer[1])
        over = [key for key, row in self._pauses.items() if self._resumed or (row.until is not None and row.until <= now)]
        until, self._resumed = None if self._resumed else now, False
        if not over:
            return

        async def work(connection: aiosqlite.Connection) -> None:
            await pauses.unpause(connection, self.job.id, until=until)

        await self._shop.database.write(work)
        for key in over:
            self._pauses.pop(key, None)
        self._tracks.update(())

    async def _start_ready(self) -> None:
        for name in self._tracks.lanes():
            lane = self._shop.lanes[name]
            lane.join(self._wake)
            if ("lane", name) in self._pauses:
                continue
            while self._going_on() and lane.free and ("lane", name) not in self._pauses:
                if (delay := lane.delay(self._shop.clock.monotonic())) > 0:
                    self._rate_wait = delay if self._rate_wait is None else min(delay, self._rate_wait)
                    break
                queue = self._tracks.pop(name)
                if queue is None:
                    break
                if ("track", queue.track) in self._pauses:
                    continue
                taken = await self._take(queue)
                if taken is None:
                    continue
                if not (lane.free and self._going_on()):
                    queue.buffer.appendleft(taken)
                    self._tracks.push(queue, front=True)
                    break
                self._start(taken, queue)
                self._tracks.push(queue)

    async def _take(self, queue: Queue) -> Taken | None:
        if queue.buffer:
            return queue.buffer.popleft()
        now = self._shop.now()
        found = await operations.ready(self._shop.database, queue.id, now, _AHEAD + len(queue.taken))
        fresh = [one for one in found if one.id not in queue.taken]
        queue.taken.update(one.id for one in fresh)
        queue.buffer.extend(fresh)
        if queue.buffer:
            return queue.buffer.popleft()
        if (due := await operations.next_due(self._shop.database, queue.id, now)) is not None:
            self._remind(due, queue.id)
        return None

    def _remind(self, due: str, queue: int) -> None:
        if (due, queue) not in self._timed:
            self._timed.add((due, queue))
            heapq.heappush(self._timers, (due, queue))

    def _start(self, taken: Taken, queue: Queue) -> None:
        if (total := self._tracks.announce(queue)) is not None:
            self._shop.post(self.job.id, "stage_start", finishing.stage_fields(queue.track, queue.row.stage_name, total))
        lane = self._shop.lanes[queue.row.lane]
        lane.take(self._shop.clock.monotonic())
        flight = Flight(self._shop, self._sync, self.job.id, taken, queue, lane, self.progress, self._stop, self._deadline)
        self._flights[taken.id] = flight
        self.progress.begun(taken.id, taken.operation)
        flight.task = asyncio.get_running_loop().create_task(self._fly(flight), name=f"operation-{taken.id}")
        # A task that is cancelled before its first step runs no `finally` of its own.
        flight.task.add_done_callback(partial(self._landed, flight))

    async def _fly(self, flight: Flight) -> None:
        try:
            came_of_it = await flight.attempt_it()
            flight.ending = True
            if isinstance(came_of_it, Outcome):
                await self._end(flight, came_of_it)
            elif isinstance(came_of_it, Again):
                await self._again(flight, came_of_it)
            elif isinstance(came_of_it, Waits):
                await self._hold(flight, came_of_it.pause)
        except Fenced:
            log.warning("operation %s of job %s had ended already", flight.taken.id, self.job.id)
            await self._count_again()
        except StoreFailed as error:
            self._broken = self._broken or error.__cause__ or error
        except Exception as error:
            self._broken = self._broken or error

    def _landed(self, flight: Flight, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = self._broken or error
        flight.queue.taken.discard(flight.taken.id)
        self._flights.pop(flight.taken.id, None)
        self.progress.left(flight.taken.id)
        self._tracks.reopen(flight.queue.id)
        flight.lane.release()
        self._wake.set()

    async def _count_again(self) -> None:
        async def work(connection: aiosqlite.Connection) -> None:
            rows = await operations.queues(connection, self.job.id)
            self._shop.database.after_commit(partial(self._tracks.update, rows))

        await self._shop.database.write(work)

    async def _end(self, flight: Flight, outcome: Outcome, *, last: bool = False) -> None:
        if any(one.after for one in outcome.append):
            self._late_needs = True
        try:
            self._check_stages(flight, outcome)
            await record_end(
                self._shop,
                self._sync,
                self.job.id,
                flight.taken,
                outcome,
                started_at=flight.started_at,
                undo_of=self.job.undo_of,
                releases=lambda: self._late_needs,
                reserved=flight.reserved,
                then=partial(self._ended, flight, outcome),
            )
        except (Fenced, StorageError, DatabaseUnusable, TemporaryFailure):
            raise
        except Exception as error:
            if last:
                raise
            await self._end(flight, failure(error, flight.operation), last=True)
            return

    def _ended(self, flight: Flight, outcome: Outcome, end: End) -> None:
        self.progress.ended(flight.operation, outcome, end.total, end.counts)
        if end.queues is None:
            self._tracks.ended(flight.queue.id)
        else:
            self._tracks.update(end.queues)
            for name in self._tracks.names():
                self._shop.lanes[name].join(self._wake)
        for number in end.released:
            self._tracks.reopen(number)

    def _check_stages(self, flight: Flight, outcome: Outcome) -> None:
        stages = list(self._sync.stages) or [""]
        for one in outcome.append:
            current = self._tracks.stage(one.track)
            stage = stages.index(one.stage) if one.stage in stages else 0
            if current is not None and stage < current:
                raise fault(f"{self._sync.kind} appended {one.stage!r} to a track that is past it: {one.key}")

    async def _again(self, flight: Flight, again: Again) -> None:
        due = rfc3339(retries.due(self._shop.clock.now(), again.seconds))

        async def work(connection: aiosqlite.Connection) -> None:
            await operations.postpone(connection, flight.taken.id, flight.attempt, due)
            await self._shop.say(
                connection, self.job.id, "retry_wait", finishing.retry_fields(flight.operation, again, flight.attempt)
            )

        await self._shop.database.write(work)
        failpoint("retry.after")
        self._remind(due, flight.queue.id)

    async def _hold(self, flight: Flight, row: PauseRow) -> None:
        self._pauses[(row.scope, row.name)] = row

        async def work(connection: aiosqlite.Connection) -> None:
            await pauses.pause(connection, self.job.id, row)
            await self._shop.say(connection, self.job.id, "paused", finishing.pause_fields(row))

        await self._shop.database.write(work)

    def _wind_down(self) -> None:
        if self._broken is not None or self._stop.level >= 2 or (self._order is not None and self._order[0] == "cancel"):
            self._cancel_flights()
        elif self._closing_time is None and self._flights and (self._stop.asked or self._order is not None):
            self._closing_time = asyncio.get_running_loop().call_later(self._shop.grace, self._cancel_flights)

    def _cancel_flights(self) -> None:
        for flight in list(self._flights.values()):
            flight.cancel()

    def _no_closing_time(self) -> None:
        if self._closing_time is not None:
            self._closing_time.cancel()
            self._closing_time = None

    def _verdict(self) -> Verdict | None:
        if self._flights:
            return None
        if self._broken is not None:
            raise self._broken
        if self._tracks.remaining <= 0:
            return Verdict(JobState.COMPLETED)
        if self._order is not None:
            action, by = self._order
            if action == "cancel":
                return Verdict(JobState.CANCELLED)
            return Verdict(JobState.PAUSED, "user" if by == "user" else by, by_person=by == "user")
        if self._stop.asked:
            return Verdict(JobState.PAUSED, "duration" if self._stop.reason == "duration" else "interrupted")
        job_pause = self._pauses.get(("job", ""))
        if job_pause is None and any(("lane", name) not in self._pauses for name in self._tracks.lanes()):
            return None
        return self._waiting(job_pause)

    def _waiting(self, job_pause: PauseRow | None) -> Verdict | None:
        waits = [(row.until, row.reason) for row in ([job_pause] if job_pause is not None else self._pauses.values())]
        if job_pause is None and self._timers:
            waits.append((self._timers[0][0], "waiting"))
        if not waits:
            return Verdict(JobState.FAILED, message="its remaining operations wait for one another")
        until, reason = min(waits, key=lambda wait: (wait[0] is None, wait[0] or ""))
        if until is not None and parse_rfc3339(until) - self._shop.clock.now() <= timedelta(seconds=PATIENCE):
            return None
        return Verdict(JobState.PAUSED, reason, until)
