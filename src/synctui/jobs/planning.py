"""Draws up plans: streams what a sync kind plans into a draft, in bounded memory."""

from __future__ import annotations

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

_BATCH = 500
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


@dataclass(slots=True)
class _Sums:
    total: int = 0
    cost: int = 0
    estimate: float = 0.0
    undoable: int = 0
    by_action: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    more: int = 0

    def add(self, operation: Operation) -> None:
        self.total += 1
        self.cost += operation.cost
        self.estimate += operation.estimate
        self.undoable += operation.undoable
        self.by_action[operation.action] = self.by_action.get(operation.action, 0) + 1

    def note(self, notice: Notice) -> None:
        brakes = notice.level == "brake" and not any(one.level == "brake" for one in self.notices)
        if len(self.notices) < _NOTICES or brakes:
            self.notices.append(notice)
        else:
            self.more += 1

    def totals(self) -> PlanTotals:
        more = (Notice("warning", f"and {self.more} more like these"),) if self.more else ()
        return PlanTotals(
            self.total,
            dict(self.by_action),
            dict(self.known),
            self.cost,
            self.estimate,
            self.undoable,
            (*self.notices, *more),
        )


async def draw_up(
    sync: Sync,
    items: AsyncIterator[PlanItem],
    request: Request,
    *,
    folder: Path,
    configuration: str = "",
    limit: int | None = None,
    on_item: Callable[[PlanTotals], None] | None = None,
    undo_of: int | None = None,
) -> Draft:
    """Return the draft of what `items` yields; `limit` ends it after so many operations.

    `on_item` is told the sums so far, at most 20 times a second and at the end. Whatever interrupts it leaves no file.
    A key that occurs twice, a stage or lane that the kind does not have, and a wait for what is not planned are reported
    as faults of the kind.
    """
    draft = await drafts.create(folder, request, fingerprint(request, configuration), undo_of)
    try:
        await _fill(draft, sync, items, limit, on_item)
        if limit is None and (unknown := await draft.file.unknown_need()) is not None:
            raise fault(f"{sync.kind} planned {display(unknown[0])} after {display(unknown[1])}, which it did not plan")
    except BaseException:
        await draft.discard()
        raise
    return draft


async def _fill(
    draft: Draft,
    sync: Sync,
    items: AsyncIterator[PlanItem],
    limit: int | None,
    on_item: Callable[[PlanTotals], None] | None,
) -> None:
    sums = _Sums()
    batch: list[tuple[int, Operation]] = []
    told = 0.0
    try:
        async with aclosing(cast(Any, items)) if hasattr(items, "aclose") else _as_is(items) as stream:
            async for item in stream:
                if isinstance(item, Operation):
                    if limit is not None and sums.total >= limit:
                        break
                    batch.append(placed(item, sync))
                    sums.add(batch[-1][1])
                elif isinstance(item, Notice):
                    sums.note(item)
                elif isinstance(item, Tally):
                    sums.known[item.state] = sums.known.get(item.state, 0) + item.count
                if len(batch) >= _BATCH:
                    await _store(draft, sync, batch)
                    batch = []
                if on_item is not None and time.monotonic() - told >= _TOLD_EVERY:
                    told = time.monotonic()
                    on_item(sums.totals())
    except Transient as error:
        raise TemporaryFailure(error.message, hint="try again later", code=error.code) from error
    except Pause as error:
        raise TemporaryFailure(error.message or error.reason, hint="try again later", code=error.reason) from error
    await _store(draft, sync, batch)
    draft.totals = sums.totals()
    if on_item is not None:
        on_item(draft.totals)


async def _store(draft: Draft, sync: Sync, batch: list[tuple[int, Operation]]) -> None:
    try:
        await draft.file.add(batch)
    except DuplicateKey as error:
        raise fault(f"{sync.kind} planned {display(error.key)} twice") from error


class _as_is:  # noqa: N801
    """An iterator that has nothing to close."""

    def __init__(self, items: AsyncIterator[PlanItem]) -> None:
        self._items = items

    async def __aenter__(self) -> AsyncIterator[PlanItem]:
        return self._items

    async def __aexit__(self, *_: object) -> None:
        return None
