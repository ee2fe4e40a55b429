"""A small HTTP/1.1 server on loopback, of which every fault that a network has can be asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

_LARGEST = 8 * 1024 * 1024
_PIECE = 65536


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as it came: `target` is the raw path with its query, `path` decoded, `headers` have lower-case names."""

    method: str
    target: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""

    def first(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter, whatever the case of its name."""
        return next((value for key, value in self.query if key.lower() == name.lower()), default)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; a status of 0 closes the connection without a word."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


HANG_UP = Answer(0)

Upgrade = Callable[[Ask, bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Faults:
    """What is wrong with a server, to be changed while it runs.

    `delay` seconds pass before an answer; `mute` never answers; `drip` sends one byte of the body every `drip` seconds;
    `reset` acts and hangs up without an answer; `answer` stands for whatever would be said, and nothing is done.
    `times` is how many requests are still concerned, None all.
    """

    delay: float = 0.0
    mute: bool = False
    drip: float = 0.0
    reset: bool = False
    answer: Answer | None = None
    times: int | None = None

    def take(self) -> Faults | None:
        """Return the faults that concern the next request."""
        if self.times is not None:
            if self.times <= 0:
                return None
            self.times -= 1
        return self


@dataclass(slots=True)
class WebServer:
    """Answers requests on loopback; `connections` counts those ever accepted, `asked` keeps every request.

    `upgrade` is given what wants to go on as a websocket, with what had come behind the request; it answers by itself, and
    the connection ends with it.
    """

    answer: Callable[[Ask], Awaitable[Answer]]
    host: str = "127.0.0.1"
    port: int = 0
    upgrade: Upgrade | None = None
    faults: Faults = field(default_factory=Faults)
    connections: int = 0
    asked: list[Ask] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen; after `stop` at the same port as before."""
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone: nobody listens any more, and open connections break."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def __aenter__(self) -> WebServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            await self._converse(reader, writer)
        except (OSError, h11.RemoteProtocolError, asyncio.CancelledError):
            pass
        finally:
            if task is not None:
                self._open.discard(task)
            with contextlib.suppress(Exception):
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            ask = await _request(connection, reader)
            if ask is None:
                return
            self.asked.append(ask)
            faults = self.faults.take() or _NONE
            if faults.mute:
                await asyncio.Event().wait()
            if faults.delay:
                await asyncio.sleep(faults.delay)
            if self.upgrade is not None and ask.headers.get("upgrade", "").lower() == "websocket":
                await self.upgrade(ask, connection.trailing_data[0], reader, writer)
                return
            answer = faults.answer if faults.answer is not None else await self.answer(ask)
            if answer.status == 0 or faults.reset:
                return
            await _say(connection, writer, answer, faults.drip)
            if connection.our_state is h11.MUST_CLOSE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()


class Simulated:
    """A server that is simulated on top of a `WebServer`; `start` and `stop` may be extended."""

    web: WebServer

    @property
    def url(self) -> str:
        """Return its address."""
        return self.web.url

    @property
    def faults(self) -> Faults:
        """Return what is wrong with it, to be changed."""
        return self.web.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.web.faults = faults

    async def start(self) -> None:
        """Listen; after `stop` at the same address as before."""
        await self.web.start()

    async def stop(self) -> None:
        """Be gone."""
        await self.web.stop()

    async def restart(self) -> None:
        """Be gone for a moment."""
        await self.stop()
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


_NONE = Faults()


async def _request(connection: h11.Connection, reader: asyncio.StreamReader) -> Ask | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_PIECE))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _LARGEST:
                return None
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _ask(head, bytes(body))
        else:
            return None


def _ask(head: h11.Request, body: bytes) -> Ask:
    target = head.target.decode("latin-1")
    parts = urlsplit(target)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Ask(head.method.decode("ascii"), target, unquote(parts.path), query, headers, body)


async def _say(connection: h11.Connection, writer: asyncio.StreamWriter, answer: Answer, drip: float) -> None:
    bare = answer.status in (204, 304)
    named = {name.lower() for name, _ in answer.headers}
    length = [] if bare or "content-length" in named else [("Content-Length", str(len(answer.body)))]
    head = h11.Response(status_code=answer.status, headers=[*answer.headers, *length])
    writer.write(connection.send(head) or b"")
    if not bare:
        pieces = [answer.body[at : at + 1] for at in range(len(answer.body))] if drip else [answer.body]
        for piece in pieces:
            writer.write(connection.send(h11.Data(data=piece)) or b"")
            if drip:
                await writer.drain()
                await asyncio.sleep(drip)
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()
