"""Tasks on executors of the standard library: results and errors as from our own workers, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import platform
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from synctui import __version__
from synctui.errors import DependencyMissing, OperationFailed, Transient
from synctui.processes import outpost
from synctui.processes.executors import ExecutorRunner
from synctui.processes.outpost import perform
from synctui.processes.replies import result_of
from synctui.processes.workers import Divided, Task, TaskRunner, Workers
from tests.processes.alive import alive, gone, parent, told

HERE = "tests.processes.tasks:"
SPAWN = multiprocessing.get_context("spawn")


def task(function: str, **arguments: object) -> Task:
    return Task(HERE + function, arguments)


def aligning() -> Task:
    """Return a task of the real kind that needs no video."""
    starts = [second * 4000 + (second % 7) * 311 for second in range(60)]
    said = [[start, start + 1700, "…"] for start in starts]
    late = [[start + 2300, start + 4000, "…"] for start in starts]
    arguments = {"video": "", "cues": late, "reference_cues": said, "duration_s": 240.0, "max_offset": 20.0}
    return Task("synctui.timing.tasks:align_cues", arguments)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        yield pool


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(params=["threads", "processes"])
def runner(request: pytest.FixtureRequest) -> ExecutorRunner:
    executor: Executor = request.getfixturevalue(request.param)
    return ExecutorRunner(executor)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(1) as pool:
        yield pool


async def test_a_result_is_that_of_a_worker_of_our_own(runner: ExecutorRunner, workers: Workers) -> None:
    there: TaskRunner = runner
    await there.ready()
    assert await there.run(aligning()) == await workers.run(aligning())


async def test_a_task_has_a_niced_process_of_its_own_that_is_used_again(runner: ExecutorRunner) -> None:
    first, second = await runner.run(task("settle")), await runner.run(task("echo", name=os.fsdecode(b"caf\xe9.srt")))
    assert first["nice"] == max(10, os.getpriority(os.PRIO_PROCESS, 0))
    assert first["session"] == second["pid"] != os.getpid(), "it leads a session of its own"
    assert second["name"] == os.fsdecode(b"caf\xe9.srt")


async def test_our_errors_come_back_as_they_were(runner: ExecutorRunner) -> None:
    with pytest.raises(OperationFailed) as refused:
        await runner.run(task("refuse"))
    failure = refused.value
    assert (failure.code, failure.message, failure.hint) == ("no_speech", "no speech in it", "another track?")
    with pytest.raises(DependencyMissing) as missing:
        await runner.run(task("missing"))
    assert missing.value.hint == "install it"
    with pytest.raises(Transient) as later:
        await runner.run(task("later"))
    assert later.value == Transient("the share is away", 30.0, "temporary")


@pytest.mark.parametrize(("name", "said"), [("blunder", "ZeroDivisionError"), ("no_dict", "list"), ("no_json", "TypeError")])
async def test_any_other_error_is_a_fault_of_ours_with_its_traceback(runner: ExecutorRunner, name: str, said: str) -> None:
    with pytest.raises(OperationFailed, match=said) as fault:
        await runner.run(task(name))
    assert fault.value.code == "bug"
    assert "Traceback" in fault.value.__notes__[0]


async def test_a_crash_names_the_signal(runner: ExecutorRunner) -> None:
    with pytest.raises(OperationFailed, match="SIGSEGV") as crashed:
        await runner.run(task("crash", signal="SIGSEGV"))
    assert crashed.value.code == "engine_crashed"
    assert "last words" in crashed.value.__notes__[0]


async def test_what_is_no_json_is_refused_here(runner: ExecutorRunner) -> None:
    with pytest.raises(TypeError):
        await runner.run(task("echo", path=Path("x")))


async def test_past_its_deadline_a_task_is_killed_with_what_it_started(runner: ExecutorRunner, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(OperationFailed) as late:
        await runner.run(task("spin", pids=str(tmp_path / "pids")), deadline=started + 1.5)
    assert late.value.code == "engine_timeout"
    assert time.monotonic() - started < 10
    assert gone(*told(tmp_path / "pids", 0))


async def test_a_video_that_is_not_there_hints_at_shared_storage(runner: ExecutorRunner, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"video": str(tmp_path / "away.mkv"), "stream": None, "languages": [], "cache": None}
    with pytest.raises(OperationFailed) as away:
        await runner.run(Task("synctui.timing.tasks:speech_of", asked))
    assert away.value.code == "gone"
    assert platform.node() in away.value.hint and "shared storage" in away.value.hint


async def test_what_has_not_begun_is_cancelled(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        runner = ExecutorRunner(pool)
        first = asyncio.create_task(runner.run(task("sleep", seconds=0.5)))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(runner.run(task("spin", pids=str(tmp_path / "pids"))))
        await asyncio.sleep(0.05)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        await first
    assert not (tmp_path / "pids").exists()


async def test_without_a_line_what_has_begun_ends_at_its_deadline(threads: ThreadPoolExecutor, tmp_path: Path) -> None:
    heard: list[object] = []
    asked = task("spin", pids=str(tmp_path / "pids"))
    runner = ExecutorRunner(threads)
    running = asyncio.create_task(runner.run(asked, lambda *said: heard.append(said), time.monotonic() + 2))
    pids = await asyncio.to_thread(told, tmp_path / "pids")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert all(alive(pid) for pid in pids)
    assert await asyncio.to_thread(gone, *pids)
    assert not heard


async def test_a_process_that_dies_takes_its_tasks_along_and_is_a_crash(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        runner = ExecutorRunner(pool)
        running = asyncio.create_task(runner.run(task("spin", pids=str(tmp_path / "pids"))))
        pids = await asyncio.to_thread(told, tmp_path / "pids")
        os.kill(parent(pids[0]), signal.SIGKILL)
        with pytest.raises(OperationFailed) as crashed:
            await running
        assert crashed.value.code == "engine_crashed"
        assert await asyncio.to_thread(gone, *pids)
        with pytest.raises(OperationFailed) as broken:
            await runner.run(task("echo"))
        assert broken.value.code == "engine_crashed"


def be_without_synctui() -> None:
    """Let a process be one where SyncTUI is not installed."""
    sys.modules.update({name: None for name in sys.modules if name.startswith("synctui.processes")})  # type: ignore[misc]
    sys.modules["synctui.processes"] = None  # type: ignore[assignment]


async def test_where_it_is_not_installed_that_is_said() -> None:
    with ProcessPoolExecutor(1, mp_context=SPAWN, initializer=be_without_synctui) as pool:
        with pytest.raises(DependencyMissing) as missing:
            await ExecutorRunner(pool).run(task("echo"))
        assert __version__ in missing.value.hint


def test_another_version_is_refused() -> None:
    request: dict[str, Any] = {"version": "0.0.1", "function": HERE + "echo", "arguments": {}, "left": None}
    with pytest.raises(DependencyMissing) as other:
        result_of(json.loads(perform(json.dumps(request).encode())))
    assert "0.0.1" in other.value.message and __version__ in other.value.message
    assert "same version" in other.value.hint


async def test_workers_that_nobody_needs_for_a_while_are_let_go(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outpost, "_IDLE_S", 0.3)
    runner = ExecutorRunner(threads)
    first, second = (await runner.run(task("echo")))["pid"], (await runner.run(task("echo")))["pid"]
    assert first == second
    assert await asyncio.to_thread(gone, first)
    assert (await runner.run(task("echo")))["pid"] != first


async def test_some_tasks_run_elsewhere_and_all_others_here(threads: ThreadPoolExecutor, workers: Workers) -> None:
    divided = Divided(workers, ExecutorRunner(threads), frozenset((HERE + "settle",)))
    await divided.ready()
    assert (await divided.run(task("settle")))["session"] not in workers.pids
    here = await divided.run(task("echo"))
    assert list(workers.pids) == [here["pid"]]
