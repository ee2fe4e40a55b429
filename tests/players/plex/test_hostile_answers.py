"""The adapter with a server that does what it should not."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest

from synctui.adapters.plex import Plex, plex_server
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, ServerFailed, SyncTuiError, TimedOut
from synctui.simulators.plex.server import TOKEN, PlexSimulator
from synctui.simulators.web import HANG_UP, Answer, Ask, Faults, WebServer

JSON = (("Content-Type", "application/json"),)
LOGIN = b"<!DOCTYPE html><html><body>Sign in</body></html>"


async def _parts(plex: Plex) -> object:
    return [item async for item in plex.parts("1", "movie")]


DEEDS: dict[str, Callable[[Plex], Awaitable[object]]] = {
    "look": lambda plex: plex.look(),
    "sections": lambda plex: plex.sections(),
    "refresh": lambda plex: plex.refresh("1", "/data/films/A"),
    "everything": lambda plex: plex.refresh_everything("1"),
    "parts": _parts,
    "item": lambda plex: plex.item("1"),
    "activities": lambda plex: plex.activities(),
    "playing": lambda plex: plex.playing(),
    "analyze": lambda plex: plex.analyze("1"),
    "trash": lambda plex: plex.empty_trash("1"),
}
READS = [name for name in DEEDS if name not in ("refresh", "everything", "analyze", "trash")]
deeds = pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
reads = pytest.mark.parametrize("deed", [DEEDS[name] for name in READS], ids=READS)


def said(answer: object) -> Answer:
    return Answer(200, json.dumps(answer).encode(), JSON)


def raw(text: str) -> Answer:
    return Answer(200, text.encode(), JSON)


def listed(**container: object) -> Answer:
    return said({"MediaContainer": container})


@pytest.fixture
async def hasty(server: PlexSimulator) -> AsyncIterator[Plex]:
    connection = plex_server(server.url, TOKEN, client_id="test-client", timeout=0.15)
    yield Plex(connection)
    await connection.close()


async def code(deed: Callable[[Plex], Awaitable[object]], plex: Plex) -> str:
    with pytest.raises(SyncTuiError) as caught:
        await deed(plex)
    assert TOKEN not in f"{caught.value}{caught.value.hint}{caught.value!r}"
    return caught.value.code


@deeds
async def test_web_page_instead_of_an_answer(
    plex: Plex, server: PlexSimulator, deed: Callable[[Plex], Awaitable[object]]
) -> None:
    server.faults = Faults(answer=Answer(200, LOGIN, (("Content-Type", "text/html"),)))
    assert await code(deed, plex) == "not_json"


@deeds
async def test_refused(plex: Plex, server: PlexSimulator, deed: Callable[[Plex], Awaitable[object]]) -> None:
    server.faults = Faults(answer=Answer(401))
    with pytest.raises(NotAuthorised):
        await deed(plex)


@deeds
async def test_token_does_not_follow_a_redirect(
    plex: Plex, server: PlexSimulator, deed: Callable[[Plex], Awaitable[object]]
) -> None:
    async def nothing(ask: Ask) -> Answer:
        return listed()

    async with WebServer(nothing) as thief:
        server.faults = Faults(answer=Answer(302, b"", (("Location", f"{thief.url}/?X-Plex-Token={TOKEN}"),)))
        assert await code(deed, plex) == "redirected"
        assert thief.asked == []


@deeds
async def test_server_with_a_fault_of_its_own(
    plex: Plex, server: PlexSimulator, deed: Callable[[Plex], Awaitable[object]]
) -> None:
    server.faults = Faults(answer=Answer(503, b"busy", (("Retry-After", "7"),)))
    with pytest.raises(ServerFailed) as caught:
        await deed(plex)
    assert caught.value.after == 7.0


@pytest.mark.parametrize("faults", [Faults(mute=True), Faults(drip=0.02)], ids=["mute", "drip"])
async def test_answer_that_does_not_end(hasty: Plex, server: PlexSimulator, faults: Faults) -> None:
    server.faults = faults
    with pytest.raises(TimedOut):
        await hasty.sections()


async def test_answer_that_breaks_off(plex: Plex, server: PlexSimulator) -> None:
    server.faults = Faults(answer=Answer(200, b'{"MediaContainer"', (*JSON, ("Content-Length", "17"))))
    with pytest.raises(BadAnswer):
        await plex.sections()
    server.faults = Faults(answer=HANG_UP)
    with pytest.raises(ConnectionLost):
        await plex.sections()


async def test_refresh_that_was_heard_though_the_answer_got_lost(plex: Plex, server: PlexSimulator) -> None:
    server.faults = Faults(reset=True, times=1)
    with pytest.raises(ConnectionLost):
        await plex.refresh("1", "/data/films/A (2020)")
    await server.idle()
    assert server.scans.done == 1


BROKEN = {
    "empty": "",
    "truncated": '{"MediaContainer":{"Directory":[{"key":"1"',
    "no object": "[1,2]",
    "null": "null",
    "no container": "{}",
    "container is a list": '{"MediaContainer":[]}',
    "deep": '{"MediaContainer":' + "[" * 100_000,
    "huge number": '{"MediaContainer":{"size":' + "9" * 5000 + "}}",
    "xml": '<?xml version="1.0"?><MediaContainer/>',
}


@reads
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
async def test_broken_answer(
    plex: Plex, server: PlexSimulator, deed: Callable[[Plex], Awaitable[object]], text: str
) -> None:
    server.faults = Faults(answer=raw(text))
    with pytest.raises(BadAnswer):
        await deed(plex)


@pytest.mark.parametrize("value", [None, True, 7, -1, 1e400, "text", [], [None], [[]], {}, {"x": 1}, [{}], [{"x": []}]])
async def test_wrong_types_are_left_out(plex: Plex, server: PlexSimulator, value: object) -> None:
    names = ("size", "totalSize", "Directory", "Metadata", "Activity", "version", "friendlyName")
    server.faults = Faults(answer=said({"MediaContainer": dict.fromkeys(names, value)}))
    assert await plex.sections() == ()
    assert await _parts(plex) == []
    assert await plex.item("1") is None
    assert all(activity.uuid == "" for activity in await plex.activities())
    await plex.playing()
    inner = dict.fromkeys(("key", "ratingKey", "type", "title", "Location", "Media", "addedAt", "refreshing"), value)
    server.faults = Faults(answer=listed(Directory=[inner, {"key": "3"}], Metadata=[inner, {"ratingKey": "3"}]))
    assert "3" in [section.key for section in await plex.sections()]
    assert "3" in [item.rating_key async for item in plex.parts("1", "movie")]


async def test_one_broken_item_spoils_no_list(plex: Plex, server: PlexSimulator) -> None:
    good = {"ratingKey": "1", "title": "Good", "Media": [{"Part": [{"file": "/a"}, {"file": 7}, {"file": "/b"}]}, "x"]}
    broken = [None, 7, {}, {"ratingKey": ["1"]}, {"ratingKey": "1/../2"}, {"ratingKey": True}, {"ratingKey": "9" * 100}]
    server.faults = Faults(answer=listed(Metadata=[*broken, good, {"ratingKey": 2, "Media": None}], totalSize=9))
    items = [item async for item in plex.parts("1", "movie")]
    assert [(item.rating_key, item.title, item.files) for item in items] == [("1", "Good", ("/a", "/b")), ("2", "", ())]


async def test_libraries_with_every_oddity(plex: Plex, server: PlexSimulator) -> None:
    locations = [{"path": "/ok"}, {"path": "/a\0b"}, {"path": "\ud800"}, {"path": "x" * 40000}, {"path": None}, "x", {}]
    entries = [
        {"key": 5, "title": "T" * 100_000, "type": "movie", "refreshing": "1", "scannedAt": "77", "Location": locations},
        {"key": "../1", "title": "no"},
        {"key": "6", "title": "\x1b[31m[red]\ud800", "refreshing": 0, "scannedAt": -5, "Location": {"path": "/x"}},
    ]
    server.faults = Faults(answer=listed(Directory=entries))
    first, second = await plex.sections()
    assert (first.key, len(first.title), first.refreshing, first.scanned_at, first.locations) == (
        "5",
        1000,
        True,
        77,
        ("/ok",),
    )
    assert (second.title, second.refreshing, second.scanned_at, second.locations) == ("\x1b[31m[red]?", False, None, ())


async def test_text_of_an_item_stays_as_it_is_and_can_be_stored(plex: Plex, server: PlexSimulator) -> None:
    part = [{"file": "/m/\x1b]0;x\x07[bold].mkv"}, {"file": "/m/\udce9.mkv"}, {"file": "/m/\0.mkv"}]
    entry = {"ratingKey": "1", "title": "a\0\x1b[2J\ud83d", "Media": [{"Part": part}]}
    server.faults = Faults(answer=listed(Metadata=[entry]))
    [item] = [item async for item in plex.parts("1", "movie")]
    assert item.files == ("/m/\x1b]0;x\x07[bold].mkv",)
    item.title.encode()


async def test_missing_only_where_plex_says_no(plex: Plex, server: PlexSimulator) -> None:
    parts = [
        {"file": "/a", "exists": True, "accessible": True},
        {"file": "/b", "exists": False, "accessible": False},
        {"file": "/c"},
        {"file": "/d", "exists": "1", "accessible": "0"},
        {"file": "/e", "exists": [], "accessible": None},
    ]
    server.faults = Faults(answer=listed(Metadata=[{"ratingKey": "1", "Media": [{"Part": parts}]}]))
    item = await plex.item("1")
    assert item is not None
    assert item.missing == ("/b", "/d")


async def test_whom_the_server_is_shared_with_learns_no_folders(server: PlexSimulator, plex: Plex) -> None:
    real = server.web.answer
    nameless = listed(Directory=[{"key": "1", "title": "Films", "type": "movie"}])
    answers = [Answer(403), nameless, listed(size=0)]

    async def shared(ask: Ask) -> Answer:
        return answers.pop(0) if ask.path == "/library/sections" else await real(ask)

    server.web.answer = shared
    for _ in range(2):
        look = await plex.look()
        assert (look.version, look.roots, look.roots_known) == (server.version, (), False)
    assert (await plex.look()).roots_known


async def test_another_server_is_not_taken_for_plex(plex: Plex, server: PlexSimulator) -> None:
    for answer in (said({"Version": "10.9"}), listed(version=""), listed(version=7), listed()):
        server.faults = Faults(answer=answer)
        assert await code(DEEDS["look"], plex) == "not_plex"


def page(ask: Ask, entries: list[int], **container: object) -> Answer:
    return listed(Metadata=[{"ratingKey": str(key)} for key in entries], **container)


async def listing(answer: Callable[[int, int, Ask], Answer], plex: Plex, server: PlexSimulator) -> list[str]:
    async def pages(ask: Ask) -> Answer:
        return answer(int(ask.headers["x-plex-container-start"]), int(ask.headers["x-plex-container-size"]), ask)

    server.web.answer = pages
    return [item.rating_key async for item in plex.parts("1", "movie")]


async def test_same_page_again_and_again(plex: Plex, server: PlexSimulator) -> None:
    with pytest.raises(BadAnswer) as caught:
        await listing(lambda start, size, ask: page(ask, list(range(50)), totalSize=10_000), plex, server)
    assert caught.value.code == "endless"
    assert len(server.calls) <= 4


async def test_total_that_grows_with_every_page(plex: Plex, server: PlexSimulator) -> None:
    keys = count(1)

    def more(start: int, size: int, ask: Ask) -> Answer:
        return page(ask, [next(keys) for _ in range(size)], totalSize=start + size + 100)

    with pytest.raises(BadAnswer) as caught:
        await listing(more, plex, server)
    assert caught.value.code == "endless"
    assert len(server.calls) < 10


async def test_no_total_and_no_end(plex: Plex, server: PlexSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synctui.adapters.plex._MOST_ITEMS", 2000)
    with pytest.raises(BadAnswer):
        await listing(lambda start, size, ask: page(ask, list(range(start, start + size))), plex, server)


async def test_server_without_total(plex: Plex, server: PlexSimulator) -> None:
    keys = await listing(lambda start, size, ask: page(ask, list(range(start, min(start + size, 60)))), plex, server)
    assert len(keys) == 60


async def test_server_that_ignores_paging(plex: Plex, server: PlexSimulator) -> None:
    assert len(await listing(lambda start, size, ask: page(ask, list(range(700))), plex, server)) == 700
    assert len(server.calls) == 1


async def test_server_that_gives_smaller_pages(plex: Plex, server: PlexSimulator) -> None:
    keys = await listing(
        lambda start, size, ask: page(ask, list(range(start, min(start + 20, 95))), totalSize=95), plex, server
    )
    assert len(keys) == 95


async def test_library_that_changes_while_it_is_read(plex: Plex, server: PlexSimulator) -> None:
    def shrinks(start: int, size: int, ask: Ask) -> Answer:
        return page(ask, list(range(50)) if start == 0 else [], totalSize=200 if start == 0 else 40)

    assert len(await listing(shrinks, plex, server)) == 50

    def grows(start: int, size: int, ask: Ask) -> Answer:
        first, last = (10, 60) if start == 0 else (start, 110)
        return page(
            ask, [key if start == 0 else key - 10 for key in range(first, last)], totalSize=100 if start == 0 else 110
        )

    keys = await listing(grows, plex, server)
    assert len(keys) == len(set(keys))


async def test_promised_items_that_never_come(plex: Plex, server: PlexSimulator) -> None:
    assert await listing(lambda start, size, ask: page(ask, [], totalSize=100), plex, server) == []


async def test_token_is_in_no_log(plex: Plex, server: PlexSimulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await plex.look()
    await plex.refresh("1", "/data/films/A (2020)")
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(plex)
    assert TOKEN not in repr(plex.server)


async def test_music_is_not_watched(plex: Plex, server: PlexSimulator) -> None:
    for entries, playing in (([{"type": "track"}], False), ([{"type": "track"}, {"type": "episode"}], True), ([{}], True)):
        server.faults = Faults(answer=listed(size=len(entries), Metadata=entries))
        assert await plex.playing() is playing
    server.faults = Faults(answer=listed(size=2))
    assert await plex.playing()


async def test_progress_that_plex_does_not_know(plex: Plex, server: PlexSimulator) -> None:
    values: tuple[object, ...] = (-1, 0, 100, 101, "50", None, [])
    entries = [{"uuid": "u", "progress": value} for value in values]
    server.faults = Faults(answer=listed(Activity=entries))
    assert [activity.progress for activity in await plex.activities()] == [None, 0, 100, None, 50, None, None]
