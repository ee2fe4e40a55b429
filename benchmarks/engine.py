"""What the engine costs per operation, against a bare loop that commits each one: `python benchmarks/engine.py [COUNT]`.

Both run in this process, one after the other, on the same disk, with synchronous=FULL. Goal: less than 2 ms of overhead
for an operation at 20,000 operations. `results/engine.json` keeps the last run. Memory is the process's peak above what
it was before planning.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiosqlite

from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.json import Fields
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem, Request
from synctui.model.states import Result
from synctui.model.sync import Lane, Run
from synctui.store.database import Database

RESULTS = Path(__file__).parent / "results" / "engine.json"


class Trivial:
    """A kind whose operations do nothing."""

    kind = "trivial"
    title = "Trivial"
    stages = ("only",)

    def __init__(self, count: int, width: int) -> None:
        self._count = count
        self.lanes: Mapping[str, Lane] = {"cpu": Lane("cpu", width)}

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield the operations."""
        for number in range(self._count):
            yield Operation(f"/media/series/season 1/episode {number}.en.srt", "align", f"episode {number}")

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do nothing."""
        return Outcome(Result.DONE, "done", numbers={"offset_ms": 400}, receipt={"before": "0" * 64})

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Nothing ever is in doubt."""
        return None

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem] | None:
        """Nothing to undo."""
        return None


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


async def _bare(folder: Path, count: int) -> float:
    async with aiosqlite.connect(folder / "bare.db", isolation_level=None) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        await connection.execute("CREATE TABLE operations (id INTEGER PRIMARY KEY, state TEXT, numbers TEXT)")
        await connection.execute("BEGIN")
        await connection.executemany("INSERT INTO operations (state) VALUES (?)", [("pending",)] * count)
        await connection.execute("COMMIT")
        began = time.perf_counter()
        for number in range(1, count + 1):
            await connection.execute("BEGIN IMMEDIATE")
            await connection.execute(
                "UPDATE operations SET state = 'finished', numbers = ? WHERE id = ?", ("{}", number + 1)
            )
            await connection.execute("COMMIT")
        return time.perf_counter() - began


async def _engine(folder: Path, count: int, width: int) -> dict[str, float]:
    before = _peak()
    async with await Database.open(folder / f"engine{width}.db") as database:
        engine = Engine(database, {"trivial": Trivial(count, width)}, drafts=folder / "drafts", lock=folder / "lock")
        began = time.perf_counter()
        async with await engine.plan(Request("trivial")) as draft:
            planned = time.perf_counter() - began
            began = time.perf_counter()
            await draft.page(count // 2, 50)
            paged = time.perf_counter() - began
            began = time.perf_counter()
            job = await engine.submit(draft)
            submitted = time.perf_counter() - began
        began = time.perf_counter()
        await engine.execute([job], stop=Stop())
        took = time.perf_counter() - began
        done = (await engine.watch(job)).counts[Result.DONE]
        assert done == count, f"{done} of {count} done"
        return {
            **_rate(took, count),
            "plan_s": round(planned, 3),
            "page_ms": round(1000 * paged, 2),
            "submit_s": round(submitted, 3),
            "database_mb": round(database.size() / 2**20, 1),
            "memory_mb": round(_peak() - before, 1),
        }


def _rate(took: float, count: int) -> dict[str, float]:
    return {"operations_per_s": round(count / took), "ms_per_operation": round(1000 * took / count, 3)}


async def _main(count: int) -> None:
    runs: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for width in (1, 8, 32):
            runs[f"engine, lane of {width}"] = await _engine(folder, count, width)
        runs["bare commits one by one"] = _rate(await _bare(folder, count), count)
    for title, found in runs.items():
        print(f"{title:24}" + "".join(f"  {name} {value:,}" for name, value in found.items()))
    machine = {"python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version, "processors": os.cpu_count()}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"operations": count, "machine": machine, "runs": runs}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
