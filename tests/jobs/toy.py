"""A sync kind that has everything a kind can have, over a counting server, and clocks for it."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from urllib.parse import quote

from synctui.errors import Transient
from synctui.model.json import Fields
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Notice, Operation, PlanItem, Request
from synctui.model.states import Result
from synctui.model.sync import Budget, Lane, Run

TRACKS = ("north", "south")
PAGES = 3
PER_PAGE = 3


class MovedClock:
    """Real time, moved by hand: for budgets and retries."""

    def __init__(self, speed: float = 1.0) -> None:
        self.ahead = timedelta()
        self._speed = speed
        self._began = time.monotonic()
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the moved time."""
        return self._now + timedelta(seconds=(time.monotonic() - self._began) * self._speed) + self.ahead

    def monotonic(self) -> float:
        """Return the real monotonic time."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait really."""
        await asyncio.sleep(seconds)


class ToySync:
    """Two tracks; each lists pages that append their entries, which the server counts, and sums up at the end.

    Every second entry's answer is lost after the server did what it was asked.
    """

    kind = "toy"
    title = "Toy"
    stages = ("list", "write", "sum")

    def __init__(self, url: str, space: str) -> None:
        self._url, self._space = url, space
        self.lanes: Mapping[str, Lane] = {
            "cpu": Lane("cpu", 2),
            "server": Lane("server", 2),
            "metered": Lane("metered", 1, budget=Budget(1000)),
        }

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield the first page of each track, a sum for each, and what comes after both."""
        for track in TRACKS:
            yield Operation(f"{track}/page/0", "list", f"{track}, page 0", track, "list")
            yield Operation(f"{track}/sum", "sum", f"sum of {track}", track, "sum", cost=1, lane="metered")
        yield Operation("end", "sum", "the end", "last", "sum", after=tuple(f"{track}/sum" for track in TRACKS))

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation."""
        run.progress(operation.action, 0.5)
        if operation.action == "list":
            return self._listed(operation)
        if operation.action == "sum":
            return Outcome(Result.UNCHANGED, "done")
        await run.intent({"key": operation.key})
        if operation.action == "unwrite":
            await self._ask("POST", operation.key)
            return Outcome(Result.DONE, "done")
        try:
            answer = await self._ask("POST", operation.key, drop=hash_of(operation.key) % 2 == 0)
        except (OSError, HTTPException) as error:
            raise Transient(f"no answer: {error}") from error
        return self._written(operation, answer)

    def _listed(self, operation: Operation) -> Outcome:
        track, _, number = operation.key.split("/")
        page = int(number)
        found = [
            Operation(f"{track}/entry/{page}.{one}", "write", f"entry {page}.{one}", track, "write", lane="server")
            for one in range(PER_PAGE)
        ]
        if page + 1 < PAGES:
            found.append(Operation(f"{track}/page/{page + 1}", "list", f"{track}, page {page + 1}", track, "list"))
        return Outcome(Result.UNCHANGED, "done", append=tuple(found))

    def _written(self, operation: Operation, answer: Fields, reason: str = "done") -> Outcome:
        return Outcome(Result.DONE, reason, numbers={"calls": answer["calls"]}, receipt={"key": operation.key})

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Ask the server what it did."""
        answer = await self._ask("GET", str(intent["key"]))
        return self._written(operation, answer, "recovered") if answer["calls"] else None

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem]:
        """Take every entry back."""
        return self._plan_undo(receipts)

    async def _plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem]:
        async for receipt in receipts:
            key = str(receipt.facts["key"])
            yield Operation(f"undo:{key}", "unwrite", f"undo of {key}", receipt.operation.track, "write", lane="server")

    async def _ask(self, method: str, key: str, *, drop: bool = False) -> Fields:
        url = f"{self._url}/{self._space}/apply?key={quote(key)}" + ("&drop=1" if drop else "")

        def ask() -> Fields:
            asked = urllib.request.Request(url, method=method)
            with urllib.request.urlopen(asked, timeout=30) as answer:
                found: Fields = json.loads(answer.read())
                return found

        return await asyncio.to_thread(ask)


def hash_of(key: str) -> int:
    """Return a number for a key that is the same in every process."""
    return sum(key.encode())


def keys() -> set[str]:
    """Return every key of a whole toy job."""
    found = {f"{track}/sum" for track in TRACKS} | {"end"}
    found |= {f"{track}/page/{page}" for track in TRACKS for page in range(PAGES)}
    return found | entries()


def entries() -> set[str]:
    """Return the keys of what the server is asked for."""
    return {f"{track}/entry/{page}.{one}" for track in TRACKS for page in range(PAGES) for one in range(PER_PAGE)}


Apply = Callable[[Operation, Run], Awaitable[Outcome]]


async def _done(operation: Operation, run: Run) -> Outcome:
    return Outcome(Result.DONE, "done", receipt={"key": operation.key})


@dataclass
class ScriptedSync:
    """A kind whose plan and behaviour a test writes down: `does` by key, then by action, else everything is done."""

    items: list[PlanItem] = field(default_factory=list)
    does: dict[str, Apply] = field(default_factory=dict)
    kind: str = "scripted"
    title: str = "Scripted"
    stages: tuple[str, ...] = ("only",)
    lanes: Mapping[str, Lane] = field(default_factory=lambda: {"cpu": Lane("cpu", 4)})
    reconciles: Callable[[Operation, Fields], Awaitable[Outcome | None]] | None = None
    undoes: bool = True
    log: list[str] = field(default_factory=list)

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield what was written down."""
        for item in self.items:
            yield item

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do what was written down."""
        self.log.append(operation.key)
        return await self.does.get(operation.key, self.does.get(operation.action, _done))(operation, run)

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Answer as written down."""
        self.log.append(f"reconcile {operation.key}")
        return await self.reconciles(operation, intent) if self.reconciles is not None else None

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem] | None:
        """Take back in the order given."""
        return self._plan_undo(receipts) if self.undoes else None

    async def _plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem]:
        async for receipt in receipts:
            yield Operation(f"undo:{receipt.operation.key}", "undo", f"undo of {receipt.operation.subject}")


def operation(key: str, action: str = "do", **more: object) -> Operation:
    """Return an operation called like its key."""
    return Operation(key, action, f"thing {key}", **more)  # type: ignore[arg-type]


def outcome(result: Result, reason: str = "done", **more: object) -> Apply:
    """Return a behaviour that always ends like this."""

    async def apply(operation: Operation, run: Run) -> Outcome:
        return Outcome(result, reason, **more)  # type: ignore[arg-type]

    return apply


def raising(*errors: BaseException | None) -> Apply:
    """Return a behaviour that raises these one after the other (None: done), the last one ever after."""
    left = list(errors)

    async def apply(operation: Operation, run: Run) -> Outcome:
        error = left.pop(0) if len(left) > 1 else left[0]
        if error is not None:
            raise error
        return Outcome(Result.DONE, "done", receipt={"key": operation.key})

    return apply


WARNING = Notice("warning", "look out")
BRAKE = Notice("brake", "more than half is gone", "/media")
