"""Moments and durations as a person reads them, in the time of the place where the screen stands."""

from __future__ import annotations

from datetime import datetime

from synctui import words
from synctui.model.clock import parse_rfc3339

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(at: str | None) -> datetime | None:
    """Return the moment of an RFC 3339 text in local time; None for none, and for what is no such text."""
    if not at:
        return None
    try:
        return parse_rfc3339(at).astimezone()
    except (ValueError, OverflowError):
        return None


def when(at: str | None, now: datetime | None = None) -> str:
    """Return `14:02` for today, `yesterday`, `Tue` within the week, `12 Mar` within the year, otherwise `12 Mar 24`."""
    moment = local(at)
    if moment is None:
        return ""
    today = (now or datetime.now()).astimezone().date()
    days = (today - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M}"
    if days == 1:
        return "yesterday"
    if 1 < days < 7:
        return _DAYS[moment.weekday()]
    day = f"{moment.day} {_MONTHS[moment.month - 1]}"
    return day if moment.year == today.year else f"{day} {moment:%y}"


def at_time(at: str | None, now: datetime | None = None) -> str:
    """Return `14:02` for today, otherwise the day besides: `yesterday 14:02`, `12 Mar 14:02`."""
    moment = local(at)
    if moment is None:
        return ""
    day = when(at, now)
    return day if ":" in day else f"{day} {moment:%H:%M}"


def clock(at: str | None) -> str:
    """Return `14:02:11`."""
    moment = local(at)
    return f"{moment:%H:%M:%S}" if moment is not None else ""


def lasted(start: str | None, end: str | None) -> str:
    """Return how long it was from one moment to another: `0.4 s`, `8 s`, `6 min`, `3 d`; "" when one is not known."""
    first, last = local(start), local(end)
    if first is None or last is None:
        return ""
    seconds = max(0.0, (last - first).total_seconds())
    if seconds >= 2 * 86400:
        return f"{seconds / 86400:,.0f} d"
    return f"{seconds:.1f} s" if seconds < 3 else words.about(seconds)


def pace(rate: float) -> str:
    """Return how many a second, a minute or an hour; "" for none."""
    if rate <= 0:
        return ""
    for unit, size in (("a second", 1), ("a minute", 60), ("an hour", 3600)):
        if (number := rate * size) >= 1 or size == 3600:
            return f"{number:,.1f} {unit}" if number < 9.95 else f"{number:,.0f} {unit}"
    return ""
