"""Our own workers: killed one by one, replaced, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.errors import DependencyMissing, OperationFailed, Transient
from synctui.processes.workers import Progress, Task, TaskRunner, Workers
from tests.processes.alive import alive, gone, members, told

HERE = "tests.processes.tasks:"


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(2) as pool:
        yield pool


def task(function: str, **arguments: object) -> Task:
    return Task(HERE + function, arguments)


async def begun(pool: Workers, seconds: float) -> tuple[asyncio.Task[dict[str, object]], int]:
    """Return a running task and the number of its process."""
    number: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def hear(phase: str, _: float | None) -> None:
        number.set_result(int(phase.split()[1]))

    running = asyncio.create_task(pool.run(task("sleep", seconds=seconds), hear))
    return running, await asyncio.wait_for(number, 60)


async def test_a_task_returns_its_result_and_the_worker_is_used_again(workers: Workers) -> None:
    assert not workers.pids
    first = await workers.run(task("echo", text="ü", numbers=[1, 2.5, None]))
    second = await workers.run(task("echo"))
    assert (first["text"], first["numbers"]) == ("ü", [1, 2.5, None])
    assert first["pid"] == second["pid"] != os.getpid()
    assert list(workers.pids) == [first["pid"]]


async def test_the_pool_is_a_task_runner(workers: Workers) -> None:
    runner: TaskRunner = workers
    assert (await runner.run(task("echo", a=1), None, time.monotonic() + 20))["a"] == 1


async def test_names_that_are_not_utf8_travel_both_ways(workers: Workers) -> None:
    name = os.fsdecode(b"caf\xe9.srt")
    assert (await workers.run(task("echo", name=name)))["name"] == name


async def test_as_many_run_side_by_side_as_there_are_places(workers: Workers) -> None:
    results = await asyncio.gather(*(workers.run(task("sleep", seconds=0.2)) for _ in range(4)))
    assert len({result["pid"] for result in results}) == 2


async def test_cancelling_kills_that_worker_alone(workers: Workers) -> None:
    doomed, doomed_pid = await begun(workers, 60)
    other, other_pid = await begun(workers, 0.5)
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    assert gone(doomed_pid)
    assert (await other)["pid"] == other_pid
    assert (await workers.run(task("echo")))["pid"] != doomed_pid


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL", "SIGABRT"])
async def test_case_62_a_crash_fails_its_task_alone_and_names_the_signal(workers: Workers, name: str) -> None:
    other, other_pid = await begun(workers, 0.5)
    with pytest.raises(OperationFailed) as crashed:
        await workers.run(task("crash", signal=name))
    assert crashed.value.code == "engine_crashed"
    assert name in crashed.value.message
    assert "last words" in crashed.value.__notes__[0]
    assert bool(crashed.value.hint) == (name == "SIGKILL")
    assert (await other)["pid"] == other_pid
    assert await workers.run(task("echo"))


async def test_case_62_a_library_that_reads_a_wild_pointer(workers: Workers) -> None:
    with pytest.raises(OperationFailed, match="SIGSEGV"):
        await workers.run(task("wild_pointer"))


async def test_a_worker_that_leaves_by_itself_is_a_crash(workers: Workers) -> None:
    with pytest.raises(OperationFailed, match="code 7"):
        await workers.run(task("leave"))


async def test_case_58_past_its_deadline_a_task_is_killed(workers: Workers) -> None:
    started = time.monotonic()
    with pytest.raises(OperationFailed) as late:
        await workers.run(task("sleep", seconds=60), deadline=started + 0.6)
    assert late.value.code == "engine_timeout"
    assert time.monotonic() - started < 10
    assert workers.pids == ()


async def test_a_worker_that_was_killed_while_idle_is_replaced_unnoticed(workers: Workers) -> None:
    first = (await workers.run(task("echo")))["pid"]
    os.kill(first, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert (await workers.run(task("echo")))["pid"] != first


async def test_stray_prints_disturb_nothing(workers: Workers) -> None:
    assert (await workers.run(task("chatter"))) == {"fine": True}
    assert (await workers.run(task("chatter"))) == {"fine": True}


async def test_our_errors_come_back_as_they_were(workers: Workers) -> None:
    with pytest.raises(OperationFailed) as refused:
        await workers.run(task("refuse"))
    assert (refused.value.code, refused.value.message, refused.value.hint) == (
        "no_speech",
        "no speech in it",
        "another track?",
    )
    with pytest.raises(DependencyMissing) as missing:
        await workers.run(task("missing"))
    assert (missing.value.code, missing.value.hint) == ("dependency_missing", "install it")
    with pytest.raises(Transient) as later:
        await workers.run(task("later"))
    assert later.value == Transient("the share is away", 30.0, "temporary")


@pytest.mark.parametrize(("name", "said"), [("blunder", "ZeroDivisionError"), ("no_dict", "list"), ("no_json", "TypeError")])
async def test_any_other_error_is_a_fault_of_ours_with_its_traceback(workers: Workers, name: str, said: str) -> None:
    with pytest.raises(OperationFailed) as fault:
        await workers.run(task(name))
    assert fault.value.code == "bug"
    assert said in fault.value.message
    assert "Traceback" in fault.value.__notes__[0]
    assert await workers.run(task("echo")), "the worker goes on"


async def test_an_unknown_function_is_a_fault_of_ours(workers: Workers) -> None:
    with pytest.raises(OperationFailed, match="nowhere"):
        await workers.run(Task("tests.processes.nowhere:at_all"))


async def test_progress_comes_at_most_ten_times_a_second(workers: Workers) -> None:
    heard: list[tuple[str, float | None]] = []
    result = await workers.run(task("announce", seconds=1.0), lambda *progress: heard.append(progress))
    assert result["calls"] > 1000
    assert 3 <= len(heard) <= 12
    fractions = [fraction for _, fraction in heard if fraction is not None]
    assert fractions == sorted(fractions)


async def test_a_listener_that_fails_ends_the_task(workers: Workers) -> None:
    def fail(phase: str, fraction: float | None) -> None:
        raise LookupError(phase)

    with pytest.raises(LookupError):
        await workers.run(task("sleep", seconds=60), fail)
    assert workers.pids == ()


def test_case_64_workers_die_with_us_even_while_they_hold_the_interpreter(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = (
        "import asyncio, sys\n"
        "from synctui.processes.workers import Task, Workers\n"
        "async def main():\n"
        "    async with Workers(1) as pool:\n"
        "        await pool.run(Task('tests.processes.tasks:spin', {'pids': sys.argv[1]}))\n"
        "asyncio.run(main())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen([sys.executable, "-c", script, str(pids)], env=env)
    worker, child = told(pids)
    assert alive(worker) and alive(child)
    parent.kill()
    parent.wait()
    assert gone(worker, child)
    assert not members(worker)


async def test_interrupts_leave_work_in_flight_alone(workers: Workers) -> None:
    running, pid = await begun(workers, 0.5)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.killpg(pid, number)
    assert (await running)["pid"] == pid


async def test_a_worker_is_niced_quiet_about_secrets_and_away_from_our_folder(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCTUI_PLAYER__LIVING_ROOM__TOKEN", "s3cret")
    seen = await workers.run(task("settle"))
    assert seen["nice"] == max(10, os.getpriority(os.PRIO_PROCESS, 0))
    assert seen["session"] != os.getsid(0)
    assert "s3cret" not in str(seen["env"])
    assert seen["cwd"] == "/"


async def test_a_module_in_the_current_folder_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    async with Workers(1) as pool:
        assert (await pool.run(task("echo", a=1)))["a"] == 1


async def test_a_worker_is_replaced_after_so_many_tasks() -> None:
    async with Workers(1, recycle_after=2) as pool:
        pids = [(await pool.run(task("echo")))["pid"] for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert gone(*pids)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit address space")
async def test_a_task_that_wants_too_much_memory_fails_alone() -> None:
    async with Workers(1, memory=1 << 30) as pool:
        with pytest.raises(OperationFailed, match="memory") as short:
            await pool.run(task("hoard", bytes=4 << 30))
        assert short.value.code == "engine_failed"
        assert (await pool.run(task("hoard", bytes=1 << 20)))["size"] == 1 << 20


async def test_large_arguments_and_results_travel(workers: Workers) -> None:
    cues = [[number, number + 1500] for number in range(200_000)]
    assert (await workers.run(task("echo", cues=cues)))["cues"] == cues


async def test_closing_kills_what_runs() -> None:
    pool = Workers(2)
    running, pid = await begun(pool, 60)
    await pool.close()
    with pytest.raises(OperationFailed):
        await running
    assert gone(pid)
    with pytest.raises(RuntimeError):
        await pool.run(task("echo"))


async def test_waiting_for_a_place_ends_at_the_deadline_too() -> None:
    async with Workers(1) as pool:
        running, _ = await begun(pool, 1.0)
        with pytest.raises(OperationFailed) as late:
            await pool.run(task("echo"), deadline=time.monotonic() + 0.1)
        assert late.value.code == "engine_timeout"
        await running


def test_a_worker_starts_without_numbers_or_media_libraries() -> None:
    script = (
        "import sys, synctui.processes.worker; print([m for m in ('numpy', 'av', 'asyncio', 'textual') if m in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"


def test_the_progress_type_is_part_of_the_door() -> None:
    listener: Progress = lambda phase, fraction: None  # noqa: E731
    listener("audio", 0.5)
