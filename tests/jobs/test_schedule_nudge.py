"""What something else asks for comes at once, once, and not in a flood; intervals outlive clocks that are put back."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from synctui.jobs.schedule import Entry
from synctui.jobs.stop import Stop
from tests.jobs.timetable import HandClock, by_cron, request, timetable

NOON = "2026-06-01 12:00"
HOUR = 3600.0


async def test_a_nudge_brings_an_entry_before_its_time(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("", every=HOUR)]) as table:
        await table.at()
        await table.at(minutes=5)
        assert len(await table.submitted()) == 1
        table.schedule.nudge("toy")
        await table.schedule._look()
        await table.finish()
        await table.at(minutes=1)
        assert len(await table.submitted()) == 2
        await table.at(minutes=55)
        assert len(await table.submitted()) == 2, "the interval counts from the last one"


async def test_a_flood_of_nudges_becomes_one_every_15_seconds(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("", every=HOUR)]) as table:
        for _ in range(60):
            clock.move(seconds=1)
            for _ in range(3):
                table.schedule.nudge("toy")
            await table.schedule._look()
            await table.finish()
        times = await table.submitted()
        assert len(times) in (4, 5)
        assert min((after - before).total_seconds() for before, after in pairwise(times)) >= 15
        for _ in range(30):
            await table.at(seconds=1)
        assert len(await table.submitted()) == len(times) + 1, "the last nudge is heard as well"


async def test_a_nudge_while_the_same_runs_is_followed_by_one_afterwards(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("", every=HOUR)]) as table:
        await table.look()
        await table.put("running")
        for _ in range(4):
            clock.move(seconds=20)
            table.schedule.nudge("toy")
            await table.look()
        assert len(await table.submitted()) == 1
        await table.finish()
        await table.at(seconds=2)
        await table.at(seconds=20)
        assert len(await table.submitted()) == 2


async def test_two_processes_that_hear_the_same_submit_it_once(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    entries = [by_cron("", every=HOUR)]
    async with timetable(tmp_path, clock, entries) as one, timetable(tmp_path, clock, entries) as other:
        await one.at()
        clock.move(minutes=5)
        for table in (one, other):
            table.schedule.nudge("toy")
        clock.move(seconds=1)
        for table in (one, other):
            await table.look()
        await one.finish()
        for _ in range(10):
            await one.at(seconds=10)
            await other.at()
        assert len(await one.submitted()) == 2


async def test_an_entry_may_come_by_nudges_alone(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [Entry("toy", 0, request("toy"))]) as table:
        await table.at(days=1)
        assert await table.submitted() == []
        table.schedule.nudge("nobody")
        table.schedule.nudge("toy")
        await table.look()
        assert len(await table.submitted()) == 1


async def test_a_nudge_wakes_the_schedule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synctui.jobs.schedule._LOOK", 60.0)
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [Entry("toy", 0, request("toy"))]) as table:
        stop = Stop()
        running = asyncio.create_task(table.schedule.run(stop))
        await asyncio.sleep(0.05)
        with table.engine.bell.heard() as rung:
            table.schedule.nudge("toy")
            async with asyncio.timeout(5):
                await rung.wait()
        stop.graceful()
        async with asyncio.timeout(5):
            await running
        assert len(await table.submitted()) == 1


@pytest.mark.parametrize("hours", [-0.005, -1, -3, -30, -24 * 365 * 10])
async def test_an_interval_does_not_wait_for_a_clock_that_was_put_back(tmp_path: Path, hours: float) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("", every=6 * HOUR)]) as table:
        await table.at()
        await table.at(hours=hours)
        before = clock.at
        for _ in range(24 * 6):
            await table.at(minutes=10)
        times = await table.submitted()
        if hours > -1 / 60:
            assert times[1] > before, "a clock that is set by seconds has nothing repeated"
        gaps = [(after - before).total_seconds() / HOUR for before, after in pairwise(times[1:])]
        assert 2 <= len(gaps) <= 3
        assert all(6 <= gap <= 6.2 for gap in gaps)
        assert (times[1] - before).total_seconds() <= 6.2 * HOUR
