"""Executes slow operations in a process of its own until nothing can run: `slow.py FOLDER COUNT [plan]`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation, Request
from synctui.model.states import Result
from synctui.model.sync import Run
from synctui.store.database import Database
from tests.jobs.toy import ScriptedSync, operation


async def slowly(one: Operation, run: Run) -> Outcome:
    """Take a tenth of a second in two phases."""
    run.progress("listening", 0.25)
    await asyncio.sleep(0.05)
    run.progress("aligning", 0.75)
    await asyncio.sleep(0.05)
    return Outcome(Result.DONE, "done")


def slow_sync(count: int) -> ScriptedSync:
    """Return the kind that this process and the test that watches it share."""
    return ScriptedSync([operation(f"k{number:03}") for number in range(count)], does={"do": slowly})


async def _main(folder: Path, count: int) -> None:
    async with await Database.open(folder / "synctui.db") as database:
        engine = Engine(database, {"scripted": slow_sync(count)}, drafts=folder / "drafts", lock=folder / "lock")
        async with engine.executing(what="slow things"):
            if "plan" in sys.argv:
                async with await engine.plan(Request("scripted")) as draft:
                    await engine.submit(draft)
            print("executing", flush=True)
            await engine.execute(None, stop=Stop())


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
