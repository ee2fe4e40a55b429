"""Lanes: what operations of all jobs share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from synctui.model.sync import Budget, Lane, Sync

_MOST_ASIDE = 4
"""For each that a lane has room for: what waits holds memory, and a stop has to wait for it."""


class SharedLane:
    """A lane of this process: so many operations at once, so many starts a second, a daily budget."""

    def __init__(self, lane: Lane, width: int) -> None:
        self.name = lane.name
        self.width = max(1, width)
        self.budget: Budget | None = lane.budget
        self._interval = 1.0 / lane.rate if lane.rate else 0.0
        self._next_start = 0.0
        self._running = 0
        self._aside = 0
        self._waiting: set[asyncio.Event] = set()

    @property
    def free(self) -> bool:
        """True when one more operation fits."""
        return self._running < self.width

    def delay(self, now: float) -> float:
        """Return the seconds until the rate lets the next operation start."""
        return max(0.0, self._next_start - now)

    def take(self, now: float) -> None:
        """Count a start at the monotonic time `now`."""
        self._running += 1
        if self._interval:
            self._next_start = max(now, self._next_start) + self._interval

    def release(self) -> None:
        """Count an end and wake whoever waits for it."""
        self._running -= 1
        for event in self._waiting:
            event.set()

    def step_aside(self) -> bool:
        """Free the place of an operation that only waits; False where so many do that it had better keep it."""
        if self._aside >= _MOST_ASIDE * self.width:
            return False
        self._aside += 1
        self.release()
        return True

    def step_back(self) -> None:
        """Count an operation again whose waiting is over; it is let in where the lane is full too: it began first."""
        self._aside -= 1
        self._running += 1

    def join(self, wake: asyncio.Event) -> None:
        """Have `wake` set whenever an operation ends here."""
        self._waiting.add(wake)

    def leave(self, wake: asyncio.Event) -> None:
        """Forget a waiting event."""
        self._waiting.discard(wake)


class Lanes:
    """Every lane of this process by name; kinds that name the same lane share it, the narrower one counts."""

    def __init__(self, syncs: Iterable[Sync], widths: Mapping[str, int]) -> None:
        self._lanes: dict[str, SharedLane] = {}
        for sync in syncs:
            for name, lane in sync.lanes.items():
                width = widths.get(name, lane.width)
                if name in self._lanes:
                    width = min(width, self._lanes[name].width)
                self._lanes[name] = SharedLane(lane, width)

    def __getitem__(self, name: str) -> SharedLane:
        if name not in self._lanes:
            # A stored job may name a lane that the configuration has no more, such as a server that was removed.
            self._lanes[name] = SharedLane(Lane(name), 1)
        return self._lanes[name]
