"""Tasks on a real Dask cluster of this machine: its scheduler and workers are processes that talk over the loopback."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synctui.errors import DependencyMissing, OperationFailed, TemporaryFailure, Transient
from synctui.processes.cluster import Cluster
from synctui.processes.workers import Progress, TaskRunner, Workers
from tests.processes.alive import alive, gone, parent, told
from tests.processes.test_executors import aligning, task

pytest.importorskip("distributed", reason="Dask is not installed (extra dask)")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two workers of one thread each; what has cost one of them is tried again, what has cost two has failed."""
    config, distributed = importlib.import_module("dask.config"), importlib.import_module("distributed")
    with (
        config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
        ) as made,
    ):
        yield made


@pytest.fixture
async def cluster(dask: Any) -> AsyncIterator[Cluster]:
    # One that was killed by the test before is started anew.
    await asyncio.to_thread(dask.wait_for_workers, 2)
    async with Cluster(dask.scheduler_address, together="video") as joined:
        yield joined


async def begun(runner: TaskRunner, seconds: float, **more: float) -> tuple[asyncio.Task[dict[str, Any]], list[int]]:
    """Return a running task and the numbers of the processes that work on it: one more whenever it begins anew."""
    numbers: list[int] = []
    running = asyncio.create_task(runner.run(task("sleep", seconds=seconds), hearing(numbers), **more))
    await until(lambda: numbers)
    return running, numbers


def hearing(numbers: list[int]) -> Progress:
    """Return progress that notes what `sleep` tells of its process."""
    return lambda phase, fraction: numbers.append(int(phase.split()[1]))


