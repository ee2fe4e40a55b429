"""What is due by itself is submitted, once, by whoever is there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from synctui.errors import StorageError
from synctui.jobs import schedule
from synctui.jobs.engine import Engine
from synctui.jobs.schedule import Entry, Schedule
from synctui.jobs.stop import Stop
from synctui.model.plan import Request
from synctui.model.states import JobState
from synctui.store import jobs
from synctui.store.database import Database
from tests.jobs.toy import MovedClock, ToySync

HOUR = 3600.0


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class Due:
    """Whether there is something to do, and how often that was asked."""

    def __init__(self, due: bool = True) -> None:
        self.due, self.asked = due, 0
        self.error: Exception | None = None

    async def __call__(self) -> bool:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.due


@asynccontextmanager
async def engine(folder: Path, clock: MovedClock) -> AsyncIterator[Engine]:
    async with await Database.open(folder / "synctui.db", clock=clock) as database:
        sync = ToySync("http://127.0.0.1:1", "x")
        yield Engine(database, {"toy": sync}, drafts=folder / "drafts", lock=folder / "lock", clock=clock)


def entry(due: Due, every: float = HOUR, **options: object) -> Entry:
    return Entry("toy", every, Request("toy", (), options, origin="schedule"), due)  # type: ignore[arg-type]


async def look(one: Schedule, clock: MovedClock) -> None:
    """Let a schedule look as if a long time had passed since it last did."""
    one._rest = 0.0
    await one._look()


async def submitted(one: Engine) -> int:
    return len(await jobs.list_jobs(one.database))


async def finished(one: Engine) -> None:
    """Have all jobs end."""

    async def work(connection):  # type: ignore[no-untyped-def]
        await connection.execute("UPDATE jobs SET state = 'completed'")

    await one.database.write(work)


async def test_what_is_due_is_submitted_and_not_again_before_its_time(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        due = Due()
        timetable = Schedule(one, [entry(due)])
        await look(timetable, clock)
        (job,) = await jobs.list_jobs(one.database)
        assert (job.state, job.request.origin) == (JobState.PLANNING, "schedule")
        await finished(one)
        for passed in (1, 30, 28):
            clock.ahead += minutes(passed)
            await look(timetable, clock)
            assert await submitted(one) == 1
        clock.ahead += minutes(2)
        await look(timetable, clock)
        assert await submitted(one) == 2


async def test_nothing_is_submitted_while_there_is_nothing_to_do(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        due = Due(False)
        timetable = Schedule(one, [entry(due)])
        for _ in range(3):
            clock.ahead += minutes(100)
            await look(timetable, clock)
        assert due.asked == 3
        assert await submitted(one) == 0
        due.due = True
        await look(timetable, clock)
        assert await submitted(one) == 1


async def test_two_processes_do_not_submit_it_twice(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one, engine(tmp_path, clock) as other:
        timetables = [Schedule(process, [entry(Due())]) for process in (one, other)]
        for _ in range(3):
            await asyncio.gather(*(look(timetable, clock) for timetable in timetables))
        assert await submitted(one) == 1
        await finished(one)
        clock.ahead += minutes(61)
        await asyncio.gather(*(look(timetable, clock) for timetable in timetables))
        assert await submitted(other) == 2


async def test_what_was_missed_is_caught_up_once(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        await look(Schedule(one, [entry(Due())]), clock)
        await finished(one)
    clock.ahead += minutes(60 * 24 * 7)
    async with engine(tmp_path, clock) as one:
        timetable = Schedule(one, [entry(Due())])
        for _ in range(4):
            await look(timetable, clock)
            await finished(one)
        assert await submitted(one) == 2


@pytest.mark.parametrize("state", ["planning", "awaiting_confirmation", "pending", "running", "paused"])
async def test_one_that_is_not_at_its_end_is_not_submitted_beside_itself(tmp_path: Path, state: str) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        timetable = Schedule(one, [entry(Due())])
        await look(timetable, clock)
        await one.database.write(lambda connection: connection.execute("UPDATE jobs SET state = ?", (state,)))
        clock.ahead += minutes(600)
        await look(timetable, clock)
        assert await submitted(one) == 1


async def test_each_entry_has_its_own_time(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        timetable = Schedule(one, [entry(Due(), 60, a=1), entry(Due(), HOUR, b=1), entry(Due(False), 60, c=1)])
        await look(timetable, clock)
        assert await submitted(one) == 2
        await finished(one)
        clock.ahead += minutes(2)
        await look(timetable, clock)
        assert await submitted(one) == 3


async def test_it_looks_at_once_when_something_was_written_and_else_seldom(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        due = Due(False)
        timetable = Schedule(one, [entry(due)])
        await timetable._look()
        for _ in range(5):
            await timetable._look()
        assert due.asked == 1
        async with await Database.open(tmp_path / "synctui.db", clock=clock) as other:
            await other.write(lambda connection: connection.execute("CREATE TABLE news (x)"))
        await timetable._look()
        assert due.asked == 2


@pytest.mark.parametrize("error", [StorageError("the disk is full"), ValueError("a fault of ours")])
async def test_a_fault_does_not_end_it(tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_LOOK", 0.01)
    monkeypatch.setattr(schedule, "_LONGEST_LOOK", 0.0)
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        due, other = Due(), Due()
        due.error = error
        stop = Stop()
        running = asyncio.create_task(Schedule(one, [entry(due, a=1), entry(other, b=1)]).run(stop))
        async with asyncio.timeout(5):
            while other.asked < 2 and not running.done():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert due.asked >= 2
        assert other.asked >= 2, "an entry that fails does not hold up the next one"
        assert not running.done()
        stop.graceful()
        await running


async def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    clock = MovedClock()
    async with engine(tmp_path, clock) as one:
        stop = Stop()
        running = asyncio.create_task(Schedule(one, [entry(Due(False))]).run(stop))
        await asyncio.sleep(0.05)
        stop.graceful()
        async with asyncio.timeout(1):
            await running
        cancelled = asyncio.create_task(Schedule(one, [entry(Due(False))]).run(Stop()))
        await asyncio.sleep(0.05)
        cancelled.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await cancelled
        assert cancelled.cancelled()
