"""An engine over a data directory, and a server to talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.clock import Clock, SystemClock
from synctui.model.events import Event
from synctui.model.plan import Request
from synctui.model.sync import Sync
from synctui.store import history, journal
from synctui.store.database import Database
from synctui.store.history import OperationRecord
from tests.jobs.server import CountingServer


@dataclass
class Bench:
    """A data directory with its open database."""

    folder: Path
    database: Database
    clock: Clock

    def engine(self, *syncs: Sync, **more: object) -> Engine:
        """Return an engine for these kinds."""
        return Engine(
            self.database,
            {sync.kind: sync for sync in syncs},
            drafts=self.folder / "drafts",
            lock=self.folder / "lock",
            clock=self.clock,
            **more,  # type: ignore[arg-type]
        )

    async def submit(self, engine: Engine, request: Request | None = None) -> int:
        """Plan and submit."""
        async with await engine.plan(request or Request(next(iter(engine.syncs)))) as draft:
            return await engine.submit(draft)

    async def run(self, engine: Engine, request: Request | None = None) -> int:
        """Plan, submit and execute."""
        job = await self.submit(engine, request)
        await engine.execute([job], stop=Stop())
        return job

    async def ends(self, job: int) -> dict[str, str]:
        """Return `result reason` of every finished operation, and the state of the others, by key."""
        return {
            one.operation.key: f"{one.result} {one.reason}" if one.result else one.state.value
            for one in await self.operations(job)
        }

    async def operations(self, job: int) -> list[OperationRecord]:
        """Return all operations of a (small) job."""
        return await history.list_operations(self.database, job, limit=10_000)

    async def events(self, job: int, kind: str | None = None) -> list[Event]:
        """Return the journal of a job."""
        return [event async for event in journal.stream(self.database, job) if kind in (None, event.type)]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench with the system's clock."""
    async with await Database.open(tmp_path / "data" / "synctui.db") as database:
        yield Bench(tmp_path / "data", database, SystemClock())


@pytest.fixture(scope="session")
def server() -> Iterator[CountingServer]:
    """A counting server for all tests, each of which uses a space of its own."""
    server = CountingServer()
    yield server
    server.close()
