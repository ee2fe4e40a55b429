"""What changed lately: listed by itself where all the rest is known to be as it was, so that a sync costs what changed.

A server is asked for scenes whose `updated_at` is a text behind another one. That it hides nothing has to show: as many are
here as it counted last time; those that are here with such a text are in its list, at least one of them as it was; and what
is here comes, with what is new, to what it counts now. Else scenes were deleted, a backup was restored, or a clock was put
back, and everything is listed. (A scene that is as it was is older than any backup that took something back; and what such
a backup takes back is younger than that scene, and was looked for.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from synctui.model.catalog import Entity, Probe
from synctui.store import catalog_marks as marks
from synctui.store.catalog_state import ServerState
from synctui.store.database import Database
from synctui.syncs.stash.client import SWEEP_PAGE, Client
from synctui.syncs.stash.probing import put_back
from synctui.syncs.stash.times import EVER, earlier, earlier_than, wall_clock

_WITNESSES = 100
"""So many of those that changed last are looked for at least: after a backup was restored, some are edited once more."""


@dataclass(slots=True)
class Lately:
    """Scenes that are new and that changed, ascending; `known` is how many are here, `backwards` that a time went back."""

    created: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    known: int = 0
    backwards: bool = False


def begin(state: ServerState, now: Probe, clock: datetime) -> str:
    """Return a wall clock that no change since the kept probe was written before, in any zone; "" where nothing says so."""
    before = state.probe
    if before is None or state.held_back or state.restored or before.version != now.version:
        return ""
    if earlier_than(now.scenes.updated_at, before.scenes.updated_at) or put_back(state, now, clock):
        return ""
    return earlier(before.date)


async def changed_lately(database: Database, client: Client, state: ServerState, now: Probe, since: str) -> Lately | None:
    """Return what changed behind a wall clock, None where that may not be all."""
    found = Lately(known=await marks.live_count(database, Entity.SCENE))
    if state.probe is None or found.known != state.probe.scenes.count:
        return None
    since = min(since, wall_clock(await marks.late_version(database, _WITNESSES)) or EVER)
    here, last, witnessed = await marks.versions_since(database, since), 0, False
    while page := await client.sweep_since(last, since, SWEEP_PAGE):
        older = await marks.scene_marks(database, [swept.id for swept in page if swept.id not in here])
        for swept in page:
            mark = older.get(swept.id)
            text = here.pop(swept.id, "" if mark is None or mark.deleted else mark.updated_at)
            if not text:
                found.created.append(swept.id)
            elif text == swept.updated_at:
                witnessed = True
            else:
                found.changed.append(swept.id)
                found.backwards = found.backwards or earlier_than(swept.updated_at, text)
        last = page[-1].id
    complete = witnessed and not here and found.known + len(found.created) == now.scenes.count
    return found if complete else None
