"""What a call is still to say just before it is made: the disk, or another sync, may have changed that since the plan."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from synctui.model.clock import parse_rfc3339
from synctui.model.library import Row
from synctui.model.players import ItemState
from synctui.store import jobs
from synctui.store.player_items import known
from synctui.store.videos import mounts_above
from synctui.syncs.players.disks import stand
from synctui.syncs.players.driver import Call
from synctui.syncs.players.errands import Errand, item_row
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools


@dataclass(frozen=True, slots=True)
class Still:
    """What is left of a call, and the rows of what became otherwise; `away` says that nothing is known: a disk is away."""

    call: Call
    rows: tuple[Row, ...] = ()
    away: bool = False


async def still_so(tools: Tools, call: Call, settings: PlayerSettings, job: int) -> Still:
    """Return what of a call is still so."""
    if call.late or not call.errands:
        return Still(call)
    told = await _told_meanwhile(tools, call, settings.name, job)
    errands = tuple(one for one in call.errands if one.item.path not in told)
    going = [one.item for one in errands if one.item.change in ("removed", "moved")]
    mounts = await mounts_above(tools.database, (item.path for item in going))
    standing = await asyncio.to_thread(stand, going, tools.libraries, mounts)
    if standing.away:
        return Still(replace(call, errands=errands), away=True)
    same = set(standing.items)
    changed = {item.path for item in going if item not in same}
    rows = tuple(
        item_row(item, settings.name, ItemState.PENDING, group=settings.group)
        for item in standing.items
        if item not in going
    )
    return Still(replace(call, errands=tuple(one for one in errands if one.item.path not in changed)), rows)


async def _told_meanwhile(tools: Tools, call: Call, player: str, job: int) -> set[str]:
    """Return the paths that another job has told and found confirmed since this one was made."""
    rows = await known(tools.database, player, [one.item.path for one in call.errands])
    done = {
        one.item.path: row.last_synced
        for one in call.errands
        if (row := rows.get(one.item.path)) is not None
        and row.item.state is ItemState.CONFIRMED
        and row.item.feed >= one.item.feed
        and row.job != job
        and row.last_synced
    }
    record = await jobs.get(tools.database, job) if done else None
    if record is None:
        return set()
    made = parse_rfc3339(record.created_at)
    return {path for path, at in done.items() if parse_rfc3339(at) > made}


async def unconfirmed(tools: Tools, errands: tuple[Errand, ...], player: str) -> int:
    """Return how many errands have not been confirmed as they should be."""
    rows = await known(tools.database, player, [one.item.path for one in errands])
    good = {path: row.item.feed for path, row in rows.items() if row.item.state is ItemState.CONFIRMED}
    return sum(1 for one in errands if good.get(one.item.path, -1) < one.item.feed)
