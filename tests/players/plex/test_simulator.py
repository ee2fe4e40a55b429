"""What the simulator owes the real server: scans that only wait, spellings, the trash, refusals."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from synctui.simulators.plex.server import TOKEN, PlexSimulator
from tests.players.plex.conftest import put

JSON = {"Accept": "application/json", "X-Plex-Token": TOKEN}


@pytest.fixture
async def http(server: PlexSimulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, headers=JSON, trust_env=False) as client:
        yield client


def paths(server: PlexSimulator, title: str) -> set[str]:
    return {part.path for item in server.items(title) for part in item.parts}


async def container(http: httpx.AsyncClient, path: str, **options: Any) -> dict[str, Any]:
    reply = await http.get(path, **options)
    assert reply.status_code == 200
    answer: dict[str, Any] = reply.json()["MediaContainer"]
    return answer


async def test_only_the_identity_is_told_without_token(http: httpx.AsyncClient) -> None:
    for token in ("", "wrong"):
        headers = {"X-Plex-Token": token}
        assert (await http.get("/identity", headers=headers)).status_code == 200
        for path in ("/", "/library/sections", "/activities", "/library/sections/1/refresh"):
            reply = await http.get(path, headers=headers)
            assert reply.status_code == 401
            assert b"401 Unauthorized" in reply.content


async def test_token_in_the_address_counts(http: httpx.AsyncClient) -> None:
    assert (await http.get("/", headers={"X-Plex-Token": ""}, params={"X-Plex-Token": TOKEN})).status_code == 200


async def test_libraries_in_json(http: httpx.AsyncClient) -> None:
    answer = await container(http, "/library/sections")
    first = answer["Directory"][0]
    assert (answer["size"], first["key"], first["type"], first["title"]) == (2, "1", "movie", "Films")
    assert first["refreshing"] is False
    assert first["Location"] == [{"id": 1, "path": "/data/films"}]


async def test_xml_for_those_who_do_not_ask_for_json(http: httpx.AsyncClient) -> None:
    reply = await http.get("/library/sections", headers={"Accept": "*/*"})
    assert reply.headers["content-type"].startswith("text/xml")
    assert b'refreshing="0"' in reply.content


@pytest.mark.parametrize("blank", ["+", "%20"])
async def test_refresh_answers_before_anything_has_happened(
    server: PlexSimulator, http: httpx.AsyncClient, films: Path, blank: str
) -> None:
    put(films, "New One (2024)/New One (2024).mkv")
    server.scans.takes = 0.02
    reply = await http.get(f"/library/sections/1/refresh?path=/data/films/New{blank}One{blank}(2024)")
    assert (reply.status_code, reply.content) == (200, b"")
    assert not any("New One" in path for path in paths(server, "Films"))
    await server.idle()
    assert any("New One" in path for path in paths(server, "Films"))


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_refresh_knows_get_only(server: PlexSimulator, http: httpx.AsyncClient, method: str) -> None:
    assert (await http.request(method, "/library/sections/1/refresh")).status_code == 404
    await server.idle()
    assert server.scans.done == 0


async def test_unknown_library(http: httpx.AsyncClient) -> None:
    for path in ("/library/sections/9/refresh", "/library/sections/x/all", "/library/sections/9/emptyTrash"):
        assert (await http.get(path)).status_code == 404


async def test_path_outside_is_taken_and_nothing_happens(server: PlexSimulator, http: httpx.AsyncClient) -> None:
    for path in ("/data/filmsX/A", "/data", "/data/films/../shows", "/data/films/A (2020)/A (2020).mkv"):
        before = paths(server, "Films")
        assert (await http.get("/library/sections/1/refresh", params={"path": path})).status_code == 200
        await server.idle()
        assert paths(server, "Films") == before


async def test_scan_shows_while_it_runs_and_is_stamped_at_its_end(server: PlexSimulator, http: httpx.AsyncClient) -> None:
    server.scans.starts_after, server.scans.takes = 0.1, 30.0
    server.section("Films").scanned_at = 1
    await http.get("/library/sections/1/refresh")
    waiting = await container(http, "/library/sections")
    assert waiting["Directory"][0]["refreshing"] is False
    await server.scans.started.wait()
    [activity] = (await container(http, "/activities"))["Activity"]
    assert (activity["type"], activity["Context"]) == ("library.update.section", {"librarySectionID": "1"})
    running = (await container(http, "/library/sections"))["Directory"]
    assert [section["refreshing"] for section in running] == [True, False]
    assert running[0]["scannedAt"] == 1
    server.scans.hurry()
    await server.idle()
    done = (await container(http, "/library/sections"))["Directory"][0]
    assert (done["refreshing"], done["scannedAt"] > 1) == (False, True)
    assert (await container(http, "/activities"))["size"] == 0


async def test_scans_wait_in_line_and_can_be_cancelled(server: PlexSimulator, http: httpx.AsyncClient, films: Path) -> None:
    server.scans.takes = 0.02
    for name in ("C", "D", "E"):
        put(films, f"{name}/{name}.mkv")
        await http.get("/library/sections/1/refresh", params={"path": f"/data/films/{name}"})
    await server.idle()
    assert server.scans.done == 3
    server.scans.takes = 30.0
    await http.get("/library/sections/1/refresh")
    await http.get("/library/sections/1/refresh")
    assert (await http.delete("/library/sections/1/refresh")).status_code == 200
    await server.idle()
    assert server.scans.done == 3


async def test_same_folder_spelled_otherwise_is_another_folder(server: PlexSimulator, http: httpx.AsyncClient) -> None:
    before = {item.key for item in server.items("Films")}
    await http.get("/library/sections/1/refresh", params={"path": "/data/films//A (2020)"})
    await server.idle()
    known, new = [item for item in server.items("Films") if item.name.title == "A"]
    assert known.in_trash
    assert new.key not in before
    assert [part.path for part in new.parts] == ["/data/films//A (2020)/A (2020).mkv"]


async def test_spellings_of_windows(films: Path) -> None:
    folders: list[tuple[Path, str]] = [(films, "S:\\films")]
    server = PlexSimulator([("Films", "movie", folders)])
    server.fill()
    assert "S:\\films\\A (2020)\\A (2020).mkv" in paths(server, "Films")
    server.library.scan(server.section("Films"), "S:\\\\films\\A (2020)", 1)
    assert "S:\\\\films\\A (2020)\\A (2020).mkv" in paths(server, "Films")


async def test_removed_file_stays_listed_until_the_trash_is_emptied(
    server: PlexSimulator, http: httpx.AsyncClient, films: Path
) -> None:
    [film] = [item for item in server.items("Films") if item.name.title == "A"]
    (films / "A (2020)" / "A (2020).mkv").unlink()
    (films / "A (2020)").rmdir()
    await http.get("/library/sections/1/refresh", params={"path": "/data/films/A (2020)"})
    await server.idle()
    assert film.in_trash
    listed = (await container(http, "/library/sections/1/all", params={"type": "1"}))["Metadata"]
    assert str(film.key) in {entry["ratingKey"] for entry in listed}
    [entry] = (await container(http, f"/library/metadata/{film.key}", params={"checkFiles": "1"}))["Metadata"]
    assert entry["Media"][0]["Part"][0]["exists"] is False
    assert (await http.put("/library/sections/1/emptyTrash")).status_code == 200
    assert (await http.get(f"/library/metadata/{film.key}")).status_code == 404


async def test_file_that_comes_back_in_time_is_the_same_item(server: PlexSimulator, films: Path) -> None:
    [film] = [item for item in server.items("Films") if item.name.title == "A"]
    path = films / "A (2020)" / "A (2020).mkv"
    path.unlink()
    server.fill()
    put(films, "A (2020)/A (2020).mkv")
    server.fill()
    assert film in server.items("Films")
    assert not film.in_trash


async def test_library_can_empty_its_trash_after_every_scan(server: PlexSimulator, films: Path) -> None:
    server.section("Films").auto_empty = True
    (films / "A (2020)" / "A (2020).mkv").unlink()
    server.fill()
    assert [item.name.title for item in server.items("Films")] == ["B"]


async def test_empty_mount_point_loses_everything_and_missing_one_nothing(server: PlexSimulator, films: Path) -> None:
    away = films.rename(films.parent / "away")
    server.fill()
    assert not any(item.in_trash for item in server.items("Films"))
    films.mkdir()
    server.fill()
    assert all(item.in_trash for item in server.items("Films"))
    server.library.empty_trash(server.section("Films"))
    assert server.items("Films") == []
    films.rmdir()
    away.rename(films)
    server.fill()
    assert len(server.items("Films")) == 2


async def test_changed_file_is_noticed(server: PlexSimulator, films: Path) -> None:
    [film] = [item for item in server.items("Films") if item.name.title == "A"]
    film.updated_at = 1
    os.utime(films / "A (2020)" / "A (2020).mkv", (5, 5))
    server.fill()
    assert film.updated_at > 1


async def test_versions_and_parts(server: PlexSimulator, films: Path) -> None:
    put(films, "A (2020)/A (2020) - 4K.mkv")
    put(films, "Long (1990)/Long (1990) - cd1.avi")
    put(films, "Long (1990)/Long (1990) - cd2.avi")
    server.fill()
    versions = {item.name.title: [len(parts) for parts in item.versions()] for item in server.items("Films")}
    assert versions == {"A": [1, 1], "B": [1], "Long": [2]}


async def test_file_with_two_episodes_is_two_items(server: PlexSimulator, shows: Path) -> None:
    path = put(shows, "Show/Season 01/Show - S01E03E04.mkv")
    put(shows, "Show/Season 01/nothing.mkv")
    server.fill()
    held = [item.name.number for item in server.items("Shows") if item.parts[0].disk == path]
    assert held == [3, 4]
    assert len(server.items("Shows")) == 4


async def test_libraries_may_share_a_folder(films: Path) -> None:
    folders: list[tuple[Path, str]] = [(films, "/data/films")]
    async with PlexSimulator([("One", "movie", folders), ("Two", "movie", folders)]) as server:
        async with httpx.AsyncClient(base_url=server.url, headers=JSON, trust_env=False) as http:
            await http.get("/library/sections/2/refresh", params={"path": "/data/films/A (2020)"})
        await server.idle()
        assert (len(server.items("One")), len(server.items("Two"))) == (0, 1)


async def test_restart_forgets_what_was_asked_and_keeps_what_is_known(
    server: PlexSimulator, http: httpx.AsyncClient, films: Path
) -> None:
    put(films, "C/C.mkv")
    server.scans.takes = 30.0
    await http.get("/library/sections/1/refresh")
    url = server.url
    await server.restart()
    assert server.url == url
    await server.idle()
    assert len(server.items("Films")) == 2
    assert (await container(http, "/activities"))["size"] == 0
    assert not server.section("Films").refreshing


async def test_name_that_is_no_utf8_is_not_seen(server: PlexSimulator, films: Path) -> None:
    Path(os.fsdecode(os.fsencode(films) + b"/caf\xe9.mkv")).write_bytes(b"video")
    server.fill()
    assert len(server.items("Films")) == 2
