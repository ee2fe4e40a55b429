"""The simulated Kodi as a whole: its web server with a password, its port for notifications, its library."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from synctui.simulators.kodi.disk import Content, Disk, Source
from synctui.simulators.kodi.library import Item, Kind, Library
from synctui.simulators.kodi.methods import Methods
from synctui.simulators.kodi.rpc import Params, respond
from synctui.simulators.kodi.scanner import Scanner
from synctui.simulators.web import HANG_UP, Answer, Ask, Simulated, WebServer

LARGEST_REQUEST = 65_536
_HEADERS = (("Accept-Ranges", "none"), ("Cache-Control", "private, max-age=0, no-cache"))
_JSON = (("Content-Type", "application/json"), *_HEADERS)


class KodiSimulator(Simulated):
    """A Kodi over real folders, `(label, folder on disk, the path that Kodi calls it, content)` each.

    Reading one folder takes `pace` seconds, so that scans can meet. `password` None asks for none; `notifies` false keeps
    the port for notifications closed, as in most homes; `names` true takes in what has no NFO as well.
    """

    def __init__(
        self,
        sources: Sequence[tuple[str, Path, str, Content]],
        *,
        user: str = "kodi",
        password: str | None = None,
        pace: float = 0.01,
        notifies: bool = True,
        names: bool = False,
    ) -> None:
        self.disk = Disk([Source(*source) for source in sources])
        self.library = Library()
        self.web = WebServer(self._answer)
        self._scanner = Scanner(self.disk, self.library, self._tell, pace, names=names)
        self._methods = Methods(self.disk, self.library, self._scanner, self._tell, _now)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._authorised = None if password is None else f"Basic {token}"
        self._notifies = notifies
        self._port: asyncio.Server | None = None
        self._listeners: set[asyncio.StreamWriter] = set()
        self.tcp_port = 0
        self.told: list[tuple[str, Any]] = []

    async def start(self) -> None:
        """Listen; after `stop` at the same ports as before, with the library as it was."""
        await self.web.start()
        if self._notifies:
            self._port = await asyncio.start_server(self._welcome, "127.0.0.1", self.tcp_port)
            self.tcp_port = self._port.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be switched off, in the middle of whatever is being done."""
        await self.web.stop()
        if self._port is not None:
            self._port.close()
            self._port = None
        for listener in list(self._listeners):
            listener.close()
        self._listeners.clear()
        await self._scanner.halt()
        self.disk.forget()

    @property
    def calls(self) -> list[tuple[str, Params]]:
        """Return every method that was called, with its parameters, in order."""
        return self._methods.calls

    def called(self, method: str) -> list[Params]:
        """Return the parameters of every call of a method."""
        return [params for name, params in self.calls if name == method]

    @property
    def notices(self) -> list[tuple[str, str]]:
        """Return title and message of what it was asked to show."""
        return self._methods.notices

    @property
    def playing(self) -> bool:
        """True while somebody watches a video."""
        return self._methods.playing

    @playing.setter
    def playing(self, playing: bool) -> None:
        self._methods.playing = playing

    @property
    def scanning(self) -> bool:
        """True while it scans."""
        return self._scanner.scanning

    @property
    def pace(self) -> float:
        """Return the seconds that it takes to read a folder."""
        return self._scanner.pace

    @pace.setter
    def pace(self, pace: float) -> None:
        self._scanner.pace = pace

    def movies(self) -> list[Item]:
        """Return the films in the library."""
        return self.library.of("movie")

    def episodes(self) -> list[Item]:
        """Return the episodes in the library."""
        return self.library.of("episode")

    def item(self, kind: Kind, file_name: str) -> Item | None:
        """Return the item whose file ends so."""
        return next((item for item in self.library.of(kind) if item.file.endswith(file_name)), None)

    def set_playcount(self, file_name: str, playcount: int, lastplayed: str = "2024-05-06 07:08:09") -> None:
        """Have somebody watch the film or episode whose file ends so."""
        for item in self.library.items.values():
            if item.file.endswith(file_name):
                item.playcount, item.lastplayed = playcount, lastplayed

    async def scan(self, directory: str = "") -> None:
        """Have somebody else start a scan, as from Kodi's own menu."""
        await self._scanner.scan(directory)

    async def idle(self) -> None:
        """Wait until no scan runs."""
        await self._scanner.idle()

    async def fill(self) -> None:
        """Read all sources, as after they were set up."""
        pace, self.pace = self.pace, 0.0
        await self.scan()
        await self.idle()
        self.pace = pace

    async def _answer(self, ask: Ask) -> Answer:
        if self._authorised is not None and ask.headers.get("authorization") != self._authorised:
            return Answer(401, headers=(("Connection", "close"), ("WWW-Authenticate", 'Basic realm="Kodi"')))
        if ask.path != "/jsonrpc":
            page = b"<html><head><title>File not found</title></head><body>File not found</body></html>"
            return Answer(404, page, (("Connection", "close"), *_HEADERS))
        if ask.headers.get("content-type", "application/json").partition(";")[0].strip() != "application/json":
            return Answer(415, headers=_HEADERS)
        if len(ask.body) > LARGEST_REQUEST:
            return Answer(413, headers=(("Connection", "close"),))
        body = await respond(ask.body, self._methods.run)
        return HANG_UP if body is None else Answer(200, body, _JSON)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listeners.add(writer)
        with contextlib.suppress(OSError):
            while await reader.read(4096):
                pass
        self._listeners.discard(writer)
        writer.close()

    def _tell(self, event: str, data: Any) -> None:
        self.told.append((event, data))
        note = {"jsonrpc": "2.0", "method": f"VideoLibrary.{event}", "params": {"data": data, "sender": "xbmc"}}
        for listener in self._listeners:
            with contextlib.suppress(OSError, RuntimeError):
                listener.write(json.dumps(note, separators=(",", ":")).encode())


def _now() -> str:
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S")
