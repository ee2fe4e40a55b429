"""How all jobs stand, whoever runs them, at next to no cost while nothing happens."""

# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import aiosqlite
import pytest

from synctui.errors import OperationFailed, UsageError
from synctui.jobs import summary
from synctui.jobs.board import BoardJob
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation, Request
from synctui.model.states import JobState, Result
from synctui.model.sync import Run
from tests.jobs.conftest import Bench
from tests.jobs.slow import slow_sync
from tests.jobs.toy import ScriptedSync, operation, outcome, raising


async def _job(engine: Engine, job: int) -> BoardJob:
    return next(one for one in (await engine.board()).jobs if one.id == job)


async def test_a_board_from_empty_to_finished(bench: Bench) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def hold(one: Operation, run: Run) -> Outcome:
        run.progress("decoding", 0.48)
        begun.set()
        await go.wait()
        return Outcome(Result.DONE, "done", receipt={"key": one.key})

    sync = ScriptedSync(
        [operation("a", "align"), operation("b", "align"), operation("c", "align", after=("a",))],
        does={"a": hold, "b": outcome(Result.REFUSED, "low_confidence"), "c": raising(OperationFailed("broke"))},
    )
    engine = bench.engine(sync)
    empty = await engine.board()
    assert (empty.jobs, empty.running, empty.finished_today) == ((), 0, 0)
    job = await bench.submit(engine, Request("scripted", ("/media/Series",)))
    waiting = await engine.board()
    assert waiting.version > empty.version
    assert (waiting.jobs[0].title, waiting.jobs[0].where) == ("scripted Series", "nobody")

    task = asyncio.create_task(engine.execute([job], stop=Stop()))
    await begun.wait()
    async with asyncio.timeout(5):
        while (await _job(engine, job)).snapshot.current < 1:
            await asyncio.sleep(0.01)
    board = await engine.board()
    (shown,) = board.jobs
    assert (board.running, board.running_here, shown.where) == (1, True, "here")
    assert (shown.snapshot.current, shown.snapshot.total) == (1, 3)
    assert [(one.phase, one.fraction) for one in shown.snapshot.in_flight] == [("decoding", 0.48)]

    go.set()
    await task
    board = await engine.board()
    (shown,) = board.jobs
    assert (board.running, board.finished_today, shown.state) == (0, 1, JobState.COMPLETED)
    assert shown.result == "1 aligned, 1 refused, 1 failed"
    assert (shown.clean, shown.undoable) == (False, True)

    async with await engine.plan_undo(job) as draft:
        undo = await engine.submit(draft)
    await engine.execute([undo], stop=Stop())
    taken = await _job(engine, job)
    assert (taken.undoable, taken.undone, taken.result) == (False, 1, f"{shown.result}, taken back")
    assert ((await _job(engine, undo)).what, (await _job(engine, undo)).undo_of) == ("undo of Series", 1)


