"""SyncTUI with a sync kind whose operations report 200 times a second while the worker processes are busy.

`python benchmarks/busy.py --data-dir D --config F`: the whole application; only the kind is made up. The first job starts by
itself and never ends within a measurement.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from synctui.cli.main import main
from synctui.config.launch import Farewell, Launch
from synctui.model.json import Fields
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem, Request
from synctui.model.states import Result
from synctui.model.sync import Lane, Run
from synctui.processes.workers import Task
from synctui.services import Services

EVENTS = 200
OPERATIONS = 20_000


class Busy:
    """A kind with operations of half a second that do nothing but report."""

    kind = "busy"
    title = "Busy"
    stages: Sequence[str] = ("work",)
    lanes: Mapping[str, Lane] = {"cpu": Lane("cpu", width=4)}

    def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        return self._plan()

    async def _plan(self) -> AsyncIterator[PlanItem]:
        for number in range(OPERATIONS):
            yield Operation(f"work:{number}", "work", f"Show of the Evening S01E{number:05d}.en.srt", undoable=False)

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        beats = 25
        for beat in range(beats):
            run.progress("working", beat / beats)
            await asyncio.sleep(4 / EVENTS)
        return Outcome(Result.DONE, "done")

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        return None

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> None:
        return None


def burn(arguments: Mapping[str, object], progress: object) -> dict[str, object]:
    """Keep a processor busy."""
    while True:
        sum(number * number for number in range(100_000))


async def _show(launch: Launch) -> Farewell:
    from synctui.tui.app import SyncTui, show

    opened = SyncTui._opened
    kept: list[asyncio.Task[object]] = []

    def with_work(self: SyncTui, services: Services) -> None:
        opened(self, services)
        if kept:
            return
        services.engine.syncs["busy"] = Busy()  # type: ignore[index]
        loop = asyncio.get_running_loop()
        kept.append(loop.create_task(services.engine.enqueue(Request("busy"))))
        sys.path.insert(0, str(Path(__file__).parent))
        kept.append(loop.create_task(services.workers.run(Task("busy:burn", {}))))

    SyncTui._opened = with_work  # type: ignore[method-assign]
    return await show(launch)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], screens=_show))
