"""What a command costs: wall time, processor time and memory of it and of every process that it started and waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and processor time, and the peak memory (MB) of the largest process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended; `code` is negative for the signal that ended it."""

    code: int
    output: str
    errors: str
    cost: Cost


def run_measured(words: Sequence[str], env: Mapping[str, str], folder: Path, timeout_s: float) -> Ran:
    """Run a command to its end, which comes at the latest after `timeout_s`, and return what it cost (wait4(2))."""
    with tempfile.TemporaryFile(dir=folder) as out, tempfile.TemporaryFile(dir=folder) as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=dict(env), cwd=folder, start_new_session=True
        )
        timer = threading.Timer(timeout_s, _end, (process.pid,))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        cost = Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _UNIT)
        return Ran(process.returncode, out.read().decode("utf-8", "replace"), errors.read().decode("utf-8", "replace"), cost)


def _end(group: int) -> None:
    os.killpg(group, signal.SIGKILL)


def describe_machine() -> dict[str, object]:
    """Return what the figures depend on."""
    model = ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next(
            (row.partition(":")[2].strip() for row in info.read_text().splitlines() if row.startswith("model name")), ""
        )
    return {
        "python": sys.version.split()[0],
        "processors": os.cpu_count(),
        "model": model,
        "load_before": [round(value, 1) for value in os.getloadavg()],
    }
