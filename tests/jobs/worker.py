"""Runs the toy kind in a process of its own: `worker.py FOLDER URL SPACE [toy|undo JOB|none]`.

Resumes the newest unfinished job, or plans one when there is none at all; prints what happened as one JSON line an event.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.events import Event
from synctui.model.plan import Request
from synctui.store import jobs
from synctui.store.database import Database
from tests.jobs.toy import MovedClock, ToySync


async def _tell(engine: Engine, tell: Callable[[Event], None]) -> None:
    async for event in engine.subscribe():
        tell(event)


def _print(event: Event) -> None:
    print(json.dumps({"type": event.type, "job": event.job, **event.fields}), flush=True)


async def work(folder: Path, url: str, space: str, what: str, of: str = "0", tell: Callable[[Event], None] = _print) -> None:
    """Do what there is to do."""
    clock = MovedClock(speed=50)
    async with await Database.open(folder / "synctui.db", clock=clock) as database:
        engine = Engine(database, {"toy": ToySync(url, space)}, drafts=folder / "drafts", lock=folder / "lock", clock=clock)
        telling = asyncio.create_task(_tell(engine, tell))
        await asyncio.sleep(0)
        async with engine.executing(what="the crash test"):
            await engine.settle("toy")
            job = await engine.newest_unfinished("toy")
            if job is not None:
                await engine.resume(job)
            elif what == "undo" and all(one.undo_of is None for one in await jobs.list_jobs(database)):
                async with await engine.plan_undo(int(of)) as draft:
                    job = await engine.submit(draft)
            elif what == "toy" and not await jobs.list_jobs(database):
                async with await engine.plan(Request("toy")) as draft:
                    job = await engine.submit(draft)
            if job is not None:
                await engine.execute([job], stop=Stop())
        await engine.drained()
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]))
