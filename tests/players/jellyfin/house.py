"""A small house: a film library, a show library, a server over them and somebody who asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from synctui.adapters.jellyfin import Flavour, Jellyfin, jellyfin_server
from synctui.simulators.jellyfin.items import LibraryFolder
from synctui.simulators.jellyfin.server import TOKEN, JellyfinSimulator

MOVIES, SHOWS = "/data/movies", "/data/tv"
FIRST = "/data/movies/First (2001)/First (2001).mkv"
SECOND = "/data/movies/Second (2002)/Second (2002).mkv"
PILOT = "/data/tv/Show/Season 01/Show S01E01.mkv"


class HandClock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
        self._begun = self.moment
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - self._begun).total_seconds()

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            event = asyncio.Event()
            self._sleepers.append((self.moment + timedelta(seconds=seconds), event))
            await event.wait()

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and everything happen that was due."""
        self.moment += timedelta(seconds=seconds)
        for due, event in list(self._sleepers):
            if due <= self.moment:
                self._sleepers.remove((due, event))
                event.set()
        for _ in range(10):
            await asyncio.sleep(0)


def put(folder: Path, name: str, text: str = "x") -> Path:
    """Write a file below a folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def touch(file: Path) -> None:
    """Make a file newer."""
    later = file.stat().st_mtime_ns + 5_000_000_000
    os.utime(file, ns=(later, later))


def libraries(tmp: Path) -> list[LibraryFolder]:
    """Return two films and a show of one episode."""
    for path in (FIRST, SECOND):
        put(tmp, path.removeprefix("/data/"))
    put(tmp, PILOT.removeprefix("/data/"))
    return [
        LibraryFolder("Films", tmp / "movies", MOVIES, "movies"),
        LibraryFolder("Series", tmp / "tv", SHOWS, "tvshows"),
    ]


def simulator(tmp: Path, **settings: Any) -> JellyfinSimulator:
    """Return a server over `libraries` that waits a moment only."""
    return JellyfinSimulator(libraries(tmp), **{"monitor_delay": 0.02, **settings})


@asynccontextmanager
async def asking(
    url: str, token: str = TOKEN, *, flavour: Flavour = "jellyfin", timeout: float = 5.0, clock: HandClock | None = None
) -> AsyncIterator[Jellyfin]:
    """Give somebody who asks the server at an address."""
    server = jellyfin_server(url, token, device_id="device one", timeout=timeout, flavour=flavour)
    try:
        yield Jellyfin(server, flavour=flavour, clock=clock)
    finally:
        await server.close()
