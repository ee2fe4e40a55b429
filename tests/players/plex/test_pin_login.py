"""Login with a code of four characters."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest

from synctui.adapters.plex_pin import Pin, PinLogin
from synctui.errors import BadAnswer, NotAuthorised, ServerFailed, TimedOut, Unreachable
from synctui.simulators.plex.server import PlexSimulator
from synctui.simulators.web import Answer, Faults

SECRET = "token-of-plex-tv"


@pytest.fixture
async def login(server: PlexSimulator) -> AsyncIterator[PinLogin]:
    async with PinLogin(server.url, client_id="test-client", timeout=5.0) as login:
        yield login


async def test_code_to_token(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    assert len(pin.code) == 4
    assert pin.url == f"{server.url}/link"
    assert await login.poll(pin) is None
    server.pins.link(pin.code, SECRET)
    assert await login.poll(pin) == SECRET
    assert [call[:2] for call in server.calls] == [
        ("POST", "/api/v2/pins"),
        ("GET", f"/api/v2/pins/{pin.id}"),
        ("GET", f"/api/v2/pins/{pin.id}"),
    ]
    assert all(ask.headers["x-plex-client-identifier"] == "test-client" for ask in server.web.asked)
    assert not any("x-plex-token" in ask.headers for ask in server.web.asked)


def test_where_the_code_is_typed_in() -> None:
    assert PinLogin(client_id="test-client")._base == "https://plex.tv"


async def test_wait_until_somebody_has_typed_it_in(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    waiting = asyncio.create_task(login.wait(pin, timeout=5.0, every=0.01))
    await asyncio.sleep(0.03)
    assert not waiting.done()
    server.pins.link(pin.code, SECRET)
    assert await waiting == SECRET


async def test_nobody_types_it_in(login: PinLogin) -> None:
    pin = await login.begin()
    with pytest.raises(TimedOut) as caught:
        await login.wait(pin, timeout=0.03, every=0.01)
    assert caught.value.code == "not_linked"


async def test_code_that_expired(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    server.pins.expire(pin.code)
    for deed in (login.poll(pin), login.wait(pin, timeout=5.0)):
        with pytest.raises(NotAuthorised) as caught:
            await deed
        assert caught.value.code == "pin_expired"


async def test_code_of_somebody_else(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    server.pins.link(pin.code, SECRET)
    async with PinLogin(server.url, client_id="another-client") as other:
        with pytest.raises(NotAuthorised):
            await other.poll(pin)


async def test_asked_too_often(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    server.pins.link(pin.code, SECRET)
    server.faults = Faults(answer=Answer(429), times=2)
    assert await login.wait(pin, timeout=5.0, every=0.01) == SECRET


async def test_asked_to_come_back_after_the_time_is_over(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    server.faults = Faults(answer=Answer(429, b"", (("Retry-After", "3000"),)))
    with pytest.raises(ServerFailed) as caught:
        await asyncio.wait_for(login.wait(pin, timeout=5.0, every=0.01), 1.0)
    assert caught.value.after == 3000.0


async def test_connection_that_comes_and_goes(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    server.pins.link(pin.code, SECRET)
    server.faults = Faults(reset=True, times=1)
    assert await login.wait(pin, timeout=5.0, every=0.01) == SECRET


async def test_no_connection_at_all(login: PinLogin, server: PlexSimulator) -> None:
    pin = await login.begin()
    await server.stop()
    with pytest.raises(Unreachable):
        await login.begin()
    with pytest.raises(Unreachable):
        await login.wait(pin, timeout=0.05, every=0.01)


@pytest.mark.parametrize(
    "answer",
    [[], 7, None, {}, {"id": 1}, {"id": [], "code": "ABCD"}, {"id": 1, "code": "\x1b[2J"}, {"id": "1/2", "code": "ABCD"}],
)
async def test_answer_without_code(login: PinLogin, server: PlexSimulator, answer: object) -> None:
    server.faults = Faults(answer=Answer(201, json.dumps(answer).encode()))
    with pytest.raises(BadAnswer):
        await login.begin()


@pytest.mark.parametrize("token", [7, [], True, "to ken", "to\nken", "tökén", "x" * 5000])
async def test_token_that_is_none(login: PinLogin, server: PlexSimulator, token: object) -> None:
    pin = await login.begin()
    server.faults = Faults(answer=Answer(200, json.dumps({"authToken": token}).encode()))
    with pytest.raises(BadAnswer) as caught:
        await login.poll(pin)
    assert str(token) not in str(caught.value)


async def test_web_page_and_redirect(login: PinLogin, server: PlexSimulator) -> None:
    for answer in (Answer(200, b"<html>"), Answer(302, b"", (("Location", "http://example.invalid/"),))):
        server.faults = Faults(answer=answer)
        with pytest.raises(BadAnswer):
            await login.begin()


async def test_token_is_in_no_log(login: PinLogin, server: PlexSimulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pin = await login.begin()
    server.pins.link(pin.code, SECRET)
    assert await login.wait(pin, timeout=5.0) == SECRET
    assert SECRET not in caplog.text + repr(login) + repr(pin)


def test_pin_is_a_value() -> None:
    assert Pin("1", "ABCD", "u") == Pin("1", "ABCD", "u")
