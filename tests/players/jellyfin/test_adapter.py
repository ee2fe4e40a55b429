"""What is asked of Jellyfin and Emby, and what is understood of their answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from synctui.adapters import jellyfin
from synctui.adapters.jellyfin import Flavour, jellyfin_server
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, Unreachable
from synctui.model.players import PlayerRoot
from synctui.simulators.jellyfin.items import LibraryFolder
from synctui.simulators.jellyfin.server import TOKEN, USER_TOKEN, JellyfinSimulator, Session
from synctui.simulators.web import Answer, Faults
from tests.players.jellyfin.house import FIRST, MOVIES, PILOT, SECOND, SHOWS, HandClock, asking, put, simulator, touch


async def test_a_look_finds_version_name_and_folders(tmp_path: Path) -> None:
    async with simulator(tmp_path, version="10.11.3") as server, asking(server.url) as player:
        look = await player.look()
        films, series = server.shelf.libraries
        assert (look.version, look.name, look.roots_known) == ("10.11.3", "Living room", True)
        assert look.roots == (
            PlayerRoot(MOVIES, "Films", server.shelf.library_key(films), "movies"),
            PlayerRoot(SHOWS, "Series", server.shelf.library_key(series), "tvshows"),
        )


async def test_a_look_at_emby_finds_its_selectable_folders(tmp_path: Path) -> None:
    async with simulator(tmp_path, flavour="emby") as server, asking(server.url, flavour="emby") as player:
        look = await player.look()
        assert [(root.path, root.name) for root in look.roots] == [(MOVIES, "Films"), (SHOWS, "Series")]
        assert all(ask.path.startswith("/emby/") for ask in server.web.asked)
        assert "authorization" not in server.web.asked[0].headers
        assert [path async for path, _ in player.listing(look.roots[1].key)] == [PILOT]


async def test_a_prefix_that_is_there_is_not_repeated(tmp_path: Path) -> None:
    async with simulator(tmp_path, flavour="emby") as server, asking(f"{server.url}/emby/", flavour="emby") as player:
        assert (await player.look()).version == "4.8.11.0"


async def test_nobody_in_particular_does_not_learn_the_folders(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url, USER_TOKEN) as player:
        look = await player.look()
        assert (look.version, look.roots, look.roots_known) == ("10.10.7", (), False)
        assert await player.monitor_delay() == 60.0


async def test_a_wrong_token_is_refused_though_the_server_answers_without_one(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url, "0000") as player:
        with pytest.raises(NotAuthorised):
            await player.look()
        assert [path for _, path, _ in server.calls] == ["/System/Info/Public", "/System/Info"]


@pytest.mark.parametrize("token", ["", "  ", "a\nb", "ключ", "a\x1bb"])
def test_what_is_no_token_is_never_sent(token: str) -> None:
    with pytest.raises(NotAuthorised):
        jellyfin_server("http://127.0.0.1:1", token, device_id="x")


async def test_the_token_goes_the_way_that_every_version_reads(tmp_path: Path) -> None:
    strange = 'a"b, c=%41'
    async with simulator(tmp_path, version="12.0.0", token=strange) as server, asking(server.url, strange) as player:
        assert (await player.look()).version == "12.0.0"
        header = server.web.asked[-1].headers["authorization"]
        assert header.startswith('MediaBrowser Client="SyncTUI", Device="') and 'DeviceId="device%20one"' in header
        assert not {"x-emby-token", "x-mediabrowser-token"} & server.web.asked[-1].headers.keys()
        assert all(strange not in ask.target and "api" not in ask.target.lower() for ask in server.web.asked)


async def test_the_time_of_silence_is_asked_for(tmp_path: Path) -> None:
    async with simulator(tmp_path, monitor_delay=7) as server, asking(server.url) as player:
        assert await player.monitor_delay() == 7.0


async def test_all_changes_go_in_one_message(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        await player.update([(FIRST, "Modified"), (SECOND, "Deleted")])
        body = {"Updates": [{"Path": FIRST, "UpdateType": "Modified"}, {"Path": SECOND, "UpdateType": "Deleted"}]}
        assert server.calls == [("POST", "/Library/Media/Updated", body)]


async def test_nothing_empty_is_ever_sent(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        with pytest.raises(ValueError, match="empty"):
            await player.update([])
        for path in ("", "  ", "/data/\0"):
            with pytest.raises(ValueError, match="empty"):
                await player.update([(FIRST, "Modified"), (path, "Modified")])
        for key in ("", "..", "../Library", "a/b", "a?b"):
            with pytest.raises(ValueError, match="id"):
                await player.refresh_item(key)
        for key in ("..", "../Library", "a/b", "a?b"):
            with pytest.raises(ValueError, match="id"):
                player.listing(key)
        with pytest.raises(ValueError, match="text"):
            await player.message("SyncTUI", " ")
        assert server.calls == []


async def test_a_new_film_is_told_and_then_seen(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        await player.look()
        before = player.server_now()
        for item in server.items().values():
            item.saved -= timedelta(days=1)
        path = "/data/movies/Third [b] ' & # % + (2003)/Third.mkv"
        put(tmp_path, path.removeprefix("/data/"))
        await player.update([(path, "Created")])
        await server.settle()
        assert await player.saved_since(before) == {path: server.items()[path].id}


async def test_moments_are_those_of_the_servers_clock(tmp_path: Path) -> None:
    theirs, ours = HandClock(), HandClock()
    theirs.moment += timedelta(hours=5)
    async with simulator(tmp_path, clock=theirs) as server, asking(server.url, clock=ours) as player:
        assert player.server_now() == ours.now()
        await player.look()
        assert theirs.now() - timedelta(seconds=1) < player.server_now() <= theirs.now()
        ours.moment += timedelta(seconds=30)
        theirs.moment += timedelta(seconds=30)
        assert theirs.now() - timedelta(seconds=1) < player.server_now() <= theirs.now()
        assert await player.saved_since(player.server_now()) == {}


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0" * 5000]
)
async def test_a_date_that_is_none_is_not_believed(tmp_path: Path, date: str) -> None:
    clock = HandClock()
    async with simulator(tmp_path) as server, asking(server.url, clock=clock) as player:
        server.faults = Faults(answer=Answer(200, b"[]", (("Date", date),)))
        assert not await player.playing()
        assert player.server_now() == clock.now()


async def test_only_what_was_saved_since_is_returned(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, monitor_delay=60) as server, asking(server.url) as player:
        clock.moment += timedelta(hours=1)
        touch(tmp_path / FIRST.removeprefix("/data/"))
        await player.update([(FIRST, "Modified"), (PILOT, "Modified")])
        since = clock.now()
        await clock.pass_by(60)
        assert await player.saved_since(since) == {FIRST: server.items()[FIRST].id}
        assert len(await player.saved_since(since - timedelta(hours=2))) == 3


async def test_a_library_is_listed_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        put(tmp_path, f"movies/Film {number}/Film {number}.mkv")
    monkeypatch.setitem(jellyfin._ROWS, "jellyfin", 3)
    async with simulator(tmp_path) as server, asking(server.url) as player:
        films = server.shelf.library_key(server.shelf.libraries[0])
        listed = [entry async for entry in player.listing(films)]
        assert dict(listed) == {path: item.id for path, item in server.items("Movie").items()}
        assert len(listed) == 9
        assert [ask.first("StartIndex") for ask in server.web.asked] == ["0", "3", "6", "9"]


async def test_what_comes_while_pages_are_read_moves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jellyfin._ROWS, "jellyfin", 1)
    async with simulator(tmp_path) as server, asking(server.url) as player:
        listed = []
        async for path, _ in player.listing(server.shelf.library_key(server.shelf.libraries[0])):
            listed.append(path)
            if len(listed) == 1:
                put(tmp_path, "movies/A/A.mkv")
                server.shelf.scan()
        assert listed == [FIRST, SECOND, "/data/movies/A/A.mkv"]


@pytest.mark.parametrize("flavour", ["jellyfin", "emby"])
async def test_every_version_of_a_film_counts(tmp_path: Path, flavour: Flavour) -> None:
    folder = tmp_path / "m"
    for name in ("Two - 1080p.mkv", "Two - 2160p.mkv"):
        put(folder, f"Two/{name}")
    put(folder, "One/One.mkv")
    library = LibraryFolder("Films", folder, "/m")
    async with (
        JellyfinSimulator([library], flavour=flavour, monitor_delay=0) as server,
        asking(server.url, flavour=flavour) as player,
    ):
        listed = [path async for path, _ in player.listing(server.shelf.library_key(library))]
        assert sorted(listed) == ["/m/One/One.mkv", "/m/Two/Two - 1080p.mkv", "/m/Two/Two - 2160p.mkv"]
        keys = {key async for path, key in player.listing(server.shelf.library_key(library)) if "Two" in path}
        assert len(keys) == 1


async def test_an_item_is_refreshed_mildly(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        assert await player.refresh_item(server.items()[FIRST].id)
        await server.settle()
        assert server.refreshed == [FIRST]
        assert server.calls[-1][2] == {"metadataRefreshMode": "Default", "imageRefreshMode": "Default"}
        assert not await player.refresh_item("a" * 32)


async def test_emby_refreshes_what_is_in_an_item_too(tmp_path: Path) -> None:
    async with simulator(tmp_path, flavour="emby") as server, asking(server.url, flavour="emby") as player:
        assert await player.refresh_item(server.items()["/data/tv/Show"].id)
        await server.settle()
        assert server.refreshed == ["/data/tv/Show"] and server.web.asked[-1].first("Recursive") == "true"
        await player.update([(PILOT, "Modified")])
        await server.settle()
        assert server.refreshed[1:] == [PILOT]


async def test_everything_is_scanned_only_when_asked(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        put(tmp_path, "movies/Third/Third.mkv")
        await player.refresh_everything()
        await server.settle()
        assert server.refreshed == ["everything"] and "/data/movies/Third/Third.mkv" in server.items()


async def test_people_are_told_wherever_they_watch(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        assert not await player.playing()
        assert await player.message("SyncTUI", "done") == 0
        server.sessions = [Session("a1", controllable=False), Session("b2"), Session("c3", FIRST, controllable=False)]
        assert await player.playing()
        assert await player.message("SyncTUI", "[b]Film[/b]\x1b[2J") == 2
        assert server.messages == [(key, "SyncTUI", "[b]Film[/b]\x1b[2J") for key in ("b2", "c3")]


async def test_a_session_that_left_meanwhile_is_no_fault(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        server.sessions = [Session("a1"), Session("b2")]
        server.gone.add("a1")
        assert await player.message("", "x") == 1


async def test_a_server_that_went_away_comes_back(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(server.url) as player:
        await player.look()
        await server.stop()
        with pytest.raises(Unreachable):
            await player.update([(FIRST, "Modified")])
        await server.start()
        await player.update([(FIRST, "Modified")])
        server.faults = Faults(reset=True, times=1)
        with pytest.raises(ConnectionLost):
            await player.update([(FIRST, "Modified")])


async def test_an_address_that_leads_elsewhere_is_said(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server, asking(f"{server.url}/wrong") as player:
        with pytest.raises(BadAnswer, match="404"):
            await player.look()
        assert TOKEN not in repr(server.web.asked[0].target)
