"""A server's times: text in a zone of its own, whole seconds, that it sorts and compares as text.

Two texts that differ mean a change, and no more can be said for certain: one server may hold several zones side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from synctui.model.clock import instant

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?")
_WESTMOST = timedelta(hours=-12)
_SETTLED_S = 2.0
_SLOW_S = 600.0
"""No answer takes longer: what claims to have changed later than that was written by a clock that was wrong."""

_OVERLAP = timedelta(hours=1)
_PUT_BACK = timedelta(hours=3)
"""No clock is put back by more."""

EVER = "0001-01-01T00:00:00"
"""A wall clock that everything was written behind."""

_MONTH = timedelta(days=30)
_YEAR = 13

_NO_PLACES = frozenset(("localtime",))


def zone(text: str) -> str:
    """Return the zone of a text as an offset (`-05:00`), "" for one without."""
    found = _FORM.fullmatch(text)
    return "" if found is None or found[2] is None else "+00:00" if found[2] == "Z" else found[2]


def wall_clock(text: str) -> str:
    """Return what a clock on the wall showed, without the zone."""
    found = _FORM.fullmatch(text)
    return "" if found is None else found[1]


def hot(updated_at: str, date: str) -> bool:
    """Tell whether a row may have been read (asked for at the server's `date`) in the second of its own change.

    More may have come within that second, under the same text.
    """
    changed, asked = instant(updated_at), instant(date)
    if changed is None or asked is None:
        return False
    return -_SLOW_S <= (asked - changed).total_seconds() <= 1.0


def earlier_than(now: str, before: str) -> bool:
    """Tell whether a time has gone back."""
    if now == before:
        return False
    later, sooner = instant(before), instant(now)
    return later is not None and sooner is not None and sooner < later


def settled(newest: str, date: str) -> bool:
    """Tell whether the second of the newest change was over when the server was asked at its own `date`."""
    changed, read = instant(newest), instant(date)
    return newest == "" or (changed is not None and read is not None and (read - changed).total_seconds() >= _SETTLED_S)


def shows(newest: str, before: str, date: str, offsets: Iterable[str]) -> bool:
    """Tell whether any change made between two dates of the server's would sort behind `newest`, in each of these zones."""
    if newest == "":
        return True
    begun, ended, wrote, wall = instant(before), instant(date), instant(newest), wall_clock(newest)
    if begun is None or ended is None or wrote is None:
        return False
    known = set(offsets)
    if begun - wrote < _PUT_BACK:
        known |= {later for offset in known for later in _turned(offset, wrote, ended)}
    return all(_in_zone(begun - timedelta(seconds=_SETTLED_S), offset) >= wall for offset in known)


def _turned(offset: str, before: datetime, after: datetime) -> set[str]:
    """Return what an offset may have become meanwhile: in autumn clocks are put back, and times come once more."""
    turned = set()
    months = [before + number * _MONTH for number in range(1, max(0, (after - before) // _MONTH) + 1)]
    for name in available_timezones() - _NO_PLACES:
        place = ZoneInfo(name)
        was = before.astimezone(place).utcoffset()
        if was != _shift(offset):
            continue
        for moment in (*months[:_YEAR], after):
            now = moment.astimezone(place).utcoffset()
            if now != was and now is not None:
                turned.add(_offset(now))
    return turned


def _offset(shift: timedelta) -> str:
    minutes = round(shift.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def earlier(date: str) -> str:
    """Return a wall-clock text that no change after the server's `date` can sort before: the westernmost zone, less an hour.

    "" where the server says no date: everything is then asked for.
    """
    read = instant(date)
    return "" if read is None else (read + _WESTMOST - _OVERLAP).strftime("%Y-%m-%dT%H:%M:%S")


def _in_zone(moment: datetime, offset: str) -> str:
    return (moment + _shift(offset)).strftime("%Y-%m-%dT%H:%M:%S")


def _shift(offset: str) -> timedelta:
    sign = -1 if offset.startswith("-") else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
