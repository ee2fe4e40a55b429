"""Whether players have something to be told, without asking them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.model.players import ItemState
from synctui.store.changes import last_change
from synctui.store.player_items import QueueRow, waiting
from synctui.store.players import PlayerRecord, players
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools

_SOONEST_S, _LATEST_S = 60.0, 3600.0
_TRIES = 5


async def unread(tools: Tools, wanted: Sequence[PlayerSettings]) -> bool:
    """Tell whether one of these players was not told of all that the change feed holds, or is due to be asked again.

    It is, with something that it could not be told before, after as long as that has waited: from a minute to an hour.
    """
    newest, _ = await last_change(tools.database)
    now = tools.clock.now()
    for record in await _usable(tools, wanted):
        if record.cursor < newest or _is_due_again(record, await waiting(tools.database, record.name), now):
            return True
    return False


def _is_due_again(record: PlayerRecord, rows: Sequence[QueueRow], now: datetime) -> bool:
    if record.last_sync is None:
        return False
    text, last = rfc3339(now), parse_rfc3339(record.last_sync)
    since = [parse_rfc3339(row.created_at) for row in rows if _may_pass(row) and row.item.not_before <= text]
    if not since:
        return False
    pause = min(_LATEST_S, max(_SOONEST_S, (last - min(since)).total_seconds()))
    return (now - last).total_seconds() >= pause


def _may_pass(row: QueueRow) -> bool:
    """Tell whether a file waits for what passes by itself, a player that is off or busy, or is one that never comes."""
    if row.item.state is ItemState.FAILED:
        return row.tries < _TRIES
    return row.item.state is not ItemState.UNCONFIRMED


async def due(tools: Tools, wanted: Sequence[PlayerSettings]) -> bool:
    """Tell whether one of these players has anything to be told: something new, or a next try that is due."""
    if await unread(tools, wanted):
        return True
    now = rfc3339(tools.clock.now())
    for record in await _usable(tools, wanted):
        if any(row.item.not_before <= now for row in await waiting(tools.database, record.name)):
            return True
    return False


async def _usable(tools: Tools, wanted: Sequence[PlayerSettings]) -> list[PlayerRecord]:
    known, now = await players(tools.database), rfc3339(tools.clock.now())
    records = [(one, known.get(one.name, PlayerRecord(one.name))) for one in wanted]
    return [record for one, record in records if record.refused != one.credentials and record.not_before <= now]
