"""The simulator, asked by a client of other people: what satisfies it is not made up here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from synctui.simulators.jellyfin.server import TOKEN, JellyfinSimulator, Session
from tests.players.jellyfin.house import FIRST, MOVIES, PILOT, SHOWS, put, simulator

apiclient = pytest.importorskip("jellyfin_apiclient_python")


def client(server: JellyfinSimulator, token: str = TOKEN) -> Any:
    """Return that client, which shows a token without having asked for it."""
    made = apiclient.JellyfinClient()
    made.config.app("SyncTUI tests", "1.0", "a machine", "device-1")
    made.config.data["auth.server"] = server.url
    made.config.data["auth.ssl"] = False
    made.config.data["auth.token"] = token
    return made


async def test_it_logs_in_with_a_token(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        credentials = {"Servers": [{"AccessToken": TOKEN, "UserId": "1" * 32, "address": server.url, "Id": "0" * 32}]}
        state = await asyncio.to_thread(client(server).authenticate, credentials, discover=False)
        assert state["State"] == apiclient.connection_manager.CONNECTION_STATE["SignedIn"]
        assert {path.lower() for _, path, _ in server.calls} == {"/system/info/public", "/system/info"}


async def test_it_is_refused_with_a_wrong_one(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        with pytest.raises(apiclient.exceptions.HTTPException) as refused:
            await asyncio.to_thread(client(server, "wrong").jellyfin.get_system_info_new)
        assert refused.value.status == "Unauthorized"


@pytest.mark.parametrize("version", ["10.8.13", "10.11.0", "12.0.0"])
async def test_it_finds_libraries_and_films_in_every_version(tmp_path: Path, version: str) -> None:
    async with simulator(tmp_path, version=version) as server:
        there = client(server).jellyfin
        folders = await asyncio.to_thread(there._get, "Library/VirtualFolders")
        assert [folder["Locations"] for folder in folders] == [[MOVIES], [SHOWS]]
        found = await asyncio.to_thread(
            there.items, params={"Recursive": True, "Fields": "Path", "IncludeItemTypes": "Episode", "Limit": 5}
        )
        assert [row["Path"] for row in found["Items"]] == [PILOT]
        assert await asyncio.to_thread(there.physical_paths) == [MOVIES, SHOWS]
        assert (await asyncio.to_thread(there.get_system_configuration))["LibraryMonitorDelay"] == server.monitor_delay


async def test_it_refreshes_an_item(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        item = server.items()[FIRST]
        before = item.saved
        await asyncio.to_thread(client(server).jellyfin.refresh_item, item.id, preset="missing")
        await server.settle()
        assert server.refreshed == [FIRST] and item.saved > before


async def test_it_has_everything_scanned(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        put(tmp_path, "movies/Third/Third.mkv")
        await asyncio.to_thread(client(server).jellyfin.refresh_library)
        await server.settle()
        assert "/data/movies/Third/Third.mkv" in server.items()


async def test_it_shows_a_message(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        server.sessions = [Session("a1")]
        there = client(server).jellyfin
        assert [one["Id"] for one in await asyncio.to_thread(there._get, "Sessions")] == ["a1"]
        await asyncio.to_thread(there.post_session, "a1", "Message", None, {"Header": "Hello", "Text": "there"})
        assert server.messages == [("a1", "Hello", "there")]
