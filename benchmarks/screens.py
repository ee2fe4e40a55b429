"""What the screens cost, through a real terminal, beside bare Textual widgets in the same run.

Run it with the project's virtual environment: `python benchmarks/screens.py [--files N] [--runs R]`. Goals with 100,000
files in the index: first paint within 1.3 times a bare virtual list of 100,000 rows, from process start; from key to paint
(p95) during a bulk job with 200 events a second and busy workers within 1.25 times a bare list with lines of
progress; nothing sent and no processor used when idle; less than 20 KB a second under that load at 4 Hz; less than 150 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
RESULTS = HERE / "results" / "screens.json"
GOALS = {"first paint": 1.3, "key to paint": 1.25, "KB/s": 20.0, "MB": 150.0}
CURSOR = b" > "

from scan import make_tree, scan_once  # noqa: E402
from terminal import Terminal, percentile  # noqa: E402


def synctui(program: str, home: Path) -> list[str]:
    """Return the command that opens the screens over the prepared index."""
    return [sys.executable, *program.split(), "--data-dir", str(home / "data"), "--config", str(home / "config.toml")]


def prepare(home: Path, files: int) -> int:
    """Make a library of so many files with its index and configuration."""
    from synctui.config.paths import Paths

    media = home / "media"
    made = make_tree(media, files)
    paths = Paths.under(home / "data")
    paths.ensure()
    libraries = [("Series", media / "Series"), ("Films", media / "Films")]
    for name, path in libraries:
        asyncio.run(scan_once(str(path), str(paths.database), name))
    tables = [f'[[library]]\nname = "{name}"\npath = "{path}"\n' for name, path in libraries]
    (home / "config.toml").write_text("\n".join(tables))
    return made


def first_paint(command: Sequence[str], marker: bytes) -> float:
    """Return the milliseconds from process start until a row of the list is on the terminal."""
    terminal = Terminal(command)
    try:
        return (terminal.wait_for(marker) - terminal.began) * 1000
    finally:
        terminal.end()


def leave(command: Sequence[str]) -> None:
    """Open the screens, wait until the library stands, and leave as a person does: what was seen is remembered."""
    terminal = Terminal(command)
    try:
        terminal.wait_for(b"Series")
        time.sleep(1.5)
        terminal.press("q")
        time.sleep(1.0)
    finally:
        terminal.end()


def press_keys(terminal: Terminal, times: int) -> list[float]:
    """Move the cursor down and up; return the milliseconds until each move was painted."""
    found: list[float] = []
    for turn in range(times):
        when, size = terminal.press("jk"[turn % 2])
        found.append((terminal.wait_for(CURSOR, after=size) - when) * 1000)
        # Not in step with the frames of progress.
        time.sleep(0.05 + 0.013 * (turn % 11))
    return found


def load(command: Sequence[str], ready: bytes, keys: int, seconds: float, first: str = "") -> dict[str, float]:
    """Return key to paint, traffic and cost while a job reports 200 times a second; `first` are keys to press before."""
    terminal = Terminal(command)
    try:
        terminal.wait_for(ready)
        time.sleep(3)
        if first:
            terminal.press(first)
            time.sleep(1)
        times = press_keys(terminal, keys) or [0.0]
        size, cpu, began = terminal.written(), terminal.cpu(), time.perf_counter()
        time.sleep(seconds)
        elapsed = time.perf_counter() - began
        return {
            "p50_ms": statistics.median(times),
            "p95_ms": percentile(times, 0.95),
            "kb_s": (terminal.written() - size) / 1000 / elapsed,
            "cpu_percent": 100 * (terminal.cpu() - cpu) / elapsed,
            "memory_mb": terminal.memory_mb(),
        }
    finally:
        terminal.end()


def idle(command: Sequence[str], ready: bytes, seconds: float) -> dict[str, float]:
    """Return what is sent and used when nothing happens, and the memory after a walk through the whole list."""
    terminal = Terminal(command)
    try:
        terminal.wait_for(ready)
        time.sleep(4)
        for key in ("G", "g", "\x04", "\x04", "\x04"):
            terminal.press(key)
            time.sleep(0.5)
        time.sleep(2)
        size, cpu = terminal.written(), terminal.cpu()
        time.sleep(seconds)
        return {
            "bytes": float(terminal.written() - size),
            "cpu_percent": 100 * (terminal.cpu() - cpu) / seconds,
            "memory_mb": terminal.memory_mb(),
        }
    finally:
        terminal.end()


def measure(home: Path, runs: int, keys: int) -> dict[str, Any]:
    """Take the measurements in turns with their baselines."""
    ours, bare = synctui("-m synctui", home), [sys.executable, str(HERE / "bare.py")]
    paints: dict[str, list[float]] = {"bare": [], "synctui": [], "nothing remembered": []}
    first_paint([*bare, "list"], b"Show 00020")
    remembered = home / "data" / "cache" / "library.json"
    for _ in range(runs):
        paints["bare"].append(first_paint([*bare, "list"], b"Show 00020"))
        remembered.unlink(missing_ok=True)
        paints["nothing remembered"].append(first_paint(ours, b"Series"))
        leave(ours)
        paints["synctui"].append(first_paint(ours, b"Series"))
    loads: dict[str, list[dict[str, float]]] = {"bare": [], "synctui": [], "jobs screen": []}
    busy = synctui(str(HERE / "busy.py"), home)
    for _ in range(3):
        loads["bare"].append(load([*bare, "lines"], b"Show 00010", keys, 5))
        loads["synctui"].append(load(busy, b"Series", keys, 5))
        loads["jobs screen"].append(load(busy, b"Series", 0, 5, first="J"))
    return {"first_paint_ms": paints, "load": loads, "idle": idle(ours, b"Series", 10)}


def report(found: dict[str, Any], files: int) -> dict[str, Any]:
    """Print the figures and return what is recorded."""
    paints = {name: statistics.median(values) for name, values in found["first_paint_ms"].items()}
    ratios = {
        name: round(
            statistics.median(ours / bare for ours, bare in zip(values, found["first_paint_ms"]["bare"], strict=True)), 2
        )
        for name, values in found["first_paint_ms"].items()
    }
    loads = {
        name: {key: round(statistics.median(run[key] for run in values), 2) for key in values[0]}
        for name, values in found["load"].items()
    }
    keys = loads["synctui"]["p95_ms"] / loads["bare"]["p95_ms"]
    still = found["idle"]
    print(f"{files} files")
    print(f"first paint     {paints['synctui']:.0f} ms, bare list {paints['bare']:.0f} ms: {ratios['synctui']}x (goal 1.3x)")
    print(f"  first start   {paints['nothing remembered']:.0f} ms: {ratios['nothing remembered']}x, the index is read first")
    print(
        f"key to paint    p95 {loads['synctui']['p95_ms']:.1f} ms, bare {loads['bare']['p95_ms']:.1f} ms: {keys:.2f}x"
        f" (goal 1.25x); p50 {loads['synctui']['p50_ms']:.1f} and {loads['bare']['p50_ms']:.1f} ms"
    )
    print(
        f"under load      {loads['synctui']['kb_s']:.1f} KB/s (goal 20), {loads['synctui']['cpu_percent']:.1f} % processor"
    )
    print(f"  jobs screen   {loads['jobs screen']['kb_s']:.1f} KB/s, {loads['jobs screen']['cpu_percent']:.1f} % processor")
    print(f"idle            {still['bytes']:.0f} bytes, {still['cpu_percent']:.2f} % processor in 10 s")
    print(f"memory          {still['memory_mb']:.0f} MB (goal 150), under load {loads['synctui']['memory_mb']:.0f} MB")
    return {
        "files": files,
        "machine": {"python": platform.python_version(), "system": platform.system(), "processors": os.cpu_count()},
        "first_paint": {"ms": {name: round(value) for name, value in paints.items()}, "ratio": ratios},
        "key_to_paint_ratio": round(keys, 2),
        "load": loads,
        "idle": {key: round(value, 2) for key, value in still.items()},
    }


def main() -> None:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--keys", type=int, default=120)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/screens.json")
    given = parser.parse_args()
    # Everyone runs with compiled modules, as installed.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        files = prepare(Path(folder), given.files)
        result = report(measure(Path(folder), given.runs, given.keys), files)
    if given.record:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
