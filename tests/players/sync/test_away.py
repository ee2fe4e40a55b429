"""A player that is switched off: its files wait, the others are told all the same, and it is told once when it is back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from synctui.model.players import ItemState, PlayerState
from synctui.syncs.players.metrics import standing_of
from tests.players.sync.scene import Scene


async def test_a_player_that_is_off_waits_while_the_others_are_told(scene: Scene) -> None:
    kodi, jellyfin = await scene.kodi(), await scene.jellyfin()
    await scene.plex()
    await kodi.stop()
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    told = await scene.sync()
    assert told.of("Living room") == {
        "discover": "deferred offline",
        "scan/0": "deferred offline",
        "confirm/0": "deferred offline",
        "record": "done noted",
    }
    assert await scene.states("Attic") == await scene.states("Den") == {"confirmed": 1}
    assert await scene.states("Living room") == {"pending": 1}
    player = await scene.player("Living room")
    assert player.state is PlayerState.OFFLINE
    assert standing_of(player, {}, 0)["word"] == "failed (offline)"
    assert not told.said("retry_wait")

    await kodi.start()
    before = len(jellyfin.calls)
    again = await scene.sync()
    assert again.of("Living room")["confirm/0"] == "done confirmed"
    assert kodi.called("VideoLibrary.Scan") == [{"directory": "/data/movies/Salt (2019)/", "showdialogs": False}]
    assert len(jellyfin.calls) == before, "who has been told is not asked again"
    assert (await scene.player("Living room")).state is PlayerState.ONLINE
    assert (await scene.sync()).job == 0


async def test_a_player_that_goes_off_after_the_plan_is_left_waiting_not_failed(scene: Scene) -> None:
    kodi = await scene.kodi()
    film = scene.film("Salt (2019)")
    await scene.changed(film)

    async def off() -> None:
        await kodi.stop()

    told = await scene.sync(between=off)
    assert set(told.of("Living room").values()) == {"deferred offline", "done noted"}
    assert await scene.states("Living room") == {"pending": 1}


@pytest.mark.parametrize("player", ["kodi", "jellyfin", "emby", "plex"])
async def test_a_file_that_moved_and_went_while_a_player_was_off_is_gone_from_it(scene: Scene, player: str) -> None:
    film, other = scene.film("Salt (2019)"), scene.film("Winter Harbour (2020)")
    server = await scene.start(player, clean_deleted=True, empty_trash=True)
    await scene.changed(film, other)
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 2}
    await server.stop()
    new = scene.moved(film, "Salt (2018)")
    await scene.changed(new, change="moved", previous=film)
    await scene.sync()
    await scene.changed(new, change="modified")
    await scene.sync()
    newest = scene.moved(new, "Pepper (2018)")
    await scene.changed(newest, change="moved", previous=new)
    await scene.changed(scene.removed(other), change="removed")
    await scene.sync()
    await server.start()
    await scene.sync()
    assert scene.files_of(server) == {scene.theirs(newest)}
    assert (await scene.sync()).job == 0, "all is told"
    assert set(await scene.states("It")) <= {"confirmed", "skipped"}


async def test_a_file_that_waits_and_is_renamed_leaves_nothing_behind_that_waits(scene: Scene) -> None:
    kodi = await scene.kodi()
    await kodi.stop()
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    await scene.sync()
    new = scene.moved(film, "Pepper (2018)")
    await scene.changed(new, change="moved", previous=film)
    await kodi.start()
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(new)}
    assert (await scene.sync()).job == 0
    assert (await scene.standing("Living room", new))[new].item.state is ItemState.CONFIRMED


async def test_a_file_that_came_and_went_unseen_is_not_asked_for_again(scene: Scene) -> None:
    kodi = await scene.kodi()
    await kodi.stop()
    film = scene.film("Salt (2019)")
    scene.film("Winter Harbour (2020)")
    await scene.changed(film)
    await scene.sync()
    await scene.changed(scene.removed(film), change="removed")
    await kodi.start()
    await scene.sync()
    assert not kodi.called("VideoLibrary.Scan")
    assert (await scene.sync()).job == 0


@pytest.mark.parametrize("player", ["kodi", "jellyfin", "plex"])
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happened_while_it_was_off_it_ends_with_what_is_on_the_disk(
    scene: Scene, player: str, seed: int
) -> None:
    chance = random.Random(f"{player} {seed}")
    files = scene.films(5)
    server = await scene.start(player, clean_deleted=True, empty_trash=True)
    await scene.changed(*files)
    await scene.sync()
    await server.stop()
    for step in range(12):
        what = chance.choice(("new", "moved", "removed", "changed", "sync"))
        if what == "new" or len(files) < 3:
            files.append(scene.film(f"New {step} (2001)"))
            await scene.changed(files[-1])
        elif what == "sync":
            await scene.sync()
        else:
            old = files.pop(chance.randrange(len(files)))
            if what == "removed":
                await scene.changed(scene.removed(old), change="removed")
                continue
            if what == "changed":
                Path(old).write_bytes(Path(old).read_bytes() + b"more")
                files.append(old)
                await scene.changed(old, change="modified")
                continue
            files.append(scene.moved(old, f"Moved {step} (2001)"))
            await scene.changed(files[-1], change="moved", previous=old)
    await server.start()
    await scene.sync(allow=True)
    assert scene.files_of(server) == {scene.theirs(path) for path in files}
    again = await scene.sync()
    assert again.job == 0
    assert set(await scene.states("It")) == {"confirmed"}
