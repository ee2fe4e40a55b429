"""An incremental sync asks for what changed lately alone, and lists everything where that may not be all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest

from synctui.simulators.stash.library import Library
from synctui.syncs.stash.payload import ids_in
from tests.stash.answers import answering
from tests.stash.editing import SILENT, Editor
from tests.stash.scene import DAY, Scene, Told, scene_in
from tests.stash.test_torture import ON_DISK

LATER = 3 * DAY
"""So much later, what was written before is not lately any more."""


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a server of 300 scenes that was synced days ago, and a program that has just been told so."""
    async with scene_in(tmp_path, scenes=300, zone="America/New_York") as made, made.running():
        await passed(made, 30)
        made.exact()
        yield made


async def passed(scene: Scene, seconds: float) -> None:
    """Sync, let time pass on both clocks, and have everything compared, so that the next sync starts from now."""
    (await scene.sync()).ended()
    scene.time.tick(seconds)
    scene.clock.ahead += seconds
    (await scene.sync("smart")).ended()


async def asked_for(scene: Scene, mode: str = "incremental") -> tuple[Told, list[str]]:
    """Sync; return what came of it, and what the server was asked for, by the names of the documents."""
    before = len(scene.server.calls)
    told = (await scene.sync(mode)).ended()
    assert scene.wrong() == []
    return told, [call.name for call in scene.server.calls[before:]]


def changed(told: Told) -> list[int]:
    return [number for one in told.planned if one.action == "fetch" for number in ids_in(one.payload)]


@pytest.mark.parametrize("mode", ["auto", "incremental"])
async def test_what_changed_is_asked_for_and_nothing_else_is_listed(scene: Scene, mode: str) -> None:
    await passed(scene, LATER)
    scene.library.update_scene(7, title="changed")
    new = scene.library.create_scene(title="new")
    scene.library.rename_file(scene.library.scenes[9].files[0], "/data/renamed.mp4")
    scene.time.tick()
    told, names = await asked_for(scene, mode)
    assert changed(told) == [7, 9, new]
    assert "Sweep" not in names, names
    assert len(names) <= 10, names


async def test_what_was_read_lately_is_listed_again_and_not_fetched(scene: Scene) -> None:
    for number in range(1, 101):
        scene.library.update_scene(number, title=f"one of many {number}")
    scene.time.tick()
    await asked_for(scene)
    scene.time.tick(10)
    scene.library.update_scene(7, title="changed")
    scene.time.tick()
    told, names = await asked_for(scene)
    assert (changed(told), "Sweep" in names) == ([7], False)


@pytest.mark.parametrize("kind", ["performer", "tag", "studio"])
async def test_scenes_of_what_vanished_are_read_anew(scene: Scene, kind: str) -> None:
    await passed(scene, LATER)
    getattr(scene.library, f"destroy_{kind}")(3)
    scene.time.tick()
    _, names = await asked_for(scene)
    assert "Sweep" not in names


def _destroy(library: Library) -> None:
    library.destroy_scene(50)


def _destroy_and_create(library: Library) -> None:
    library.destroy_scene(50)
    library.create_scene(title="in its place")


def _merge(library: Library) -> None:
    library.merge_scenes([50, 51], 52)


@pytest.mark.parametrize("act", [_destroy, _destroy_and_create, _merge])
async def test_what_vanished_is_looked_for_among_all(scene: Scene, act: Callable[[Library], None]) -> None:
    await passed(scene, LATER)
    act(scene.library)
    scene.time.tick()
    _, names = await asked_for(scene)
    assert "Sweep" in names


@pytest.mark.parametrize("edited", [False, True], ids=["and left", "and edited"])
@pytest.mark.parametrize("before", [0, 5, LATER], ids=["at once", "at once after a while", "days ago"])
async def test_a_backup_with_as_many_scenes_is_noticed(scene: Scene, before: float, edited: bool) -> None:
    await passed(scene, LATER)
    backup = scene.library.snapshot()
    scene.time.tick(10)
    for number in (4, 5):
        scene.library.update_scene(number, title="taken back later")
    scene.time.tick()
    await asked_for(scene)
    if before:
        await passed(scene, before)
    scene.library.restore(backup)
    if edited:
        scene.library.update_scene(20, title="after the backup")
    scene.time.tick()
    await asked_for(scene)


@pytest.mark.parametrize("mode", ["auto", "incremental"])
async def test_a_backup_after_which_the_last_edit_is_made_once_more_is_noticed(scene: Scene, mode: str) -> None:
    await passed(scene, LATER)
    backup = scene.library.snapshot()
    for number in (4, 5):
        scene.time.tick(10)
        scene.library.update_scene(number, title="taken back later")
    scene.time.tick()
    await asked_for(scene)
    await passed(scene, 20 * 3600)
    scene.library.restore(backup)
    scene.library.update_scene(5, title="once more")
    scene.time.tick()
    await asked_for(scene, mode)


@pytest.mark.parametrize("mode", ["auto", "incremental"])
@pytest.mark.parametrize("kind", ["tag", "performer"])
async def test_what_came_and_was_merged_between_two_syncs_leaves_its_name(scene: Scene, kind: str, mode: str) -> None:
    await passed(scene, LATER)
    library = scene.library
    new = getattr(library, f"create_{kind}")(name="of a scraper")
    library.update_scene(8, title="scraped")
    library.update_scene(8, tags=[new]) if kind == "tag" else library.update_scene(8, performers=[new])
    getattr(library, f"merge_{kind}s")([new], 3)
    scene.time.tick()
    await asked_for(scene, mode)


