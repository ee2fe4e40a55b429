"""A kind of sync whose plan comes as slowly, and as long, as a test wants; and what a plan leaves in its folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from synctui.model.json import Fields
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Notice, Operation, PlanItem, Request, Tally
from synctui.model.states import Result
from synctui.model.sync import Lane, Run
from tests.tui.stage import Stage


class SlowSync:
    """Plans `first` operations at once and `rest` when `go` is set; then what it has to say."""

    kind = "toy"
    title = "Toy"
    stages: Sequence[str] = ("do",)
    lanes: Mapping[str, Lane] = {"cpu": Lane("cpu")}

    def __init__(self, first: int, rest: int = 0, notices: Sequence[Notice] = ()) -> None:
        self.first, self.rest, self.notices = first, rest, notices
        self.go = asyncio.Event()
        self.planned = 0

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield the plan."""
        self.planned += 1
        yield Tally("in_sync", 7)
        for number in range(self.first):
            yield self._operation(number)
        if self.rest or not self.first:
            await self.go.wait()
        for number in range(self.first, self.first + self.rest):
            yield self._operation(number)
        for notice in self.notices:
            yield notice

    def _operation(self, number: int) -> Operation:
        return Operation(f"do:{number}", "align", f"Thing {number:06d}.srt", reason="because", estimate=1.0)

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do nothing."""
        return Outcome(Result.DONE, "done")

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Never needed."""
        return None

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem] | None:
        """Keep nothing to go back to."""
        return None


def put(stage: Stage, sync: SlowSync) -> SlowSync:
    """Let the application know a kind."""
    engine = stage.services.engine
    engine.syncs = {**engine.syncs, sync.kind: sync}
    engine._shop.syncs = engine.syncs
    return sync


def drafts(stage: Stage) -> list[Path]:
    """Return the files of plans that are on the disk."""
    return sorted(stage.services.paths.drafts.glob("*"))
