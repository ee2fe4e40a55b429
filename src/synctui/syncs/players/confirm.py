"""Asks a player until it has what it was told of, or will not get it by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from synctui.errors import Transient
from synctui.model.clock import parse_rfc3339
from synctui.model.json import Fields
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.sync import Run
from synctui.store.player_items import QueueRow, known
from synctui.syncs.players.driver import Check
from synctui.syncs.players.errands import Errand, errands_of, packed
from synctui.syncs.players.proof import Grounds, confirmed
from synctui.syncs.players.session import Session
from synctui.syncs.players.tools import Tools
from synctui.syncs.players.track import Track
from synctui.words import count


async def confirm(tools: Tools, operation: Operation, session: Session, run: Run) -> Outcome:
    """Return what a player has of an operation's errands, when it has all or waiting changes nothing any more."""
    errands = errands_of(operation.payload)
    driver, clock = session.driver, tools.clock
    rows = await known(tools.database, session.settings.name, [one.item.path for one in errands])
    grounds = Grounds(rows, run.job, _uncalled(operation.payload, errands))
    since = _sent_at(rows, run.job) or clock.now()
    begun = _begun(tools, session, since)
    asked = [one for one in errands if grounds.judged(one)]
    check = Check(frozenset(), final=True)
    while asked:
        waited = clock.monotonic() - begun
        check = await driver.check(asked, since, waited)
        missing = [one for one in asked if one.item.path not in check.met]
        if not missing or check.final or run.stopping:
            break
        if not any(one.item.path in grounds.told for one in missing):
            # What was not told in this job is there already, or does not come for being waited for.
            last = await driver.check(missing, since, max(waited, driver.patience))
            check = Check(check.met | last.met, final=True)
            break
        run.progress("confirming", len(check.met) / len(asked))
        await clock.sleep(driver.pace)
    if run.stopping and not check.final and len(check.met) < len(asked):
        raise Transient("stopped while it was being confirmed", after=0.0)
    left = [one for one in asked if one.item.path in grounds.told and one.item.path not in check.met]
    again = [] if operation.payload.get("again") else _again(operation, session, left)
    return confirmed(session.settings, errands, check, grounds, again, clock.now())


def _uncalled(payload: Fields, errands: Sequence[Errand]) -> frozenset[str]:
    """Return the paths of the errands that no call of the plan names."""
    places = payload.get("uncalled", ())
    chosen = places if isinstance(places, Sequence) and not isinstance(places, str) else ()
    return frozenset(errands[one].item.path for one in chosen if isinstance(one, int) and 0 <= one < len(errands))


def _begun(tools: Tools, session: Session, since: datetime) -> float:
    """Return when the waiting began, by the monotonic clock: the other one may jump, and is asked after a restart only."""
    now = tools.clock.monotonic()
    if session.sent is not None:
        return session.sent
    longest = max(0.0, session.driver.patience - session.driver.pace)
    return now - min(longest, max(0.0, (tools.clock.now() - since).total_seconds()))


def _sent_at(rows: Mapping[str, QueueRow], job: int) -> datetime | None:
    times = [row.sent_at for row in rows.values() if row.sent_at is not None and row.job == job]
    return parse_rfc3339(min(times)) if times else None


def _again(operation: Operation, session: Session, left: Sequence[Errand]) -> list[Operation]:
    """Return the operations that try once more what is not there: alone, and then asked for again."""
    calls = session.driver.again(left)
    if not calls:
        return []
    track = Track(session.settings)
    base = operation.key.removeprefix(f"{session.settings.name}/")
    made: list[Operation] = []
    for number, call in enumerate(calls):
        one = track.operation(f"{base}/again/{number}", call.action, call.subject, call.text)
        payload: Fields = {**one.payload, "items": packed(call.errands), "text": call.text, "facts": call.facts}
        made.append(_in_confirm(one, payload))
    last = track.operation(f"{base}/again", "confirm", count(len(left), "file"), "ask whether they are in its library")
    payload = {**last.payload, "items": packed(left), "again": True}
    made.append(_in_confirm(last, payload, after=tuple(one.key for one in made)))
    return made


def _in_confirm(operation: Operation, payload: Fields, after: tuple[str, ...] = ()) -> Operation:
    return replace(operation, stage="confirm", payload=payload, after=after)
