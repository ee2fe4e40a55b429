"""The adapter against servers that answer what no Kodi would."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from synctui.adapters.http import Server
from synctui.adapters.kodi import Kodi
from synctui.adapters.kodi_items import KodiItem, Watched
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, ServerFailed, SyncTuiError, TimedOut
from synctui.simulators.web import Answer, Ask, Faults, WebServer
from tests.players.kodi.stage import Stage

ITEM = KodiItem("movie", 1, "/storage/movies/A/A.mkv", "A")
DEEDS: dict[str, Callable[[Kodi], Awaitable[object]]] = {
    "look": lambda kodi: kodi.look(),
    "state": lambda kodi: kodi.state(),
    "scanning": lambda kodi: kodi.scanning(),
    "playing": lambda kodi: kodi.playing(),
    "entries": lambda kodi: kodi.entries(["/storage/movies/", "/b"]),
    "scan": lambda kodi: kodi.scan(["/storage/movies/A", "/b"]),
    "everything": lambda kodi: kodi.scan_everything(),
    "items": lambda kodi: kodi.items(["/storage/movies/A"]),
    "shows": lambda kodi: kodi.shows(["/storage/tv/A"]),
    "count": lambda kodi: kodi.count(),
    "remove": lambda kodi: kodi.remove([ITEM]),
    "refresh": lambda kodi: kodi.refresh([ITEM]),
    "watched": lambda kodi: kodi.set_watched([(ITEM, Watched(1))]),
    "notify": lambda kodi: kodi.notify("a", "b"),
}
deeds = pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
LISTS = ("movies", "episodes", "tvshows", "files", "sources")


@asynccontextmanager
async def saying(result: Any, **more: Any) -> AsyncIterator[Kodi]:
    """Yield an adapter to a server that answers every call so, with the right id."""

    async def answer(ask: Ask) -> Answer:
        asked = json.loads(ask.body)
        every = asked if isinstance(asked, list) else [asked]
        answers = [{"jsonrpc": "2.0", "id": one["id"], "result": result, **more} for one in every]
        return Answer(200, json.dumps(answers if isinstance(asked, list) else answers[0]).encode())

    async with WebServer(answer) as web:
        server = Server(web.url, timeout=5.0)
        yield Kodi(server)
        await server.close()


NO_ANSWERS = (
    b"",
    b"<!DOCTYPE html><html><body>Log in</body></html>",
    b'{"jsonrpc":"2.0","id":1,"res',
    b"[" * 200_000,
    b'{"id":' + b"9" * 5_000 + b"}",
    b'{"jsonrpc":"2.0","id":99,"result":"OK"}',
    b'{"jsonrpc":"2.0","id":true,"result":"OK"}',
    b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error."}}',
    b'{"error":null}',
    b'{"error":"\\ud800\\u001b[2J"}',
    b"[]",
    b"[[],1,null]",
    b"null",
    b"NaN",
    b"\xff\xfe\x00",
)
ODD_RESULTS: tuple[Any, ...] = (
    None,
    7,
    "OK",
    [],
    {},
    [None, {"type": 5}],
    {"limits": None},
    {"limits": {"total": "3"}},
    {"limits": {"total": -1}},
    {"limits": {"total": 10**400, "end": 1}},
    {"limits": {"total": 1, "end": 1}, **dict.fromkeys(LISTS, "x")},
    {"limits": {"total": 2, "end": 2}, **{name: [None, 5, "x", [], {}] for name in LISTS}},
    {"Library.IsScanningVideo": "yes", "version": 20, "name": ["x"]},
    {"version": {"major": "20", "minor": 10**400}, "name": "\x1b]0;x\x07" * 100_000},
)


@deeds
async def test_what_is_no_answer_is_a_bad_answer(fake: Stage, deed: Callable[[Kodi], Awaitable[object]]) -> None:
    assert fake.simulator is not None
    for body in NO_ANSWERS:
        fake.simulator.faults = Faults(answer=Answer(200, body, (("Content-Type", "application/json"),)))
        with pytest.raises(BadAnswer) as raised:
            await deed(fake.kodi)
        assert "\x1b" not in raised.value.message


@pytest.mark.parametrize("result", ODD_RESULTS, ids=lambda result: repr(result)[:40])
async def test_wrong_types_are_refused_or_ignored(result: Any) -> None:
    async with saying(result) as kodi:
        for deed in DEEDS.values():
            try:
                await deed(kodi)
            except SyncTuiError as error:
                assert isinstance(error, BadAnswer)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, NotAuthorised),
        (403, NotAuthorised),
        (404, BadAnswer),
        (302, BadAnswer),
        (500, ServerFailed),
        (503, ServerFailed),
    ],
)
async def test_statuses_have_their_meaning(fake: Stage, status: int, kind: type[SyncTuiError]) -> None:
    assert fake.simulator is not None
    fake.simulator.faults = Faults(answer=Answer(status))
    with pytest.raises(kind):
        await fake.kodi.look()


async def test_a_broken_and_a_slow_connection(fake: Stage) -> None:
    assert fake.simulator is not None
    fake.simulator.faults = Faults(reset=True)
    with pytest.raises(ConnectionLost):
        await fake.kodi.count()
    fake.simulator.faults = Faults(mute=True)
    server = Server(fake.url, auth=fake.auth, timeout=0.2)
    with pytest.raises(TimedOut):
        await Kodi(server).count()
    await server.close()


async def test_what_an_item_says_is_read_with_mistrust() -> None:
    good = {"movieid": 1, "file": "/storage/movies/A/A.mkv", "title": "A"}
    odd: list[Any] = [
        good,
        {**good, "movieid": "2"},
        {**good, "movieid": True},
        {**good, "movieid": 10**400},
        {**good, "movieid": 5, "file": None},
        {**good, "movieid": 6, "file": "x" * 100_000},
        {**good, "movieid": 7, "file": "/storage/movies/Another/A.mkv"},
        {**good, "movieid": 8, "title": "t" * 100_000, "playcount": -1, "lastplayed": 5, "resume": [], "userrating": 99},
        {**good, "movieid": 9, "title": None, "label": "L", "resume": {"position": 10**400, "total": float("inf")}},
        {**good, "movieid": 10, "resume": {"position": "1", "total": True}, "dateadded": "d" * 1000},
    ]
    answer = {"limits": {"start": 0, "end": len(odd), "total": len(odd)}, "movies": odd}
    async with saying(answer) as kodi:
        items = {item.id: item for item in await kodi.items(["/storage/movies/A"])}
    assert list(items) == [1, 8, 9, 10]
    assert len(items[8].title) == 1_000
    assert items[9].title == "L"
    assert items[8].watched == Watched(userrating=10)
    assert items[9].watched == items[10].watched == Watched()


async def test_a_list_without_end_is_given_up() -> None:
    entry = {"movieid": 1, "episodeid": 1, "file": "/a/b.mkv"}
    lists = {"movies": [entry], "episodes": [entry]}
    async with saying({"limits": {"start": 0, "end": 1, "total": 2**31 - 1}, **lists}) as kodi:
        assert len(await kodi.items(["/a"])) == 2, "the same page again and again is read once"
    served = 0

    async def answer(ask: Ask) -> Answer:
        nonlocal served
        every = json.loads(ask.body)
        answers = []
        for one in every if isinstance(every, list) else [every]:
            served += 1
            end = one["params"]["limits"]["start"] + 1
            result = {"limits": {"end": end, "total": 2**31 - 1}, **lists}
            answers.append({"jsonrpc": "2.0", "id": one["id"], "result": result})
        return Answer(200, json.dumps(answers if isinstance(every, list) else answers[0]).encode())

    async with WebServer(answer) as web:
        server = Server(web.url, timeout=5.0)
        with pytest.raises(BadAnswer, match="no end"):
            await Kodi(server).items(["/a"])
        await server.close()
    assert served < 1_000


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        ({"code": -32601, "message": "Method not found."}, BadAnswer, "unknown_method"),
        ({"code": -32099, "message": "Bad client permission."}, NotAuthorised, "not_authorised"),
        ({"code": -32602, "message": "Invalid params."}, BadAnswer, "refused"),
        ({"code": "x", "message": 5, "data": 7}, BadAnswer, "refused"),
        (None, BadAnswer, "refused"),
    ],
)
async def test_refusals_are_typed(error: Any, kind: type[SyncTuiError], code: str) -> None:
    async with saying(None, error=error) as kodi:
        with pytest.raises(kind) as raised:
            await kodi.scan(["/a"])
        assert raised.value.code == code
        failures = await kodi.remove([ITEM])
        assert list(failures) == [ITEM]


async def test_sources_of_several_folders_come_apart() -> None:
    sources = [
        {"label": "Films", "file": "multipath://smb%3a%2f%2fnas%2fA%20%26%20B%2f/%2fmnt%2fb%2f/"},
        {"label": "NFS", "file": "nfs://nas/export/tv/"},
        {"label": 5, "file": "C:\\Films\\"},
        {"label": "None", "file": ""},
        {"label": "None"},
    ]
    about = {"name": "Kodi", "version": {"major": 21, "minor": 2}, "sources": sources}
    async with saying(about) as kodi:
        look = await kodi.look()
    assert look.version == "21.2"
    assert [(root.path, root.name) for root in look.roots] == [
        ("smb://nas/A & B/", "Films"),
        ("/mnt/b/", "Films"),
        ("nfs://nas/export/tv/", "NFS"),
        ("C:\\Films\\", ""),
    ]
