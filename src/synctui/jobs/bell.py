"""Wakes whoever waits in this process for something to do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator


class Bell:
    """Rung when a job was submitted, confirmed, resumed, paused or cancelled here."""

    def __init__(self) -> None:
        self._hearers: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake every hearer."""
        for hearer in self._hearers:
            hearer.set()

    @contextlib.contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """Yield an event that every ring sets, to be cleared by whoever waits for it."""
        hearer = asyncio.Event()
        self._hearers.add(hearer)
        try:
            yield hearer
        finally:
            self._hearers.discard(hearer)
