"""Subscriptions over a websocket, in both of the protocols that a Stash speaks: `graphql-transport-ws` and `graphql-ws`.

The older one, which is spoken as well when nothing or both are offered, says `start`, `data`, `stop` where the newer says
`subscribe`, `next`, `complete`, and tells `ka` after the acknowledgement.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from websockets.datastructures import Headers
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from synctui.simulators.stash.documents import Documents, Error, Invalid, Prepared
from synctui.simulators.web import Ask

NEW, OLD = Subprotocol("graphql-transport-ws"), Subprotocol("graphql-ws")
_PIECE = 65536
Event = tuple[str, object]
"""A field of Subscription, and its value."""
Shape = Callable[[Prepared, Event], dict[str, Any] | None]
"""Says what an event is to a subscription, None when it is none of its own."""


Reply = Callable[[Prepared], dict[str, Any]]
"""Answers a query or a mutation."""


class Sockets:
    """The websockets that are open; `tell` gives an event to all subscriptions."""

    def __init__(self, documents: Documents, shape: Shape, answer: Reply) -> None:
        self._documents, self._shape, self._reply = documents, shape, answer
        self._open: set[_Socket] = set()

    @property
    def subscriptions(self) -> int:
        """Return how many subscriptions are listened to."""
        return sum(len(socket.subscribed) for socket in self._open)

    def tell(self, event: Event) -> None:
        """Give an event to everybody who subscribed to such."""
        for socket in list(self._open):
            for name, prepared in list(socket.subscribed.items()):
                data = self._shape(prepared, event)
                if data is not None:
                    socket.next(name, data)

    async def converse(self, ask: Ask, more: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over a connection whose request wants to become a websocket."""
        protocol = ServerProtocol(select_subprotocol=_chosen)
        headers = Headers()
        for name, value in ask.headers.items():
            headers[name] = value
        request = Request(ask.target, headers)
        protocol.receive_data(request.serialize())
        protocol.events_received()
        protocol.send_response(protocol.accept(request))
        async with self._opened(protocol, writer) as socket:
            if more:
                protocol.receive_data(more)
            while True:
                socket.flush()
                await writer.drain()
                for event in protocol.events_received():
                    frame = getattr(event, "opcode", None)
                    if frame is Opcode.TEXT:
                        socket.heard(bytes(getattr(event, "data", b"")))
                socket.flush()
                if protocol.state in (State.CLOSED, State.CLOSING):
                    return
                data = await reader.read(_PIECE)
                if not data:
                    return
                protocol.receive_data(data)

    @asynccontextmanager
    async def _opened(self, protocol: ServerProtocol, writer: asyncio.StreamWriter) -> AsyncIterator[_Socket]:
        socket = _Socket(protocol, writer, self._documents, self._reply)
        self._open.add(socket)
        try:
            yield socket
        finally:
            self._open.discard(socket)


class _Socket:
    """One websocket, and what was subscribed to on it."""

    def __init__(self, protocol: ServerProtocol, writer: asyncio.StreamWriter, documents: Documents, reply: Reply) -> None:
        self._protocol, self._writer, self._documents, self._reply = protocol, writer, documents, reply
        self.subscribed: dict[str, Prepared] = {}
        self._greeted = False

    @property
    def _new(self) -> bool:
        return self._protocol.subprotocol == NEW

    def flush(self) -> None:
        """Send what the protocol has to say."""
        for data in self._protocol.data_to_send():
            if data:
                self._writer.write(data)

    def next(self, name: str, data: Mapping[str, Any]) -> None:
        """Tell a subscription of an event."""
        self._send(name, {"data": data})
        self.flush()

    def _send(self, name: str, payload: Mapping[str, Any]) -> None:
        self._say({"payload": payload, "id": name, "type": "next" if self._new else "data"})

    def heard(self, text: bytes) -> None:
        """Act on a message."""
        try:
            message = json.loads(text)
            kind, name = message["type"], str(message.get("id", ""))
        except (ValueError, TypeError, KeyError):
            self._protocol.send_close(4400, "invalid message")
            return
        if kind == "connection_init":
            self._greeted = True
            self._say({"type": "connection_ack"})
            if not self._new:
                self._say({"type": "ka"})
        elif kind == "ping":
            self._say({"type": "pong"})
        elif kind in ("subscribe", "start"):
            self._subscribe(name, message.get("payload") or {})
        elif kind in ("complete", "stop"):
            if self.subscribed.pop(name, None) is not None:
                self._say({"id": name, "type": "complete"})
        elif kind == "connection_terminate":
            self._protocol.send_close(1000)

    def _subscribe(self, name: str, payload: Mapping[str, Any]) -> None:
        if not self._greeted:
            if not self._new:
                self._say({"payload": {"message": "unexpected message start"}, "type": "connection_error"})
            self._protocol.send_close(1002, "unexpected message")
            return
        try:
            prepared = self._documents.prepare(
                str(payload.get("query") or ""), payload.get("operationName"), payload.get("variables") or {}
            )
        except Invalid as invalid:
            self._fail(name, invalid.errors)
            return
        if prepared.kind != "subscription":
            self._send(name, self._reply(prepared))
            self._say({"id": name, "type": "complete"})
            return
        self.subscribed[name] = prepared

    def _fail(self, name: str, errors: list[Error]) -> None:
        self._say({"payload": errors, "id": name, "type": "error"})
        self._say({"id": name, "type": "complete"})

    def _say(self, message: Mapping[str, Any]) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(json.dumps(message).encode())


def _chosen(_: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return next((wanted for wanted in (OLD, NEW) if wanted in offered), None)
