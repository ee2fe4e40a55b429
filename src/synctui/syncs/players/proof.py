"""What it means for items that a player has them, or not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
_TOLD = (ItemState.SENT, ItemState.ACCEPTED)
_SOONEST_S, _LATEST_S = 300.0, 86400.0


def told_in(rows: Mapping[str, QueueRow], job: int) -> set[str]:
    """Return the paths of which a player was told in a job."""
    return {path for path, row in rows.items() if row.job == job and row.item.state in _TOLD}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a look may be taken for: `rows` are how the files stood before it, `uncalled` those without a call.

    That a file is there says something only of what was told in this job, or needs no telling.
    """

    rows: Mapping[str, QueueRow]
    job: int
    uncalled: Collection[str] = ()

    @property
    def told(self) -> set[str]:
        """Return the paths that were told in this job."""
        return told_in(self.rows, self.job)

    def judged(self, errand: Errand) -> bool:
        """Tell whether a look settles an errand."""
        path, row = errand.item.path, self.rows.get(errand.item.path)
        if self.elsewhere(errand) or (row is not None and self._mine(row) and row.item.state is ItemState.FAILED):
            return False
        return path in self.uncalled or (row is not None and self._mine(row) and row.item.state in _TOLD)

    def elsewhere(self, errand: Errand) -> bool:
        """Tell whether another job has settled an errand meanwhile."""
        row = self.rows.get(errand.item.path)
        settled = row is not None and row.item.state is ItemState.CONFIRMED and row.item.feed >= errand.item.feed
        return row is not None and settled and not self._mine(row) and errand.item.path not in self.uncalled

    def waits(self, errand: Errand) -> bool:
        """Tell whether an errand that no look settles has still to be written down as waiting."""
        row = self.rows.get(errand.item.path)
        if row is None:
            return True
        return row.item.state is not ItemState.FAILED and not (self._mine(row) and row.item.state is ItemState.PENDING)

    def _mine(self, row: QueueRow) -> bool:
        return row.job == self.job


def confirmed(
    settings: PlayerSettings,
    errands: Iterable[Errand],
    check: Check,
    grounds: Grounds,
    again: list[Operation],
    now: datetime,
) -> Outcome:
    """Return what a look for these errands comes to."""
    told = grounds.told
    done = 0
    written: list[Row] = []
    missing: list[str] = []
    untold: list[str] = []
    waits: list[float] = []
    for errand in errands:
        path, row = errand.item.path, grounds.rows.get(errand.item.path)
        if grounds.elsewhere(errand):
            done += 1
        elif path in check.met and grounds.judged(errand):
            done += 1
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
            if grounds.waits(errand):
                written.append(errand.row(settings.name, ItemState.PENDING, group=settings.group))
    numbers: dict[str, int | float] = {"confirmed": done, "unconfirmed": len(missing)}
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
