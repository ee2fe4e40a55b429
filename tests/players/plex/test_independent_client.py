"""The simulator as PlexAPI sees it, which knows nothing of this project and reads XML."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from synctui.simulators.plex.server import TOKEN, PlexSimulator
from tests.players.plex.conftest import put

plexapi: Any = pytest.importorskip("plexapi")
exceptions: Any = pytest.importorskip("plexapi.exceptions")
myplex: Any = pytest.importorskip("plexapi.myplex")
servers: Any = pytest.importorskip("plexapi.server")


@pytest.fixture
async def client(server: PlexSimulator) -> AsyncIterator[Any]:
    client = await asyncio.to_thread(servers.PlexServer, server.url, TOKEN, None, 5)
    yield client
    client._session.close()


async def test_who_it_is(server: PlexSimulator, client: Any) -> None:
    assert (client.friendlyName, client.version) == (server.name, server.version)
    identity = await asyncio.to_thread(client.identity)
    assert (identity.claimed, identity.version) == (True, server.version)


async def test_wrong_token_is_refused(server: PlexSimulator) -> None:
    with pytest.raises(exceptions.Unauthorized):
        await asyncio.to_thread(servers.PlexServer, server.url, "wrong", None, 5)


async def test_libraries_and_their_folders(client: Any) -> None:
    def look() -> list[tuple[Any, ...]]:
        return [(s.key, s.type, s.title, s.refreshing, s.locations) for s in client.library.sections()]

    assert await asyncio.to_thread(look) == [
        (1, "movie", "Films", False, ["/data/films"]),
        (2, "show", "Shows", False, ["/data/shows"]),
    ]


async def test_files_of_films_and_episodes(client: Any) -> None:
    def look() -> list[list[str]]:
        films = client.library.section("Films").all()
        episodes = client.library.section("Shows").search(libtype="episode", sort=None)
        return [sorted(part.file for item in items for part in item.iterParts()) for items in (films, episodes)]

    assert await asyncio.to_thread(look) == [
        ["/data/films/A (2020)/A (2020).mkv", "/data/films/B (2021)/B (2021).mkv"],
        ["/data/shows/Show/Season 01/Show - S01E01 - Pilot.mkv", "/data/shows/Show/Season 01/Show - S01E02.mkv"],
    ]


async def test_shows_and_episodes_have_their_places(client: Any) -> None:
    def look() -> tuple[list[str], list[tuple[Any, ...]]]:
        section = client.library.section("Shows")
        episodes = [(e.grandparentTitle, e.parentIndex, e.index, e.title) for e in section.search(libtype="episode")]
        return [show.title for show in section.all()], episodes

    shows, episodes = await asyncio.to_thread(look)
    assert shows == ["Show"]
    assert episodes == [("Show", 1, 1, "Pilot"), ("Show", 1, 2, "Episode 2")]


async def test_paging(client: Any, server: PlexSimulator, films: Path) -> None:
    for number in range(7):
        put(films, f"C{number} (1990)/C{number} (1990).mkv")
    server.fill()

    def look() -> tuple[int, set[str], list[str]]:
        section = client.library.section("Films")
        few = section.search(sort=None, container_size=3)
        return section.totalSize, {item.title for item in few}, [item.title for item in section.search(maxresults=2)]

    total, titles, two = await asyncio.to_thread(look)
    assert (total, len(titles), len(two)) == (9, 9, 2)


async def test_scan_of_one_folder(client: Any, server: PlexSimulator, films: Path) -> None:
    put(films, "A (2020) & B+C/A (2020) & B+C.mkv")
    put(films, "D (2000)/D (2000).mkv")
    await asyncio.to_thread(lambda: client.library.section("Films").update(path="/data/films/A (2020) & B+C"))
    await server.idle()
    assert ("GET", "/library/sections/1/refresh", (("path", "/data/films/A (2020) & B+C"),)) in server.calls
    paths = {part.path for item in server.items("Films") for part in item.parts}
    assert "/data/films/A (2020) & B+C/A (2020) & B+C.mkv" in paths
    assert "/data/films/D (2000)/D (2000).mkv" not in paths


async def test_scan_of_everything_shows_as_activity_and_can_be_cancelled(client: Any, server: PlexSimulator) -> None:
    server.scans.takes = 30.0
    section = await asyncio.to_thread(lambda: client.library.section("Films"))
    await asyncio.to_thread(section.update)
    [activity] = await asyncio.to_thread(lambda: client.activities)
    assert (activity.type, activity.title, activity.cancellable) == ("library.update.section", "Scanning Films", True)
    assert 0 <= activity.progress <= 100
    assert (await asyncio.to_thread(client.query, "/library/sections"))[0].get("refreshing") == "1"
    await asyncio.to_thread(section.cancelUpdate)
    await server.idle()
    assert await asyncio.to_thread(lambda: client.activities) == []
    assert server.scans.done == 0


async def test_trash(client: Any, server: PlexSimulator, films: Path) -> None:
    (films / "A (2020)" / "A (2020).mkv").unlink()

    def gone() -> tuple[bool, bool]:
        [part] = client.library.section("Films").get("A").reload(checkFiles=True).iterParts()
        return part.exists, part.accessible

    await asyncio.to_thread(lambda: client.library.section("Films").update("/data/films/A (2020)"))
    await server.idle()
    assert await asyncio.to_thread(gone) == (False, False)
    await asyncio.to_thread(lambda: client.library.section("Films").emptyTrash())
    with pytest.raises(exceptions.NotFound):
        await asyncio.to_thread(gone)
    assert [item.name.title for item in server.items("Films")] == ["B"]


async def test_analysis_and_sessions(client: Any, server: PlexSimulator) -> None:
    film = server.items("Films")[0]
    await asyncio.to_thread(lambda: client.fetchItem(film.key).analyze())
    assert server.analyzed == [film.key]
    assert await asyncio.to_thread(client.sessions) == []
    server.playing = [film.key]
    [session] = await asyncio.to_thread(client.sessions)
    assert (session.title, session.players[0].state) == ("A", "playing")


async def test_unknown_item_and_library(client: Any) -> None:
    with pytest.raises(exceptions.NotFound):
        await asyncio.to_thread(client.fetchItem, 99999)
    with pytest.raises(exceptions.NotFound):
        await asyncio.to_thread(client.query, "/library/sections/99/refresh")


async def test_login_with_a_code(server: PlexSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(myplex.MyPlexPinLogin, "PINS", f"{server.url}/api/v2/pins")
    login = myplex.MyPlexPinLogin()
    code = await asyncio.to_thread(lambda: login.pin)
    assert len(code) == 4
    assert not await asyncio.to_thread(login.checkLogin)
    server.pins.link(code, "a-token")
    assert await asyncio.to_thread(login.checkLogin)
    assert login.token == "a-token"
    login._session.close()


async def test_login_with_a_code_that_expired(server: PlexSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(myplex.MyPlexPinLogin, "PINS", f"{server.url}/api/v2/pins")
    login = myplex.MyPlexPinLogin()
    server.pins.expire(await asyncio.to_thread(lambda: login.pin))
    assert not await asyncio.to_thread(login.checkLogin)
    assert login.expired
    login._session.close()
