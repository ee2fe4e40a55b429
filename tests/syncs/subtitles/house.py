"""The whole product in this process, over a tiny library: plan, run, undo, and what came of each subtitle."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from synctui.config.paths import Paths
from synctui.jobs.stop import Stop
from synctui.model.json import Json
from synctui.model.plan import Operation, PlanTotals, Request
from synctui.model.states import Result
from synctui.services import Services, configuration, services
from synctui.store.history import OperationRecord, list_operations
from tests.tiny_library import warm


@dataclass(frozen=True, slots=True)
class Planned:
    """What a request would do."""

    totals: PlanTotals
    operations: tuple[Operation, ...]

    @property
    def paths(self) -> list[str]:
        """The files that would be worked on."""
        return [operation.path or "" for operation in self.operations]


@dataclass(frozen=True, slots=True)
class Done:
    """What a job did, by path; `job` is 0 when there was nothing to do."""

    job: int
    records: dict[str, OperationRecord] = field(default_factory=dict)

    def ended(self, path: Path) -> tuple[str, str]:
        """Return the outcome and reason of a file."""
        record = self.records[str(path)]
        return (record.result.value if record.result is not None else "", record.reason)

    def offset(self, path: Path) -> int:
        """Return by how much the first line was moved (ms)."""
        offsets = self.records[str(path)].numbers["offset_ms"]
        assert isinstance(offsets, Sequence)
        return int(str(offsets[0]))


class House:
    """Opened services."""

    def __init__(self, opened: Services) -> None:
        self.services = opened

    async def plan(self, *targets: Path | str, **options: Json) -> Planned:
        """Plan, and throw the plan away."""
        draft = await self.services.engine.plan(_request(targets, options))
        async with draft:
            page = await draft.page(0, 1000)
            return Planned(draft.totals, tuple(one.operation for one in page))

    async def run(self, *targets: Path | str, **options: Json) -> Done:
        """Plan and do it."""
        engine = self.services.engine
        draft = await engine.plan(_request(targets, options))
        async with draft:
            if not draft.totals.total:
                return Done(0)
            return await self.execute(await engine.submit(draft))

    async def undo(self, job: int) -> Done:
        """Take a job back."""
        draft = await self.services.engine.plan_undo(job)
        async with draft:
            return await self.execute(await self.services.engine.submit(draft))

    async def execute(self, job: int) -> Done:
        """Do a job that was submitted."""
        async with self.services.engine.executing():
            await self.services.engine.execute([job], stop=Stop())
        found = await list_operations(self.services.database, job, results=tuple(Result), limit=1000)
        return Done(job, {record.operation.path or "": record for record in found})


def _request(targets: Sequence[Path | str], options: dict[str, Json]) -> Request:
    return Request("subtitles", tuple(os.fspath(target) for target in targets), options)


@asynccontextmanager
async def house(data: Path, *films: str) -> AsyncIterator[House]:
    """Open the product with its data in `data`; it has heard the films already."""
    paths = Paths.under(warm(data, *films))
    async with services(configuration(paths=paths, environment={}), paths, jobs=1) as opened:
        yield House(opened)
