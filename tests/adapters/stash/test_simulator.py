"""The client against the simulated Stash, which has the traps that were measured on a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from synctui.adapters.stash import Stash
from synctui.adapters.stash_socket import scans_completed
from synctui.errors import NotAuthorised, NotReady, ServerFailed
from synctui.model.catalog import NAMED, Entity, SweptScene
from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.server import StashSimulator

SCENES = 300


@pytest.fixture
async def simulator() -> AsyncIterator[StashSimulator]:
    library = Library("America/New_York")
    fill(library, scenes=SCENES, performers=20, tags=15, studios=5)
    async with StashSimulator(library, api_key="key", zone="America/New_York") as running:
        yield running


@pytest.fixture
async def client(simulator: StashSimulator) -> AsyncIterator[Stash]:
    stash = Stash(simulator.url, api_key="key", timeout=10.0)
    yield stash
    await stash.close()


async def test_everything_is_read_and_nothing_is_odd(simulator: StashSimulator, client: Stash) -> None:
    probe = await client.probe()
    assert (probe.scenes.count, probe.files.count) == (SCENES, len(simulator.library.files))
    assert probe.offset in ("-05:00", "-04:00")
    for entity in NAMED:
        answer = await client.named(entity)
        assert (len(answer.items), answer.troubles) == (probe.of(entity).count, ())
        assert await client.named_one(entity, answer.items[0].id) == answer.items[0]
        assert await client.named_one(entity, 99_999) is None
    whole = await client.scenes_between(1, SCENES, 100)
    assert [scene.id for scene in whole.scenes] == simulator.library.scenes.ids()
    assert whole.troubles == ()
    assert all(scene.files and scene.files[0].fingerprints for scene in whole.scenes)
    assert any(scene.title and scene.studio and scene.performers for scene in whole.scenes)
    referred = {(Entity.TAG, tag) for scene in whole.scenes for tag in scene.tags}
    assert referred <= set(whole.names)
    assert (await client.scenes(range(1, SCENES + 1))).scenes == whole.scenes


async def test_a_sweep_sees_each_scene_once_and_who_is_gone(simulator: StashSimulator, client: Stash) -> None:
    simulator.library.destroy_scene(7)
    swept: list[SweptScene] = []
    after = 0
    while page := await client.sweep(after, 64, counters=True):
        swept += page
        after = page[-1].id
    assert [scene.id for scene in swept] == [number for number in range(1, SCENES + 1) if number != 7]
    answer = await client.scenes([6, 7, 8])
    assert ([scene.id for scene in answer.scenes], answer.missing) == ([6, 8], (7,))
    assert await client.existing([6, 7, 8]) == {6, 8}
    assert (await client.changed_files(0, "2000-01-01", 5))[0][0] == 1


async def test_a_locked_database_passes(simulator: StashSimulator, client: Stash) -> None:
    simulator.locked = 1
    with pytest.raises(ServerFailed) as raised:
        await client.sweep(0, 5)
    assert raised.value.code == "database_locked"
    assert len(await client.sweep(0, 5)) == 5


@pytest.mark.parametrize("word", ["set-up", "migration"])
async def test_a_server_that_waits_for_its_owner(simulator: StashSimulator, client: Stash, word: str) -> None:
    simulator.state = "SETUP" if word == "set-up" else "NEEDS_MIGRATION"
    for call in (client.probe(), client.sweep(0, 5), client.named(Entity.TAG)):
        with pytest.raises(NotReady, match=word):
            await call


async def test_a_key_that_was_changed_is_refused(simulator: StashSimulator, client: Stash) -> None:
    simulator.api_key = "another"
    with pytest.raises(NotAuthorised):
        await client.probe()
    with pytest.raises(NotAuthorised):
        await anext(scans_completed(simulator.url, api_key="key"))


async def test_the_end_of_a_scan_is_heard(simulator: StashSimulator) -> None:
    async def scan_for_ever() -> None:
        while True:
            await asyncio.sleep(0.05)
            simulator.scan_completed()

    scanning = asyncio.create_task(scan_for_ever())
    async with aclosing(scans_completed(simulator.url, api_key="key")) as scans:
        await asyncio.wait_for(anext(scans), 5)
    scanning.cancel()
