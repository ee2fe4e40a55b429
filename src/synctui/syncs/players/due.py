"""Whether players have something to be told, without asking them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.store.changes import last_change
from synctui.store.players import PlayerRecord, has_due, players, waits_since
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
        if record.cursor < newest or await _is_due_again(tools, record, now):
            return True
    return False


async def _is_due_again(tools: Tools, record: PlayerRecord, now: datetime) -> bool:
    """Tell whether something waits for what passes by itself, a player that is off or busy, for long enough by now."""
    if record.last_sync is None:
        return False
    since = await waits_since(tools.database, record.name, rfc3339(now), _TRIES)
    if since is None:
        return False
    last = parse_rfc3339(record.last_sync)
    pause = min(_LATEST_S, max(_SOONEST_S, (last - parse_rfc3339(since)).total_seconds()))
    return (now - last).total_seconds() >= pause


async def due(tools: Tools, wanted: Sequence[PlayerSettings]) -> bool:
    """Tell whether one of these players has anything to be told: something new, or a next try that is due."""
    if await unread(tools, wanted):
        return True
    now = rfc3339(tools.clock.now())
    return any([await has_due(tools.database, record.name, now) for record in await _usable(tools, wanted)])


async def _usable(tools: Tools, wanted: Sequence[PlayerSettings]) -> list[PlayerRecord]:
    known, now = await players(tools.database), rfc3339(tools.clock.now())
    records = [(one, known.get(one.name, PlayerRecord(one.name))) for one in wanted]
    return [record for one, record in records if record.refused != one.credentials and record.not_before <= now]
