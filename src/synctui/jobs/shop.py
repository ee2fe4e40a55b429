"""What every part of the engine works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import aiosqlite

from synctui.jobs.bus import Bus
from synctui.jobs.lanes import Lanes
from synctui.model.clock import Clock, rfc3339
from synctui.model.events import Event
from synctui.model.json import Fields
from synctui.model.plan import Request
from synctui.model.sync import Sync
from synctui.store import journal
from synctui.store.database import Database


class Ended(Protocol):
    """What a job came to that has just ended."""

    @property
    def kind(self) -> str: ...

    @property
    def request(self) -> Request: ...

    @property
    def counts(self) -> Mapping[str, int]: ...


Follow = Callable[[Ended], Sequence[Request]]
"""Which requests follow a job that has ended; kinds do not know one another, so the wiring says."""


def follows_nothing(ended: Ended) -> Sequence[Request]:
    """Return none."""
    return ()


@dataclass(slots=True)
class Shop:
    """The database, the kinds, the lanes, the clock and the way to say something."""

    database: Database
    syncs: Mapping[str, Sync]
    lanes: Lanes
    bus: Bus
    clock: Clock
    grace: float
    follow: Follow = follows_nothing

    def now(self) -> str:
        """Return the time as stored."""
        return rfc3339(self.clock.now())

    async def say(self, connection: aiosqlite.Connection, job: int | None, kind: str, fields: Fields) -> Event:
        """Write an event into the journal within a write; whoever listens hears it after the commit."""
        event = await journal.add(connection, job, kind, fields, self.now())
        self.heard(event)
        return event

    def heard(self, event: Event) -> None:
        """Within a write that put an event into the journal: have it heard after the commit."""
        self.database.after_commit(partial(self.bus.publish, event))

    def post(self, job: int | None, kind: str, fields: Fields) -> None:
        """Write an event into the journal in its turn, without waiting."""

        async def work(connection: aiosqlite.Connection) -> None:
            await self.say(connection, job, kind, fields)

        self.database.post(work, single=True)

    def tell(self, job: int | None, kind: str, fields: Fields) -> None:
        """Say something that is not kept."""
        self.bus.publish(Event(kind, fields, job, self.now()))
