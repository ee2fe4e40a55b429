"""The sync kind `stash` as the engine sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from synctui.errors import NotAuthorised, ServerFailed
from synctui.model.json import Fields, Json
from synctui.model.library import Row
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem, Request
from synctui.model.sync import Lane, Run
from synctui.store import catalog_state as state
from synctui.syncs.stash.apply import Puller
from synctui.syncs.stash.batches import LANE, STAGES
from synctui.syncs.stash.plan import Planner
from synctui.syncs.stash.preview import Difference, differences
from synctui.syncs.stash.tools import Tools


class StashSync:
    """Keeps an exact catalogue of a Stash server."""

    kind = "stash"
    title = "Stash"
    stages: Sequence[str] = STAGES

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        # One more than are asked for at once: the server works on the next batch while one is being stored.
        self.lanes: Mapping[str, Lane] = {LANE: Lane(LANE, width=tools.settings.in_flight + 1)}
        self._puller = Puller(tools)
        self._noted: dict[str, Row] = {}

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield what would be done; where nothing has changed that is one question, and nothing to do."""
        planner = Planner(self.tools, request)
        self._noted.pop(request.fingerprint(), None)
        try:
            async for item in planner.items():
                yield item
        except (ServerFailed, NotAuthorised) as error:
            # Read where nothing else says whom it is about.
            error.message = f"Stash: {error.message}"
            error.args = (error.message,)
            raise
        if planner.planned.note is not None:
            self._noted[request.fingerprint()] = planner.planned.note

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation."""
        return await self._puller.apply(operation, run)

    async def reconcile(self, operation: Operation, intent: Fields) -> None:
        """Nothing is ever in doubt: no operation changes anything but our own database."""
        return

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> None:
        """Nothing is to be taken back: the catalogue is what the server says."""
        return

    def nothing_to_do(self, request: Request) -> Sequence[Row]:
        """Return what is to be noted of a request whose plan was empty."""
        row = self._noted.pop(request.fingerprint(), None)
        return () if row is None else (row,)

    async def sums(self, job: int) -> Fields:
        """Return what a job came to, in rows, and which rows it could not read."""
        database = self.tools.database
        sums = await state.sums_of(database, job)
        errors: list[Json] = [
            {
                "stage": "",
                "kind": one.entity,
                "id": str(one.entity_id),
                "reason": "bad_row",
                "message": one.message,
                "timestamp": one.at,
            }
            for one in await state.errors_of(database, job)
        ]
        return {
            "processed": sums["processed"],
            "created": sums["created"],
            "updated": sums["updated"],
            "deleted": sums["deleted"],
            "rows_skipped": sums["skipped"],
            "rows_failed": sums["failed_rows"],
            "conflicts": sums["conflicts"],
            "row_errors": errors,
        }

    async def differences(self, operation: Operation) -> list[Difference]:
        """Return what an operation of a plan would change, scene by scene; asks the server, writes nothing."""
        return await differences(self.tools, operation)

    async def close(self) -> None:
        """Close what is still open."""
        await self._puller.close()
