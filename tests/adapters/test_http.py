"""The client for servers: what it sends, what it takes, and what it says when something is wrong."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from synctui.adapters.http import LARGEST, Server
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, ServerFailed, TimedOut, Unreachable
from synctui.simulators.web import Answer, Ask, Faults, WebServer


@asynccontextmanager
async def serving(answer: Answer | None = None, faults: Faults | None = None) -> AsyncIterator[WebServer]:
    """Yield a server that says one thing."""

    async def say(ask: Ask) -> Answer:
        return answer or Answer(200, b'{"well": true}')

    async with WebServer(say) as web:
        web.faults = faults or Faults()
        yield web


async def asked(web: WebServer, **more: float) -> object:
    server = Server(web.url, **{"timeout": 2.0, **more}, auth=("user", "hush"))  # type: ignore[arg-type]
    try:
        return (await server.ask("GET", "/x")).json()
    finally:
        await server.close()


async def test_one_connection_serves_many_questions() -> None:
    async with serving() as web:
        server = Server(web.url)
        for _ in range(5):
            assert (await server.ask("POST", "/x", json={"a": 1})).json() == {"well": True}
        await server.close()
        assert web.connections == 1


@pytest.mark.parametrize(
    "location", ["http://elsewhere.example/x", "https://127.0.0.1/x", "/other", "http://[::1", "x:99999999/"]
)
async def test_a_redirect_is_never_followed(location: str) -> None:
    async with serving(Answer(301, headers=(("Location", location),))) as web:
        with pytest.raises(BadAnswer) as raised:
            await asked(web)
        assert raised.value.code == "redirected"
        assert len(web.asked) == 1


async def test_what_is_secret_in_a_redirect_is_not_told() -> None:
    location = "http://user:hush@elsewhere.example/x?token=hush#hush"
    async with serving(Answer(302, headers=(("Location", location),))) as web:
        with pytest.raises(BadAnswer) as raised:
            await asked(web)
    assert "hush" not in f"{raised.value.message} {raised.value.hint}"
    assert "elsewhere.example" in raised.value.message


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_told_apart(status: int) -> None:
    async with serving(Answer(status, b"\x00", (("Content-Encoding", "br"),))) as web:
        with pytest.raises(NotAuthorised) as raised:
            await asked(web)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("told", "after"),
    [
        ("7", 7.0),
        ("1000000000", 3600.0),
        ("-5", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("9" * 400, None),
        ("", None),
    ],
)
async def test_how_long_to_wait_is_taken_with_measure(told: str, after: float | None) -> None:
    async with serving(Answer(429, headers=(("Retry-After", told),))) as web:
        with pytest.raises(ServerFailed) as raised:
            await asked(web)
    assert raised.value.after == after


async def test_a_gigabyte_in_a_megabyte_is_cut_off_without_being_unpacked() -> None:
    bomb = gzip.compress(b"[" + b" " * (3 * LARGEST), 9)
    async with serving(Answer(200, bomb, (("Content-Encoding", "gzip"),))) as web:
        with pytest.raises(BadAnswer) as raised:
            await asked(web, timeout=10.0)
    assert raised.value.code == "too_large_answer"


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "deflate", "zstd", "gzip,identity"])
async def test_only_the_packing_that_was_asked_for_is_taken(packing: str) -> None:
    async with serving(Answer(200, gzip.compress(b"{}"), (("Content-Encoding", packing),))) as web:
        with pytest.raises(BadAnswer):
            await asked(web)
        assert web.asked[0].headers["accept-encoding"] == "gzip"


async def test_a_packed_answer_is_unpacked() -> None:
    async with serving(Answer(200, gzip.compress(b"[1, 2]"), (("Content-Encoding", "gzip"),))) as web:
        assert await asked(web) == [1, 2]


@pytest.mark.parametrize("cut", [1, 9, 12, 20])
async def test_a_packed_answer_that_ends_early_is_no_json(cut: int) -> None:
    packed = gzip.compress(b"[1, 2, 3, 4, 5, 6, 7]")[:cut]
    async with serving(Answer(200, packed, (("Content-Encoding", "gzip"),))) as web:
        with pytest.raises(BadAnswer):
            await asked(web)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"<html>", b"9" * 10_000, b'{"a": 1}x'])
async def test_what_is_no_json_is_said_in_plain_words(body: bytes) -> None:
    async with serving(Answer(200, body)) as web:
        with pytest.raises(BadAnswer) as raised:
            await asked(web)
    assert raised.value.hint


async def test_a_server_that_says_nothing_or_little_at_a_time_is_given_up_in_time() -> None:
    for faults in (Faults(mute=True), Faults(drip=0.05), Faults(delay=5)):
        async with serving(Answer(200, b"x" * 1000), faults) as web:
            begun = time.monotonic()
            with pytest.raises(TimedOut):
                await asked(web, timeout=0.2)
            assert time.monotonic() - begun < 2


async def test_a_connection_that_breaks_is_told_from_a_server_that_is_off() -> None:
    async with serving(faults=Faults(reset=True)) as web:
        with pytest.raises(ConnectionLost):
            await asked(web)
    with pytest.raises(Unreachable):
        await asked(web)


async def test_a_host_that_takes_no_connection_is_off_and_not_slow() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            waiting.append(one)
        server = Server(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.5)
        with pytest.raises(Unreachable):
            await server.ask("GET", "/x")
        await server.close()
        for one in waiting:
            one.close()


async def test_a_name_that_leads_nowhere_is_said_so() -> None:
    server = Server("http://nowhere.invalid", timeout=5.0)
    with pytest.raises(Unreachable) as raised:
        await server.ask("GET", "/x")
    await server.close()
    assert raised.value.code in ("no_such_host", "offline")


async def test_plain_words_at_the_port_of_tls() -> None:
    async with serving() as web:
        server = Server(web.url.replace("http://", "https://"), timeout=2.0)
        with pytest.raises(ServerFailed):
            await server.ask("GET", "/x")
        await server.close()


async def test_the_surroundings_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with serving() as web:
        assert await asked(web) == {"well": True}


async def test_each_answer_is_timed_and_a_lost_one_is_not() -> None:
    heard: list[float] = []
    async with serving() as web:
        server = Server(web.url, heard=heard.append)
        await server.ask("GET", "/x")
        web.faults = Faults(reset=True)
        with pytest.raises(ConnectionLost):
            await server.ask("GET", "/x")
        await server.close()
    assert len(heard) == 1
