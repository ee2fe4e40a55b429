"""The simulator as stashapp-tools sees it, which knows nothing of this project."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

import pytest

from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.server import StashSimulator

stashapp: Any = pytest.importorskip("stashapi.stashapp")


@pytest.fixture
async def client(server: StashSimulator) -> Any:
    address = urlsplit(server.url)
    connection = {"Scheme": "http", "Host": address.hostname, "Port": address.port, "Logger": logging.getLogger("stashapi")}
    return await asyncio.to_thread(stashapp.StashInterface, connection)


async def test_which_version_it_is(client: Any) -> None:
    assert (client.version.major, client.version.minor, client.version.patch) == (0, 30, 1)


async def test_scenes_with_everything_in_them(server: StashSimulator, client: Any) -> None:
    fill(server.library, 40, performers=10, tags=20, studios=4)
    scenes = await asyncio.to_thread(client.find_scenes)
    truth = server.library.truth().scenes
    assert [int(scene["id"]) for scene in scenes] == list(truth)
    for scene in scenes:
        known = truth[int(scene["id"])]
        assert scene["title"] == known.title
        assert tuple(int(tag["id"]) for tag in scene["tags"]) == known.tags
        assert [file["path"] for file in scene["files"]] == [file.path for file in known.files]


async def test_a_page_and_a_count(server: StashSimulator, client: Any) -> None:
    fill(server.library, 30, performers=5, tags=10, studios=2)
    page = {"per_page": 10, "page": 3, "sort": "id", "direction": "ASC"}
    count, scenes = await asyncio.to_thread(client.find_scenes, {}, page, "", "id", True)
    assert (count, [scene["id"] for scene in scenes]) == (30, [str(number) for number in range(21, 31)])


async def test_tags_are_made_put_on_a_scene_and_merged(server: StashSimulator, client: Any) -> None:
    library = server.library
    scene = library.create_scene(title="A quiet harbour")

    def act() -> tuple[Any, Any]:
        old = client.create_tag({"name": "Harbours"})
        kept = client.create_tag({"name": "Ports"})
        client.update_scene({"id": scene, "tag_ids": [old["id"], kept["id"]]})
        return client.merge_tags([old["id"]], kept["id"]), client.find_tag("harbours")

    merged, found = await asyncio.to_thread(act)
    assert (merged["name"], merged["aliases"]) == ("Ports", ["Harbours"])
    assert found["id"] == merged["id"]
    assert library.truth().scenes[scene].tags == (int(merged["id"]),)


async def test_what_exists_already_is_refused(server: StashSimulator, client: Any) -> None:
    server.library.create_tag(name="Harbours")
    assert await asyncio.to_thread(client.create_tag, {"name": "harbours"}) is None
    assert len(server.library.tags) == 1


async def test_performers_studios_and_tags(server: StashSimulator, client: Any) -> None:
    fill(server.library, 10, performers=12, tags=15, studios=6)

    def look() -> list[set[str]]:
        return [{one["name"] for one in find()} for find in (client.find_performers, client.find_studios, client.find_tags)]

    truth = server.library.truth()
    known = [{one.name for one in part.values()} for part in (truth.performers, truth.studios, truth.tags)]
    assert await asyncio.to_thread(look) == known
