"""Plans operations of a draft again with other options: another engine or reference, for some or for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from synctui.errors import UsageError
from synctui.jobs.draft import Draft
from synctui.jobs.planning import draw_up
from synctui.model.json import Fields
from synctui.model.plan import Request
from synctui.model.sync import Sync
from synctui.text import display


async def revise(
    sync: Sync, draft: Draft, keys: Sequence[str] | None, options: Fields, *, folder: Path, configuration: str
) -> None:
    """See `Engine.revise`."""
    if draft.undo_of is not None or draft.request.brings_back:
        raise UsageError("what is brought back has no options", hint="take single operations out of the plan instead")
    if keys is None:
        await _all(sync, draft, options, folder, configuration)
    elif keys:
        await _some(sync, draft, keys, options, folder, configuration)


async def _all(sync: Sync, draft: Draft, options: Fields, folder: Path, configuration: str) -> None:
    if not draft.filled:
        raise UsageError("it is still being planned", hint="wait until the plan is complete", code="not_planned")
    request = replace(draft.request, options={**draft.request.options, **options})
    other = await draw_up(sync, sync.plan(request), request, folder=folder, configuration=configuration, limit=draft.limit)
    async with other:
        if draft.open:
            await other.file.inherit(draft.path)
            draft.replace_by(other)


async def _some(sync: Sync, draft: Draft, keys: Sequence[str], options: Fields, folder: Path, configuration: str) -> None:
    operations = await draft.file.find(keys)
    if len(operations) < len(set(keys)):
        raise UsageError("the plan has no such operation", hint="look at it again")
    paths = [one.path for one in operations if one.path is not None]
    if len(paths) < len(operations):
        raise UsageError(
            f"{display(next(one.subject for one in operations if one.path is None), 80)} cannot be planned by itself",
            hint="choose for the whole plan",
        )
    wanted = {**draft.request.options, **options, "force": True}
    request = Request(draft.request.kind, tuple(dict.fromkeys(paths)), wanted, draft.request.origin, draft.request.profile)
    other = await draw_up(sync, sync.plan(request), request, folder=folder, configuration=configuration, partly=True)
    async with other:
        if not draft.open:
            return
        if not await draft.file.take_revised(other.path, keys):
            raise UsageError("with these options nothing of it can be planned", hint="choose another")
        draft.notices += tuple(one for one in other.notices if one not in draft.notices)
