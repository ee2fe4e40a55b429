"""Plans operations of a draft again with other options: another engine or reference, for some or for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from synctui.errors import UsageError
from synctui.jobs.draft import Draft
from synctui.jobs.planning import draw_up
from synctui.model.json import Fields
from synctui.model.plan import PlanTotals
from synctui.model.sync import Sync
from synctui.text import display

_FEW = 200
"""So many operations are planned one by one; for more, looking at all targets once is the shorter way."""

Told = Callable[[PlanTotals], None] | None


async def revise(
    sync: Sync,
    draft: Draft,
    keys: Sequence[str] | None,
    options: Fields,
    *,
    folder: Path,
    configuration: str,
    on_item: Told = None,
) -> None:
    """See `Engine.revise`."""
    if draft.undo_of is not None or draft.request.brings_back:
        raise UsageError("what is brought back has no options", hint="take single operations out of the plan instead")
    if keys is None:
        await _all(sync, draft, options, folder, configuration, on_item)
    elif keys:
        await _some(sync, draft, keys, options, folder, configuration, on_item)


async def _all(sync: Sync, draft: Draft, options: Fields, folder: Path, configuration: str, on_item: Told) -> None:
    if not draft.filled:
        raise UsageError("it is still being planned", hint="wait until the plan is complete", code="not_planned")
    request = replace(draft.request, options={**draft.request.options, **options})
    other = await draw_up(
        sync,
        sync.plan(request),
        request,
        folder=folder,
        configuration=configuration,
        limit=draft.limit,
        on_item=on_item,
    )
    async with other:
        if draft.open:
            await other.file.inherit(draft.path)
            draft.replace_by(other)


async def _some(
    sync: Sync, draft: Draft, keys: Sequence[str], options: Fields, folder: Path, configuration: str, on_item: Told
) -> None:
    request = replace(draft.request, options={**draft.request.options, **options, "force": True})
    if len(keys) <= _FEW:
        request = replace(request, targets=await _targets(draft, keys))
    other = await draw_up(
        sync,
        sync.plan(request),
        request,
        folder=folder,
        configuration=configuration,
        on_item=on_item,
        partly=True,
    )
    async with other:
        if not draft.open:
            return
        if not await draft.file.take_revised(other.path, keys):
            raise UsageError("with these options nothing of it can be planned", hint="choose another")
        draft.notices += tuple(one for one in other.notices if one not in draft.notices)


async def _targets(draft: Draft, keys: Sequence[str]) -> tuple[str, ...]:
    operations = await draft.file.find(keys)
    if len(operations) < len(set(keys)):
        raise UsageError("the plan has no such operation", hint="look at it again")
    for one in operations:
        if one.path is None:
            subject = display(one.subject, 80)
            raise UsageError(f"{subject} cannot be planned by itself", hint="choose for the whole plan")
    return tuple(dict.fromkeys(one.path for one in operations if one.path is not None))
