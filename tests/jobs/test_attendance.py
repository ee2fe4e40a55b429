"""While the application is open jobs run by themselves, and the lock is free whenever none does."""

# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import aiosqlite
import pytest

from synctui.errors import Pause, StorageError
from synctui.jobs.attendance import Attendance
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.json import Fields
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation, Request
from synctui.model.states import JobState, Result
from synctui.model.sync import Run
from synctui.store import operations
from synctui.store.database import Database
from synctui.store.lock import ExecutionLock
from tests.jobs.conftest import Bench
from tests.jobs.toy import MovedClock, ScriptedSync, operation, raising


@contextlib.asynccontextmanager
async def attended(engine: Engine, stop: Stop | None = None) -> AsyncIterator[Attendance]:
    """Attend to an engine's jobs while the context lasts."""
    stop = stop or Stop()
    attendance = Attendance(engine)
    task = asyncio.create_task(attendance.run(stop))
    try:
        yield attendance
    finally:
        stop.graceful("quit")
        await asyncio.wait_for(task, 60)


async def until(wanted: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(seconds):
        while not wanted():
            await asyncio.sleep(0.005)


async def ended(engine: Engine, job: int, state: JobState = JobState.COMPLETED, seconds: float = 30) -> None:
    """Wait until a job is in a state."""
    async with asyncio.timeout(seconds):
        while (await engine.watch(job)).state is not state:
            await asyncio.sleep(0.005)


class Hold:
    """Operations that last until they are let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, one: Operation, run: Run) -> Outcome:
        self.begun.set()
        await self.go.wait()
        return Outcome(Result.DONE, "done")


async def test_what_is_submitted_runs_at_once_and_the_lock_is_given_back(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    async with attended(engine) as attendance:
        for _ in range(3):
            await until(lambda: engine.lock.free())
            asked = time.monotonic()
            job = await bench.submit(engine)
            await ended(engine, job)
            assert time.monotonic() - asked < 0.5, "nobody waits for a second look"
            await attendance.idle()
        await until(engine.lock.free)
        assert (attendance.holder, attendance.trouble) == (None, None)


async def test_a_resumed_job_and_a_stored_request_run_at_once(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    job = await bench.submit(engine)
    await engine.pause(job)
    async with attended(engine):
        await until(engine.lock.free)
        asked = time.monotonic()
        await engine.resume(job)
        await ended(engine, job)
        await ended(engine, await engine.enqueue(Request("scripted")))
        assert time.monotonic() - asked < 1


async def test_a_job_of_another_kind_runs_beside_the_first_and_one_of_the_same_after_it(bench: Bench) -> None:
    hold = Hold()
    slow = ScriptedSync([operation("slow")], does={"slow": hold})
    other = ScriptedSync([operation("b")], kind="other")
    engine = bench.engine(slow, other)
    async with attended(engine):
        first = await bench.submit(engine)
        await hold.begun.wait()
        same = await bench.submit(engine)
        asked = time.monotonic()
        await ended(engine, await bench.submit(engine, Request("other")))
        assert time.monotonic() - asked < 0.4, "the bell is heard while a job runs"
        assert (await engine.watch(same)).state is JobState.PENDING
        hold.go.set()
        await ended(engine, first)
        await ended(engine, same)


async def test_a_pause_that_is_over_ends_by_itself(bench: Bench) -> None:
    clock = MovedClock()
    bench.clock = clock
    later = clock.now() + timedelta(hours=6)
    sync = ScriptedSync([operation("a")], does={"a": raising(Pause("quota", later), None)})
    engine = bench.engine(sync)
    async with attended(engine):
        job = await bench.submit(engine)
        await ended(engine, job, JobState.PAUSED)
        await until(engine.lock.free)
        clock.ahead = timedelta(hours=7)
        await ended(engine, job)


async def test_what_another_process_stores_is_taken_up(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    async with attended(engine), await Database.open(bench.database.path) as elsewhere:
        hook = Engine(elsewhere, engine.syncs, drafts=bench.folder / "drafts", lock=bench.folder / "lock")
        await ended(engine, await hook.enqueue(Request("scripted")))


async def test_it_says_who_executes_and_waits_for_its_turn(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    cron = ExecutionLock(bench.folder / "lock")
    await cron.acquire(what="cron")
    async with attended(engine) as attendance:
        job = await bench.submit(engine)
        await until(lambda: attendance.holder is not None)
        assert "cron" in str(attendance.holder)
        assert (await engine.watch(job)).state is JobState.PENDING
        cron.release()
        await ended(engine, job)
        assert attendance.holder is None
        assert attendance.trouble is None


async def test_what_a_dead_process_left_is_settled_at_the_start(bench: Bench) -> None:
    async def look(one: Operation, intent: Fields) -> Outcome | None:
        return Outcome(Result.DONE, "recovered")

    sync = ScriptedSync([operation("a"), operation("b")], reconciles=look)
    engine = bench.engine(sync)
    job = await bench.submit(engine)

    async def die(connection: aiosqlite.Connection) -> None:
        await connection.execute("UPDATE jobs SET state = 'running', started_at = created_at")
        await operations.mark_in_doubt(connection, 1, {"key": "a"})

    await bench.database.write(die)
    (bench.folder / "drafts" / "draft-1-dead.db").touch()
    async with attended(engine):
        await ended(engine, job, JobState.PAUSED)
        async with asyncio.timeout(30):
            while (await bench.ends(job))["a"] != "done recovered":
                await asyncio.sleep(0.01)
        assert (await engine.watch(job)).pause_reason == "interrupted", "a person decides whether it goes on"
        assert not (bench.folder / "drafts" / "draft-1-dead.db").exists()
        await engine.resume(job)
        await ended(engine, job)


async def test_a_full_disk_is_said_and_the_job_goes_on_when_there_is_room(bench: Bench) -> None:
    async def limit(pages: int) -> None:
        async def work(connection: aiosqlite.Connection) -> None:
            await connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")

        await bench.database.write(work)

    async def much(one: Operation, run: Run) -> Outcome:
        return Outcome(Result.DONE, "done", numbers={"much": "x" * 20_000})

    engine = bench.engine(ScriptedSync([operation(f"k{number}") for number in range(60)], does={"do": much}))
    job = await bench.submit(engine)
    await limit(150)
    async with attended(engine) as attendance:
        await until(lambda: attendance.trouble is not None)
        assert attendance.trouble is not None
        assert attendance.trouble.code == "disk_full"
        assert engine.lock.free()
        await limit(1_000_000)
        await ended(engine, job, seconds=10)
        await attendance.idle()
        assert attendance.trouble is None
    ends = await bench.ends(job)
    assert set(ends.values()) == {"done done"}


async def test_a_job_that_a_person_paused_meanwhile_is_not_taken_up_again(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    job = await bench.submit(engine)
    await engine.pause(job)
    engine.stalled.add(job)
    async with attended(engine):
        await until(lambda: not engine.stalled)
        await ended(engine, await bench.submit(engine))
        assert (await engine.watch(job)).state is JobState.PAUSED


async def test_a_database_that_cannot_be_read_ends_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    async with attended(engine) as attendance:
        await until(engine.lock.free)

        async def broken() -> int:
            raise StorageError("the disk is gone", code="io_error")

        monkeypatch.setattr(bench.database, "version", broken)
        engine.bell.ring()
        await until(lambda: attendance.trouble is not None)
        monkeypatch.undo()
        await ended(engine, await bench.submit(engine))
        await attendance.idle()
        assert attendance.trouble is None


async def test_leaving_lets_what_is_in_flight_finish(bench: Bench) -> None:
    hold = Hold()
    engine = bench.engine(ScriptedSync([operation("a"), operation("b", after=("a",))], does={"a": hold}))
    stop = Stop()
    attendance = Attendance(engine)
    task = asyncio.create_task(attendance.run(stop))
    job = await bench.submit(engine)
    await hold.begun.wait()
    resting = asyncio.create_task(attendance.idle())
    stop.graceful("SIGHUP")
    await asyncio.sleep(0)
    assert not task.done()
    assert not resting.done()
    hold.go.set()
    await asyncio.wait_for(task, 30)
    await asyncio.wait_for(resting, 30)
    assert await bench.ends(job) == {"a": "done done", "b": "pending"}
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "interrupted")
    assert engine.lock.free()


async def test_idling_is_one_tiny_question_a_second(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    async with attended(engine) as attendance:
        await ended(engine, await bench.submit(engine))
        await attendance.idle()
        await until(engine.lock.free)
        asked: list[str] = []
        rows = bench.database.rows

        async def spy(sql: str, *parameters: object) -> list[aiosqlite.Row]:
            asked.append(sql)
            return await rows(sql, *parameters)  # type: ignore[arg-type]

        monkeypatch.setattr(bench.database, "rows", spy)
        began = time.monotonic()
        await until(lambda: asked.count("PRAGMA data_version") >= 2)
        assert time.monotonic() - began > 0.9
        assert len([sql for sql in asked if sql != "PRAGMA data_version"]) <= 1, asked


async def test_whoever_retires_leaves_what_is_asked_for_then_to_the_next(bench: Bench) -> None:
    hold = Hold()
    sync = ScriptedSync([operation("a")])
    sync.does["a"] = hold
    engine = bench.engine(sync)
    async with attended(engine) as attendance:
        first = await bench.submit(engine)
        await hold.begun.wait()
        retiring = asyncio.create_task(attendance.retire())
        await asyncio.sleep(0)
        assert not retiring.done(), "what runs comes to its end"
        hold.go.set()
        await retiring
        assert (await engine.watch(first)).state is JobState.COMPLETED
        second = await bench.submit(engine)
        await until(lambda: attendance._seen is not None)
        assert (await engine.watch(second)).state is JobState.PENDING
    async with attended(engine):
        await ended(engine, second)
