"""Jobs stop, pause, go on and end when asked, from any process, and lose nothing by it."""

# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from synctui.errors import ConfirmationNeeded, LockHeld, NotAuthorised, UsageError
from synctui.jobs.engine import Engine
from synctui.jobs.progress import Snapshot
from synctui.jobs.stop import Stop
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation, PlanItem, Request
from synctui.model.states import JobState, Result
from synctui.model.sync import Run
from synctui.store import jobs, pauses
from tests.jobs.conftest import Bench
from tests.jobs.slow import slow_sync
from tests.jobs.toy import ScriptedSync, operation, raising


class Gate:
    """Operations that wait until a test lets them go on."""

    def __init__(self) -> None:
        self.waiting = 0
        self.open = asyncio.Event()
        self.cancelled = 0

    async def plain(self, one: Operation, run: Run) -> Outcome:
        """Wait without an intent."""
        self.waiting += 1
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Outcome(Result.DONE, "done")

    async def intended(self, one: Operation, run: Run) -> Outcome:
        """Wait with a committed intent."""
        await run.intent({"key": one.key})
        return await self.plain(one, run)


@pytest.fixture
async def gate() -> Gate:
    return Gate()


def _gated(gate: Gate, count: int = 8) -> ScriptedSync:
    items: list[PlanItem] = [operation("plain", "plain"), operation("intended", "intended")]
    items += [operation(f"later{number}", after=("plain",)) for number in range(count)]
    return ScriptedSync(items, does={"plain": gate.plain, "intended": gate.intended})


async def _running(bench: Bench, engine: Engine, gate: Gate, stop: Stop, count: int = 2) -> tuple[int, asyncio.Task[None]]:
    job = await bench.submit(engine)
    task = asyncio.create_task(engine.execute([job], stop=stop))
    await _true(lambda: gate.waiting == count)
    return job, task


