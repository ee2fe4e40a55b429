"""What a Kodi tells of its own accord, over its raw TCP port: when a scan begins and ends.

The port needs no password, and is open only where Kodi lets other machines control it: often it is not, and nothing more
happens than that `available` is false.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
from typing import Self

SCAN_STARTED = "VideoLibrary.OnScanStarted"

PORT = 9090

_LIBRARY = "VideoLibrary."
_CONNECT_S = 1.0
_PIECE = 65_536
_LARGEST = 1024 * 1024
_MOST_NAMES = 256
_LONGEST_NAME = 100


class KodiEvents:
    """Listens to what a Kodi tells of its video library and counts it, so that nothing is missed between two looks.

    Take a `mark` before asking Kodi for something, then `wait_for` what follows it.
    """

    def __init__(self, host: str, port: int = PORT) -> None:
        self._host, self._port = host, port
        self._count = 0
        self._last: dict[str, int] = {}
        self._news = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """True while connected."""
        return self._writer is not None

    async def start(self) -> bool:
        """Connect, within a second; return whether it worked. May be called again after a connection broke."""
        await self.close()
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError, UnicodeError, ValueError, OverflowError):
            return False
        self._listening = asyncio.create_task(self._listen(reader))
        return True

    async def close(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        self._hang_up()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def mark(self) -> int:
        """Return the present moment, for `seen` and `wait_for`."""
        return self._count

    def seen(self, method: str, since: int) -> bool:
        """Return whether a notification has come since that mark."""
        return self._last.get(method, 0) > since

    async def wait_for(self, method: str, since: int, timeout: float) -> bool:
        """Return true when a notification has come since that mark, false after `timeout` seconds or without connection."""
        try:
            async with asyncio.timeout(timeout):
                while not self.seen(method, since):
                    if not self.available:
                        return False
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        waiting = ""
        try:
            while piece := await reader.read(_PIECE):
                arrived = decoder.decode(piece)
                waiting += arrived
                if "}" in arrived:
                    waiting = self._take(waiting)
                if len(waiting) > _LARGEST or (waiting and not waiting.startswith("{")):
                    return
        except (OSError, RecursionError):
            return
        finally:
            self._hang_up()

    def _take(self, waiting: str) -> str:
        """Note every whole notification at the beginning and return the rest: they follow one another without a sign."""
        decoder = json.JSONDecoder()
        waiting = waiting.lstrip()
        while waiting:
            try:
                told, end = decoder.raw_decode(waiting)
            except ValueError:
                break
            waiting = waiting[end:].lstrip()
            method = told.get("method") if isinstance(told, dict) else None
            if isinstance(method, str):
                self._note(method)
        return waiting

    def _note(self, method: str) -> None:
        self._count += 1
        name = method[:_LONGEST_NAME]
        if name in self._last or (name.startswith(_LIBRARY) and len(self._last) < _MOST_NAMES):
            self._last[name] = self._count
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _hang_up(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(Exception):
                self._writer.close()
            self._writer = None
        self._wake()
