"""Whether players have something to be told, without asking them."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.model.clock import rfc3339
from synctui.store.changes import last_change
from synctui.store.player_items import waiting
from synctui.store.players import PlayerRecord, players
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools


async def unread(tools: Tools, wanted: Sequence[PlayerSettings]) -> bool:
    """Tell whether the change feed holds anything that one of these players was not told of."""
    newest, _ = await last_change(tools.database)
    return any(record.cursor < newest for record in await _usable(tools, wanted))


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