async def test_the_board_is_the_same_until_something_changes(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    job = await bench.submit(engine)
    first = await engine.board()
    assert await engine.board() is first

    async def unrelated(connection: aiosqlite.Connection) -> None:
        await connection.execute("INSERT INTO budgets VALUES ('somewhere', 'today', 1)")

    await bench.database.write(unrelated)
    assert (await engine.board()).version == first.version, "what no job is about draws nothing"
    await engine.pause(job)
    paused = await engine.board()
    assert paused.version > first.version
    assert (paused.paused, paused.jobs[0].snapshot.pause_reason) == (1, "user")


async def test_unfinished_jobs_come_first_and_the_newest_that_ended_after_them(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    numbers = [await bench.submit(engine) for _ in range(5)]
    await engine.execute([numbers[3]], stop=Stop())
    await engine.execute([numbers[1]], stop=Stop())
    await engine.execute([numbers[2]], stop=Stop())
    board = await engine.board(finished=2)
    assert [one.id for one in board.jobs] == [numbers[4], numbers[0], numbers[2], numbers[1]]
    assert board.finished_today == 3


async def test_a_job_of_another_process_is_seen_live_and_as_interrupted_when_it_dies(bench: Bench) -> None:
    engine = bench.engine(slow_sync(3))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.slow",
        str(bench.folder),
        "200",
        "plan",
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        async with asyncio.timeout(20):
            while not (board := await engine.board()).jobs or board.jobs[0].snapshot.current < 3:
                await asyncio.sleep(0.05)
        assert (board.running, board.running_here, board.jobs[0].where) == (1, False, "elsewhere")
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        asked = time.monotonic()
        after = await engine.board()
        assert time.monotonic() - asked < 1
        assert after.version > board.version, "no row tells of a death"
        assert (after.jobs[0].state, after.jobs[0].snapshot.pause_reason) == (JobState.PAUSED, "interrupted")
        assert (after.running, after.paused, after.jobs[0].where) == (0, 1, "nobody")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


# what failed, once more


async def test_what_failed_is_asked_for_again_and_only_that(bench: Bench) -> None:
    sync = ScriptedSync(
        [operation(name, path=f"/m/{name}.srt") for name in "abcd"],
        does={"b": raising(OperationFailed("broke")), "c": outcome(Result.CONFLICT, "changed_since_plan")},
    )
    engine = bench.engine(sync)
    asked = Request("scripted", ("/m",), {"engine": "alass", "only_failed": True}, profile="nightly")
    job = await bench.run(engine, asked)
    again = await engine.retry_request(job)
    assert again.targets == ("/m/b.srt", "/m/c.srt")
    assert (again.options, again.profile) == ({"engine": "alass", "force": True}, "nightly")
    async with await engine.plan_retry(job) as draft:
        assert draft.request == again


async def test_a_restore_is_not_forced_when_it_is_tried_again(bench: Bench) -> None:
    sync = ScriptedSync([operation("a", path="/m/a")], does={"a": outcome(Result.CONFLICT, "changed_since_plan")})
    engine = bench.engine(sync)
    job = await bench.run(engine, Request("scripted", ("/m/a",), {"restore": True}))
    assert (await engine.retry_request(job)).options == {"restore": True}


async def test_an_undo_is_tried_again_where_it_failed(bench: Bench) -> None:
    sync = ScriptedSync([operation(name) for name in "abc"])
    sync.does["undo:b"] = raising(OperationFailed("broke"), None)
    engine = bench.engine(sync)
    job = await bench.run(engine)
    async with await engine.plan_undo(job) as draft:
        undo = await engine.submit(draft)
    await engine.execute([undo], stop=Stop())
    with pytest.raises(UsageError, match="is an undo"):
        await engine.retry_request(undo)
    async with await engine.plan_retry(undo) as draft:
        assert [one.operation.key for one in await draft.page(0, 10)] == ["undo:b"]
        retried = await engine.submit(draft)
    await engine.execute([retried], stop=Stop())
    assert await bench.ends(retried) == {"undo:b": "done done"}
    with pytest.raises(UsageError, match="nothing failed"):
        await engine.plan_retry(retried)
    with pytest.raises(UsageError, match="no job 99"):
        await engine.plan_retry(99)


# in words


@pytest.mark.parametrize(
    ("counts", "actions", "told"),
    [
        ({"done": 38, "failed": 2}, ("align",), "38 aligned, 2 failed"),
        ({"done": 12}, ("restore",), "12 brought back"),
        (
            {"done": 1234, "unchanged": 1, "conflict": 1},
            ("align", "skip"),
            "1,234 aligned, 1 right already, 1 changed meanwhile",
        ),
        ({"done": 1}, ("align", "restore"), "1 done"),
        ({}, ("align",), "nothing done"),
        ({"done": 2, "unchanged": 3}, ("confirm", "record"), "2 done, 3 told once more"),
        ({"done": 2, "unchanged": 3}, ("pull", "fetch", "record"), "2 done, 3 as they were"),
        ({"done": 1, "skipped": 2}, ("record", "hold"), "1 done, 2 held back"),
    ],
)
def test_a_result_in_one_line(counts: dict[str, int], actions: tuple[str, ...], told: str) -> None:
    assert summary.result(JobState.COMPLETED, counts, actions) == told


@pytest.mark.parametrize(
    ("action", "outcome", "told"),
    [
        ("align", "done", "aligned"),
        ("confirm", "unchanged", "once more"),
        ("fetch", "unchanged", "as it was"),
        ("fetch", "done", "changed"),
        ("fetch", "failed", "failed"),
        ("sweep", "done", "listed"),
        ("delete", "done", "marked"),
        ("hold", "skipped", "held back"),
        ("record", "done", "noted"),
    ],
)
def test_an_end_in_a_word(action: str, outcome: str, told: str) -> None:
    assert summary.end_word(action, outcome) == told


def test_a_job_that_did_not_get_through_says_so() -> None:
    assert summary.result(JobState.CANCELLED, {"done": 3}, ("align",)) == "cancelled: 3 aligned"
    assert summary.result(JobState.FAILED, {}, (), "not_found: no \x1b[31mfile") == "not_found: no ␛[31mfile"


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (Request("subtitles"), "everything"),
        (Request("subtitles", ("/media/Series/",)), "Series"),
        (Request("subtitles", ("Series", "/media/a\nb.srt")), "Series and a\\nb.srt"),
        (Request("subtitles", ("a", "b", "c", "d")), "a and 3 more"),
        (Request("subtitles", ("Series::The Long Orbit::Season 01",)), "The Long Orbit, Season 01"),
        (Request("subtitles", ("Series::/Old/The Long Orbit",)), "The Long Orbit"),
        (Request("subtitles", ("/m/a.srt",), {"restore": True}), "restore a.srt"),
        (Request("stash"), "everything"),
        (Request("stash", ("12",)), "scene 12"),
        (Request("stash", ("12", "34", "56")), "scene 12 and 2 more"),
    ],
)
def test_what_a_job_is_about(request_: Request, told: str) -> None:
    assert summary.targets(request_) == told
