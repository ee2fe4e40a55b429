"""The subscription to the ends of scans, over real websockets on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from synctui.adapters.stash_socket import scans_completed
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, ServerFailed, SyncTuiError, Unreachable
from synctui.simulators.web import Answer, Ask, WebServer

NEW, OLD = "graphql-transport-ws", "graphql-ws"
Talk = Callable[[ServerConnection], Awaitable[None]]
DONE = {"data": {"scanCompleteSubscribe": True}}


@asynccontextmanager
async def talking(talk: Talk, protocols: tuple[str, ...] | None = (NEW, OLD)) -> AsyncIterator[tuple[str, list[Request]]]:
    """Yield the address of a server that talks so, and the requests that came."""
    requests: list[Request] = []

    async def note(connection: ServerConnection, request: Request) -> Response | None:
        requests.append(request)
        return None

    chosen = None if protocols is None else [Subprotocol(name) for name in protocols]
    async with serve(talk, "127.0.0.1", 0, subprotocols=chosen, process_request=note, close_timeout=0.1) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", requests


async def hear(connection: ServerConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await connection.recv())
    return message


async def say(connection: ServerConnection, kind: str, **more: object) -> None:
    await connection.send(json.dumps({"type": kind, **more}))


async def accept(connection: ServerConnection) -> str:
    """Take part in the greeting; return the id of the subscription."""
    assert (await hear(connection))["type"] == "connection_init"
    await say(connection, "connection_ack")
    asked = await hear(connection)
    assert asked["type"] == ("start" if connection.subprotocol != NEW else "subscribe")
    assert "scanCompleteSubscribe" in asked["payload"]["query"]
    return str(asked["id"])


def telling(*messages: object, end: bool = False) -> Talk:
    """Return a talk that sends these messages after the greeting."""

    async def talk(connection: ServerConnection) -> None:
        number = await accept(connection)
        for message in messages:
            if isinstance(message, str | bytes):
                await connection.send(message)
            elif isinstance(message, dict):
                await connection.send(json.dumps({"id": number, **message}))
        if not end:
            await connection.wait_closed()

    return talk


async def failure(talk: Talk, **more: Any) -> SyncTuiError:
    async with talking(talk, **more) as (url, _):
        with pytest.raises(SyncTuiError) as raised:
            async with aclosing(scans_completed(url)) as scans:
                async for _nothing in scans:
                    pass
    return raised.value


async def count(talk: Talk, protocols: tuple[str, ...] | None = (NEW, OLD)) -> int:
    """Return how many scans are told of before the server ends the subscription."""
    seen = 0
    async with talking(talk, protocols) as (url, _):
        with pytest.raises(ConnectionLost):
            async for _nothing in scans_completed(url):
                seen += 1
    return seen


@pytest.mark.parametrize(("protocols", "kind"), [((NEW, OLD), "next"), ((OLD,), "data"), (None, "data")])
async def test_each_end_of_a_scan_is_told(protocols: tuple[str, ...] | None, kind: str) -> None:
    done = {"type": kind, "payload": DONE}
    other = {"type": kind, "payload": {"data": {"scanCompleteSubscribe": False}}}
    talk = telling({"type": "ka"}, done, other, {"type": kind, "payload": None}, done, {"type": "complete"})
    assert await count(talk, protocols) == 2


async def test_the_key_is_in_a_header_only_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        talking(telling({"type": "next", "payload": DONE})) as (url, requests),
        aclosing(scans_completed(f"{url}/behind/graphql", api_key="hush")) as scans,
    ):
        await anext(scans)
    assert requests[0].headers["ApiKey"] == "hush"
    assert requests[0].path == "/behind/graphql"
    ours = [record.getMessage() for record in caplog.records if record.name != "websockets.server"]
    assert "hush" not in "".join(ours)


async def test_a_ping_of_the_protocol_is_answered() -> None:
    answered = asyncio.Event()

    async def talk(connection: ServerConnection) -> None:
        await accept(connection)
        await say(connection, "ping")
        assert (await hear(connection))["type"] == "pong"
        answered.set()

    assert isinstance(await failure(talk), ConnectionLost)
    assert answered.is_set()


@pytest.mark.parametrize(
    "message",
    [
        {"type": "error", "payload": [{"message": "no such field\x1b"}]},
        {"type": "next", "payload": {"errors": [{"message": "no such field\x1b"}], "data": None}},
        {"type": "connection_error", "payload": {"message": "no such field\x1b"}},
    ],
)
async def test_an_error_is_said(message: object) -> None:
    error = await failure(telling(message))
    assert isinstance(error, ServerFailed)
    assert error.code == "graphql_error"
    assert "no such field␛" in error.message


@pytest.mark.parametrize("message", ["<html>", "[]", "5", "{}", '{"type": 5}', "[" * 100_000, b"\xff\xfe", "9" * 5000])
async def test_what_is_no_message_is_a_bad_answer(message: object) -> None:
    assert isinstance(await failure(telling(message)), BadAnswer)


async def test_a_message_without_end_is_refused() -> None:
    error = await failure(telling(json.dumps({"type": "x" * 2_000_000})))
    assert error.code == "too_large_answer"


async def test_a_connection_that_ends_is_lost() -> None:
    async def talk(connection: ServerConnection) -> None:
        await accept(connection)
        connection.transport.abort()

    assert isinstance(await failure(talk), ConnectionLost)
    assert isinstance(await failure(telling(end=True)), ConnectionLost)


async def test_a_server_that_never_greets_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synctui.adapters.stash_socket._OPEN_S", 0.2)

    async def talk(connection: ServerConnection) -> None:
        await connection.wait_closed()

    assert (await failure(talk)).code == "timeout"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(401), NotAuthorised, "not_authorised"),
        (Answer(403), NotAuthorised, "not_authorised"),
        (Answer(302, headers=(("Location", "http://127.0.0.1:1/"),)), BadAnswer, "redirected"),
        (Answer(200, b"<html>"), BadAnswer, "no_websocket"),
        (Answer(404), BadAnswer, "bad_answer"),
        (Answer(502), ServerFailed, "server_error"),
        (Answer(0), ConnectionLost, "connection_lost"),
    ],
)
async def test_what_is_no_websocket_is_told_in_the_same_words_as_elsewhere(
    answer: Answer, kind: type[SyncTuiError], code: str
) -> None:
    async def tell(ask: Ask) -> Answer:
        return answer

    async with WebServer(tell) as web:
        with pytest.raises(kind) as raised:
            async for _ in scans_completed(web.url, api_key="hush"):
                pass
        assert len(web.asked) == 1
    assert raised.value.code == code
    assert "hush" not in f"{raised.value.message}{raised.value.hint}"


async def test_nobody_there() -> None:
    async with talking(telling()) as (url, _):
        pass
    with pytest.raises(Unreachable):
        await anext(scans_completed(url))


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://x", "http://", "http://[::1", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ServerFailed):
        await anext(scans_completed(url))


async def test_the_surroundings_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "ws_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert await count(telling({"type": "next", "payload": DONE}, {"type": "complete"})) == 1


async def test_who_has_enough_hangs_up_at_once() -> None:
    left = asyncio.Event()

    async def talk(connection: ServerConnection) -> None:
        await accept(connection)
        await connection.wait_closed()
        left.set()

    async with talking(talk) as (url, _):

        async def listen() -> None:
            async with aclosing(scans_completed(url)) as scans:
                async for _nothing in scans:
                    pass

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        assert time.monotonic() - begun < 2
        await asyncio.wait_for(left.wait(), 2)
