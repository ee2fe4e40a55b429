"""Whether processes live, seen from outside."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path


def alive(pid: int) -> bool:
    """Return whether the process runs (one that merely waits to be collected does not)."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(shown) and not shown.startswith("Z")


def gone(*pids: int, within: float = 30.0) -> bool:
    """Return whether all of them end in time."""
    end = time.monotonic() + within
    while any(alive(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def parent(pid: int) -> int:
    """Return the process that started a process."""
    return int(subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout)


def members(group: int) -> list[int]:
    """Return the living processes of a process group."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, owner, state, *_ in rows if int(owner) == group and not state.startswith("Z")]


def told(path: Path, within: float = 30.0) -> list[int]:
    """Return the numbers that another process writes to a file, once it has written a whole line."""
    end = time.monotonic() + within
    while not path.exists() or not path.read_text().endswith("\n"):
        if time.monotonic() > end:
            raise TimeoutError("the program did not come so far")
        time.sleep(0.01)
    return [int(word) for word in path.read_text().split()]


def descriptors() -> int:
    """Return how many files we have open."""
    return len(os.listdir("/proc/self/fd" if Path("/proc/self/fd").is_dir() else "/dev/fd"))  # noqa: PTH208
