"""A Kodi with an empty library, real or simulated, and what the tests do with both alike."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from synctui.adapters.http import Server
from synctui.adapters.kodi import Kodi
from synctui.adapters.kodi_items import KodiItem
from synctui.simulators.kodi.server import KodiSimulator
from tests.players.kodi import media

SCAN_FINISHED = "VideoLibrary.OnScanFinished"
"""Sent for a scan that was cancelled, too, and for one that found nothing to do."""

_numbers = itertools.count(1)


@dataclass(slots=True)
class Stage:
    """A Kodi, the folders of its sources on this disk and what it calls them."""

    url: str
    auth: tuple[str, str]
    tcp_port: int
    movies: Path
    shows: Path
    movies_path: str
    shows_path: str
    simulator: KodiSimulator | None = None
    mountable: bool = True
    server: Server = field(init=False)
    kodi: Kodi = field(init=False)

    def __post_init__(self) -> None:
        self.server = Server(self.url, auth=self.auth, timeout=20.0)
        self.kodi = Kodi(self.server)

    def path(self, place: Path) -> str:
        """Return what Kodi calls a folder, with its final slash, or a file."""
        roots = ((self.movies, self.movies_path), (self.shows, self.shows_path))
        for root, called in roots:
            if place.is_relative_to(root):
                inner = place.relative_to(root).as_posix()
                return called + ("" if inner == "." else inner) + ("" if place.suffix == ".mkv" or inner == "." else "/")
        raise ValueError(place)

    def film(self, name: str = "Salt", **fields: str | int) -> Path:
        """Make a film of a name that no test has used."""
        return media.make_film(self.movies, f"{name} {next(_numbers)} (2019)", **fields)  # type: ignore[arg-type]

    def show(self, name: str = "The Long Orbit") -> str:
        """Return a name for a show that no test has used."""
        return f"{name} {next(_numbers)}"

    async def settle(self) -> None:
        """Wait until no scan runs."""
        await eventually(self._idle)

    async def _idle(self) -> bool:
        return not await self.kodi.scanning()

    async def scan(self, *folders: Path) -> None:
        """Scan and wait for the end."""
        await self.kodi.scan([self.path(folder) for folder in folders])
        await self.settle()

    async def scan_roots(self) -> None:
        """Have both sources read, after which Kodi remembers what is in them."""
        await self.scan(self.movies)
        await self.scan(self.shows)

    async def prime(self, *folders: Path) -> None:
        """Have folders listed anew."""
        await self.kodi.entries([self.path(folder) for folder in folders])

    async def add(self, *folders: Path) -> None:
        """Take new folders in, as it is done right: listing their parents first."""
        await self.prime(*{folder.parent for folder in folders})
        await self.scan(*folders)

    async def items(self, *folders: Path) -> tuple[KodiItem, ...]:
        """Return what the library has of these folders."""
        return await self.kodi.items([self.path(folder) for folder in folders])

    async def item(self, folder: Path) -> KodiItem:
        """Return the one item of a folder."""
        (item,) = await self.items(folder)
        return item

    async def call(self, method: str, **params: Any) -> Any:
        """Return the whole answer to a call."""
        return await self.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})

    async def post(self, body: Any) -> Any:
        """Return the answer to a request, as JSON."""
        return (await self.server.ask("POST", "/jsonrpc", json=body)).json()

    async def raw(
        self, content: bytes, *, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | bool | None = True
    ) -> httpx.Response:
        """Return the answer to any bytes; `auth` True is the right one."""
        credentials = self.auth if auth is True else None if auth is False else auth
        sent = {"Content-Type": "application/json"} if headers is None else headers
        async with httpx.AsyncClient(trust_env=False, timeout=10.0, auth=credentials) as client:
            return await client.post(f"{self.url}/jsonrpc", content=content, headers=sent)

    async def empty(self) -> None:
        """Leave nothing behind, in the library and on the disk."""
        await self.settle()
        for root, called in ((self.movies, self.movies_path), (self.shows, self.shows_path)):
            for entry in root.iterdir():
                shutil.rmtree(entry)
            rules = {"field": "path", "operator": "startswith", "value": called}
            for kind in ("Movie", "Episode", "TVShow"):
                answer = await self.call(f"VideoLibrary.Get{kind}s", filter=rules)
                for entry in answer["result"].get(f"{kind.lower()}s", ()):
                    await self.call(f"VideoLibrary.Remove{kind}", **{f"{kind.lower()}id": entry[f"{kind.lower()}id"]})


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < ends, "it never came true"
        await asyncio.sleep(0.02)
