"""Draws up plans: streams what a sync kind plans into a draft, in bounded memory."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from synctui.errors import Pause, SyncTuiError, TemporaryFailure, Transient
from synctui.jobs import draft as drafts
from synctui.jobs.draft import Draft
from synctui.model.json import digest
from synctui.model.plan import Notice, Operation, PlanItem, PlanTotals, Request, Tally
from synctui.model.sync import Sync
from synctui.store.database import Database
from synctui.store.drafts import DuplicateKey
from synctui.text import display

_FIRST, _BATCH = 50, 500
_SOON = 0.1
_NOTICES = 200
_TOLD_EVERY = 0.05
_FAULT = "this is a fault in SyncTUI: please report it"


def fingerprint(request: Request, configuration: str) -> str:
    """Return what a plan for this request depends on besides the world: the request, the configuration, the schema."""
    return digest({"request": request.fingerprint(), "configuration": configuration, "schema": Database.schema_version()})


def placed(operation: Operation, sync: Sync) -> tuple[int, Operation]:
    """Return an operation with its stage named, and that stage's index; raises SyncTuiError for one of no stage or lane."""
    stages = list(sync.stages) or [""]
    if not operation.stage and operation.stage not in stages:
        operation = replace(operation, stage=stages[0])
    if operation.stage not in stages:
        raise fault(f"{sync.kind} planned {display(operation.key)} in the stage {operation.stage!r}, which it does not have")
    if operation.lane not in sync.lanes:
        raise fault(f"{sync.kind} planned {display(operation.key)} in the lane {operation.lane!r}, which it does not have")
    if operation.cost < 0:
        raise fault(f"{sync.kind} planned {display(operation.key)} with a cost below zero")
    return stages.index(operation.stage), operation


def fault(message: str) -> SyncTuiError:
    """Return the error of a sync kind that breaks the protocol."""
    return SyncTuiError(message, hint=_FAULT, code="bug")


async def draw_up(
    sync: Sync,
    items: AsyncIterator[PlanItem],
    request: Request,
    *,
    folder: Path,
    configuration: str = "",
    limit: int | None = None,
    on_item: Callable[[PlanTotals], None] | None = None,
    on_draft: Callable[[Draft], None] | None = None,
    undo_of: int | None = None,
    partly: bool = False,
) -> Draft:
    """Return the draft of what `items` yields; `limit` ends it after so many operations.

    `on_draft` is told of the draft as soon as it is there, to be paged while it is filled; `on_item` the sums so far, at
    most 20 times a second and at the end. Whatever interrupts it discards the draft and leaves no file. A key that occurs
    twice, a stage or lane that the kind does not have, and (unless only a part is planned, `partly`) a wait for what is
    not planned are reported as faults of the kind.
    """
    draft = await drafts.create(folder, request, fingerprint(request, configuration), undo_of, limit)
    try:
        if on_draft is not None:
            on_draft(draft)
        await _Filling(draft, sync, on_item).run(items)
        if limit is None and not partly and (unknown := await draft.file.unknown_need()) is not None:
            raise fault(f"{sync.kind} planned {display(unknown[0])} after {display(unknown[1])}, which it did not plan")
        draft.filled = True
        if on_item is not None:
            on_item(draft.totals)
    except BaseException:
        await draft.discard()
        raise
    return draft


@dataclass(slots=True)
class _Filling:
    """Streams a plan into a draft: in small batches at first, and never later than 0.1 s, so that rows show at once."""

    draft: Draft
    sync: Sync
    on_item: Callable[[PlanTotals], None] | None
    batch: list[tuple[int, Operation]] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    more: int = 0
    told: float = 0.0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, items: AsyncIterator[PlanItem]) -> None:
        """Take in everything that is planned; raises TemporaryFailure where the kind asks to wait."""
        flusher = asyncio.get_running_loop().create_task(self._flush_in_time(), name="draft-flusher")
        try:
            async with aclosing(cast(Any, items)) if hasattr(items, "aclose") else _as_is(items) as stream:
                await self._take(stream, flusher)
            self.ended.set()
            await flusher
        except Transient as error:
            raise TemporaryFailure(error.message, hint="try again later", code=error.code) from error
        except Pause as error:
            raise TemporaryFailure(error.message or error.reason, hint="try again later", code=error.reason) from error
        finally:
            self.ended.set()
            if not flusher.done():
                flusher.cancel()
            await asyncio.gather(flusher, return_exceptions=True)
        await self._flush()

    async def _take(self, stream: AsyncIterator[PlanItem], flusher: asyncio.Task[None]) -> None:
        planned = 0
        async for item in stream:
            if isinstance(item, Operation):
                if self.draft.limit is not None and planned >= self.draft.limit:
                    return
                self.batch.append(placed(item, self.sync))
                planned += 1
            elif isinstance(item, Notice):
                self._note(item)
            elif isinstance(item, Tally):
                self.known[item.state] = self.known.get(item.state, 0) + item.count
            if len(self.batch) >= (_FIRST if self.draft.count < _BATCH else _BATCH):
                await self._flush()
            if flusher.done():
                return  # it failed: `run` raises what it met
            if time.monotonic() - self.told >= _TOLD_EVERY:
                self._tell()

    async def _flush_in_time(self) -> None:
        while not self.ended.is_set():
            # Not wait_for: until Python 3.12 it can swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SOON):
                    await self.ended.wait()
            if self.batch:
                await self._flush()
                self._tell()

    async def _flush(self) -> None:
        batch, self.batch = self.batch, []
        more = (Notice("warning", f"and {self.more} more like these"),) if self.more else ()
        self.draft.known, self.draft.notices = dict(self.known), (*self.notices, *more)
        if not batch:
            return
        try:
            await self.draft.file.add(batch)
        except DuplicateKey as error:
            raise fault(f"{self.sync.kind} planned {display(error.key)} twice") from error

    def _note(self, notice: Notice) -> None:
        brakes = notice.level == "brake" and not any(one.level == "brake" for one in self.notices)
        if len(self.notices) < _NOTICES or brakes:
            self.notices.append(notice)
        else:
            self.more += 1

    def _tell(self) -> None:
        self.told = time.monotonic()
        if self.on_item is not None:
            self.on_item(self.draft.totals)


class _as_is:  # noqa: N801
    """An iterator that has nothing to close."""

    def __init__(self, items: AsyncIterator[PlanItem]) -> None:
        self._items = items

    async def __aenter__(self) -> AsyncIterator[PlanItem]:
        return self._items

    async def __aexit__(self, *_: object) -> None:
        return None
