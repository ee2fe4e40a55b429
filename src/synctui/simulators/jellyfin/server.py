"""The server itself: its settings and state, and what tests and demonstrations do to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from synctui.model.clock import Clock, SystemClock
from synctui.model.json import Json
from synctui.simulators.jellyfin import routes
from synctui.simulators.jellyfin.items import Item, LibraryFolder
from synctui.simulators.jellyfin.monitor import Monitor
from synctui.simulators.jellyfin.shelf import Shelf
from synctui.simulators.web import Answer, Ask, Simulated, WebServer

Flavour = Literal["jellyfin", "emby"]
TOKEN = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
USER_TOKEN = "00112233445566778899aabbccddeeff"


@dataclass(slots=True)
class Session:
    """An application that is connected: what it plays ("" nothing), and whether it takes commands."""

    id: str
    playing: str = ""
    controllable: bool = True


@dataclass(slots=True)
class Task:
    """The scan of all libraries: the only task that there is."""

    state: str = "Idle"
    last: str = ""
    runs: int = 0


class JellyfinSimulator(Simulated):
    """A Jellyfin or Emby over real folders, which it has scanned once when it starts for the first time.

    `token` is an administrator's key, `user_token` that of somebody who is none. `monitor_delay` seconds of silence must
    pass before it looks at what it was told; each item then takes `refresh_time`, a scan of everything `scan_time`.
    `legacy_authorization` None goes by the version. `sessions` are listed, also those in `gone`, which left since.
    """

    def __init__(
        self,
        libraries: Sequence[LibraryFolder | tuple[str, Path, str, str]],
        *,
        token: str = TOKEN,
        user_token: str = USER_TOKEN,
        flavour: Flavour = "jellyfin",
        version: str = "",
        name: str = "Living room",
        monitor_delay: float = 60.0,
        refresh_time: float = 0.0,
        scan_time: float = 0.0,
        legacy_authorization: bool | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.flavour: Flavour = flavour
        self.version = version or ("4.8.11.0" if flavour == "emby" else "10.10.7")
        self.name = name
        self.monitor_delay = monitor_delay
        self.refresh_time = refresh_time
        self.scan_time = scan_time
        early = flavour == "emby" or int(self.version.split(".")[0]) < 12
        self.legacy_authorization = early if legacy_authorization is None else legacy_authorization
        self.rights = {token: "administrator", user_token: "user"}
        self.clock: Clock = clock or SystemClock()
        folders = [one if isinstance(one, LibraryFolder) else LibraryFolder(*one) for one in libraries]
        self.shelf = Shelf(folders, self.clock, numbers=flavour == "emby")
        self.monitor = Monitor(lambda: self.monitor_delay, self.clock, self._changed)
        self.sessions: list[Session] = []
        self.gone: set[str] = set()
        self.messages: list[tuple[str, str, str]] = []
        self.task = Task()
        self.web = WebServer(self._answer)
        self._scanned = False
        self._scanning: asyncio.Task[None] | None = None
        self._busy: set[asyncio.Task[None]] = set()

    # for tests

    @property
    def calls(self) -> list[tuple[str, str, object]]:
        """Return every request: method, path without a prefix, and the body, else the query."""
        return [(ask.method, routes.bare(ask.path), _payload(ask)) for ask in self.web.asked]

    @property
    def refreshed(self) -> list[str]:
        """Return the path of every item that had to be refreshed, `everything` for a scan of all."""
        return self.shelf.refreshed

    def items(self, *kinds: str) -> dict[str, Item]:
        """Return the items that it knows by path, of these kinds only where some are given."""
        return {path: item for path, item in self.shelf.items.items() if not kinds or item.kind in kinds}

    async def settle(self) -> None:
        """Wait until it has nothing more to do."""
        while tasks := self._busy | self.monitor.tasks:
            await asyncio.wait(tasks)

    async def start(self) -> None:
        """Listen; the first time scan everything before."""
        if not self._scanned:
            self.shelf.scan()
            self.shelf.refreshed.clear()
            self._scanned = True
        await self.web.start()

    async def stop(self) -> None:
        """Be gone; what waited for silence is forgotten, what is known is kept."""
        await self.web.stop()
        await self.monitor.close()
        for task in list(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        self.task.state = "Idle"

    # what it does

    def scan(self) -> None:
        """Scan everything, from the beginning where it is at that already."""
        if self._scanning is not None and not self._scanning.done():
            self._scanning.cancel()
            self.task.last = "Cancelled"
        self._scanning = self.do(self._scan())

    def do(self, work: Awaitable[None]) -> asyncio.Task[None]:
        """Do something after the answer."""
        task = asyncio.ensure_future(_within(work))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        return task

    async def refresh(self, items: Iterable[Item], *, fully: bool = False) -> None:
        """Refresh items one after the other."""
        for item in items:
            await self.clock.sleep(self.refresh_time)
            self.shelf.refresh(item, fully=fully)

    async def _changed(self, paths: list[str]) -> None:
        affected = [item for path in dict.fromkeys(paths) if (item := self.shelf.affected(path)) is not None]
        if self.shelf.top in affected:
            affected = [self.shelf.top]
        await self.refresh({item.path: item for item in affected}.values())

    async def _scan(self) -> None:
        self.task.state = "Running"
        self.task.runs += 1
        await self.clock.sleep(self.scan_time)
        self.shelf.scan()
        self.task.state, self.task.last = "Idle", "Completed"

    async def _answer(self, ask: Ask) -> Answer:
        answer = routes.answer(self, ask)
        dated = ("Date", format_datetime(self.clock.now().astimezone(UTC).replace(microsecond=0), usegmt=True))
        return Answer(answer.status, answer.body, (("Server", "Kestrel"), dated, *answer.headers))


async def _within(work: Awaitable[None]) -> None:
    await work


def _payload(ask: Ask) -> object:
    if not ask.body:
        return dict(ask.query)
    try:
        body: Mapping[str, Json] = json.loads(ask.body)
    except ValueError:
        return ask.body
    return body