async def _true(condition: Callable[[], bool]) -> None:
    """Wait for something; for less than the grace that an engine gives when nobody says how much."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_graceful_stop_lets_what_is_in_flight_finish(bench: Bench, gate: Gate) -> None:
    stop, engine = Stop(), bench.engine(_gated(gate))
    job, task = await _running(bench, engine, gate, stop)
    stop.graceful("SIGTERM")
    await asyncio.sleep(0.05)
    assert not task.done()
    gate.open.set()
    await task
    ends = await bench.ends(job)
    assert ends["plain"] == ends["intended"] == "done done"
    assert ends["later0"] == "pending"
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "interrupted")


async def test_after_the_grace_only_what_has_an_intent_is_waited_for(bench: Bench, gate: Gate) -> None:
    stop, engine = Stop(), bench.engine(_gated(gate), grace=0.1)
    job, task = await _running(bench, engine, gate, stop)
    stop.graceful()
    await _true(lambda: gate.cancelled == 1)
    assert not task.done(), "the intended one is still waited for"
    gate.open.set()
    await task
    ends = await bench.ends(job)
    assert (ends["plain"], ends["intended"]) == ("pending", "done done")


async def test_a_hard_stop_does_not_wait_for_the_grace(bench: Bench, gate: Gate) -> None:
    stop, engine = Stop(), bench.engine(_gated(gate))
    job, task = await _running(bench, engine, gate, stop)
    stop.graceful()
    stop.hard()
    await _true(lambda: gate.cancelled == 1)
    gate.open.set()
    await asyncio.wait_for(task, 20)
    assert (await bench.ends(job))["intended"] == "done done"


async def test_cancelling_the_caller_is_a_hard_stop_that_leaves_order(bench: Bench, gate: Gate) -> None:
    engine = bench.engine(_gated(gate))
    job, task = await _running(bench, engine, gate, Stop())
    task.cancel()
    await asyncio.sleep(0.05)
    assert not task.done()
    gate.open.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    ends = await bench.ends(job)
    assert (ends["plain"], ends["intended"]) == ("pending", "done done")
    assert (await engine.watch(job)).state is JobState.PAUSED
    assert engine.lock.free()


async def test_what_was_stopped_goes_on_where_it_was(bench: Bench, gate: Gate) -> None:
    stop, sync = Stop(), _gated(gate)
    engine = bench.engine(sync, grace=0.05)
    job, task = await _running(bench, engine, gate, stop)
    stop.graceful()
    gate.open.set()
    await task
    await engine.execute(None, stop=Stop())
    assert (await engine.watch(job)).state is JobState.PAUSED, "interrupted jobs wait to be resumed"
    await engine.resume(job)
    await engine.execute([job], stop=Stop())
    assert (await engine.watch(job)).state is JobState.COMPLETED
    assert sync.log.count("intended") == 1
    starts = [one.fields["resumed_from"] for one in await bench.events(job, "job_start")]
    assert starts[0] == 0
    assert starts[1] in (1, 2)
    ends = [one.fields["key"] for one in await bench.events(job, "op_end")]
    assert len(ends) == len(set(ends)) == 10


@pytest.mark.parametrize("wait", [0, 1, 2, 3, 5, 8])
async def test_a_hard_stop_at_any_moment_ends(bench: Bench, gate: Gate, wait: int) -> None:
    stop, engine = Stop(), bench.engine(_gated(gate))
    job = await bench.submit(engine)
    gate.open.set()
    task = asyncio.create_task(engine.execute([job], stop=stop))
    while await jobs.get(bench.database, job) is None or (await engine.watch(job)).state is not JobState.RUNNING:
        await asyncio.sleep(0)
    for _ in range(wait):
        await asyncio.sleep(0)
    stop.hard()
    await asyncio.wait_for(task, 20)
    assert (await engine.watch(job)).state in (JobState.PAUSED, JobState.COMPLETED)
    assert engine.lock.free()


async def test_an_operation_sees_that_a_stop_was_asked_for(bench: Bench) -> None:
    seen: list[bool] = []
    stop = Stop()

    async def looks(one: Operation, run: Run) -> Outcome:
        seen.append(run.stopping)
        stop.graceful()
        seen.append(run.stopping)
        return Outcome(Result.DONE, "done")

    engine = bench.engine(ScriptedSync([operation("a")], does={"a": looks}))
    job = await bench.submit(engine)
    await engine.execute([job], stop=stop)
    assert seen == [False, True]


async def test_a_duration_that_is_over_pauses(bench: Bench) -> None:
    engine = bench.engine(slow_sync(200))
    job = await bench.submit(engine)
    await asyncio.wait_for(engine.execute([job], stop=Stop(), max_duration=0.5), 30)
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "duration")
    assert 1 <= seen.current < 200
    assert "in_doubt" not in (await bench.ends(job)).values()


async def test_pausing_resuming_and_cancelling_a_running_job(bench: Bench, gate: Gate) -> None:
    engine = bench.engine(_gated(gate), grace=0.1)
    job, task = await _running(bench, engine, gate, Stop())
    await engine.pause(job)
    gate.open.set()
    await asyncio.wait_for(task, 20)
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "user")
    await engine.execute([job], stop=Stop())
    assert (await engine.watch(job)).state is JobState.PAUSED, "a person's pause is lifted by a person"
    await engine.resume(job)
    assert (await engine.watch(job)).state is JobState.PENDING
    await engine.cancel(job)
    seen = await engine.watch(job)
    assert seen.state is JobState.CANCELLED
    assert (await bench.ends(job))["later3"] == "pending", "what was not run stays recorded"
    (end,) = await bench.events(job, "job_end")
    assert end.fields["state"] == "cancelled"
    for again in (engine.pause, engine.resume, engine.cancel):
        with pytest.raises(UsageError, match="cancelled already"):
            await again(job)
    with pytest.raises(UsageError, match="no job 99"):
        await engine.pause(99)


async def test_cancelling_a_running_job_gives_no_grace_but_keeps_what_has_an_intent(bench: Bench, gate: Gate) -> None:
    engine = bench.engine(_gated(gate))
    job, task = await _running(bench, engine, gate, Stop())
    await engine.cancel(job)
    await _true(lambda: gate.cancelled == 1)
    gate.open.set()
    await asyncio.wait_for(task, 20)
    assert (await engine.watch(job)).state is JobState.CANCELLED
    ends = await bench.ends(job)
    assert (ends["plain"], ends["intended"]) == ("pending", "done done")


async def test_a_pause_that_is_taken_back_before_it_took_effect(bench: Bench, gate: Gate) -> None:
    engine = bench.engine(_gated(gate))
    job, task = await _running(bench, engine, gate, Stop())
    await engine.pause(job)
    await asyncio.sleep(0.4)
    await engine.resume(job)
    await asyncio.sleep(0.4)
    gate.open.set()
    await asyncio.wait_for(task, 20)
    assert (await engine.watch(job)).state is JobState.COMPLETED


async def test_resuming_a_running_job_lets_its_waiting_tracks_go_on(bench: Bench, gate: Gate) -> None:
    sync = ScriptedSync([operation("plain", "plain", track="a"), operation("b", track="b")], does={"plain": gate.plain})
    sync.does["b"] = raising(NotAuthorised("wrong token"), None)
    engine = bench.engine(sync)
    job, task = await _running(bench, engine, gate, Stop(), count=1)
    async with asyncio.timeout(30):
        while len(await pauses.pauses(bench.database, job)) != 1:
            await asyncio.sleep(0.005)
    await engine.resume(job)
    await _true(lambda: sync.log.count("b") == 2)
    gate.open.set()
    await asyncio.wait_for(task, 20)
    assert (await engine.watch(job)).state is JobState.COMPLETED
    assert await pauses.pauses(bench.database, job) == []


async def test_all_jobs_at_once(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    numbers = [await bench.submit(engine) for _ in range(3)]
    numbers.append(await engine.enqueue(Request("scripted")))
    assert await engine.pause_all() == numbers
    await engine.execute(None, stop=Stop())
    assert {(await engine.watch(job)).state for job in numbers} == {JobState.PAUSED}
    assert await engine.resume_all() == numbers
    assert (await engine.watch(numbers[-1])).state is JobState.PLANNING
    assert await engine.cancel_all() == numbers
    assert {(await engine.watch(job)).state for job in numbers} == {JobState.CANCELLED}
    await engine.execute(None, stop=Stop())
    assert await bench.database.rows("SELECT * FROM journal WHERE type = 'job_start'") == []


async def test_a_job_that_waits_to_be_confirmed_is_not_resumed(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    async with await engine.plan(Request("scripted")) as draft:
        job = await engine.submit(draft, confirmed=False)
    with pytest.raises(ConfirmationNeeded):
        await engine.resume(job)
    await engine.cancel(job)
    assert (await engine.watch(job)).state is JobState.CANCELLED


async def test_cancelling_while_a_stored_request_is_planned(bench: Bench) -> None:
    class Slow(ScriptedSync):
        async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
            self.log.append("planning")
            yield operation("a")
            await asyncio.sleep(30)

    sync = Slow()
    engine = bench.engine(sync)
    job = await engine.enqueue(Request("scripted"))
    task = asyncio.create_task(engine.execute(None, stop=Stop()))
    while not sync.log:
        await asyncio.sleep(0.01)
    await engine.cancel(job)
    await asyncio.wait_for(task, 20)
    assert (await engine.watch(job)).state is JobState.CANCELLED
    assert list((bench.folder / "drafts").iterdir()) == []


@contextlib.asynccontextmanager
async def _other_process(folder: Path, count: int, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.slow",
        str(folder),
        str(count),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"executing\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _until(engine: Engine, job: int, state: JobState, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while (await engine.watch(job)).state is not state:
            await asyncio.sleep(0.01)


async def test_another_process_is_watched_live_paused_resumed_and_given_more(bench: Bench) -> None:
    engine = bench.engine(slow_sync(3))
    async with _other_process(bench.folder, 200, "plan") as process:
        (job,) = [one.id for one in await jobs.list_jobs(bench.database)]
        with pytest.raises(LockHeld, match="slow things"):
            async with engine.executing():
                pass
        seen: list[Snapshot] = []
        # The counts are live, and so is the rest.
        async with asyncio.timeout(60):
            while len({one.current for one in seen}) < 6 or not any(
                one.in_flight and one.rate > 0 and one.eta_s and one.lines for one in seen
            ):
                seen.append(await engine.watch(job))
                await asyncio.sleep(0.1)
        assert {flight.phase for one in seen for flight in one.in_flight} <= {"", "listening", "aligning"}
        assert engine.snapshot(job) is None
        more = await engine.enqueue(Request("scripted", ("more",)))
        await engine.pause(job)
        await _until(engine, job, JobState.PAUSED)
        assert (await engine.watch(job)).current < 200, "it heard of it before it was through"
        await _until(engine, more, JobState.RUNNING)
        await engine.cancel(more)
        await _until(engine, more, JobState.CANCELLED)
        assert await asyncio.wait_for(process.wait(), 60) == 0, "nothing is left that can run"
    async with engine.executing(wait=5):
        await engine.cancel(job)
    assert (await engine.watch(job)).state is JobState.CANCELLED


async def test_submitting_while_another_process_executes(bench: Bench) -> None:
    engine = bench.engine(slow_sync(3))
    async with _other_process(bench.folder, 10, "plan") as process:
        job = await bench.submit(engine)
        assert await asyncio.wait_for(process.wait(), 60) == 0
    assert (await engine.watch(job)).state is JobState.COMPLETED
    assert len(await bench.events(job, "op_end")) == 3


async def test_waiting_for_the_lock(bench: Bench) -> None:
    engine = bench.engine(slow_sync(3))
    async with _other_process(bench.folder, 60, "plan"):
        with pytest.raises(LockHeld):
            async with engine.executing(wait=0.4):
                pass
        async with engine.executing(wait=60):
            assert engine.lock.held
    assert not engine.lock.held


async def test_what_is_asked_of_a_job_whose_process_died_is_done_at_once(bench: Bench) -> None:
    engine = bench.engine(slow_sync(3))
    async with _other_process(bench.folder, 200, "plan") as process:
        (job,) = [one.id for one in await jobs.list_jobs(bench.database)]
        await _until(engine, job, JobState.RUNNING)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        seen = await engine.watch(job)
        assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "interrupted"), "a dead process runs nothing"
        await engine.cancel(job)
        assert (await engine.watch(job)).state is JobState.CANCELLED
        record = await jobs.get(bench.database, job)
        assert record is not None
        assert record.state is JobState.CANCELLED


async def test_the_next_start_takes_over_from_a_process_that_died(bench: Bench) -> None:
    engine = bench.engine(slow_sync(40))
    async with _other_process(bench.folder, 40, "plan") as process:
        (running,) = [one.id for one in await jobs.list_jobs(bench.database)]
        async with asyncio.timeout(60):
            while (await engine.watch(running)).current < 1:
                await asyncio.sleep(0.01)
        process.kill()
        await process.wait()
    job = await engine.newest_unfinished("scripted")
    assert job is not None
    async with engine.executing():
        before = (await engine.watch(job)).current
        assert before > 0
        await engine.resume(job)
        await engine.execute([job], stop=Stop())
    ends = [one.fields["key"] for one in await bench.events(job, "op_end")]
    assert len(ends) == len(set(ends)) == 40
    assert [one.fields["resumed_from"] for one in await bench.events(job, "job_start")] == [0, before]
