"""Each due time of a cron expression comes once: on days when clocks are changed, put back, or nobody was there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.jobs.timetable import HandClock, Timetable, by_cron, timetable, utc

NAMES = ("30 2 * * *", "30 1 * * *", "0 4 * * 0", "*/15 * * * *", "0 * * * *")
SPRING, AUTUMN = "2026-03-07 05:00", "2026-10-31 04:00"
"""Midnight in New York, a day before the clocks there are changed."""
DAYS = {
    SPRING: {
        "30 2 * * *": ["2026-03-07 07:30", "2026-03-08 07:00", "2026-03-09 06:30"],
        "30 1 * * *": ["2026-03-07 06:30", "2026-03-08 06:30", "2026-03-09 05:30"],
        "0 4 * * 0": ["2026-03-08 08:00"],
    },
    AUTUMN: {
        "30 2 * * *": ["2026-10-31 06:30", "2026-11-01 07:30", "2026-11-02 07:30"],
        "30 1 * * *": ["2026-10-31 05:30", "2026-11-01 05:30", "2026-11-02 06:30"],
        "0 4 * * 0": ["2026-11-01 09:00"],
    },
}
MINUTES = 71 * 60
STEP = 5
ENTRIES = [by_cron(name, name) for name in NAMES]


def expected(day: str, name: str) -> list[datetime]:
    if name in DAYS[day]:
        return [utc(text) for text in DAYS[day][name]]
    step = timedelta(minutes=15 if name.startswith("*/15") else 60)
    begin = utc(day)
    due: list[datetime] = []
    while begin + step * (len(due) + 1) <= utc(day) + timedelta(minutes=MINUTES):
        due.append(begin + step * (len(due) + 1))
    return due


async def pass_minutes(tables: Sequence[Timetable], number: int) -> None:
    """Let minutes pass, five at a time, as all here is due at such; what is submitted ends before the next."""
    clock = tables[0].clock
    with tables[0].engine.bell.heard() as one, tables[-1].engine.bell.heard() as other:
        assert number % STEP == 0
        for _ in range(number // STEP):
            clock.move(minutes=STEP)
            for table in tables:
                await table.schedule._look()
            if one.is_set() or other.is_set():
                await tables[0].finish()
                one.clear()
                other.clear()


async def assert_once(table: Timetable, day: str) -> None:
    for name in NAMES:
        assert await table.submitted(name) == expected(day, name), name


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
async def test_each_due_time_comes_once_when_clocks_are_changed(tmp_path: Path, day: str) -> None:
    clock = HandClock(day)
    async with timetable(tmp_path, clock, ENTRIES) as table:
        await table.look()
        await pass_minutes([table], MINUTES)
        await assert_once(table, day)


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
async def test_a_new_start_amid_the_change_repeats_and_leaves_out_nothing(tmp_path: Path, day: str) -> None:
    clock = HandClock(day)
    # In the middle of the hour that is left out, or gone through twice, and after it.
    for minutes in (25 * 60 + 40, 60, 35, 30, MINUTES - 25 * 60 - 165):
        async with timetable(tmp_path, clock, ENTRIES) as table:
            await table.look()
            await pass_minutes([table], minutes)
    async with timetable(tmp_path, clock, ENTRIES) as table:
        await assert_once(table, day)


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
async def test_a_clock_put_back_by_three_hours_repeats_nothing(tmp_path: Path, day: str) -> None:
    clock = HandClock(day)
    async with timetable(tmp_path, clock, ENTRIES) as table:
        await table.look()
        await pass_minutes([table], 30 * 60)
        clock.move(hours=-3)
        await pass_minutes([table], 3 * 60 + MINUTES - 30 * 60)
        await assert_once(table, day)


async def test_the_hour_that_is_gone_through_twice_is_not_taken_for_the_first_pass(tmp_path: Path) -> None:
    clock = HandClock("2026-10-31 20:00")
    async with timetable(tmp_path, clock, [by_cron("30 1 * * *")]) as table:
        await table.look()
        # Half past one has been, and comes again in twenty minutes.
        clock.at = utc("2026-11-01 06:10")
        for _ in range(12):
            await table.at()
            clock.move(minutes=5)
        assert await table.submitted() == [utc("2026-11-01 06:10")]
        assert await table.due() == [utc("2026-11-02 06:30")]


async def test_two_processes_submit_each_due_time_once(tmp_path: Path) -> None:
    clock = HandClock(AUTUMN)
    async with timetable(tmp_path, clock, ENTRIES) as one, timetable(tmp_path, clock, ENTRIES) as other:
        for table in (one, other):
            await table.look()
        clock.move(hours=22)
        for table in (one, other):
            await table.look()
        await one.finish()
        await pass_minutes([one, other], 10 * 60)
        before = utc(AUTUMN) + timedelta(hours=22)
        for name in NAMES:
            wanted = [at for at in expected(AUTUMN, name) if before < at <= clock.at]
            assert [at for at in await one.submitted(name) if at > before] == wanted, name


async def test_a_clock_that_was_years_ahead_does_not_silence_it(tmp_path: Path) -> None:
    clock = HandClock("2026-06-01 12:00")
    async with timetable(tmp_path, clock, [by_cron("0 * * * *")]) as table:
        await table.look()
        clock.at = utc("2036-06-01 12:30")
        await table.at()
        assert await table.submitted() == [clock.at]
        clock.at = utc("2026-06-01 12:10")
        await table.at()
        assert len(await table.submitted()) == 1
    # It is known to the next process as well.
    async with timetable(tmp_path, clock, [by_cron("0 * * * *")]) as table:
        for _ in range(3):
            await table.at(minutes=60)
        assert (await table.submitted())[1:] == [utc(f"2026-06-01 {hour}:10") for hour in (13, 14, 15)]


async def test_a_machine_that_starts_in_1970_does_not_run_everything_when_it_learns_the_time(tmp_path: Path) -> None:
    clock = HandClock("2026-06-01 12:00")
    async with timetable(tmp_path, clock, [by_cron("0 4 * * *")]) as table:
        await table.look()
        await table.at(days=1)
        assert len(await table.submitted()) == 1
    clock.at = utc("1970-01-01 00:00")
    async with timetable(tmp_path, clock, [by_cron("0 4 * * *")]) as table:
        for _ in range(3):
            await table.at(minutes=1)
        clock.at = utc("2026-06-02 13:00")
        await table.at()
        assert len(await table.submitted()) == 1
        await table.at(days=1)
        assert len(await table.submitted()) == 2
