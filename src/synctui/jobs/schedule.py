"""Submits what is due by itself, at intervals and by cron expressions, while somebody is there to execute it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import aiosqlite

from synctui.jobs.due import DueTimes, spread
from synctui.jobs.engine import Engine
from synctui.jobs.hints import Hint, follow
from synctui.jobs.stop import Stop
from synctui.jobs.zone import local_zone
from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.model.plan import Request
from synctui.store import jobs, schedule

log = logging.getLogger(__name__)

_LOOK = 2.0
_LONGEST_LOOK = 30.0
_NUDGES_APART_S = 15.0
_SHARE = 0.1
# By more than so much, a job in the future is one from before a clock was put back (as `insert_once` has it).
_PUT_BACK = timedelta(minutes=1)


async def always() -> bool:
    """Return that there is something to do."""
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that is submitted by itself, when `wanted` says that there is something to do.

    At most every `every` seconds (0: not by interval), when the expression `cron` comes true ("": never), and when it is
    nudged. What has been submitted is known from the store: two processes do not submit it twice, and what was missed
    while nobody was there is caught up once. An expression that was not there before waits for its next time.

    Nothing is submitted while the same is unfinished, and with `alone` while any job of its kind is: it comes afterwards,
    once. `jitter` (seconds) is the most by which it comes later than said, so that not all installations ask a server at
    once; of an interval it is a tenth at most.
    """

    name: str
    every: float
    request: Request
    wanted: Callable[[], Awaitable[bool]] = always
    cron: str = ""
    alone: bool = False
    jitter: float = 60.0


@dataclass(frozen=True, slots=True)
class NextDue:
    """When (UTC) an entry is due next; in the past while something is in its way, None when only a nudge brings it."""

    entry: Entry
    at: datetime | None


class Schedule:
    """Looks now and then whether an entry is due, and submits it; whoever executes then runs it.

    `zone` says by which clocks expressions are meant and may touch the disk; `place` is what no two installations share.
    """

    def __init__(
        self,
        engine: Engine,
        entries: Sequence[Entry],
        *,
        hints: Sequence[Hint] = (),
        zone: Callable[[], tzinfo] = local_zone,
        place: str | None = None,
    ) -> None:
        self._engine = engine
        self._hints = tuple(hints)
        self._entries = tuple(entries)
        self._zone = zone
        self._place = f"{socket.gethostname()}{engine.database.path}" if place is None else place
        self._wake = asyncio.Event()
        self._nudged: dict[str, datetime] = {}
        self._tidied = False
        self._seen: int | None = None
        self._rest = 0.0
        self._soonest: datetime | None = None

    async def run(self, stop: Stop) -> None:
        """Keep at it until a stop is asked for; never raises for a fault."""
        stop.watch(self._wake.set)
        listening = asyncio.create_task(follow(self._hints, self.nudge), name="hints") if self._hints else None
        try:
            while not stop.asked:
                try:
                    await self._look()
                except Exception as error:
                    log.warning("the schedule could not look: %s", error)
                if not self._entries:
                    return
                # Not wait_for: until Python 3.12 it can swallow a cancellation.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            stop.unwatch(self._wake.set)
            if listening is not None:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    def nudge(self, name: str) -> None:
        """Have an entry submitted now, or as soon as nothing is in its way and 15 s have passed since the last began.

        Any number of nudges until then are one. A name that is no entry's is of no account. Only from the loop's thread.
        """
        if any(entry.name == name for entry in self._entries):
            self._nudged[name] = self._engine.now()
            self._rest = 0.0
            self._wake.set()

    async def next_due(self) -> list[NextDue]:
        """Return when each entry is due next, as far as time decides it; changes nothing."""
        now, zone = self._engine.now(), await self._local()
        return [NextDue(entry, await self._next(entry, now, zone)) for entry in self._entries]

    async def _look(self) -> None:
        version, now = await self._engine.database.version(), self._engine.now()
        self._rest -= _LOOK
        if version == self._seen and self._rest > 0 and (self._soonest is None or now < self._soonest):
            return
        self._seen, self._rest, self._soonest = version, _LONGEST_LOOK, None
        if not self._tidied:
            kept = [(entry.name, entry.cron) for entry in self._entries if entry.cron]
            await self._engine.database.write(lambda one: schedule.keep_only(one, kept))
            self._tidied = True
        zone = await self._local()
        for entry in self._entries:
            for trigger in self._triggers(entry, now, zone):
                try:
                    await trigger
                except Exception as error:
                    # The next one has nothing to do with it.
                    log.warning("%s could not be submitted: %s", entry.name, error)

    def _triggers(self, entry: Entry, now: datetime, zone: tzinfo | None) -> Iterator[Awaitable[object]]:
        if entry.cron and zone is not None:
            yield self._by_cron(entry, now, zone)
        if entry.name in self._nudged:
            yield self._by_nudge(entry, now)
        if entry.every:
            yield self._store(entry, entry.every + self._interval_lag(entry).total_seconds())

    async def _by_cron(self, entry: Entry, now: datetime, zone: tzinfo) -> None:
        async def store(note: schedule.Note) -> int | None:
            # A job that was begun for another reason does not stand for one that has its time.
            return await self._store(entry, 1.0, note)

        at = await self._due_times(entry).submit(self._engine.database, now, zone, store)
        if at is not None:
            self._soonest = min(self._soonest or at, at)

    async def _by_nudge(self, entry: Entry, now: datetime) -> None:
        nudged = self._nudged[entry.name]
        begun = await jobs.last_begun(self._engine.database, entry.request)
        answered = begun is not None and rfc3339(nudged) < begun <= rfc3339(now)
        if not answered and await self._store(entry, _NUDGES_APART_S) is None:
            self._rest = _LOOK
        elif self._nudged[entry.name] == nudged:
            del self._nudged[entry.name]

    async def _store(self, entry: Entry, spacing_s: float, note: schedule.Note | None = None) -> int | None:
        if not await entry.wanted():
            return None

        async def when(connection: aiosqlite.Connection) -> bool:
            if entry.alone and await jobs.busy(connection, entry.request.kind):
                return False
            return note is None or await note(connection)

        return await self._engine.enqueue_once(entry.request, spacing_s=spacing_s, when=when)

    async def _next(self, entry: Entry, now: datetime, zone: tzinfo | None) -> datetime | None:
        times: list[datetime] = []
        if entry.every:
            begun = await jobs.last_begun(self._engine.database, entry.request)
            due = now if begun is None else parse_rfc3339(begun) + timedelta(seconds=entry.every) + self._interval_lag(entry)
            times.append(now if begun is not None and begun > rfc3339(now + _PUT_BACK) else due)
        if entry.cron and zone is not None:
            found = await self._due_times(entry).standing(self._engine.database, now, zone)
            if found.at is not None:
                times.append(found.at)
        if entry.name in self._nudged:
            times.append(now)
        return min(times, default=None)

    def _due_times(self, entry: Entry) -> DueTimes:
        return DueTimes(entry.name, entry.cron, spread(self._place, entry.name, entry.jitter))

    def _interval_lag(self, entry: Entry) -> timedelta:
        return spread(self._place, entry.name, min(entry.jitter, entry.every * _SHARE))

    async def _local(self) -> tzinfo | None:
        if not any(entry.cron for entry in self._entries):
            return None
        return await asyncio.to_thread(self._zone)
