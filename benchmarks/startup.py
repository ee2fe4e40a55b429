"""How long `synctui --help`, `status` and `jobs` take, beside `python -c pass` in the same run.

Run it with the project's virtual environment: `python benchmarks/startup.py [RUNS]`.
Goal: --help within 60 ms of bare Python.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "startup.json"


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    # As installed: with compiled modules.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, check=False)
    return time.perf_counter() - began


def main() -> None:
    """Time the commands in turn and print medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as data:
        module = [sys.executable, "-m", "synctui"]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "synctui --help": [*module, "--help"],
            "synctui --version": [*module, "--version"],
            "synctui status": [*module, "status", "--data-dir", data],
            "synctui jobs": [*module, "jobs", "--data-dir", data],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            seconds(command)
        for _ in range(runs):
            for name, command in commands.items():
                times[name].append(seconds(command))
    medians = {name: round(1000 * statistics.median(values), 1) for name, values in times.items()}
    bare = medians["python -c pass"]
    for name, value in medians.items():
        print(f"{name:20} {value:7.1f} ms   {value - bare:+7.1f} ms")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"runs": runs, "median_ms": medians}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
