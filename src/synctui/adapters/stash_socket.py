"""What a Stash tells of its own accord, over a websocket: that a scan has ended. Of edits it tells nothing.

Both protocols of its library are spoken: `graphql-transport-ws`, and `graphql-ws` where the server chooses the older one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.http11 import Response
from websockets.typing import Subprotocol

from synctui import __version__
from synctui.adapters.http import Reply, judge, not_connected
from synctui.adapters.stash import refused, stash_address, stash_headers
from synctui.adapters.stash_queries import SCAN_COMPLETE
from synctui.errors import BadAnswer, ConnectionLost, ServerFailed, SyncTuiError, TimedOut
from synctui.text import display

_NEW, _OLD = Subprotocol("graphql-transport-ws"), Subprotocol("graphql-ws")
_LARGEST = 1024 * 1024
_OPEN_S, _CLOSE_S, _ALIVE_S = 10.0, 1.0, 20.0
_LONGEST_COMPLAINT = 200
_ID = "1"

_SILENT = logging.Logger("synctui.stash_socket", logging.CRITICAL + 1)
"""Stands by itself: the library's own logger writes down every header, and so the key."""


class _Connect(connect):
    """A connection that follows no redirect, as the key would go along."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def scans_completed(url: str, *, api_key: str = "") -> AsyncGenerator[None, None]:
    """Yield whenever a scan has ended at the Stash at `url`; close it (`contextlib.aclosing`) to hang up at once.

    Raises what `Stash` raises: NotAuthorised, Unreachable, TimedOut, ConnectionLost (also where the server ends the
    subscription), BadAnswer and ServerFailed.
    """
    try:
        async with _Connect(
            _address(url),
            subprotocols=[_NEW, _OLD],
            additional_headers={name: value for name, value in stash_headers(api_key).items() if name != "Accept"},
            user_agent_header=f"SyncTUI/{__version__}",
            proxy=None,
            open_timeout=_OPEN_S,
            close_timeout=_CLOSE_S,
            ping_interval=_ALIVE_S,
            ping_timeout=_ALIVE_S,
            compression=None,
            max_size=_LARGEST,
            logger=_SILENT,
        ) as connection:
            async with asyncio.timeout(_OPEN_S):
                await _subscribe(connection)
            async for kind, payload in _messages(connection):
                if kind == "complete":
                    break
                if kind in ("next", "data") and _completed(payload):
                    yield
    except InvalidStatus as error:
        raise _not_upgraded(error.response, url, api_key) from None
    except ConnectionClosed as error:
        raise _closed(error) from None
    except TimeoutError:
        raise TimedOut(f"no answer within {_OPEN_S:g} s", hint="is the server overloaded?") from None
    except (OSError, InvalidMessage) as error:
        if isinstance(error, ConnectionResetError | BrokenPipeError) or isinstance(error.__cause__, EOFError):
            raise _lost("the connection broke off") from None
        if isinstance(error, InvalidMessage):
            raise _no_socket() from None
        raise not_connected(error) from None
    except (WebSocketException, ValueError, RecursionError):
        raise _no_socket() from None
    raise _lost("it ended the subscription")


def _address(url: str) -> str:
    parts = urlsplit(stash_address(url))
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return f"{scheme}://{parts.netloc}{parts.path}/graphql"


async def _subscribe(connection: ClientConnection) -> None:
    await connection.send(json.dumps({"type": "connection_init", "payload": {}}))
    async for kind, _ in _messages(connection):
        if kind == "connection_ack":
            break
    start = "subscribe" if connection.subprotocol == _NEW else "start"
    await connection.send(json.dumps({"id": _ID, "type": start, "payload": {"query": SCAN_COMPLETE}}))


async def _messages(connection: ClientConnection) -> AsyncIterator[tuple[str, object]]:
    """Yield what the server says, as (type, payload), its pings answered. Raises ServerFailed for an error."""
    while True:
        message = json.loads(await connection.recv(decode=True))
        kind = message.get("type") if isinstance(message, dict) else None
        if not isinstance(kind, str):
            raise ValueError("no message of such a protocol")
        payload = message.get("payload")
        if kind == "ping":
            await connection.send(json.dumps({"type": "pong"}))
        elif kind in ("error", "connection_error"):
            raise _failure(payload)
        else:
            yield kind, payload


def _completed(payload: object) -> bool:
    told = payload if isinstance(payload, dict) else {}
    if told.get("errors"):
        raise _failure(told["errors"])
    data = told.get("data")
    return isinstance(data, dict) and data.get("scanCompleteSubscribe") is True


def _failure(payload: object) -> ServerFailed:
    first = payload[0] if isinstance(payload, list) and payload else payload
    told = first.get("message") if isinstance(first, dict) else first
    message = display(told, _LONGEST_COMPLAINT) if isinstance(told, str) and told else "no reason is given"
    return ServerFailed(f"it reports an error: {message}", hint="its log says more", code="graphql_error")


def _not_upgraded(response: Response, url: str, api_key: str) -> SyncTuiError:
    if response.status_code in (401, 403):
        return refused(api_key, response.status_code == 403)
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    try:
        judge(Reply(response.status_code, headers, b""), url)
    except SyncTuiError as error:
        return error
    return _no_socket()


def _closed(error: ConnectionClosed) -> ServerFailed:
    # What we sent says what was wrong with what came.
    code = None if error.sent is None or error.rcvd_then_sent else error.sent.code
    if code == CloseCode.MESSAGE_TOO_BIG:
        return BadAnswer(f"a message is larger than {_LARGEST // 1024 // 1024} MiB", code="too_large_answer")
    return _no_socket() if code in (CloseCode.INVALID_DATA, CloseCode.PROTOCOL_ERROR) else _lost("the connection broke off")


def _lost(message: str) -> ConnectionLost:
    return ConnectionLost(message, hint="was the server restarted? It is asked again")


def _no_socket() -> BadAnswer:
    return BadAnswer(
        "it does not speak the websocket protocol of Stash",
        hint="does `url` lead to Stash itself, and does a proxy before it let websockets through?",
        code="no_websocket",
    )
