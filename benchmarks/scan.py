"""How long a scan of 100,000 files takes, beside `find ROOT -printf '%s %T@ %p\\n'` in the same run; what its tree costs.

Run it with the project's virtual environment: `python benchmarks/scan.py [--files N] [--runs R]`. Goals: the first scan with
its index within 5 times find, an unchanged one within 2 times, less than 150 MB, a page of the tree within 50 ms.

Every scan runs in a process of its own; the time is that of the scan and its index, from an open database to the last
commit. The runs alternate with find, and the ratios are medians over the rounds: of wall time, and of processor time, which
other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "scan.json"
EPISODES = 25
GOALS = {"first scan": 5.0, "unchanged scan": 2.0}
MEMORY_MB = 150
PAGE_MS = 50.0


def make_tree(root: Path, files: int) -> int:
    """Make about so many files, nine tenths in shows and seasons, the rest films in their folders; return how many."""
    made = 0
    seasons = files * 9 // 10 // (2 * EPISODES)
    for index in range(seasons):
        show, season = divmod(index, 4)
        folder = root / "Series" / f"Show {show:04d} of the Evening" / f"Season {season + 1:02d}"
        folder.mkdir(parents=True)
        for episode in range(1, EPISODES + 1):
            stem = f"{folder}/Show {show:04d} of the Evening - S{season + 1:02d}E{episode:02d} - A Title of Some Words"
            made += _touch(f"{stem}.mkv") + _touch(f"{stem}.en.srt")
    for index in range((files - made) // 4):
        folder = root / "Films" / f"A Film of Number {index:05d} (2019)"
        folder.mkdir(parents=True)
        for ending in (".mkv", ".en.srt", ".de.srt", ".en.forced.srt"):
            made += _touch(f"{folder}/A Film of Number {index:05d} (2019){ending}")
    long_ago = time.time_ns() - 3600 * 10**9
    for folder_path, _, _ in os.walk(root):
        os.utime(folder_path, ns=(long_ago, long_ago))
    return made


def _touch(path: str) -> int:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    return 1


async def scan_once(root: str, database: str, name: str = "Library") -> dict[str, float]:
    """Scan and index `root`; return seconds, processor seconds, the peak of memory in MB, and the files."""
    from synctui.library.index import refresh
    from synctui.model.library import LibraryRoot
    from synctui.store.database import Database

    async with await Database.open(Path(database)) as opened:
        began, spent = time.perf_counter(), time.process_time()
        report = await refresh(opened, LibraryRoot(name, root))
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
    if not report.complete:
        raise SystemExit(f"the scan did not come to its end: {report.brakes} {report.problems}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return {"wall": wall, "cpu": cpu, "peak_mb": peak, "files": report.files}


async def open_tree(database: str) -> dict[str, float]:
    """Return the milliseconds (best of five) that the tree's pages take."""
    from synctui.store.database import Database
    from synctui.store.targets import find_targets
    from synctui.store.tree import children, libraries, search

    async with await Database.open(Path(database)) as opened:
        top = (await libraries(opened)).rows[0]
        shows = await children(opened, top.id)
        seasons = await children(opened, shows.rows[0].id)
        calls: dict[str, Callable[[], Awaitable[Any]]] = {
            "libraries with counts": lambda: libraries(opened),
            "first page of a library": lambda: children(opened, top.id),
            "last page of a library": lambda: children(opened, top.id, offset=shows.total - 50),
            "a show": lambda: children(opened, shows.rows[0].id),
            "a season": lambda: children(opened, seasons.rows[0].id),
            "search, one hit": lambda: search(opened, "0003 s02e07"),
            "search, everything": lambda: search(opened, "of"),
            "target by name": lambda: find_targets(opened, "show 0007 of the evening"),
        }
        return {name: round(await _best(call), 1) for name, call in calls.items()}


async def _best(call: Callable[[], Awaitable[Any]]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        await call()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def child(mode: str, *arguments: str) -> dict[str, float]:
    """Run one measurement in a fresh process."""
    done = subprocess.run([sys.executable, __file__, "--child", mode, *arguments], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def find(root: str) -> dict[str, float]:
    """Run find over the tree."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(["find", root, "-printf", r"%s %T@ %p\n"], stdout=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def measure(root: str, scratch: Path, runs: int) -> dict[str, list[dict[str, float]]]:
    """Return the runs of find, first scans and unchanged scans, taken in turns."""
    rounds: dict[str, list[dict[str, float]]] = {"find": [], "first scan": [], "unchanged scan": []}
    find(root)
    for number in range(runs):
        database = str(scratch / f"{number}.db")
        rounds["find"].append(find(root))
        rounds["first scan"].append(child("scan", root, database))
        rounds["unchanged scan"].append(child("scan", root, database))
    return rounds


def report(rounds: dict[str, list[dict[str, float]]], pages: dict[str, float], files: int) -> dict[str, Any]:
    """Print the table and return what is recorded."""
    print(f"{files} files, {len(rounds['find'])} rounds, medians")
    print(f"{'':16} {'seconds':>8} {'processor':>10} {'of find':>8} {'processor':>10} {'goal':>6} {'peak MB':>8}")
    table: dict[str, dict[str, float]] = {}
    for name, runs in rounds.items():
        line = {key: statistics.median(run[key] for run in runs) for key in ("wall", "cpu")}
        for key in ("wall", "cpu"):
            pairs = zip(runs, rounds["find"], strict=True)
            line[f"{key}_of_find"] = statistics.median(run[key] / base[key] for run, base in pairs)
        line["peak_mb"] = max((run.get("peak_mb", 0.0) for run in runs), default=0.0)
        table[name] = {key: round(value, 3) for key, value in line.items()}
        goal = f"{GOALS[name]:.0f}x" if name in GOALS else ""
        print(
            f"{name:16} {line['wall']:8.3f} {line['cpu']:10.3f} {line['wall_of_find']:7.2f}x {line['cpu_of_find']:9.2f}x"
            f" {goal:>6} {line['peak_mb']:8.0f}"
        )
    print()
    for name, value in pages.items():
        print(f"{name:26} {value:7.1f} ms")
    machine = {"python": platform.python_version(), "system": platform.system(), "processors": os.cpu_count()}
    return {"files": files, "rounds": len(rounds["find"]), "machine": machine, "runs": table, "tree_ms": pages}


def main() -> None:
    """Make the tree, measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        mode, *arguments = options.child
        print(json.dumps(asyncio.run(scan_once(*arguments) if mode == "scan" else open_tree(*arguments))))
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "library"
        files = make_tree(root, options.files)
        rounds = measure(str(root), Path(scratch), options.runs)
        pages = child("tree", str(Path(scratch) / "0.db"))
        found = report(rounds, pages, files)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    missed = [name for name, goal in GOALS.items() if found["runs"][name]["wall_of_find"] > goal]
    missed += [name for name, run in found["runs"].items() if run["peak_mb"] > MEMORY_MB]
    missed += [name for name, value in pages.items() if value > PAGE_MS]
    print("\nall goals reached" if not missed else f"\nnot reached: {', '.join(missed)}")


if __name__ == "__main__":
    main()
