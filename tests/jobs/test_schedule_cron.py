"""What is due by a cron expression: when it counts from, what stands in its way, and how installations are kept apart."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from synctui.jobs.due import spread
from synctui.jobs.schedule import Entry, Schedule
from synctui.model.plan import Request
from synctui.model.states import JobState
from synctui.store import jobs, schedule
from tests.jobs.timetable import HandClock, by_cron, request, timetable, utc

NOON = "2026-06-01 12:00"
HOURLY = "0 * * * *"


async def test_an_expression_seen_for_the_first_time_waits_for_its_next_time(tmp_path: Path) -> None:
    clock = HandClock("2026-06-01 12:00:03")
    # Also where the time that has just passed would be waited for, so as not to come with all others.
    async with timetable(tmp_path, clock, [by_cron(HOURLY, "prompt"), by_cron(HOURLY, "late", jitter=60)]) as table:
        assert spread("here", "late", 60) > timedelta(seconds=3)
        await table.look()
        for _ in range(30):
            await table.at(seconds=10)
        assert await table.submitted("prompt") == await table.submitted("late") == []
        await table.at(minutes=56)
        assert len(await table.submitted("prompt")) == len(await table.submitted("late")) == 1


async def test_three_days_without_anybody_are_caught_up_once(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    entries = [by_cron(HOURLY, "hourly"), by_cron("15 12 * * *", "daily"), by_cron("0 12 1 1 *", "yearly")]
    async with timetable(tmp_path, clock, entries) as table:
        await table.look()
    clock.move(days=3, minutes=20)
    async with timetable(tmp_path, clock, entries) as table:
        for _ in range(5):
            await table.at(seconds=30)
        assert len(await table.submitted("hourly")) == 1
        assert len(await table.submitted("daily")) == 1
        assert await table.submitted("yearly") == []
        await table.at(minutes=40)
        assert len(await table.submitted("hourly")) == 2


async def test_what_is_due_at_the_same_moment_in_two_processes_is_submitted_once(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    entries = [by_cron(HOURLY)]
    async with timetable(tmp_path, clock, entries) as one, timetable(tmp_path, clock, entries) as other:
        await asyncio.gather(one.look(), other.look())
        for number in range(1, 6):
            clock.move(hours=1)
            await asyncio.gather(one.look(), other.look())
            await one.finish()
            await asyncio.gather(other.look(), one.look())
            assert len(await one.submitted()) == number


async def test_one_that_is_slow_to_decide_does_not_submit_what_another_has_submitted_meanwhile(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron(HOURLY)]) as quick:

        async def slowly() -> bool:
            await quick.at()
            clock.move(seconds=20)
            return True

        entry = Entry("toy", 0, request("toy"), slowly, HOURLY, jitter=0)
        async with timetable(tmp_path, clock, [entry]) as slow:
            await slow.look()
            await slow.at(hours=1)
            assert len(await quick.submitted()) == 1


@pytest.mark.parametrize("state", ["planning", "awaiting_confirmation", "pending", "running", "paused"])
async def test_what_is_unfinished_is_followed_by_one_afterwards(tmp_path: Path, state: str) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("*/10 * * * *")]) as table:
        await table.look()
        await table.at(minutes=10, finish=False)
        await table.put(state)
        for _ in range(5):
            await table.at(minutes=10, finish=False)
        assert len(await table.submitted()) == 1
        await table.finish()
        await table.at(seconds=5)
        await table.at(seconds=5)
        assert len(await table.submitted()) == 2


@pytest.mark.parametrize("alone", [True, False])
async def test_what_goes_alone_waits_for_every_job_of_its_kind(tmp_path: Path, alone: bool) -> None:
    clock = HandClock(NOON)
    entries = [by_cron(HOURLY, "full", alone=alone), by_cron("", "part", every=86400, alone=alone)]
    async with timetable(tmp_path, clock, entries) as table:
        job = await table.engine.enqueue(request("by hand", "user"))
        await table.engine.database.write(
            lambda one: jobs.move(one, job, JobState.RUNNING, among=tuple(JobState), started_at="2026-06-01T12:00:00.000Z")
        )
        await table.look()
        await table.at(hours=1, finish=False)
        found = [len(await table.submitted(name)) for name in ("full", "part")]
        assert found == ([0, 0] if alone else [1, 1])
        await table.finish()
        await table.at(minutes=1)
        await table.at(minutes=1)
        assert [len(await table.submitted(name)) for name in ("full", "part")] == [1, 1]


async def test_what_a_person_broke_off_does_not_hold_it_up_forever(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron(HOURLY, alone=True)]) as table:
        await table.engine.enqueue(request("toy", "user"))
        await table.put("paused", "interrupted")
        await table.look()
        await table.at(hours=1, finish=False)
        assert len(await table.submitted()) == 2


async def test_a_job_by_hand_just_before_does_not_stand_for_the_due_one(tmp_path: Path) -> None:
    clock = HandClock("2026-06-01 12:50")
    async with timetable(tmp_path, clock, [by_cron(HOURLY)]) as table:
        await table.look()
        clock.move(minutes=9)
        await table.engine.enqueue(request("toy", "user"))
        await table.finish()
        await table.at(minutes=1)
        assert len(await table.submitted()) == 2


async def test_what_is_not_wanted_stays_due(tmp_path: Path) -> None:
    clock, wanted = HandClock(NOON), [False]

    async def whether() -> bool:
        return wanted[0]

    async with timetable(tmp_path, clock, [Entry("toy", 0, request("toy"), whether, HOURLY, jitter=0)]) as table:
        await table.look()
        await table.at(hours=5)
        assert await table.submitted() == []
        wanted[0] = True
        await table.at(minutes=1)
        await table.at(minutes=1)
        assert len(await table.submitted()) == 1


async def test_an_expression_that_was_changed_or_taken_away_starts_anew(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    for entries in ([by_cron(HOURLY)], [by_cron("30 * * * *")], [by_cron(HOURLY)], [], [by_cron(HOURLY)]):
        async with timetable(tmp_path, clock, entries) as table:
            await table.look()
            await table.look()
            assert await table.submitted() == []
        clock.move(hours=5)
    clock.move(hours=-5)
    async with timetable(tmp_path, clock, [by_cron(HOURLY)]) as table:
        await table.at(hours=1)
        assert len(await table.submitted()) == 1


async def test_a_process_with_the_old_expression_goes_on_beside_one_with_the_new(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron(HOURLY)]) as old:
        await old.look()
        async with timetable(tmp_path, clock, [by_cron("30 * * * *")]) as new:
            await new.look()
            for _ in range(6):
                await new.at(minutes=30)
                await old.at()
            assert len(await old.submitted()) == 6


async def test_the_note_and_the_job_are_written_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron(HOURLY), by_cron(HOURLY, "other")]) as table:
        await table.look()
        before = await schedule.dealt(table.engine.database, "toy", HOURLY)

        async def refuse(*_: object, **__: object) -> int:
            raise OSError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(jobs, "insert", refuse)
            await table.at(hours=1)
        assert await schedule.dealt(table.engine.database, "toy", HOURLY) == before
        assert await table.submitted() == []
        await table.at(seconds=1)
        assert len(await table.submitted()) == len(await table.submitted("other")) == 1


async def test_an_entry_may_have_both_an_interval_and_an_expression(tmp_path: Path) -> None:
    clock = HandClock("2026-06-01 12:01")
    async with timetable(tmp_path, clock, [by_cron(HOURLY, every=600)]) as table:
        await table.look()
        await table.finish()
        for _ in range(60):
            await table.at(minutes=1)
        times = [f"{at:%H:%M}" for at in await table.submitted()]
        assert times == ["12:01", "12:11", "12:21", "12:31", "12:41", "12:51", "13:00"]


async def test_a_wrong_expression_holds_nothing_else_up(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("every day", "wrong"), by_cron(HOURLY)]) as table:
        await table.look()
        await table.at(hours=1)
        assert len(await table.submitted()) == 1


# keeping installations apart


def test_each_installation_has_its_own_lag_and_keeps_it() -> None:
    lags = [spread(f"host{number}", "stash", 60) for number in range(200)]
    assert lags == [spread(f"host{number}", "stash", 60) for number in range(200)]
    assert all(timedelta() <= lag < timedelta(seconds=60) for lag in lags)
    assert len({int(lag.total_seconds()) // 6 for lag in lags}) == 10
    assert spread("host", "stash", 60) != spread("host", "players", 60)
    assert spread("host", "stash", 0) == timedelta()
    spread("host", "\udcff", 60)


async def test_it_comes_later_by_its_lag_and_no_more(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    lag = spread("here", "toy", 60)
    async with timetable(tmp_path, clock, [by_cron("* * * * *", jitter=60)]) as table:
        await table.look()
        for _ in range(300):
            await table.at(seconds=1)
        found = await table.submitted()
    assert len(found) in (4, 5)
    for number, at in enumerate(found, start=1):
        assert timedelta() <= at - (utc(NOON) + timedelta(minutes=number) + lag) < timedelta(seconds=1)


@pytest.mark.parametrize(("every", "most"), [(15.0, 1.5), (300.0, 30.0), (86400.0, 60.0)])
async def test_an_interval_grows_by_a_tenth_at_most(tmp_path: Path, every: float, most: float) -> None:
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, [by_cron("", every=every, jitter=60)]) as table:
        await table.at()
        (due,) = await table.due()
        assert due is not None
        assert timedelta() < due - utc(NOON) - timedelta(seconds=every) < timedelta(seconds=most)
        await table.at(seconds=every - 1)
        assert len(await table.submitted()) == 1
        clock.at = due + timedelta(milliseconds=1)
        await table.look()
        assert len(await table.submitted()) == 2


# what is said of it


async def test_it_says_when_each_entry_is_due_and_changes_nothing(tmp_path: Path) -> None:
    clock = HandClock("2026-06-01 12:10")
    entries = [
        by_cron("30 4 * * *", "cron"),
        by_cron("", "interval", every=600),
        by_cron("*/5 * * * *", "both", every=86400),
        Entry("nudged", 0, Request("toy")),
    ]
    async with timetable(tmp_path, clock, entries) as table:
        for _ in range(2):
            assert await table.due() == [utc("2026-06-02 08:30"), clock.at, clock.at, None]
        await table.at()
        assert (await table.due())[0] == utc("2026-06-02 08:30")
        assert (await table.due())[2] == utc("2026-06-01 12:15")
        clock.move(days=1)
        due = await table.due()
        assert due[0] == utc("2026-06-02 08:30"), "what is overdue is due since then"
        await table.at(finish=False)
        assert (await table.due())[0] == utc("2026-06-03 08:30")
        table.schedule.nudge("nudged")
        assert (await table.due())[3] == clock.at
    async with timetable(tmp_path, clock, entries) as later:
        assert (await later.due())[0] == utc("2026-06-03 08:30")
        clock.move(hours=-12)
        assert (await later.due())[1] == clock.at, "a job from before the clock was put back says nothing"


async def test_the_local_zone_is_taken_when_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    clock = HandClock(NOON)
    async with timetable(tmp_path, clock, []) as table:
        found = await Schedule(table.engine, [by_cron("0 4 * * *")]).next_due()
    assert [one.at for one in found] == [datetime(2026, 6, 1, 19, tzinfo=UTC)]
