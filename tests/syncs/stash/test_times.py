"""A server's times as text: what they mean, and what a probe of them can and cannot show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from synctui.model.catalog import Newest, Probe
from synctui.model.clock import instant, rfc3339
from synctui.store.catalog_state import ServerState
from synctui.syncs.stash.probing import nothing_changed
from synctui.syncs.stash.times import earlier, hot, settled, shows, zone

NEW_YORK = "2026-11-27T08:00:00-05:00"


def test_texts_mean_moments() -> None:
    assert instant(NEW_YORK) == instant("2026-11-27T13:00:00Z") == instant("2026-11-27T18:30:00.5+05:30")
    for odd in ("", "2026-11-27", "2026-11-27T08:00:00", "2026-13-41T08:00:00Z", "9999-12-31T23:59:59-12:00", "1h", "٢"):
        assert instant(odd) is None
    assert [zone(text) for text in (NEW_YORK, "2026-11-27T13:00:00Z", "nonsense")] == ["-05:00", "+00:00", ""]


@pytest.mark.parametrize(
    "date, expected",
    [
        ("2026-11-27T13:00:00Z", True),
        ("2026-11-27T13:00:01Z", True),
        ("2026-11-27T13:00:02Z", False),
        # Changed after the server was asked: it may have been put into the answer half way.
        ("2026-11-27T12:59:58Z", True),
        ("", False),
    ],
)
def test_a_row_is_hot_in_the_second_of_its_change(date: str, expected: bool) -> None:
    assert hot(NEW_YORK, date) is expected


def test_a_second_is_over_two_seconds_later() -> None:
    assert not settled(NEW_YORK, "2026-11-27T13:00:01Z")
    assert settled(NEW_YORK, "2026-11-27T13:00:02Z")
    assert settled("", "2026-11-27T13:00:02Z")
    assert not settled(NEW_YORK, "")


def test_a_change_in_another_zone_may_not_show() -> None:
    at, later = "2026-11-27T13:10:00Z", "2026-11-28T00:00:00Z"
    assert shows(NEW_YORK, at, at, ["-05:00"])
    assert shows(NEW_YORK, at, later, ["-05:00", "+05:30"])
    assert not shows("2026-11-27T18:30:00+05:30", at, at, ["-05:00", "+05:30"])
    assert not shows("2026-11-27T18:30:00+05:30", at, later, ["-05:00", "+05:30"]), "it would now, but not all the while"
    assert shows("2026-11-27T18:30:00+05:30", later, later, ["-05:00", "+05:30"])


def test_files_are_asked_for_from_the_westernmost_clock_on() -> None:
    assert earlier("2026-11-27T13:00:00Z") == "2026-11-27T00:00:00"
    assert earlier("") == ""


def _probe(date: str = "2026-11-27T14:00:00Z") -> Probe:
    one = Newest(3, NEW_YORK)
    return Probe(one, one, one, one, one, hashed=2, date=date, offset="-05:00", version="v1")


def believed(state: ServerState, now: Probe, passed: float | None = None) -> bool:
    """Tell whether a probe is believed; `passed` is how many seconds went by here, as many as there if not given."""
    before, later = (instant(one.date) if one else None for one in (state.probe, now))
    begun = before or datetime(2026, 11, 27, tzinfo=UTC)
    clock = begun + timedelta(seconds=passed) if passed is not None else later or begun
    return nothing_changed(replace(state, probed_at=rfc3339(begun)), now, clock)


def test_the_same_answer_proves_that_believed() -> None:
    before = ServerState(probe=_probe(), offsets=("-05:00",))
    now = _probe("2026-11-27T15:00:00Z")
    assert believed(before, now)
    for change in (
        {"scenes": Newest(4, NEW_YORK)},
        {"files": Newest(3, "2026-11-27T09:00:00-05:00")},
        {"version": "v2"},
        {"hashed": 3},
        {"date": ""},
        # It may have begun to write in another zone, where a change sorts behind what is newest now.
        {"offset": "-10:00"},
    ):
        assert not believed(before, replace(now, **change)), change


def test_a_summer_edit_is_believed_at_once_though_winters_were_seen() -> None:
    newest = Newest(3, "2026-07-01T12:00:00-04:00")
    before = Probe(newest, newest, newest, newest, newest, hashed=0, date="2026-07-01T16:00:05Z", offset="-04:00")
    state = ServerState(probe=before, offsets=("-04:00", "-05:00"))
    assert believed(state, replace(before, date="2026-07-01T16:05:00Z"))
    # Without its log nobody knows in which of them it writes now.
    silent = replace(before, offset="")
    assert not believed(replace(state, probe=silent), replace(silent, date="2026-07-01T16:05:00Z"))
    assert not believed(replace(state, probe=silent), replace(silent, date="2026-07-01T17:05:00Z"))
    silent = replace(silent, date="2026-07-01T17:00:02Z")
    assert believed(replace(state, probe=silent), replace(silent, date="2026-07-01T17:05:00Z"))


def test_the_hour_that_comes_twice_is_not_believed() -> None:
    newest = Newest(3, "2026-11-01T01:45:00-04:00")
    before = Probe(newest, newest, newest, newest, newest, hashed=0, date="2026-11-01T05:46:00Z", offset="-04:00")
    state = ServerState(probe=before, offsets=("-04:00",))
    assert believed(state, replace(before, date="2026-11-01T05:59:00Z")), "not put back yet"
    assert not believed(state, replace(before, date="2026-11-01T06:30:00Z")), "01:30 once more"
    assert not believed(state, replace(before, date="2026-11-01T06:46:00Z")), "it may have been changed at 01:30"
    later = replace(state, probe=replace(before, date="2026-11-01T06:45:02Z"))
    assert believed(later, replace(before, date="2026-11-01T06:46:00Z")), "01:45 is over for good"
    assert not believed(state, replace(before, date="2027-06-01T00:00:00Z")), "summer again, and a winter in between"


def test_what_was_changed_before_a_server_moved_to_another_zone_may_not_show() -> None:
    newest = Newest(3, "2026-11-27T18:30:00+05:30")
    before = Probe(newest, newest, newest, newest, newest, hashed=0, date="2026-11-27T13:10:00Z", offset="-05:00")
    state = ServerState(probe=before, offsets=("-05:00", "+05:30"))
    assert not believed(state, replace(before, date="2026-11-27T13:20:00Z", offset="+05:30"))
    assert not believed(state, replace(before, date="2026-11-28T13:20:00Z"))
    later = replace(state, probe=replace(before, date="2026-11-27T23:30:02Z"))
    assert believed(later, replace(before, date="2026-11-28T13:20:00Z"))


def test_a_server_whose_clock_was_put_back_is_not_believed() -> None:
    state = ServerState(probe=_probe(), offsets=("-05:00",))
    assert believed(state, _probe("2026-11-27T15:00:00Z"), 3600)
    assert believed(state, _probe("2026-11-27T15:00:00Z"), 3630), "clocks differ a little"
    assert believed(state, _probe("2026-11-27T15:00:00Z"), 5), "ours was put back: it is not asked what time it is"
    assert not believed(state, _probe("2026-11-27T15:00:00Z"), 7200)
    assert not believed(state, _probe("2026-11-27T13:59:59Z"), 0)


def test_what_a_probe_cannot_know_is_not_believed() -> None:
    now = _probe("2026-11-27T15:00:00Z")
    assert not believed(ServerState(), now)
    assert not believed(ServerState(probe=_probe("2026-11-27T13:00:01Z")), now), "it was read within the second"
    assert not believed(ServerState(probe=_probe(), held_back=3), now), "something waits to be decided"