@pytest.mark.parametrize("mode", ["auto", "incremental"])
@pytest.mark.parametrize("narrow", ["8", "scenes"])
async def test_what_a_narrow_sync_brought_and_is_gone_again_is_not_kept(scene: Scene, narrow: str, mode: str) -> None:
    await passed(scene, LATER)
    before = scene.library.snapshot()
    new = scene.library.create_tag(name="for a moment")
    scene.library.update_scene(8, title="for a moment", tags=[new])
    scene.time.tick()
    await (scene.sync("auto", "8") if narrow == "8" else scene.sync(only=["scenes"]))
    scene.library.restore(before)
    scene.time.tick()
    await asked_for(scene, mode)


@pytest.mark.parametrize("mode", ["auto", "incremental"])
async def test_a_scene_that_was_asked_for_by_itself_and_is_gone_again_is_not_kept(scene: Scene, mode: str) -> None:
    await passed(scene, LATER)
    new = scene.library.create_scene(title="for a moment")
    scene.time.tick()
    (await scene.sync("auto", str(new))).ended()
    scene.library.destroy_scene(new)
    scene.time.tick()
    await asked_for(scene, mode)


@pytest.mark.parametrize("edited", [False, True], ids=["quiet before", "edited before"])
@pytest.mark.parametrize("back", [1800.0, 3 * DAY])
async def test_a_clock_that_is_put_back_hides_nothing(scene: Scene, back: float, edited: bool) -> None:
    await passed(scene, LATER)
    if edited:
        scene.library.update_scene(4, title="the newest of all")
        scene.time.tick()
        await asked_for(scene)
    scene.time.tick(-back)
    scene.library.update_scene(5, title="at an earlier time")
    scene.time.tick(back / 2)
    await asked_for(scene)
    scene.time.tick(back)
    scene.clock.ahead += back * 1.5
    scene.library.update_scene(6, title="when the clock was where it had been")
    scene.time.tick()
    await asked_for(scene)


async def test_a_clock_that_was_put_back_for_a_while_hides_nothing(scene: Scene) -> None:
    """When it is asked again it has gone on, but by less than time has passed."""
    await passed(scene, LATER)
    scene.library.update_scene(4, title="the newest of all")
    scene.time.tick()
    await asked_for(scene)
    for more in (False, True):
        scene.time.tick(-20 * 3600)
        scene.library.update_scene(5, title=f"hours before the last sync, by the server's clock {more}")
        scene.time.tick(21 * 3600)
        if more:
            scene.library.update_scene(6, title="later")
            scene.time.tick()
        scene.clock.ahead += 21 * 3600
        _, names = await asked_for(scene)
        assert "Sweep" in names


async def test_a_server_that_lists_nothing_behind_a_time_is_not_believed(scene: Scene) -> None:
    await passed(scene, LATER)
    scene.library.update_scene(5, title="changed")
    scene.time.tick()
    with answering(scene, lambda name, data: data["found"]["rows"].clear() if name == "SweepSince" else None):
        _, names = await asked_for(scene)
    assert "Sweep" in names


async def test_another_version_of_the_server_is_compared_as_a_whole(scene: Scene) -> None:
    await passed(scene, LATER)
    scene.server.about.version = "v9.9.9"
    scene.library.update_scene(5, title="changed")
    scene.time.tick()
    _, names = await asked_for(scene)
    assert {"Sweep", "Performers", "Tags", "Studios"} <= set(names)


@pytest.mark.parametrize("seed", range(2))
async def test_long_editing_without_an_end(tmp_path: Path, seed: int) -> None:
    """Edits of all kinds, zones that wander, pauses of seconds and of days: after each sync nothing is wrong."""
    zones = ("America/New_York", "Asia/Kolkata", "UTC", "Pacific/Honolulu", "Pacific/Kiritimati")
    chance = Random(f"lately {seed}")
    settled = {"sweeps": 0, "lately": 0}
    opened = scene_in(tmp_path, scenes=120, zone=chance.choice(zones), seed=seed)
    async with opened as scene, Editor(scene.server.url, seed) as editor, scene.running():
        await asked_for(scene, "auto")
        for _ in range(30):
            for _ in range(chance.randint(1, 3)):
                await _edit(scene, editor, chance)
            if chance.random() < 0.15:
                scene.server.zone = chance.choice(zones)
            pause = chance.choice((0.0, 1.0, 3.0, 40.0, 3 * 3600.0, 20 * 3600.0))
            scene.time.tick(pause)
            scene.clock.ahead += pause
            _, names = await asked_for(scene, chance.choice(("auto", "auto", "incremental")))
            settled["sweeps" if "Sweep" in names else "lately"] += "SweepSince" in names
    assert settled["lately"] > 6, settled


async def _edit(scene: Scene, editor: Editor, chance: Random) -> None:
    library, kind = scene.library, chance.random()
    if kind < 0.5:
        await editor.update_scenes(await editor.some("scenes", 2))
    elif kind < 0.6:
        await editor.create_scenes(1)
    elif kind < 0.7:
        chance.choice(list(ON_DISK.values()))(library, chance)
    elif kind < 0.8:
        await chance.choice((editor.rename_tag, editor.rename_performer, editor.merge_tags, editor.destroy_performer))()
    elif kind < 0.85:
        library.destroy_scene(chance.choice(library.scenes.ids()))
    elif kind < 0.9:
        library.destroy_scene(chance.choice(library.scenes.ids()))
        await editor.create_scenes(1)
    else:
        await chance.choice(list(SILENT.values()))(editor)
