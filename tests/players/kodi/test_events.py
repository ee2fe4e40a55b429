"""Notifications: those of a real Kodi, and those of whoever else has the port."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from synctui.adapters.kodi_events import SCAN_STARTED, KodiEvents
from tests.players.kodi.stage import SCAN_FINISHED, Stage

STARTED = b'{"jsonrpc":"2.0","method":"VideoLibrary.OnScanStarted","params":{"data":null,"sender":"xbmc"}}'
FINISHED = STARTED.replace(b"Started", b"Finished")


async def test_a_scan_between_two_looks_is_not_missed(stage: Stage) -> None:
    async with KodiEvents("127.0.0.1", stage.tcp_port) as events:
        assert events.available
        for _ in range(3):
            film = stage.film()
            await stage.prime(film.parent)
            mark = events.mark()
            assert not events.seen(SCAN_STARTED, mark)
            await stage.scan(film)
            assert await events.wait_for(SCAN_FINISHED, mark, 5)
            assert events.seen(SCAN_STARTED, mark)
            assert await events.wait_for("VideoLibrary.OnUpdate", mark, 5)
        assert not await events.wait_for(SCAN_STARTED, events.mark(), 0.1)


async def test_what_is_done_to_items_is_told(stage: Stage) -> None:
    film = stage.film()
    await stage.add(film)
    async with KodiEvents("127.0.0.1", stage.tcp_port) as events:
        mark = events.mark()
        await stage.kodi.refresh(await stage.items(film))
        assert await events.wait_for("VideoLibrary.OnRemove", mark, 5)
        assert await events.wait_for("VideoLibrary.OnUpdate", mark, 5)
        mark = events.mark()
        await stage.kodi.remove(await stage.items(film))
        assert await events.wait_for("VideoLibrary.OnRemove", mark, 5)


async def test_a_closed_port_is_no_error_and_no_delay() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        begun = time.monotonic()
        async with KodiEvents("127.0.0.1", port) as events:
            assert not events.available
            assert not await events.wait_for(SCAN_STARTED, events.mark(), 5)
        assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("host", ["", "no such host", "a" * 300, "name.invalid"])
async def test_an_impossible_host_is_no_error(host: str) -> None:
    async with KodiEvents(host, 1) as events:
        assert not events.available


async def test_a_kodi_that_goes_wakes_who_waits_and_can_be_joined_again(fake: Stage) -> None:
    assert fake.simulator is not None
    async with KodiEvents("127.0.0.1", fake.tcp_port) as events:
        waiting = asyncio.create_task(events.wait_for(SCAN_STARTED, events.mark(), 20))
        await asyncio.sleep(0.05)
        await fake.simulator.stop()
        assert not await asyncio.wait_for(waiting, 5)
        assert not events.available
        await fake.simulator.start()
        assert await events.start()
        mark = events.mark()
        await fake.kodi.scan_everything()
        assert await events.wait_for(SCAN_FINISHED, mark, 5)


@asynccontextmanager
async def telling(*pieces: bytes, hold: bool = True) -> AsyncIterator[KodiEvents]:
    """Yield a listener to somebody who sends these pieces, one after the other."""

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.002)
            if hold:
                await reader.read()
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(tell, "127.0.0.1", 0)
    async with KodiEvents("127.0.0.1", server.sockets[0].getsockname()[1]) as events:
        yield events
    server.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait a little until something holds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_notifications_run_together_and_fall_apart() -> None:
    text = STARTED + b'{"method":"A.B","params":{"data":"\xc3\xa9 } {"}}' + FINISHED
    async with telling(*(text[at : at + 1] for at in range(len(text)))) as events:
        assert await events.wait_for(SCAN_FINISHED, 0, 5)
        assert events.mark() == 3
    async with telling(text * 50) as events:
        await until(lambda: events.mark() == 150)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        (b'{"a":' * 100_000 + b"}",),
        (b'{"x":"' + b"x" * 65_000, *([b"x" * 65_000] * 20)),
        (b'{"a":' + b"9" * 5_000 + b"}", b"}" * 10, *([b"}" * 65_000] * 20)),
    ],
    ids=lambda pieces: repr(pieces[0][:20]),
)
async def test_whoever_says_something_else_is_left(pieces: tuple[bytes, ...]) -> None:
    async with telling(*pieces) as events:
        await until(lambda: not events.available)
        assert not await events.wait_for(SCAN_STARTED, 0, 1)


async def test_odd_notifications_are_passed_over() -> None:
    odd = b'{}{"method":5}{"method":null}{"jsonrpc":"2.0","id":1,"result":"OK"}\n \xff'
    names = b"".join(b'{"method":"X.%d"}' % number for number in range(1_000))
    async with telling(odd[:-1], names, STARTED, hold=False) as events:
        assert await events.wait_for(SCAN_STARTED, 0, 5)
