"""Time as something that can be handed in: the one thing that tests replace."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is stored, monotonic time for what is measured."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def rfc3339(moment: datetime) -> str:
    """Return UTC text with milliseconds, as stored and printed everywhere: `2026-01-02T03:04:05.678Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Return the moment of such a text."""
    return datetime.fromisoformat(text)


_FOREIGN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def instant(text: str) -> datetime | None:
    """Return the moment (UTC, whole seconds) that a server's text means in its own zone, None for a text that means none."""
    found = _FOREIGN.fullmatch(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(found[1] + ("+00:00" if found[2] == "Z" else found[2])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
