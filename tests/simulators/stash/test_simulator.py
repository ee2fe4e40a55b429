"""What can be done to the simulated Stash beside asking it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from synctui.adapters.stash_queries import PERFORMERS, PROBE, SCENES_BETWEEN, STUDIOS, TAGS
from synctui.simulators.stash.demo import KEY, demo_stash
from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.server import StashSimulator
from synctui.simulators.stash.shelf import Refused
from synctui.simulators.web import Faults
from tests.simulators.stash.conftest import JSON, Turned


async def ask(server: StashSimulator, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=server.url, headers=JSON, trust_env=False) as client:
        answer = await client.post("/graphql", json={"query": document, "variables": variables or {}})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def library(server: StashSimulator) -> Library:
    return server.library


# how the server stands


@pytest.mark.parametrize("state", ["SETUP", "NEEDS_MIGRATION"])
async def test_without_a_database_only_the_status_is_said(server: StashSimulator, state: Any) -> None:
    server.state = state
    assert (await ask(server, "{ systemStatus { status } }"))["data"]["systemStatus"]["status"] == state
    assert (await ask(server, "{ version { version } }"))["data"]["version"]["version"] == "v0.30.1"
    panic = "Internal system error. Error <runtime error: invalid memory address or nil pointer dereference>"
    for field, data in (("findScenes { count }", None), ("findScene(id: 1) { id }", {"findScene": None})):
        answer = await ask(server, f"{{ {field} }}")
        assert (answer["errors"][0]["message"], answer["data"]) == (panic, data)
    server.state = "OK"
    assert (await ask(server, "{ findScenes { count } }"))["data"] == {"findScenes": {"count": 0}}


async def test_a_locked_database_comes_free_again(server: StashSimulator) -> None:
    server.locked = 2
    answers = [await ask(server, "{ findScenes { count } }") for _ in range(3)]
    assert ["database is locked" in str(answer.get("errors")) for answer in answers] == [True, True, False]


async def test_every_operation_is_kept_as_it_came(server: StashSimulator) -> None:
    await ask(server, "query Wanted($id: ID!) { findTag(id: $id) { id } }", {"id": "1"})
    assert [(call.name, call.variables) for call in server.calls] == [("Wanted", {"id": "1"})]


async def test_faults_of_the_network(server: StashSimulator) -> None:
    server.faults = Faults(reset=True, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await ask(server, "{ findScenes { count } }")
    assert (await ask(server, "{ findScenes { count } }"))["data"]["findScenes"]["count"] == 0


async def test_a_new_zone_mixes_the_times(server: StashSimulator, library: Library, clock: Turned) -> None:
    first = library.create_scene(title="In New York")
    clock.time += 3600
    server.zone = "America/Los_Angeles"
    second = library.create_scene(title="In California")
    truth = library.truth().scenes
    assert (truth[first].updated_at[-6:], truth[second].updated_at[-6:]) == ("-04:00", "-07:00")
    assert truth[second].updated_at < truth[first].updated_at
    data = (await ask(server, PROBE))["data"]
    assert data["scenes"]["scenes"] == [{"updated_at": truth[first].updated_at}]
    assert data["logs"][0]["time"].endswith("-07:00")
    assert data["logs"][-1]["time"].endswith("-04:00")


def test_utc_is_written_with_a_z(clock: Turned) -> None:
    library = Library("UTC", clock)
    tag = library.create_tag(name="Sea")
    assert library.truth().tags[tag].updated_at.endswith("Z")


async def test_order_that_nobody_promised(server: StashSimulator, library: Library) -> None:
    people = [library.create_performer(name=name) for name in ("Alma", "Bruno", "Clara")]
    scene = library.create_scene(title="Choir", performers=people[::-1])
    document = "query($id: ID!) { findScene(id: $id) { performers { id } } }"

    async def order() -> list[int]:
        seen = (await ask(server, document, {"id": scene}))["data"]["findScene"]["performers"]
        return [int(one["id"]) for one in seen]

    assert await order() == people
    library.as_inserted = True
    assert await order() == people[::-1]
    assert library.truth().scenes[scene].performers == tuple(people[::-1])


# what a scan finds


async def test_a_scan_finds_files(library: Library, clock: Turned) -> None:
    prints = {"oshash": "00ff", "phash": "11ee"}
    scene = library.scan_found("/data/a/harbour.mp4", size=7, duration=61.5, fingerprints=prints)
    found = library.truth().scenes[scene]
    assert (found.title, [file.path for file in found.files]) == ("", ["/data/a/harbour.mp4"])
    assert found.files[0].fingerprints == (("oshash", "00ff"), ("phash", "11ee"))
    clock.time += 60
    assert library.scan_found("/data/b/copy.mp4", size=7, fingerprints=prints) == scene
    doubled = library.truth().scenes[scene]
    assert [file.path for file in doubled.files] == ["/data/a/harbour.mp4", "/data/b/copy.mp4"]
    assert doubled.updated_at > found.updated_at


async def test_what_happens_to_files_is_noted_of_them_alone(library: Library, clock: Turned) -> None:
    scene = library.scan_found("/data/a/harbour.mp4", size=7, fingerprints={"oshash": "00ff"})
    before = library.truth().scenes[scene]
    number = before.files[0].id
    for path in ("/data/a/port.mp4", "/data/b/port.mp4"):
        clock.time += 60
        library.rename_file(number, path)
    library.replace_file(number, size=9, fingerprints={"oshash": "22dd"})
    after = library.truth().scenes[scene]
    assert after.updated_at == before.updated_at
    assert (after.files[0].path, after.files[0].size, after.files[0].fingerprint("oshash")) == (
        "/data/b/port.mp4",
        9,
        "22dd",
    )
    assert after.files[0].updated_at > before.files[0].updated_at


async def test_a_scene_goes_with_its_last_file(library: Library) -> None:
    scene = library.scan_found("/data/a/harbour.mp4", fingerprints={"oshash": "00ff"})
    library.scan_found("/data/b/copy.mp4", fingerprints={"oshash": "00ff"})
    first, second = library.truth().scenes[scene].files
    with pytest.raises(Refused, match="cannot delete primary file"):
        library.delete_files([first.id])
    library.remove_file(first.id)
    assert [file.id for file in library.truth().scenes[scene].files] == [second.id]
    library.remove_file(second.id)
    assert scene not in library.truth().scenes


async def test_files_of_a_deleted_scene_get_a_new_one(library: Library) -> None:
    scene = library.scan_found("/data/a/harbour.mp4")
    files = library.truth().scenes[scene].files
    library.destroy_scene(scene)
    again = library.scan_found("/data/a/harbour.mp4")
    assert again > scene
    assert library.truth().scenes[again].files == files
    library.destroy_scene(again, delete_files=True)
    assert len(library.files) == 0


async def test_changed_files_are_found_by_their_own_time(server: StashSimulator, library: Library, clock: Turned) -> None:
    scenes = [library.scan_found(f"/data/{name}.mp4", fingerprints={"oshash": name}) for name in "abc"]
    mark = library.truth().scenes[scenes[0]].updated_at[:19]
    clock.time += 60
    library.rename_file(library.truth().scenes[scenes[1]].files[0].id, "/data/new.mp4")
    document = """query($since: String!) { findScenes(
      scene_filter: { files_filter: { updated_at: { value: $since, modifier: GREATER_THAN } } }
    ) { scenes { id } } }"""
    found = (await ask(server, document, {"since": f"{mark}-04:00"}))["data"]["findScenes"]["scenes"]
    assert found == [{"id": str(scenes[1])}]


# the library as a whole


async def test_what_is_read_is_the_truth(server: StashSimulator, library: Library) -> None:
    fill(library, 60, performers=12, tags=25, studios=6)
    truth = library.truth()
    asked = {"first": 1, "last": 100, "limit": -1}
    scenes = (await ask(server, SCENES_BETWEEN, asked))["data"]["found"]["rows"]
    assert {int(row["id"]) for row in scenes} == set(truth.scenes)
    for row in scenes:
        known = truth.scenes[int(row["id"])]
        assert (row["title"], row["date"] or "", row["rating100"]) == (known.title, known.date, known.rating100)
        assert (row["play_count"], row["urls"], row["updated_at"]) == (known.play_count, list(known.urls), known.updated_at)
        assert tuple(int(one["id"]) for one in row["performers"]) == known.performers
        assert tuple(int(one["id"]) for one in row["tags"]) == known.tags
        assert (int(row["studio"]["id"]) if row["studio"] else None) == known.studio
        assert [box["stash_id"] for box in row["stash_ids"]] == [box.stash_id for box in known.stash_ids]
        assert [(one["path"], one["duration"]) for one in row["files"]] == [(one.path, one.duration) for one in known.files]
    for document, part in ((PERFORMERS, truth.performers), (TAGS, truth.tags), (STUDIOS, truth.studios)):
        rows = (await ask(server, document))["data"]["found"]["rows"]
        assert {int(row["id"]): row["name"] for row in rows} == {number: one.name for number, one in part.items()}


def test_a_made_up_catalogue_is_the_same_for_the_same_seed(clock: Turned) -> None:
    libraries = [Library("UTC", clock) for _ in range(3)]
    for library, seed in zip(libraries, (1, 1, 2), strict=True):
        fill(library, 3000, seed=seed)
    first, second, other = (library.truth() for library in libraries)
    assert first == second
    assert first != other
    scenes = list(first.scenes.values())
    assert 2 <= sum(len(scene.performers) for scene in scenes) / len(scenes) <= 3
    assert 6 <= sum(len(scene.tags) for scene in scenes) / len(scenes) <= 8
    assert max(len(tag.parents) for tag in first.tags.values()) > 1
    assert any(studio.parent for studio in first.studios.values())
    assert len({file.fingerprint("oshash") for scene in scenes for file in scene.files}) == len(scenes)


def test_a_restored_backup_knows_nothing_of_later(library: Library) -> None:
    kept = library.create_scene(title="Kept")
    backup = library.snapshot()
    then = library.truth()
    library.update_scene(kept, title="Changed")
    later = library.create_scene(title="Later")
    library.restore(backup)
    assert library.truth() == then
    assert library.create_scene(title="Again") == later


def test_a_wiped_server_is_empty(library: Library) -> None:
    fill(library, 20, performers=5, tags=10, studios=2)
    library.wipe()
    truth = library.truth()
    assert not (truth.scenes or truth.performers or truth.tags or truth.studios)
    assert library.create_scene(title="First") == 1


def test_tags_never_lie_below_themselves(library: Library) -> None:
    top = library.create_tag(name="Music")
    below = library.create_tag(name="Jazz", parents=[top])
    with pytest.raises(Refused, match="already a descendant"):
        library.update_tag(top, parents=[below])


def test_refused_edits_change_nothing(library: Library, clock: Turned) -> None:
    scene = library.create_scene(title="Harbour")
    before = library.truth()
    clock.time += 60
    for fields in ({"tags": [99]}, {"studio": 99}, {"date": "yesterday"}, {"title": ""}):
        with pytest.raises(Refused):
            library.update_scene(scene, **fields)
    with pytest.raises(Refused):
        library.update_scenes([scene, 99], {"rating100": 20})
    assert library.truth() == before


# what it tells by itself, and how long it takes


@pytest.mark.parametrize(
    ("protocol", "start", "heard"), [("graphql-transport-ws", "subscribe", "next"), ("graphql-ws", "start", "data")]
)
async def test_whoever_subscribed_is_told_of_a_scan(server: StashSimulator, protocol: str, start: str, heard: str) -> None:
    address = f"ws{server.url[4:]}/graphql"
    async with connect(address, subprotocols=[Subprotocol(protocol)], proxy=None) as socket:

        async def hear() -> dict[str, Any]:
            message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
            return await hear() if message["type"] == "ka" else message

        await socket.send(json.dumps({"type": "connection_init"}))
        assert (await hear())["type"] == "connection_ack"
        for name, field in (("1", "scanCompleteSubscribe"), ("2", "jobsSubscribe { type job { status } }")):
            asked = {"id": name, "type": start, "payload": {"query": f"subscription {{ {field} }}"}}
            await socket.send(json.dumps(asked))
        await socket.send(json.dumps({"id": "3", "type": start, "payload": {"query": "{ version { version } }"}}))
        assert [(await hear())["type"] for _ in range(2)] == [heard, "complete"]
        server.scan_completed()
        told = {"id": "1", "type": heard, "payload": {"data": {"scanCompleteSubscribe": True}}}
        assert await hear() == told
        await ask(server, "mutation { metadataScan(input: {}) }")
        jobs = [(await hear())["payload"]["data"]["jobsSubscribe"] for _ in range(3)]
        assert [(one["type"], one["job"]["status"]) for one in jobs] == [
            ("ADD", "READY"),
            ("UPDATE", "RUNNING"),
            ("REMOVE", "FINISHED"),
        ]
        assert await hear() == told


async def test_answers_take_as_long_as_measured_when_that_is_wanted(clock: Turned) -> None:
    library = Library(now=clock)
    fill(library, 400, performers=10, tags=20, studios=2)
    async with StashSimulator(library, costs=True) as server:
        begun = time.monotonic()
        await ask(server, SCENES_BETWEEN, {"first": 1, "last": 400, "limit": -1})
        assert 0.2 < time.monotonic() - begun < 2


# the demo


async def test_the_stash_of_the_demo(tmp_path: Path) -> None:
    async with demo_stash(tmp_path / "demo") as stash:
        assert stash.folders == ((str(tmp_path / "demo"), "/data"),)
        assert stash.api_key not in repr(stash)
        refused = await asyncio.to_thread(httpx.post, f"{stash.url}/graphql", json={}, trust_env=False)
        assert refused.status_code == 401
        async with httpx.AsyncClient(base_url=stash.url, headers={**JSON, "ApiKey": KEY}, trust_env=False) as client:
            document = (
                '{ all: findScenes(filter: { per_page: 0 }) { count } ours: findScenes(filter: { q: "Series" }) { count } }'
            )
            data = (await client.post("/graphql", json={"query": document})).json()["data"]
        assert data["all"]["count"] == 2000
        assert data["ours"]["count"] > 5
        truth = stash.simulator.library.truth()
        ours = [
            scene for scene in truth.scenes.values() if scene.files[0].path.startswith(("/data/Films/", "/data/Series/"))
        ]
        assert len(ours) > 10
        assert all(scene.performers and scene.tags and scene.studio for scene in ours)
