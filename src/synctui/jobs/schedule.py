"""Submits what is due by itself: requests at intervals, while somebody is there to execute them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.plan import Request

log = logging.getLogger(__name__)

_LOOK = 2.0
_LONGEST_LOOK = 30.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that is submitted at most every `every` seconds, when `wanted` says that there is something to do.

    Since when a time has passed is known from the jobs in the store: two processes do not submit it twice, and what was
    missed while nobody was there is caught up once.
    """

    name: str
    every: float
    request: Request
    wanted: Callable[[], Awaitable[bool]]


class Schedule:
    """Looks now and then whether an entry is due, and submits it; whoever executes then runs it."""

    def __init__(self, engine: Engine, entries: Sequence[Entry]) -> None:
        self._engine = engine
        self._entries = tuple(entries)
        self._seen: int | None = None
        self._rest = 0.0

    async def run(self, stop: Stop) -> None:
        """Keep at it until a stop is asked for; never raises for a fault."""
        if not self._entries:
            return
        wake = asyncio.Event()
        stop.watch(wake.set)
        try:
            while not stop.asked:
                try:
                    await self._look()
                except Exception as error:
                    log.warning("the schedule could not look: %s", error)
                # Not wait_for: until Python 3.12 it can swallow a cancellation.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await wake.wait()
        finally:
            stop.unwatch(wake.set)

    async def _look(self) -> None:
        version = await self._engine.database.version()
        self._rest -= _LOOK
        if version == self._seen and self._rest > 0:
            return
        self._seen, self._rest = version, _LONGEST_LOOK
        for entry in self._entries:
            try:
                if await entry.wanted():
                    await self._engine.enqueue_once(entry.request, spacing_s=entry.every)
            except Exception as error:
                # The next entry has nothing to do with it.
                log.warning("%s could not be submitted: %s", entry.name, error)