async def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is true."""

    def wait() -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it never came to be"
            time.sleep(0.01)

    await asyncio.to_thread(wait)


def start(*words: str) -> subprocess.Popen[str]:
    """Start a Python of its own."""
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_a_result_is_that_of_a_worker_of_our_own(cluster: Cluster) -> None:
    there: TaskRunner = cluster
    await there.ready()
    assert cluster.threads == 2
    async with Workers(1) as workers:
        assert await there.run(aligning()) == await workers.run(aligning())


async def test_errors_come_back_as_they_were(cluster: Cluster) -> None:
    with pytest.raises(OperationFailed) as refused:
        await cluster.run(task("refuse"))
    assert (refused.value.code, refused.value.hint) == ("no_speech", "another track?")
    with pytest.raises(Transient) as later:
        await cluster.run(task("later"))
    assert later.value == Transient("the share is away", 30.0, "temporary")
    with pytest.raises(OperationFailed, match="ZeroDivisionError") as fault:
        await cluster.run(task("blunder"))
    assert fault.value.code == "bug" and "Traceback" in fault.value.__notes__[0]
    with pytest.raises(OperationFailed, match="SIGKILL") as crashed:
        await cluster.run(task("crash", signal="SIGKILL"))
    assert crashed.value.code == "engine_crashed" and "last words" in crashed.value.__notes__[0]


async def test_progress_is_heard_and_a_listener_that_fails_ends_the_task(cluster: Cluster) -> None:
    heard: list[tuple[str, float | None]] = []
    await cluster.run(task("announce", seconds=1.2), lambda *progress: heard.append(progress))
    fractions = [fraction for phase, fraction in heard if phase == "counting" and fraction is not None]
    assert 1 <= len(fractions) <= 4 and fractions == sorted(fractions)

    def fail(phase: str, fraction: float | None) -> None:
        raise LookupError(phase)

    with pytest.raises(LookupError) as fault:
        await cluster.run(task("sleep", seconds=60), fail)
    assert await asyncio.to_thread(gone, int(str(fault.value).split()[1].strip("'")), within=5)


async def test_cancelling_kills_that_task_alone(cluster: Cluster) -> None:
    doomed, (pid,) = await begun(cluster, 60)
    other, (other_pid,) = await begun(cluster, 1.5)
    third = asyncio.create_task(cluster.run(task("echo")))
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    assert await asyncio.to_thread(gone, pid, within=5)
    assert alive(other_pid)
    assert (await other)["pid"] == other_pid
    assert await third


async def test_past_its_deadline_a_task_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(OperationFailed) as late:
        await cluster.run(task("spin", pids=str(tmp_path / "pids")), deadline=started + 1.0)
    assert late.value.code == "engine_timeout"
    assert time.monotonic() - started < 5
    assert await asyncio.to_thread(gone, *told(tmp_path / "pids", 0), within=5)


async def test_what_is_about_the_same_video_goes_where_it_was_worked_on(cluster: Cluster) -> None:
    def at(answer: dict[str, Any]) -> int:
        return parent(answer["pid"])

    homes = {video: at(await cluster.run(task("echo", video=video))) for video in ("a", "b")}
    for video in ("a", "b", "b", "a", "a"):
        assert at(await cluster.run(task("echo", video=video))) == homes[video]


async def test_a_worker_that_dies_costs_its_own_task_alone(cluster: Cluster) -> None:
    doomed, pids = await begun(cluster, 60)
    other, (other_pid,) = await begun(cluster, 1.0)
    os.kill(parent(pids[0]), signal.SIGKILL)
    assert await asyncio.to_thread(gone, pids[0], within=5)
    assert (await other)["pid"] == other_pid
    await until(lambda: len(pids) == 2)
    os.kill(parent(pids[1]), signal.SIGKILL)
    with pytest.raises(OperationFailed) as crashed:
        await doomed
    assert crashed.value.code == "engine_crashed"
    assert (await cluster.run(task("echo", a=1)))["a"] == 1


async def test_a_closed_cluster_runs_nothing(dask: Any) -> None:
    async with Cluster(dask.scheduler_address) as cluster:
        await cluster.ready()
    with pytest.raises(RuntimeError):
        await cluster.run(task("echo"))


async def refusal(address: str) -> str:
    """Return how an address is refused, and check that tasks and deadlines are told as they should be."""
    async with Cluster(address, reach=1.0) as cluster:
        with pytest.raises(TemporaryFailure) as away:
            await cluster.ready()
        assert "cluster = " in away.value.hint
        with pytest.raises(Transient) as task_away:
            await cluster.run(task("echo"), deadline=time.monotonic() + 10)
        assert task_away.value.after is not None and task_away.value.after > 60, "a job pauses rather than waits so long"
        assert away.value.message in task_away.value.message
    return away.value.message


async def test_a_scheduler_that_does_not_answer_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        assert address in await refusal(address)


async def test_something_else_that_listens_is_no_scheduler(dask: Any) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        await refusal(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    worker = next(iter(dask.scheduler_info["workers"]))
    assert "Worker" in await refusal(worker)


async def test_a_cluster_without_workers_is_not_waited_for() -> None:
    distributed = importlib.import_module("distributed")
    async with (
        distributed.Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0") as scheduler,
        Cluster(scheduler.address, patience=0.5, look=0.1) as cluster,
    ):
        await cluster.ready()
        assert cluster.threads == 0
        with pytest.raises(Transient, match="no worker"):
            await cluster.run(task("echo"))


async def test_without_dask_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    async with Cluster("tcp://127.0.0.1:1") as cluster:
        for asked in (cluster.ready(), cluster.run(task("echo"))):
            with pytest.raises(DependencyMissing) as missing:
                await asked
            assert missing.value.hint == "pip install 'synctui[dask]'"


CLIENT = """
import asyncio, sys
from synctui.processes.cluster import Cluster
from synctui.processes.workers import Task

async def main():
    async with Cluster(sys.argv[1]) as cluster:
        await cluster.run(Task("tests.processes.tasks:spin", {"pids": sys.argv[2]}))

asyncio.run(main())
"""


async def test_what_nobody_waits_for_ends_whoever_dies(tmp_path: Path) -> None:
    apart = start("-m", "tests.processes.apart")
    try:
        assert apart.stdout is not None
        address = (await asyncio.to_thread(apart.stdout.readline)).strip()

        # we
        client = start("-c", CLIENT, address, str(tmp_path / "pids"))
        pids = await asyncio.to_thread(told, tmp_path / "pids")
        client.kill()
        client.wait()
        assert await asyncio.to_thread(gone, *pids, within=10)

        # the scheduler
        async with Cluster(address, reach=1.0) as cluster:
            running, (pid,) = await begun(cluster, 60)
            apart.kill()
            apart.wait()
            killed = time.monotonic()
            with pytest.raises(Transient, match="was lost"):
                await running
            assert time.monotonic() - killed < 10
            assert await asyncio.to_thread(gone, pid, within=10)
            with pytest.raises(Transient, match="no Dask scheduler"):
                await cluster.run(task("echo"))
    finally:
        apart.kill()
        apart.wait()
