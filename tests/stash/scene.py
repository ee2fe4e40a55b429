"""A simulated Stash whose clock is moved by hand, and the program over it: in this process, or as the command."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from synctui.config.paths import Paths
from synctui.config.schema import Stash
from synctui.jobs.progress import Snapshot
from synctui.jobs.stop import Stop
from synctui.model.plan import Notice, Operation, Origin, PlanTotals, Request
from synctui.model.states import JobState
from synctui.services import Services, configuration, services
from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.server import StashSimulator
from synctui.simulators.stash.truth import Truth
from synctui.simulators.web import Answer, Ask
from synctui.store import history
from tests import nursery
from tests.nursery import Running
from tests.players.sync.scene import HurriedClock
from tests.stash.comparing import compare, compare_strictly

KILLED = -signal.SIGKILL
DAY = 86_400.0
HURRIED = 200.0
"""The program's clock may run so many times as fast: what it waits between tries passes at once."""

START = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)
Line = dict[str, Any]


class ServerTime:
    """What time it is for a server: nothing passes unless it is said so."""

    def __init__(self, moment: datetime = START) -> None:
        self.at = moment.timestamp()

    def __call__(self) -> float:
        return self.at

    def tick(self, seconds: float = 3.0) -> None:
        """Let so many seconds pass."""
        self.at += seconds


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a request; `job` is 0 where nothing was to be done, `asked` are the requests that the server got."""

    job: int
    totals: PlanTotals
    planned: tuple[Operation, ...] = ()
    done: tuple[history.OperationRecord, ...] = ()
    snapshot: Snapshot | None = None
    asked: int = 0

    @property
    def state(self) -> JobState | None:
        return None if self.snapshot is None else self.snapshot.state

    @property
    def actions(self) -> list[str]:
        """Return the actions that were planned, each once."""
        return list(dict.fromkeys(one.action for one in self.planned))

    @property
    def brakes(self) -> list[str]:
        return [notice.message for notice in self.totals.brakes]

    @property
    def warnings(self) -> list[Notice]:
        return [notice for notice in self.totals.notices if notice.level == "warning"]

    def ended(self) -> Told:
        """See that all went well."""
        wrong = [one for one in self.done if one.result not in ("done", "unchanged")]
        assert not wrong, [(one.operation.key, one.reason, one.message) for one in wrong]
        assert not self.job or self.state is JobState.COMPLETED, self.snapshot
        return self


class Braked(Exception):
    """The plan has brakes that nobody lifted."""

    def __init__(self, told: Told) -> None:
        super().__init__("; ".join(told.brakes))
        self.told = told


@dataclass
class Scene:
    """A server, and a data directory that the program is over."""

    server: StashSimulator
    time: ServerTime
    clock: HurriedClock
    data: Path
    home: Path
    settings: dict[str, Any] = field(default_factory=dict)
    opened: Services | None = None
    url: str = ""
    _outputs: int = 0

    @property
    def library(self) -> Library:
        return self.server.library

    @property
    def database(self) -> Path:
        return self.data / "synctui.db"

    @property
    def truth(self) -> Truth:
        return self.library.truth()

    @property
    def program(self) -> Services:
        assert self.opened is not None
        return self.opened

    def wrong(self, *, counters: bool = False, order: bool = False) -> list[str]:
        """Return what is wrong in the catalogue, by its views and behind them."""
        truth = self.truth
        return compare(self.database, truth) + compare_strictly(self.database, truth, counters=counters, order=order)

    def exact(self, *, order: bool = False) -> None:
        """See that nothing is wrong at all, counters included."""
        wrong = self.wrong(counters=True, order=order)
        assert not wrong, wrong[:5]

    # in this process

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Scene]:
        """Open the program in this process, as a fresh start does."""
        paths = Paths.under(self.data)
        given: dict[str, Any] = {"url": self.url or self.server.url, "page_size": 20, **self.settings}
        loaded = configuration(paths=paths, environment={})
        async with services(loaded, paths, stash=Stash(**given), clock=self.clock) as opened:
            self.opened = opened
            try:
                yield self
            finally:
                self.opened = None

    async def plan(
        self, mode: str = "auto", *targets: str, origin: Origin = "user", limit: int | None = None, **options: object
    ) -> Told:
        """Return what would be done."""
        request = _request(mode, targets, origin, options)
        before = len(self.server.asked)
        async with await self.program.engine.plan(request, limit=limit) as draft:
            planned = tuple(one.operation for one in await draft.page(0, 100_000))
            return Told(0, draft.totals, planned, asked=len(self.server.asked) - before)

    async def sync(
        self,
        mode: str = "auto",
        *targets: str,
        origin: Origin = "user",
        allow: bool = False,
        limit: int | None = None,
        between: Callable[[], None] | None = None,
        **options: object,
    ) -> Told:
        """Plan, submit and execute, as the command does; raises Braked. `between` happens after the plan."""
        engine = self.program.engine
        if allow:
            options["allow_mass_change"] = True
        request = _request(mode, targets, origin, options)
        before = len(self.server.asked)
        async with engine.executing(what="a test"):
            await engine.settle("stash")
            async with await engine.plan(request, limit=limit) as draft:
                planned = tuple(one.operation for one in await draft.page(0, 100_000))
                if draft.totals.brakes and not allow:
                    raise Braked(Told(0, draft.totals, planned))
                await engine.supersede(request)
                if draft.totals.total == 0:
                    await engine.note_nothing(request)
                    return Told(0, draft.totals, asked=len(self.server.asked) - before)
                job = await engine.submit(draft, allow_mass_change=allow)
                totals = draft.totals
            if between is not None:
                between()
            await engine.execute([job], stop=Stop())
        return await self._told(job, totals, planned, before)

    async def resume(self, job: int) -> Told:
        """Go on with a job, as `--resume` does."""
        engine = self.program.engine
        before = len(self.server.asked)
        async with engine.executing(what="a test"):
            await engine.settle("stash")
            await engine.resume(job)
            await engine.execute([job], stop=Stop())
        return await self._told(job, PlanTotals(), (), before)

    async def _told(self, job: int, totals: PlanTotals, planned: tuple[Operation, ...], before: int) -> Told:
        done = tuple(await history.list_operations(self.program.database, job, limit=100_000))
        snapshot = await self.program.engine.watch(job)
        return Told(job, totals, planned, done, snapshot, len(self.server.asked) - before)

    def during(self, number: int, act: Callable[[], None]) -> Callable[[], None]:
        """Have something happen just before the `number`-th request from now is answered.

        What is returned makes it happen now, where so many requests did not come.
        """
        good, left = self.server.web.answer, [number]

        async def answer(ask: Ask) -> Answer:
            left[0] -= 1
            if left[0] == 0:
                happen()
            return await good(ask)

        def happen() -> None:
            if self.server.web.answer is answer:
                self.server.web.answer = good
                act()

        self.server.web.answer = answer
        return happen

    # as the command

    def start(self, *words: str, failpoint: str = "", **more: str) -> tuple[Running, Path]:
        """Start the command; its output goes to the returned file, its complaints to the one beside it."""
        self._outputs += 1
        self.home.mkdir(exist_ok=True)
        output = self.home / f"output-{self._outputs}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCTUI_", "XDG_"))}
        environment |= {"HOME": str(self.home), "SYNCTUI_STASH__URL": self.url or self.server.url}
        for name, value in {"page_size": 20, **self.settings, **more}.items():
            environment[f"SYNCTUI_STASH__{name.upper()}"] = str(value)
        if failpoint:
            environment["SYNCTUI_FAILPOINT"] = failpoint
        words = (*words, "--json", "--data-dir", str(self.data))
        return nursery.start(words, environment, self.home, output, output.with_suffix(".errors")), output

    async def run(self, *words: str, failpoint: str = "", **more: str) -> Ran:
        """Run the command to its end."""
        process, output = await asyncio.to_thread(self.start, *words, failpoint=failpoint, **more)
        try:
            await asyncio.to_thread(process.wait, 120)
        finally:
            process.kill()
        return self.ended(process, output)

    async def command(self, *words: str, failpoint: str = "", **more: str) -> Ran:
        """Run `synctui --run stash … --yes` to its end."""
        return await self.run("--run", "stash", "--yes", *words, failpoint=failpoint, **more)

    def ended(self, process: Running, output: Path) -> Ran:
        """Return what a process that has ended did."""
        code = process.wait()
        errors = output.with_suffix(".errors").read_text()
        assert "Traceback" not in errors, errors
        lines = [json.loads(line) for line in output.read_text().splitlines(keepends=True) if line.endswith("\n")]
        if code >= 0 and lines:
            assert (lines[-1]["type"], lines[-1]["exit_code"]) == ("run_end", code)
        return Ran(code, lines, errors)

    # what there is

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return what the database says."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def content(self) -> str:
        """Return a hash of what the database says in all of its tables."""
        with closing(sqlite3.connect(self.database)) as connection:
            return hashlib.sha256("\n".join(connection.iterdump()).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended: its exit code (negative: the signal), its lines, and what it said on standard error."""

    code: int
    lines: list[Line]
    errors: str

    def of(self, kind: str) -> list[Line]:
        """Return its lines of one type."""
        return [line for line in self.lines if line["type"] == kind]

    @property
    def planned(self) -> int:
        """How many operations it planned; 0 when it did not plan."""
        return sum(line["total"] for line in self.of("plan"))


def _request(mode: str, targets: Sequence[str], origin: Origin, options: dict[str, Any]) -> Request:
    given = dict(options)
    if mode != "auto":
        given["mode"] = mode
    return Request("stash", tuple(targets), given, origin=origin)


@asynccontextmanager
async def scene_in(
    folder: Path,
    *,
    scenes: int = 200,
    zone: str = "UTC",
    moment: datetime = START,
    seed: int = 1,
    speed: float = 1.0,
    **settings: object,
) -> AsyncIterator[Scene]:
    """Yield a scene over a made-up library; `settings` are those of `[stash]`, `speed` that of the program's clock."""
    time = ServerTime(moment)
    library = Library(zone, time)
    if scenes:
        fill(library, scenes, performers=40, tags=40, studios=20, seed=seed)
    async with StashSimulator(library, zone=zone, now=time) as server:
        yield Scene(server, time, HurriedClock(speed), folder / "data", folder / "home", dict(settings))
