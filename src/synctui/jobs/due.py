"""When a cron expression is due, by what the store knows to be dealt with; and how installations are kept apart."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import aiosqlite

from synctui.config.cron import next_after
from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.store import schedule as notes
from synctui.store.database import Database
from synctui.store.schedule import Dealt

# Clocks are put back by hours; what is noted for later than that was noted by a clock that was wrong.
_TRUSTED = timedelta(hours=25)


def spread(place: str, name: str, most: float) -> timedelta:
    """Return how much later than said an entry comes at a place: always the same, between 0 and `most` seconds."""
    digest = hashlib.sha256(f"{place}\0{name}".encode(errors="surrogateescape")).digest()
    return timedelta(seconds=most * int.from_bytes(digest[:4], "big") / 2**32)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an expression stands: `at` is when the first due time comes that is not dealt with, None: none ever does.

    `was` is what was read; with `fresh` it says nothing, and the expression counts from now on.
    """

    at: datetime | None
    was: Dealt | None
    fresh: bool


@dataclass(frozen=True, slots=True)
class DueTimes:
    """The due times of one entry's cron expression, each of which comes `lag` later than it says."""

    name: str
    cron: str
    lag: timedelta

    async def standing(self, database: Database, now: datetime, zone: tzinfo) -> Standing:
        """Return how it stands; raises CronSimError for what is no expression."""
        was = await notes.dealt(database, self.name, self.cron)
        until = _trusted(was, now) if was else None
        due = next_after(self.cron, until or now, zone)
        return Standing(due + self.lag if due else None, was, until is None)

    async def submit(
        self, database: Database, now: datetime, zone: tzinfo, store: Callable[[notes.Note], Awaitable[int | None]]
    ) -> datetime | None:
        """Have `store` write a job when a due time has come, together with the note of it; return when the next comes.

        All that came are dealt with by one job. What `store` does not write now stays due; None is returned then.
        """
        found = await self.standing(database, now, zone)
        if found.fresh:
            begin = rfc3339(now)
            await database.write(lambda one: notes.begin(one, self.name, self.cron, begin, was=found.was))
        if found.at is None or now < found.at or found.was is None:
            return found.at
        was, until = found.was, now - self.lag

        async def note(connection: aiosqlite.Connection) -> bool:
            return await notes.advance(connection, self.name, self.cron, rfc3339(until), was=was)

        if await store(note) is None:
            return None
        after = next_after(self.cron, until, zone)
        return after + self.lag if after else None


def _trusted(known: Dealt, now: datetime) -> datetime | None:
    times = [parse_rfc3339(text) for text in (known.until, known.ahead) if text]
    return max((time for time in times if time <= now + _TRUSTED), default=None)
