"""Whether one cheap question is enough: a probe that says what the last one said, and could not have missed a change."""

from __future__ import annotations

from datetime import datetime, timedelta

from synctui.model.catalog import Newest, Probe
from synctui.model.clock import instant, parse_rfc3339
from synctui.store.catalog_state import ServerState
from synctui.syncs.stash.times import settled, shows, zone

_SLACK = timedelta(minutes=1)


def nothing_changed(state: ServerState, now: Probe, clock: datetime) -> bool:
    """Tell whether a probe proves that nothing changed since the one that was kept; `clock` is the time here.

    Not when a newest change was still in its own second then, nor when a change would not show: a server with times of
    several zones sorts a change behind rows that look newer, and so does one whose clock was put back.
    """
    before = state.probe
    if before is None or state.held_back or now.hashed < 0 or put_back(state, now, clock):
        # Where it says nothing of files, they may have been renamed.
        return False
    if _all(before) != _all(now) or (before.version, before.hashed) != (now.version, now.hashed):
        return False
    return all(_believed(state, before, now, one) for one in _all(now))


def put_back(state: ServerState, now: Probe, clock: datetime) -> bool:
    """Tell whether the server's clock has gone on by less than ours since the kept probe: it may have written old times."""
    before, later = instant(state.probe.date) if state.probe is not None else None, instant(now.date)
    if before is None or later is None or not state.probed_at:
        return True
    return later < before or later - before < clock - parse_rfc3339(state.probed_at) - _SLACK


def _believed(state: ServerState, before: Probe, now: Probe, one: Newest) -> bool:
    offsets = _current(state, before, now, one.updated_at)
    return settled(one.updated_at, before.date) and shows(one.updated_at, before.date, now.date, offsets)


def _current(state: ServerState, before: Probe, now: Probe, newest: str) -> tuple[str, ...]:
    """Return the zones that the server may have written times in since a probe.

    Those of its log then and now, whose newest line is not older than its start, and that of its newest row: it takes a
    start to change zones, and daylight saving is known to whoever compares. Where it shows no log, all that were ever seen.
    """
    return tuple({before.offset, now.offset, zone(newest)} - {""}) if before.offset and now.offset else zones(state, now)


def gone_back(state: ServerState, now: Probe) -> bool:
    """Tell whether the newest change of a file is not there any more: deleted, or taken back with a backup."""
    if state.probe is None:
        return False
    later, sooner = instant(state.probe.files.updated_at), instant(now.files.updated_at)
    return later is not None and sooner is not None and sooner < later


def zones(state: ServerState, probe: Probe) -> tuple[str, ...]:
    """Return every zone that the server is known to have written times in."""
    found = {*state.offsets, probe.offset, *(zone(one.updated_at) for one in _all(probe))}
    return tuple(sorted(found - {""}))


def _all(probe: Probe) -> tuple[Newest, ...]:
    return (probe.scenes, probe.performers, probe.tags, probe.studios, probe.files)
