"""A server in front of a simulated Stash, on a thread of its own: it hands on what is asked, until something is wrong.

What stands between is not held to HTTP: a fault may answer anything, or write bytes of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from synctui.simulators.stash.server import StashSimulator
from synctui.simulators.web import Answer, Ask

T = TypeVar("T")

_NAME = re.compile(r"(?:query|mutation) (\w+)")


@dataclass(slots=True)
class Question:
    """What was asked, with the name of its operation; `answer` has the simulator answer it."""

    name: str
    variables: Mapping[str, Any]
    ask: Ask
    answer: Callable[[], Awaitable[Answer]]

    async def values(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        answer = await self.answer()
        packed = ("Content-Encoding", "gzip") in answer.headers
        values: dict[str, Any] = json.loads(gzip.decompress(answer.body) if packed else answer.body)
        return values


Fault = Callable[[Question, asyncio.StreamWriter], Awaitable[Answer | None]]
"""Returns what to say instead, or None when it has written whatever it wanted: the connection ends then."""

Where = Callable[[Question], bool]


@dataclass(slots=True)
class Trouble:
    """A fault for the questions that it is about: `times` is how many are still concerned, None all.

    One that `spreads` is about everything else as well, once it has begun.
    """

    fault: Fault
    where: Where
    times: int | None = None
    spreads: bool = False
    begun: bool = False
    struck: int = 0

    def strikes(self, question: Question) -> bool:
        """Tell whether it concerns this question, and count it."""
        if self.times == 0 or not (self.where(question) or (self.spreads and self.begun)):
            return False
        self.begun = True
        self.struck += 1
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Front:
    """Listens on loopback, with `tls` as HTTPS; `then` is told of every question before it is answered."""

    stash: StashSimulator
    tls: ssl.SSLContext | None = None
    troubles: list[Trouble] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    then: Callable[[Question], None] = lambda question: None
    port: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stash-front", daemon=True)
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start the thread, and listen."""
        self._thread.start()
        self.listen()

    def end(self) -> None:
        """Stop listening, and the thread."""
        self.leave()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def listen(self) -> None:
        """Listen; after `leave` at the same port as before."""
        self._do(self._listen())

    def leave(self) -> None:
        """Be gone: nobody listens any more, and open connections break."""
        self._do(self._leave())

    def vanish(self) -> None:
        """Stop to listen and break every connection, from within a fault."""
        assert self._server is not None
        self._server.close()
        self._server = None
        for talk in self._talks - {asyncio.current_task()}:
            talk.cancel()

    def calm(self) -> None:
        """Have nothing be wrong any more, and be there."""
        self.troubles.clear()
        self.then = lambda question: None
        if self._server is None:
            self.listen()

    def names(self) -> list[str]:
        """Return the names of the operations that were asked for, in their order."""
        return [question.name for question in self.asked]

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self.tls, limit=2**20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _leave(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        if self._server is None:
            # It came in while the server went.
            writer.close()
            return
        self._talks.add(talk)
        try:
            while await self._converse(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(talk)
            with contextlib.suppress(Exception):
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one question; return whether the connection goes on."""
        begun = await reader.readexactly(1)
        if not begun.isalpha():
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return False
        lines = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        question = self._question(Ask(method, target, target.partition("?")[0], (), headers, body))
        self.asked.append(question)
        self.then(question)
        trouble = next((one for one in self.troubles if one.strikes(question)), None)
        answer = await (question.answer() if trouble is None else trouble.fault(question, writer))
        if answer is not None:
            writer.write(written(answer))
        await writer.drain()
        return answer is not None

    def _question(self, ask: Ask) -> Question:
        values = json.loads(ask.body) if ask.body else {}
        named = _NAME.match(str(values.get("query", "")))
        return Question(named[1] if named else "", values.get("variables", {}), ask, lambda: self.stash.web.answer(ask))


def written(answer: Answer) -> bytes:
    """Return an answer as it goes over the wire."""
    named = {name.lower() for name, _ in answer.headers}
    framed = (
        () if "content-length" in named or "transfer-encoding" in named else (("Content-Length", str(len(answer.body))),)
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in (*answer.headers, *framed))
    return f"HTTP/1.1 {answer.status} Told\r\n{head}\r\n".encode("latin-1") + answer.body
