"""Scans that were asked for: they wait, one runs, and what runs shows among the activities."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from synctui.simulators.plex.answers import Node
from synctui.simulators.plex.library import Library, Section


@dataclass(slots=True)
class Scan:
    """A scan of one folder of a library, or of the whole."""

    section: Section
    path: str | None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    begun: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False


@dataclass(slots=True)
class Scans:
    """Scans one after the other: each begins `starts_after` seconds after its turn came, and takes `takes` seconds.

    `started` is set as soon as one has begun, and `hurry` ends the one that runs.
    """

    library: Library
    now: Callable[[], float]
    starts_after: float = 0.0
    takes: float = 0.0
    waiting: deque[Scan] = field(default_factory=deque)
    running: Scan | None = None
    done: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)
    _worker: asyncio.Task[None] | None = None

    def ask(self, section: Section, path: str | None) -> None:
        """Take a scan into the queue."""
        self.waiting.append(Scan(section, path))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def cancel(self, section: Section) -> None:
        """Drop what waits and stop what runs in a library; what it would have found is not known."""
        self.waiting = deque(scan for scan in self.waiting if scan.section is not section)
        if self.running is not None and self.running.section is section:
            self.running.cancelled = True
            self.running.over.set()

    def hurry(self) -> None:
        """Let what runs be ready at once."""
        if self.running is not None:
            self.running.over.set()

    async def idle(self) -> None:
        """Wait until nothing waits and nothing runs."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait([self._worker])

    async def forget(self) -> None:
        """Drop everything, as when the server ends."""
        self.waiting.clear()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])

    def activities(self) -> list[Node]:
        """Return what runs, as Plex says it."""
        scan = self.running
        if scan is None:
            return []
        progress = min(99, int(100 * (time.monotonic() - scan.begun) / self.takes)) if self.takes else -1
        fields: dict[str, str | int | bool | None] = {
            "uuid": scan.key,
            "type": "library.update.section",
            "cancellable": True,
            "userID": 1,
            "title": f"Scanning {scan.section.title}",
            "subtitle": "",
            "progress": progress,
        }
        return [Node("Activity", fields, [Node("Context", {"librarySectionID": str(scan.section.key)})])]

    async def _work(self) -> None:
        while self.waiting:
            await asyncio.sleep(self.starts_after)
            if self.waiting:
                await self._run(self.waiting.popleft())

    async def _run(self, scan: Scan) -> None:
        self.running, scan.begun, scan.section.refreshing = scan, time.monotonic(), True
        self.started.set()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(scan.over.wait(), self.takes)
            if not scan.cancelled:
                self.library.scan(scan.section, scan.path, int(self.now()))
                self.done += 1
        finally:
            self.running, scan.section.refreshing = None, False
