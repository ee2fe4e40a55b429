"""A schedule over a real database, with a clock that stands where it is put."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import aiosqlite

from synctui.jobs.engine import Engine
from synctui.jobs.schedule import Entry, Schedule, always
from synctui.model.clock import parse_rfc3339
from synctui.model.plan import Origin, Request
from synctui.store import jobs
from synctui.store.database import Database
from tests.jobs.toy import ToySync

NEW_YORK = ZoneInfo("America/New_York")


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, at: str) -> None:
        self.at = utc(at)

    def now(self) -> datetime:
        """Return where it stands."""
        return self.at

    def monotonic(self) -> float:
        """Return the real monotonic time."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait really."""
        await asyncio.sleep(seconds)

    def move(self, **by: float) -> None:
        """Put it on, or back."""
        self.at += timedelta(**by)


def utc(text: str) -> datetime:
    """Return the moment of `2026-03-08 07:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def request(name: str = "", origin: Origin = "schedule") -> Request:
    """Return a request that differs by name."""
    return Request("toy", (), {"name": name}, origin=origin)


def by_cron(cron: str, name: str = "toy", *, jitter: float = 0.0, every: float = 0.0, alone: bool = False) -> Entry:
    """Return an entry whose request is its own."""
    return Entry(name, every, request(name), always, cron, alone, jitter)


@dataclass
class Timetable:
    """One process with its schedule."""

    engine: Engine
    schedule: Schedule
    clock: HandClock

    async def look(self) -> None:
        """Have it look as if it had not for long."""
        self.schedule._rest = 0.0
        await self.schedule._look()

    async def at(self, *, finish: bool = True, **by: float) -> None:
        """Put the clock on, look, and have what came of it end."""
        self.clock.move(**by)
        await self.look()
        if finish:
            await self.finish()

    async def finish(self) -> None:
        """Have all jobs end."""
        await self.put("completed")

    async def put(self, state: str, reason: str | None = None) -> None:
        """Put all jobs into a state."""

        async def work(connection: aiosqlite.Connection) -> None:
            await connection.execute("UPDATE jobs SET state = ?, pause_reason = ?", (state, reason))

        await self.engine.database.write(work)

    async def submitted(self, name: str = "toy") -> list[datetime]:
        """Return when the jobs of an entry were submitted, in the order in which they were."""
        found = await jobs.list_jobs(self.engine.database, limit=10_000)
        return [parse_rfc3339(job.created_at) for job in reversed(found) if job.request.options["name"] == name]

    async def due(self) -> list[datetime | None]:
        """Return when each entry is due next."""
        return [one.at for one in await self.schedule.next_due()]


@asynccontextmanager
async def timetable(
    folder: Path, clock: HandClock, entries: Sequence[Entry], *, zone: tzinfo = NEW_YORK, place: str = "here"
) -> AsyncIterator[Timetable]:
    """Open the database in `folder` as a process of its own."""
    async with await Database.open(folder / "synctui.db", clock=clock) as database:
        sync = ToySync("http://127.0.0.1:1", "x")
        engine = Engine(database, {"toy": sync}, drafts=folder / "drafts", lock=folder / "lock", clock=clock)
        yield Timetable(engine, Schedule(engine, entries, zone=lambda: zone, place=place), clock)
