"""Plans the undoing of a job."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from synctui.errors import UsageError
from synctui.jobs.draft import Draft
from synctui.jobs.planning import draw_up
from synctui.jobs.shop import Shop
from synctui.model.json import Json
from synctui.model.outcome import Receipt
from synctui.model.plan import PlanTotals, Request
from synctui.model.states import JobState
from synctui.store import history, jobs


async def plan_undo(
    shop: Shop,
    job: int,
    keys: Sequence[str] | None,
    *,
    folder: Path,
    configuration: str,
    on_item: Callable[[PlanTotals], None] | None = None,
    on_draft: Callable[[Draft], None] | None = None,
) -> Draft:
    """Return the draft that takes back a job, or some operations of it, newest first.

    Raises UsageError when there is no such job or key, when it is running, when its kind cannot undo, and when nothing is
    left to undo.
    """
    record = await jobs.get(shop.database, job)
    if record is None:
        raise UsageError(f"there is no job {job}", hint="`synctui jobs` lists them", code="no_such_job")
    if record.state is JobState.RUNNING:
        raise UsageError(f"job {job} is running", hint="pause or cancel it first")
    sync = shop.syncs.get(record.kind)
    if sync is None:
        raise UsageError(f"{record.kind} is not a kind of sync that is known here", hint="check the configuration")
    for key in keys or ():
        found = await history.find(shop.database, job, key)
        if found is None:
            raise UsageError(f"job {job} has no operation {key!r}", hint=f"`synctui jobs show {job}` lists them")
    receipts = history.receipts(shop.database, job, keys)
    first = await anext(receipts, None)
    if first is None:
        raise UsageError(
            f"nothing of job {job} can be undone", hint="it changed nothing, or was undone already", code="nothing_to_undo"
        )
    items = sync.plan_undo(_chain(first, receipts))
    if items is None:
        raise UsageError(f"{sync.title} cannot be undone", hint="this kind keeps nothing to go back to", code="no_undo")
    options: dict[str, Json] = {"undo_of": job}
    if keys is not None:
        options["keys"] = list(keys)
    request = Request(record.kind, record.request.targets, options, "undo", record.request.profile)
    return await draw_up(
        sync,
        items,
        request,
        folder=folder,
        configuration=configuration,
        on_item=on_item,
        on_draft=on_draft,
        undo_of=job,
    )


async def _chain(first: Receipt, rest: AsyncIterator[Receipt]) -> AsyncIterator[Receipt]:
    yield first
    async for receipt in rest:
        yield receipt
