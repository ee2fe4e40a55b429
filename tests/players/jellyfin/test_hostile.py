"""Whatever is behind the address: an error in plain words or the part that makes sense, soon, and no token astray."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from synctui.adapters import jellyfin
from synctui.adapters.jellyfin import Jellyfin
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, ServerFailed, SyncTuiError, TimedOut
from synctui.simulators.jellyfin.server import TOKEN, Session
from synctui.simulators.web import HANG_UP, Answer, Ask, Faults, WebServer
from synctui.text import display
from tests.players.jellyfin.house import FIRST, HandClock, asking, simulator

KEY = "a" * 32
Doing = Callable[[Jellyfin], Awaitable[object]]


async def listed(player: Jellyfin) -> list[tuple[str, str]]:
    return [entry async for entry in player.listing(KEY)]


DOINGS: Mapping[str, Doing] = {
    "look": lambda player: player.look(),
    "delay": lambda player: player.monitor_delay(),
    "update": lambda player: player.update([(FIRST, "Modified")]),
    "saved": lambda player: player.saved_since(HandClock().now()),
    "listing": listed,
    "refresh": lambda player: player.refresh_item(KEY),
    "everything": lambda player: player.refresh_everything(),
    "playing": lambda player: player.playing(),
    "message": lambda player: player.message("SyncTUI", "text"),
}
READING = [name for name in DOINGS if name not in ("update", "refresh", "everything")]

PAGE = Answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>", (("Content-Type", "text/html"),))


async def fails(answer: Answer, doing: str) -> SyncTuiError:
    """Return the error that something ends in when everything is answered like this."""

    async def always(_: Ask) -> Answer:
        return answer

    async with WebServer(always) as server, asking(server.url, timeout=2.0) as player:
        with pytest.raises(SyncTuiError) as raised:
            await DOINGS[doing](player)
        assert TOKEN not in f"{raised.value!r} {raised.value.message} {raised.value.hint}"
        return raised.value


async def answered(value: object, *doings: str) -> list[object]:
    """Return what comes of being answered a JSON value: results, and errors that are typed."""

    async def always(ask: Ask) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Answer(200, body, (("Content-Type", "application/json"),))

    found: list[object] = []
    async with WebServer(always) as server, asking(server.url, timeout=2.0) as player:
        for doing in doings:
            try:
                found.append(await DOINGS[doing](player))
            except BadAnswer as error:
                found.append(error)
    return found


@pytest.mark.parametrize("doing", DOINGS)
async def test_a_login_page_is_no_answer(doing: str) -> None:
    error = await fails(PAGE, doing)
    assert isinstance(error, BadAnswer) and error.code == "not_json"


@pytest.mark.parametrize("doing", [name for name in DOINGS if name != "delay"])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_is_a_refusal(doing: str, status: int) -> None:
    assert isinstance(await fails(Answer(status), doing), NotAuthorised)


@pytest.mark.parametrize("doing", DOINGS)
async def test_a_fault_of_its_own_is_worth_another_try(doing: str) -> None:
    error = await fails(Answer(503, headers=(("Retry-After", "7"),)), doing)
    assert isinstance(error, ServerFailed) and error.after == 7.0


@pytest.mark.parametrize("doing", DOINGS)
async def test_a_redirect_is_not_followed(doing: str) -> None:
    async def anything(_: Ask) -> Answer:
        return Answer(200, b"{}")

    async with WebServer(anything) as thief:
        away = (("Location", f"{thief.url}/System/Info?token={TOKEN}"),)
        for status in (301, 302, 307, 308):
            error = await fails(Answer(status, headers=away), doing)
            assert isinstance(error, BadAnswer) and error.code == "redirected"
        assert thief.connections == 0


@pytest.mark.parametrize("doing", DOINGS)
async def test_a_hang_up_is_said(doing: str) -> None:
    assert isinstance(await fails(HANG_UP, doing), ConnectionLost)


@pytest.mark.parametrize("faults", [Faults(mute=True), Faults(delay=5.0), Faults(drip=0.01)], ids=["mute", "late", "drip"])
async def test_an_answer_that_takes_too_long_is_given_up(tmp_path: Path, faults: Faults) -> None:
    async with simulator(tmp_path) as server, asking(server.url, timeout=0.1) as player:
        server.faults = faults
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            await player.look()
        assert time.monotonic() - begun < 3.0


BROKEN = {
    "nothing": b"",
    "truncated": b'{"Items":[{"Id":"a',
    "deep": b"[" * 200_000,
    "deeper": b'{"Items":' * 100_000,
    "large number": b'{"LibraryMonitorDelay":' + b"9" * 5000 + b',"Items":[],"Version":"1"}',
    "no text": b'\xff\xfe\x00{"Items"',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_broken_json_is_a_typed_error(body: bytes) -> None:
    found = await answered(body, *READING)
    assert [type(one) for one in found] == [BadAnswer] * len(READING)


@pytest.mark.parametrize("value", [None, 0, "text", True, 1e308, [], {}, [[]], {"Items": {}}, {"Items": None}], ids=repr)
async def test_other_types_never_crash(value: object) -> None:
    for result in await answered(value, *READING):
        assert isinstance(result, BadAnswer) or result in (60.0, False, 0)


async def test_a_bomb_is_defused() -> None:
    packed = gzip.compress(b"[" + b" " * 40 * 1024 * 1024 + b"]", compresslevel=1)
    error = await fails(Answer(200, packed, (("Content-Encoding", "gzip"),)), "playing")
    assert isinstance(error, BadAnswer) and error.code == "too_large_answer"


@pytest.mark.parametrize(
    "delay",
    [None, "60", True, -1, float("nan"), float("inf"), 1e300, [], {}, "9" * 5000],
    ids=lambda value: repr(value)[:20],
)
async def test_an_absurd_time_of_silence_is_the_usual_one(delay: object) -> None:
    assert await answered({"LibraryMonitorDelay": delay}, "delay") == [60.0]


async def test_rows_that_make_no_sense_are_left_out() -> None:
    good = {"Id": KEY, "Path": "/m/a.mkv"}
    rows: list[object] = [
        None, 7, "text", [], {}, {"Id": KEY[:3]}, {"Path": "/m/no id.mkv"}, {"Id": 7, "Path": "/m/x.mkv"},
        {"Id": "../../Library", "Path": "/m/x.mkv"}, {"Id": "b" * 5000, "Path": "/m/x.mkv"}, {"Id": "c1", "Path": None},
        {"Id": "c2", "Path": ["/m/x.mkv"]}, {"Id": "c3", "Path": "/m/\0.mkv"}, {"Id": "c4", "Path": "/m/\ud800.mkv"},
        {"Id": "c5", "Path": "/" + "x" * 100_000}, {"Id": "c6", "Path": ""}, {"Id": "c7", "MediaSources": "none"},
        {"Id": "c8", "Path": "/m/b.strm", "MediaSources": [{"Protocol": "Http", "Path": "http://x/y"}, None, {"Path": 5}]},
        {"Id": "c9", "Path": "/m/c.mkv", "MediaSourceCount": "many"}, good, good,
    ]  # fmt: skip
    [saved] = await answered({"Items": rows, "Extra": {}}, "saved")
    assert saved == {"/m/a.mkv": KEY, "/m/b.strm": "c8", "/m/c.mkv": "c9"}


async def test_folders_that_make_no_sense_are_left_out() -> None:
    async def some(ask: Ask) -> Answer:
        if ask.path != "/Library/VirtualFolders":
            return Answer(200, json.dumps({"Version": "10.9.1\x1b[31m", "ServerName": ["x"]}).encode())
        folders: list[object] = [
            None,
            {"Name": "none"},
            {"Name": "odd", "Locations": "text"},
            {"Name": 7, "Locations": [7, None, "", "/m/\0", "/good"], "ItemId": "../x", "CollectionType": None},
            {"Name": "x" * 100_000, "Locations": ["/long"], "ItemId": KEY, "CollectionType": "movies"},
            {"Name": "\ud800[/red]", "Locations": ["/red"], "ItemId": KEY},
            {"Name": "many", "Locations": [f"/many/{number}" for number in range(5000)]},
        ]
        return Answer(200, json.dumps(folders).encode())

    async with WebServer(some) as server, asking(server.url) as player:
        look = await player.look()
        assert (look.version, look.name, look.roots_known) == ("10.9.1\x1b[31m", "", True)
        assert [(root.path, root.key) for root in look.roots[:3]] == [("/good", ""), ("/long", KEY), ("/red", KEY)]
        assert len(look.roots[1].name) == 200 and len(look.roots) == 1000
        assert "\x1b" not in display(look.version)


async def test_names_come_through_as_they_are_and_are_shown_harmlessly() -> None:
    names = [
        "/m/\x1b]0;x\x07.mkv",
        "/m/[/red][@click=app.quit]x.mkv",
        "/m/\u202egpj.mkv",
        "/m/a\nb.mkv",
        "C:\\..\\x.mkv",
        "../x",
    ]
    rows = [{"Id": f"{number}", "Path": name} for number, name in enumerate(names)]
    [saved] = await answered({"Items": rows}, "saved")
    assert isinstance(saved, dict) and list(saved) == names
    assert not {"\x1b", "\x07", "\n", "\u202e"} & set("".join(map(display, saved)))


# lists without an end


def page(start: int, count: int) -> Answer:
    rows = [{"Id": f"{number}", "Path": f"/m/{number}.mkv"} for number in range(start, start + count)]
    return Answer(200, json.dumps({"Items": rows}).encode())


async def test_a_page_that_repeats_ends_in_an_error() -> None:
    async def same(_: Ask) -> Answer:
        return page(0, 1000)

    async with WebServer(same) as server, asking(server.url) as player:
        with pytest.raises(BadAnswer) as raised:
            await listed(player)
        assert raised.value.code == "endless" and len(server.asked) == 2


async def test_pages_without_an_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jellyfin, "_MOST_PAGES", 5)
    monkeypatch.setitem(jellyfin._ROWS, "jellyfin", 10)

    async def more(ask: Ask) -> Answer:
        return page(int(ask.first("StartIndex")), 10)

    async with WebServer(more) as server, asking(server.url) as player:
        with pytest.raises(BadAnswer) as raised:
            await player.saved_since(HandClock().now())
        assert raised.value.code == "endless" and len(server.asked) == 5


async def test_full_pages_of_rubbish_end() -> None:
    async def rubbish(_: Ask) -> Answer:
        return Answer(200, json.dumps({"Items": [None] * 1000}).encode())

    async with WebServer(rubbish) as server, asking(server.url) as player:
        with pytest.raises(BadAnswer):
            await listed(player)
        assert len(server.asked) == 1


async def test_a_server_that_knows_no_pages_is_read_once() -> None:
    async def all_at_once(_: Ask) -> Answer:
        return page(0, 2500)

    async with WebServer(all_at_once) as server, asking(server.url) as player:
        assert len(await listed(player)) == 2500 and len(server.asked) == 1


async def test_a_page_that_overlaps_the_last_one_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jellyfin._ROWS, "jellyfin", 3)

    async def shifting(ask: Ask) -> Answer:
        start = int(ask.first("StartIndex"))
        return page(0, 3) if start == 0 else page(start - 1, 2)

    async with WebServer(shifting) as server, asking(server.url) as player:
        assert [path for path, _ in await listed(player)] == [f"/m/{number}.mkv" for number in range(4)]


# people


async def test_a_crowd_of_sessions_is_not_all_told(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        server.sessions = [Session(f"{number}") for number in range(150)]
        assert await player.message("SyncTUI", "x") == 100


async def test_an_odd_session_is_passed_over() -> None:
    odd = [None, {"Id": "../x", "NowPlayingItem": {}}, {"Id": "a", "NowPlayingItem": None, "SupportsRemoteControl": "yes"}]
    assert await answered(odd, "playing") == [False]
    assert await answered([*odd, {"Id": "b", "NowPlayingItem": {}}], "playing") == [True]


async def test_many_may_ask_at_once(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        looks = await asyncio.gather(*(player.look() for _ in range(8)))
        assert len(set(looks)) == 1 and server.web.connections <= 4
