"""One process executes; the lock is free the instant it is gone, and nobody inherits it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synctui.errors import ExitCode, LockHeld
from synctui.store.lock import ExecutionLock

HOLDER = """
import asyncio, sys, time
from pathlib import Path
from synctui.store.lock import ExecutionLock
lock = ExecutionLock(Path(sys.argv[1]))
asyncio.run(lock.acquire(0, what="running subtitles"))
print("held", flush=True)
if sys.argv[2] == "child":
    import os, subprocess
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(60)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    print("children", flush=True)
time.sleep(60 if sys.argv[2] != "short" else 0.7)
"""


def _holder(path: Path, how: str = "plain") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), how], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "synctui.lock"


async def test_who_holds_it_is_named(path: Path) -> None:
    process = _holder(path)
    try:
        lock = ExecutionLock(path)
        assert not lock.free()
        with pytest.raises(LockHeld, match=rf"process {process.pid} .*running subtitles") as caught:
            await lock.acquire(0)
        assert caught.value.exit_code == ExitCode.LOCK_HELD
    finally:
        process.kill()
        process.wait()


async def test_it_is_free_at_once_after_sigkill(path: Path) -> None:
    process = _holder(path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    lock = ExecutionLock(path)
    assert lock.free()
    began = time.monotonic()
    await lock.acquire(0)
    assert time.monotonic() - began < 0.1
    lock.release()


async def test_children_do_not_inherit_it(path: Path) -> None:
    process = _holder(path, "child")
    assert process.stdout is not None
    try:
        process.stdout.readline(), process.stdout.readline()
        process.kill()
        process.wait()
        lock = ExecutionLock(path)
        await lock.acquire(0)
        lock.release()
    finally:
        os.killpg(process.pid, signal.SIGKILL)


async def test_waiting_takes_it_when_it_comes_free(path: Path) -> None:
    process = _holder(path, "short")
    lock = ExecutionLock(path)
    with pytest.raises(LockHeld):
        await lock.acquire(0)
    await lock.acquire(10)
    assert lock.held
    lock.release()
    process.wait()


async def test_looking_whether_it_is_free_gets_in_nobodys_way(path: Path) -> None:
    lock, other = ExecutionLock(path), ExecutionLock(path)
    assert other.free()

    async def look() -> None:
        for _ in range(300):
            other.free()
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    for _ in range(100):
        await lock.acquire(0)
        lock.release()
        await asyncio.sleep(0)
    await looking


async def test_a_lock_file_full_of_nonsense_is_no_obstacle(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff{{{" * 1000)
    assert ExecutionLock(path).holder() == "another process"
    lock = ExecutionLock(path)
    await lock.acquire(0, what="x")
    assert f"process {os.getpid()}" in lock.holder()
    lock.release()
