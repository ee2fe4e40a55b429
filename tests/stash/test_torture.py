"""Rounds of ordinary editing, each followed by a sync: not one row is wrong, whatever the server's zone and the moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from synctui.simulators.stash.library import Library
from tests.stash.editing import SILENT, Editor
from tests.stash.scene import DAY, Scene, Told, scene_in

ZONES = ("America/New_York", "Asia/Kolkata", "UTC")
ROUNDS = 6
DST_NIGHT = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
"""An hour and a half before the clocks of New York are put back; for an hour, times are then said twice."""

PAUSES = (0.0, 0.0, 1.0, 2.0, 45.0, 3700.0)
"""Seconds between edits and a sync: none at all as well, so that rows are read in the second of their change."""

SETTLED = 2 * 3600.0 + 3
"""So many seconds later no change can hide behind another one that was written in summer time, or before it ended."""


@asynccontextmanager
async def editing(folder: Path, story: int | str, **more: object) -> AsyncIterator[tuple[Scene, Editor]]:
    """Yield a synced scene with the program running, and who edits its server."""
    async with scene_in(folder, **more) as scene, Editor(scene.server.url, story) as editor, scene.running():  # type: ignore[arg-type]
        (await scene.sync()).ended()
        scene.exact(order=True)
        scene.time.tick(30)
        yield scene, editor


def handle_files(library: Library, chance: Random) -> None:
    """Let scans find what became of files: renamed, moved, replaced, new, of the same content, gone."""
    files = chance.sample(library.files.ids(), 8)
    for number in files[:2]:
        library.rename_file(number, f"{library.file(number).folder}/renamed {chance.getrandbits(32):08x}.mp4")
    library.move_files([files[2]], "/data/Elsewhere")
    library.replace_file(files[3], size=chance.randrange(10**9), fingerprints={"oshash": f"{chance.getrandbits(64):016x}"})
    path = f"/data/New/{chance.getrandbits(32):08x}.mp4"
    library.scan_found(path, size=5, fingerprints={"oshash": f"{chance.getrandbits(64):016x}"})
    twin = dict(library.file(files[4]).fingerprints)
    library.scan_found(f"/data/New/twin {chance.getrandbits(32):08x}.mp4", size=7, fingerprints=twin)
    library.remove_file(files[5])


async def one_round(scene: Scene, editor: Editor) -> None:
    await editor.round()
    handle_files(scene.library, editor.chance)


async def synced(scene: Scene, mode: str = "auto") -> Told:
    """Sync, and see that not one row is wrong."""
    told = (await scene.sync(mode)).ended()
    assert scene.wrong(counters=mode in ("full", "smart")) == []
    return told


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("zone", ZONES)
async def test_rounds_of_editing(tmp_path: Path, zone: str, seed: int) -> None:
    async with editing(tmp_path, seed, zone=zone, seed=seed) as (scene, editor):
        for _ in range(ROUNDS):
            await one_round(scene, editor)
            scene.time.tick(editor.chance.choice(PAUSES))
            await synced(scene)
        scene.time.tick()
        scene.clock.ahead += DAY
        await synced(scene, "smart")
        scene.time.tick()
        (await scene.sync("full")).ended()
        scene.exact()
        (await scene.sync("full", force=True)).ended()
        scene.exact(order=True)
        assert (await scene.sync()).job == 0


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES[:1])
async def test_rounds_of_editing_in_a_large_library(tmp_path: Path, zone: str) -> None:
    async with editing(tmp_path, zone, zone=zone, scenes=1200, page_size=300) as (scene, editor):
        for _ in range(ROUNDS):
            await one_round(scene, editor)
            scene.time.tick(editor.chance.choice(PAUSES))
            await synced(scene)


@pytest.mark.parametrize("seed", [1])
async def test_rounds_of_editing_while_the_server_moves_through_zones(tmp_path: Path, seed: int) -> None:
    """Its rows then hold several offsets, and what is newest by its own order is not newest in time."""
    async with editing(tmp_path, f"zones {seed}", zone="Asia/Kolkata", seed=seed) as (scene, editor):
        for _ in range(ROUNDS):
            await editor.update_scenes(await editor.some("scenes", 3))
            if editor.chance.random() < 0.7:
                scene.server.zone = editor.chance.choice([*ZONES, "Pacific/Honolulu", "Pacific/Kiritimati"])
            await one_round(scene, editor)
            scene.time.tick(editor.chance.choice(PAUSES))
            await synced(scene)
            await editor.update_one()
            scene.time.tick(editor.chance.choice(PAUSES))
            await synced(scene)


@pytest.mark.parametrize("seed", [1])
async def test_rounds_of_editing_over_the_night_in_which_clocks_are_put_back(tmp_path: Path, seed: int) -> None:
    async with editing(tmp_path, f"night {seed}", zone="America/New_York", moment=DST_NIGHT, seed=seed) as (scene, editor):
        for _ in range(ROUNDS * 2):
            await (one_round(scene, editor) if editor.chance.random() < 0.5 else editor.update_one())
            scene.time.tick(editor.chance.choice((0.0, 1.0, 600.0, 900.0)))
            await synced(scene)
            scene.time.tick(editor.chance.choice((1.0, 300.0)))


async def test_a_young_library_in_the_night_in_which_clocks_are_put_back(tmp_path: Path) -> None:
    """None of its rows is from a winter: nothing has said yet that its zone will be another one."""
    async with scene_in(tmp_path, scenes=0, zone="America/New_York", moment=DST_NIGHT) as scene:
        numbers = [scene.library.create_scene(title=f"Scene {number}") for number in range(5)]
        async with scene.running():
            (await scene.sync()).ended()
            scene.time.tick(75 * 60)
            scene.library.update_scene(numbers[0], title="at 01:45, still in summer")
            scene.time.tick()
            await synced(scene)
            scene.time.tick(20 * 60)
            scene.library.update_scene(numbers[1], title="at 01:05, in winter")
            scene.time.tick()
            await synced(scene)


@pytest.mark.parametrize("mode", ["incremental", "smart", "full"])
@pytest.mark.parametrize("zone", ZONES[:2])
async def test_rounds_of_editing_with_a_mode_that_is_asked_for(tmp_path: Path, mode: str, zone: str) -> None:
    async with editing(tmp_path, f"{mode} {zone}", zone=zone) as (scene, editor):
        for _ in range(3):
            await one_round(scene, editor)
            scene.time.tick(editor.chance.choice(PAUSES))
            await synced(scene, mode)
        scene.time.tick()
        if mode == "full":
            (await scene.sync(mode)).ended()
            scene.exact()


@pytest.mark.parametrize("zone", ZONES)
async def test_counters_are_right_once_a_day_has_passed(tmp_path: Path, zone: str) -> None:
    async with editing(tmp_path, "day", zone=zone) as (scene, editor):
        for _ in range(3):
            await editor.watch_some()
            scene.time.tick()
            (await scene.sync()).ended()
            assert scene.wrong() == []
            scene.clock.ahead += DAY
            (await scene.sync()).ended()
            assert scene.wrong(counters=True) == []


# one thing alone


@pytest.mark.parametrize("wait", [0.0, 3.0], ids=["in the second of the sync", "later"])
@pytest.mark.parametrize("what", SILENT)
async def test_one_change_and_no_other(tmp_path: Path, what: str, wait: float) -> None:
    async with editing(tmp_path, what, zone="America/New_York", scenes=60) as (scene, editor):
        for _ in range(2):
            await SILENT[what](editor)
            scene.time.tick(wait)
            assert (await synced(scene)).job
        scene.time.tick(SETTLED)
        await synced(scene)
        assert (await scene.sync()).asked == 1, "one question is enough once all is known"


def _rename(library: Library, chance: Random) -> None:
    number = chance.choice(library.files.ids())
    library.rename_file(number, f"/data/Archive/{chance.getrandbits(32):08x}.mp4")


def _move(library: Library, chance: Random) -> None:
    library.move_files([chance.choice(library.files.ids())], f"/data/{chance.getrandbits(32):08x}")


def _replace(library: Library, chance: Random) -> None:
    prints = {"oshash": f"{chance.getrandbits(64):016x}"}
    library.replace_file(chance.choice(library.files.ids()), size=chance.randrange(10**9), fingerprints=prints)


def _found(library: Library, chance: Random) -> None:
    library.scan_found(f"/data/{chance.getrandbits(32):08x}.mp4", fingerprints={"oshash": f"{chance.getrandbits(64):016x}"})


def _twin(library: Library, chance: Random) -> None:
    prints = dict(library.file(chance.choice(library.files.ids())).fingerprints)
    library.scan_found(f"/data/twin {chance.getrandbits(32):08x}.mp4", fingerprints=prints)


def _removed(library: Library, chance: Random) -> None:
    library.remove_file(chance.choice(library.files.ids()))


def _twin_removed(library: Library, chance: Random) -> None:
    number = chance.choice(library.files.ids())
    library.scan_found(f"/data/{chance.getrandbits(32):08x}.mp4", fingerprints=dict(library.file(number).fingerprints))
    library.remove_file(number)


ON_DISK: dict[str, Callable[[Library, Random], None]] = {
    "renamed": _rename,
    "moved": _move,
    "replaced": _replace,
    "found": _found,
    "found twice": _twin,
    "removed": _removed,
    "copied and removed": _twin_removed,
}


@pytest.mark.parametrize("wait", [0.0, 3.0], ids=["in the second of the sync", "later"])
@pytest.mark.parametrize("what", ON_DISK)
@pytest.mark.parametrize("zone", ZONES[:1])
async def test_a_file_and_nothing_else(tmp_path: Path, zone: str, what: str, wait: float) -> None:
    chance = Random(f"file {what}")
    async with editing(tmp_path, what, zone=zone, scenes=60) as (scene, _):
        for _ in range(2):
            ON_DISK[what](scene.library, chance)
            scene.time.tick(wait)
            assert (await synced(scene)).job
        scene.time.tick(SETTLED)
        await synced(scene)
        assert (await scene.sync()).asked == 1


@pytest.mark.parametrize("wait", [0.0, 1.0, 3.0])
async def test_a_file_renamed_twice_within_a_second_with_a_sync_in_between(tmp_path: Path, wait: float) -> None:
    async with editing(tmp_path, 1, scenes=30) as (scene, _):
        scene.library.rename_file(7, "/data/first.mp4")
        await synced(scene)
        scene.library.rename_file(7, "/data/second.mp4")
        scene.time.tick(wait)
        await synced(scene)


@pytest.mark.parametrize("number", range(1, 14))
async def test_edits_while_a_sync_asks_are_there_after_the_next_one(tmp_path: Path, number: int) -> None:
    """One edit of every silent kind between two questions of the same sync."""
    async with editing(tmp_path, "during", zone="America/New_York", scenes=60) as (scene, editor):
        library = scene.library
        tag, other, gone = await editor.some("tags", 3)
        scenes = await editor.some("scenes", 6)
        await editor.update_one()
        scene.time.tick()

        def act() -> None:
            library.merge_tags([tag], other)
            library.destroy_tag(gone)
            library.update_scene(scenes[0], title="while it was read")
            library.destroy_scene(scenes[1])
            library.rename_file(library.scenes[scenes[2]].files[0], "/data/while.mp4")
            library.create_scene(title="new while it was read", tags=[other])
            library.destroy_performer(library.scenes[scenes[3]].performers[0])

        late = scene.during(number, act)
        await scene.sync("incremental")
        late()
        await synced(scene)
        scene.time.tick()
        await synced(scene)


async def test_a_change_under_a_smaller_zone_sorts_behind_and_is_found(tmp_path: Path) -> None:
    async with editing(tmp_path, "smaller", zone="Asia/Kolkata", scenes=60) as (scene, editor):
        await editor.update_one()
        scene.time.tick()
        await synced(scene)
        scene.server.zone = "America/New_York"
        scene.time.tick()
        newest = max(row.updated_at for row in scene.library.scenes)
        await editor.update_one()
        assert max(row.updated_at for row in scene.library.scenes) == newest, "the server's own order does not show it"
        scene.time.tick()
        assert (await synced(scene)).job
        for _ in range(3):
            scene.time.tick()
            await editor.update_one()
            scene.time.tick()
            assert (await synced(scene)).job


@pytest.mark.parametrize("zone", ZONES)
async def test_nothing_at_all_is_one_question_and_an_empty_plan(tmp_path: Path, zone: str) -> None:
    async with editing(tmp_path, "nothing", zone=zone) as (scene, _):
        for seconds in (0.0, 1.0, 5.0, 3600.0, DAY):
            scene.time.tick(seconds)
            told = await scene.sync()
            assert (told.job, told.totals.total, told.asked) == (0, 0, 1)
        assert [call.name for call in scene.server.calls][-5:] == ["Probe"] * 5


async def test_a_fresh_process_knows_as_much(tmp_path: Path) -> None:
    async with scene_in(tmp_path, zone="America/New_York") as scene, Editor(scene.server.url, "fresh") as editor:
        for _ in range(3):
            scene.time.tick()
            ran = await scene.command()
            assert ran.code == 0, ran
            assert scene.wrong() == []
            await one_round(scene, editor)
        scene.time.tick(SETTLED)
        assert (await scene.command()).code == 0
        asked = len(scene.server.asked)
        ran = await scene.command()
        assert (ran.code, ran.planned, len(scene.server.asked) - asked) == (0, 0, 1)
        assert scene.wrong() == []


Edit = Callable[[], Awaitable[object]]


@pytest.mark.parametrize("seed", range(1, 4))
async def test_short_rounds_in_the_second_of_the_sync(tmp_path: Path, seed: int) -> None:
    """Edit, sync, edit in the same second, sync: the texts of the server do not tell these apart."""
    async with editing(tmp_path, f"short {seed}", zone=ZONES[seed % 3], scenes=80, seed=seed) as (scene, editor):
        library, chance = scene.library, editor.chance
        edits: list[Edit] = [*(lambda act=act: act(editor) for act in SILENT.values())]
        for _ in range(16):
            if chance.random() < 0.4:
                chance.choice(list(ON_DISK.values()))(library, chance)
            else:
                await chance.choice(edits)()
            scene.time.tick(chance.choice((0.0, 0.0, 0.0, 1.0, 2.0)))
            (await scene.sync()).ended()
            assert scene.wrong() == []
