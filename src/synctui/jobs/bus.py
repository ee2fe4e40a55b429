"""Hands journal events to those in this process who want to see them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from synctui.model.events import Event
from synctui.store import journal
from synctui.store.database import Database

_KEEP = 4096


class _Subscriber:
    def __init__(self) -> None:
        self.events: deque[Event] = deque()
        self.arrived = asyncio.Event()
        self.seen = 0
        self.lagging = False
        self.idle = asyncio.Event()
        self.idle.set()


class Bus:
    """Publishes events in the order of their commits.

    A subscriber that falls far behind is served from the journal in the store until it has caught up: nothing kept is
    lost, and a slow reader costs no memory.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscribers: list[_Subscriber] = []

    def publish(self, event: Event) -> None:
        """Hand an event on."""
        for one in self._subscribers:
            if len(one.events) >= _KEEP:
                one.events.clear()
                one.lagging = True
            if not one.lagging:
                one.events.append(event)
            one.arrived.set()
            one.idle.clear()

    async def drained(self, patience: float) -> None:
        """Return when every subscriber has taken and dealt with what was published, after `patience` seconds anyway."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                for one in list(self._subscribers):
                    await one.idle.wait()

    def subscribe(self) -> AsyncIterator[Event]:
        """Return the events from now on; closing the iterator ends the subscription."""
        subscriber = _Subscriber()
        self._subscribers.append(subscriber)
        return self._serve(subscriber)

    async def _serve(self, one: _Subscriber) -> AsyncIterator[Event]:
        try:
            while True:
                if one.lagging:
                    one.lagging = False
                    async for event in self._missed(one):
                        yield event
                while one.events:
                    event = one.events.popleft()
                    if event.id == 0 or event.id > one.seen:
                        one.seen = event.id or one.seen
                        yield event
                if one.lagging:
                    continue
                one.arrived.clear()
                one.idle.set()
                await one.arrived.wait()
        finally:
            one.idle.set()
            self._subscribers.remove(one)

    async def _missed(self, one: _Subscriber) -> AsyncIterator[Event]:
        while found := await journal.after(self._database, one.seen):
            for event in found:
                one.seen = event.id
                yield event
