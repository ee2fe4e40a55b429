"""The adapter with a server that does what it should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.adapters.plex import Plex, plex_server, scan_path
from synctui.errors import BadAnswer, NotAuthorised, Unreachable
from synctui.model.players import PlayerRoot
from synctui.simulators.plex.server import TOKEN, PlexSimulator
from synctui.simulators.web import Ask
from tests.players.plex.conftest import put


@pytest.fixture
async def stranger(server: PlexSimulator) -> AsyncIterator[Plex]:
    connection = plex_server(server.url, "wrong-token", client_id="test-client", timeout=5.0)
    yield Plex(connection)
    await connection.close()


def last(server: PlexSimulator) -> Ask:
    return server.web.asked[-1]


async def test_look(plex: Plex, server: PlexSimulator) -> None:
    look = await plex.look()
    assert (look.version, look.name, look.roots_known) == (server.version, server.name, True)
    assert look.roots == (
        PlayerRoot("/data/films", "Films", "1", "movie"),
        PlayerRoot("/data/shows", "Shows", "2", "show"),
    )
    assert [call[:2] for call in server.calls] == [("GET", "/identity"), ("GET", "/"), ("GET", "/library/sections")]


async def test_every_request_says_who_asks_and_the_token_is_in_no_address(plex: Plex, server: PlexSimulator) -> None:
    await plex.look()
    await plex.refresh("1", "/data/films/A (2020)")
    [item async for item in plex.parts("1", "movie")]
    for ask in server.web.asked:
        assert ask.headers["x-plex-token"] == TOKEN
        assert ask.headers["x-plex-client-identifier"] == "test-client"
        assert ask.headers["x-plex-product"] == "SyncTUI"
        assert ask.headers["accept"] == "application/json"
        assert TOKEN not in ask.target


async def test_wrong_token_is_found_by_the_look(stranger: Plex) -> None:
    with pytest.raises(NotAuthorised) as caught:
        await stranger.look()
    assert "wrong-token" not in str(caught.value)


@pytest.mark.parametrize("token", ["to ken", "to\nken", "tökén", "tok\x1ben"])
def test_token_that_cannot_be_one_is_refused_and_not_told(token: str) -> None:
    with pytest.raises(NotAuthorised) as caught:
        plex_server("http://127.0.0.1:1", token, client_id="test-client", timeout=1.0)
    assert token not in str(caught.value)


async def test_token_pasted_with_blanks_around_it(server: PlexSimulator) -> None:
    connection = plex_server(server.url, f"  {TOKEN}\n", client_id="test-client", timeout=5.0)
    assert (await Plex(connection).look()).version == server.version
    await connection.close()


async def test_libraries(plex: Plex, server: PlexSimulator) -> None:
    server.section("Films").refreshing = True
    server.section("Shows").scanned_at = 1234
    films, shows = await plex.sections()
    assert (films.key, films.type, films.title, films.refreshing) == ("1", "movie", "Films", True)
    assert (shows.refreshing, shows.scanned_at, shows.locations) == (False, 1234, ("/data/shows",))


@pytest.mark.parametrize("name", ["New (2024)", "A & B+C (2020)", "100% #1", "Ünï/cødé", "what? [x]; 'y'"])
async def test_refresh_of_one_folder(plex: Plex, server: PlexSimulator, films: Path, name: str) -> None:
    put(films, f"{name}/film.mkv")
    put(films, "Other (1999)/Other (1999).mkv")
    await plex.refresh("1", f"/data/films/{name}/")
    assert server.calls[-1] == ("GET", "/library/sections/1/refresh", (("path", f"/data/films/{name}"),))
    await server.idle()
    files = {path for item in server.items("Films") for path in (part.path for part in item.parts)}
    assert f"/data/films/{name}/film.mkv" in files
    assert len(files) == 3
    assert not any(item.in_trash for item in server.items("Films"))


async def test_refresh_of_everything(plex: Plex, server: PlexSimulator, films: Path) -> None:
    put(films, "C/C.mkv")
    await plex.refresh_everything("1")
    assert server.calls[-1] == ("GET", "/library/sections/1/refresh", ())
    await server.idle()
    assert len(server.items("Films")) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/data/films/A", "/data/films/A"),
        ("/data//films///A//", "/data/films/A"),
        ("//server/share//A/", "//server/share/A"),
        ("///data/A", "/data/A"),
        ("/data/A\\\\B", "/data/A\\\\B"),
        ("/data/ A /", "/data/ A "),
        ("S:\\\\films\\A\\", "S:\\films\\A"),
        ("S:\\", "S:\\"),
        ("S:/films//A/", "S:/films/A"),
        ("\\\\server\\share\\\\A\\", "\\\\server\\share\\A"),
        ("/data/e\u0301", "/data/e\u0301"),
    ],
)
def test_spelling_of_a_path(path: str, said: str) -> None:
    assert scan_path(path) == said
    assert scan_path(said) == said


@pytest.mark.parametrize(
    "path",
    ["", "/", "//", "films", "C:", "C:films", "./x", "/a/../b", "/a/.", "S:\\a\\..", "/a\0b", "/a\udce9", "/" + "x" * 40000],
)
async def test_path_without_sense_is_not_sent(plex: Plex, server: PlexSimulator, path: str) -> None:
    with pytest.raises(ValueError, match="Plex"):
        await plex.refresh("1", path)
    assert server.calls == []


@pytest.mark.parametrize("key", ["", "1/../2", "1?x=y", "..", "ä", "1" * 65])
async def test_key_that_is_none_is_not_sent(plex: Plex, server: PlexSimulator, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        await plex.refresh(key, "/data/films/A")
    with pytest.raises(ValueError, match="key"):
        await plex.item(key)
    assert server.calls == []


async def test_library_that_is_gone(plex: Plex) -> None:
    for deed in (plex.refresh("9", "/data/x"), plex.refresh_everything("9"), plex.empty_trash("9")):
        with pytest.raises(BadAnswer) as caught:
            await deed
        assert caught.value.code == "unknown_section"


async def test_films_and_episodes_with_all_their_files(plex: Plex, server: PlexSimulator, films: Path) -> None:
    put(films, "A (2020)/A (2020) - 4K.mkv")
    put(films, "L (1990)/L (1990) - cd1.avi")
    put(films, "L (1990)/L (1990) - cd2.avi")
    server.fill()
    found = {item.title: set(item.files) async for item in plex.parts("1", "movie")}
    assert found == {
        "A": {"/data/films/A (2020)/A (2020).mkv", "/data/films/A (2020)/A (2020) - 4K.mkv"},
        "B": {"/data/films/B (2021)/B (2021).mkv"},
        "L": {"/data/films/L (1990)/L (1990) - cd1.avi", "/data/films/L (1990)/L (1990) - cd2.avi"},
    }
    episodes = [item async for item in plex.parts("2", "show", newest_first=False)]
    assert [item.title for item in episodes] == ["Pilot", "Episode 2"]
    assert all(item.added_at and item.updated_at for item in episodes)


async def test_newest_first_and_in_pages(plex: Plex, server: PlexSimulator, films: Path) -> None:
    for number in range(620):
        put(films, f"F{number} (1980).mkv")
    server.fill()
    for known in server.items("Films"):
        known.added_at = known.key
    before = len(server.calls)
    found = [item async for item in plex.parts("1", "movie")]
    assert len(found) == 622
    assert [item.added_at for item in found] == sorted((known.key for known in server.items("Films")), reverse=True)
    assert len(server.calls) - before == 3
    newest = await anext(plex.parts("1", "movie"))
    assert newest.added_at == max(known.key for known in server.items("Films"))
    assert len(server.calls) - before == 4


async def test_item(plex: Plex, server: PlexSimulator, films: Path) -> None:
    film = server.items("Films")[0]
    item = await plex.item(str(film.key))
    assert item is not None
    assert (item.title, item.files, item.missing) == ("A", ("/data/films/A (2020)/A (2020).mkv",), ())
    (films / "A (2020)" / "A (2020).mkv").unlink()
    gone = await plex.item(str(film.key))
    assert gone is not None
    assert gone.missing == gone.files == item.files
    assert await plex.item("99999") is None


async def test_activities(plex: Plex, server: PlexSimulator) -> None:
    assert await plex.activities() == ()
    server.scans.takes = 30.0
    await plex.refresh_everything("1")
    [activity] = await plex.activities()
    assert (activity.type, activity.title, activity.section) == ("library.update.section", "Scanning Films", "1")
    assert activity.progress is not None
    assert activity.uuid


async def test_playing(plex: Plex, server: PlexSimulator) -> None:
    assert not await plex.playing()
    server.playing = [server.items("Films")[0].key]
    assert await plex.playing()


async def test_analysis_and_trash_only_when_asked_for(plex: Plex, server: PlexSimulator, films: Path) -> None:
    film = server.items("Films")[0]
    await plex.analyze(str(film.key))
    assert (last(server).method, server.analyzed) == ("PUT", [film.key])
    (films / "A (2020)" / "A (2020).mkv").unlink()
    server.fill()
    await plex.empty_trash("1")
    assert last(server).method == "PUT"
    assert [item.name.title for item in server.items("Films")] == ["B"]


async def test_server_that_is_off_and_on_again(plex: Plex, server: PlexSimulator) -> None:
    await plex.look()
    await server.stop()
    with pytest.raises(Unreachable):
        await plex.look()
    await server.start()
    assert (await plex.look()).version == server.version
