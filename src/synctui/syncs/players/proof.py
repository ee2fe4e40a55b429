"""What it means for items that a player has them, or not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.model.library import Row
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.players import ItemState
from synctui.model.states import Result
from synctui.store.player_items import QueueRow
from synctui.syncs.players.driver import Check
from synctui.syncs.players.errands import Errand
from synctui.syncs.players.settings import PlayerSettings
from synctui.text import display
from synctui.words import count

_NAMED = 3
_SOONEST_S, _LATEST_S = 300.0, 86400.0


def told_in(rows: Mapping[str, QueueRow], job: int) -> set[str]:
    """Return the paths of which a player was told in a job."""
    told = (ItemState.SENT, ItemState.ACCEPTED)
    return {path for path, row in rows.items() if row.job == job and row.item.state in told}


def confirmed(
    settings: PlayerSettings,
    errands: Iterable[Errand],
    check: Check,
    rows: Mapping[str, QueueRow],
    told: Collection[str],
    again: list[Operation],
    now: datetime,
) -> Outcome:
    """Return what a look for these errands comes to; `told` are those that were sent in this job, `rows` how they stood."""
    written: list[Row] = []
    missing: list[str] = []
    untold: list[str] = []
    waits: list[float] = []
    for errand in errands:
        path, row = errand.item.path, rows.get(errand.item.path)
        if path in check.met:
            written.append(errand.row(settings.name, ItemState.CONFIRMED, group=settings.group, reason="confirmed"))
            if path in told and row is not None and row.sent_at is not None:
                waits.append(max(0.0, (now - parse_rfc3339(row.sent_at)).total_seconds()))
        elif path in told:
            missing.append(path)
            if not again:
                reason = "still_there" if errand.item.change == "removed" else "not_there"
                unmet = errand.row(settings.name, ItemState.UNCONFIRMED, group=settings.group, reason=reason)
                later = now + timedelta(seconds=_later_s(0 if row is None else row.tries))
                written.append(replace(unmet, not_before=rfc3339(later)))
        else:
            untold.append(path)
            if row is None or row.item.state is not ItemState.FAILED:
                written.append(errand.row(settings.name, ItemState.PENDING, group=settings.group))
    numbers: dict[str, int | float] = {"confirmed": len(check.met), "unconfirmed": len(missing)}
    if waits:
        numbers["seconds"] = round(max(waits), 3)
    if again:
        text = f"{count(len(missing), 'file')} not there yet: told once more, each by itself"
        return Outcome(Result.UNCHANGED, "told_again", text, numbers=numbers, rows=tuple(written), append=tuple(again))
    if missing:
        text = f"{names(missing)}: not in its library as it should be"
        return Outcome(Result.FAILED, "unconfirmed", text, numbers=numbers, rows=tuple(written), retryable=True)
    if untold:
        text = f"{names(untold)}: it was not told, and is next time"
        return Outcome(Result.DEFERRED, "not_done", text, numbers=numbers, rows=tuple(written))
    return Outcome(Result.DONE, "confirmed", numbers=numbers, rows=tuple(written))


def _later_s(tries: int) -> float:
    """Return when what a player does not take is told again by itself, in seconds: after longer each time."""
    return min(_LATEST_S, _SOONEST_S * 2.0 ** min(tries, 20))


def names(paths: Sequence[str]) -> str:
    """Return the names of files as a person reads them, the first few."""
    names = [display(os.path.basename(path), 60) for path in paths[:_NAMED]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
