"""The server's clock, and the texts that it writes of a time.

Stash stores the time of a change as RFC 3339 text of its own zone in whole seconds, `Z` only where the offset is zero, and
compares such texts as texts. What it notes in UTC (plays, stash-box ids) it keeps apart.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


class Clock:
    """Says what time it is, in the words of a zone (an IANA name, to be changed at any moment)."""

    def __init__(self, zone: str, now: Callable[[], float]) -> None:
        self.now = now
        self.zone = zone

    @property
    def zone(self) -> str:
        """Return the zone in which the server lives."""
        return self._name

    @zone.setter
    def zone(self, name: str) -> None:
        # UTC is known without the tables of zones, which small systems lack
        self._zone: tzinfo = UTC if name == "UTC" else ZoneInfo(name)
        self._name = name
        self._last = (-1, "")

    def stamp(self) -> str:
        """Return the text of now, as a row gets it."""
        second = int(self.now())
        if self._last[0] != second:
            self._last = (second, self.text(second))
        return self._last[1]

    def text(self, at: float) -> str:
        """Return the text of a time (seconds since 1970)."""
        return datetime.fromtimestamp(int(at), self._zone).isoformat().replace("+00:00", "Z")

    def log_text(self) -> str:
        """Return the text of now as the log has it: the server's zone, and parts of a second."""
        moment = datetime.fromtimestamp(self.now(), self._zone)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def utc(self) -> str:
        """Return the text of now in UTC, whole seconds."""
        return f"{datetime.fromtimestamp(int(self.now()), UTC):%Y-%m-%dT%H:%M:%SZ}"

    def utc_exact(self) -> str:
        """Return the text of now in UTC with nanoseconds, as stash-box ids get it."""
        moment = datetime.fromtimestamp(self.now(), UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z"

    def http(self) -> str:
        """Return the text of now for the header `Date`."""
        return f"{datetime.fromtimestamp(self.now(), UTC):%a, %d %b %Y %H:%M:%S GMT}"
