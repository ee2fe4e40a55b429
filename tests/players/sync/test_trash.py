"""Plex's trash is emptied of what was taken out here, and of nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from synctui.config.schema import PathMap
from synctui.library.paths import PathMaps
from synctui.simulators.plex.server import PlexSimulator
from synctui.syncs.players.apply import call_of
from synctui.syncs.players.drivers import plex as plex_driver
from synctui.syncs.players.drivers.opening import open_driver
from tests.players.sync.scene import MOVIES, Scene
from tests.players.sync.test_telling import deselected


def emptied(plex: PlexSimulator) -> int:
    """Return how often a trash was emptied."""
    return sum(path.endswith("/emptyTrash") for _, path, _ in plex.calls)


async def filled(scene: Scene, **more: object) -> tuple[PlexSimulator, list[str]]:
    """Start a Plex that knows six films."""
    films = scene.films(6)
    plex = await scene.plex("It", clean_deleted=True, empty_trash=True, **more)
    plex.fill()
    plex.scans.starts_after = plex.scans.takes = 0.0
    return plex, films


async def test_what_was_taken_out_leaves_the_trash(scene: Scene) -> None:
    plex, films = await filled(scene)
    await scene.changed(scene.removed(films[0]), change="removed")
    told = await scene.sync()
    assert told.of("It")["trash/1"] == "done accepted"
    assert {part.path for item in plex.items() for part in item.parts} == {scene.theirs(path) for path in films[1:]}


async def test_the_trash_stays_when_more_is_missing_than_was_taken_out(scene: Scene) -> None:
    plex, films = await filled(scene)
    shutil.move(Path(films[5]).parent, scene.media / "elsewhere")
    plex.fill()
    await scene.changed(scene.removed(films[0]), change="removed")
    told = await scene.sync()
    assert told.of("It")["trash/1"] == "failed not_done"
    assert any("missing as well" in one.message for one in told.operations)
    assert emptied(plex) == 0
    assert await scene.states("It") == {"confirmed": 1}, "the file is gone all the same"


async def test_the_trash_stays_when_plex_does_not_find_what_is_here(scene: Scene) -> None:
    plex, films = await filled(scene)
    for item in plex.items():
        for part in item.parts[:1]:
            part.disk = scene.media / "away" / part.disk.name
    await scene.changed(scene.removed(films[0]), change="removed")
    told = await scene.sync()
    assert told.of("It")["trash/1"] == "failed not_done"
    assert any("does not find" in one.message for one in told.operations)
    assert emptied(plex) == 0


@pytest.mark.parametrize("how", ["empty", "gone"])
async def test_the_trash_stays_while_another_folder_of_the_library_is_away(scene: Scene, how: str) -> None:
    (second := scene.media / "second").mkdir()
    films = scene.films(2)
    plex = PlexSimulator([("Films", "movie", [(scene.movies, MOVIES), (second, "/data/second")])])
    await scene.stack.enter_async_context(plex)
    await scene.plex("It", clean_deleted=True, empty_trash=True)
    maps = PathMaps([PathMap(str(scene.movies), MOVIES), PathMap(str(second), "/data/second")])
    scene.reconfigure("It", url=plex.url, maps=maps)
    plex.fill()
    if how == "gone":
        os.rmdir(second)
    await scene.changed(scene.removed(films[0]), change="removed")
    told = await scene.sync()
    assert told.of("It")["trash/1"] == "failed not_done"
    assert any("empty or away" in one.message for one in told.operations)
    assert emptied(plex) == 0


@pytest.mark.parametrize("left", ["scan/0", "confirm/0"])
async def test_the_trash_stays_when_nothing_was_confirmed(scene: Scene, left: str) -> None:
    plex, films = await filled(scene)
    await scene.changed(scene.removed(films[0]), change="removed")
    await deselected(scene, left)
    assert emptied(plex) == 0
    await scene.sync()
    assert emptied(plex) == 1


async def test_after_a_crash_the_trash_is_looked_at_anew(scene: Scene) -> None:
    plex, films = await filled(scene)
    await scene.changed(scene.removed(films[0]), change="removed")
    operations, _ = await scene.plan()
    (call,) = [call_of(one) for one in operations if one.action == "trash"]
    (settings,) = scene.settings
    driver = open_driver(settings, client_id="test", clock=scene.clock, heard=lambda _: None)
    try:
        await driver.look()
        assert not await driver.recover(call, {}), "it is not known to be done, and goes through its guards again"
        shutil.rmtree(scene.movies)
        scene.movies.mkdir()

        async def intent(_: object) -> None:
            raise AssertionError

        assert set(await driver.send(call, intent)) == {films[0]}
    finally:
        await driver.close()
    assert emptied(plex) == 0


# how Plex is asked


async def test_a_scan_of_another_library_holds_up_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    plex, films = await filled(scene)
    (settings,) = scene.settings
    await scene.changed(films[0])
    operations, _ = await scene.plan()
    (confirm,) = [one for one in operations if one.action == "confirm"]
    errands = call_of(confirm).errands
    driver = open_driver(settings, client_id="test", clock=scene.clock, heard=lambda _: None)
    plex.scans.takes = 30.0
    try:
        await driver.look()
        plex.scans.ask(plex.section("Series"), None)
        await plex.scans.started.wait()
        assert not await driver._busy(errands)  # type: ignore[attr-defined]
        plex.scans.hurry()
        await plex.idle()
        plex.scans.started.clear()
        plex.scans.ask(plex.section("Films"), None)
        await plex.scans.started.wait()
        assert await driver._busy(errands)  # type: ignore[attr-defined]
        check = await driver.check(errands, scene.clock.now(), 0.0)
        assert not check.final
        monkeypatch.setattr(plex_driver, "_EARLIER_S", -(10**9))
        last = await driver.check(errands, scene.clock.now(), driver.patience)
        assert last.final
        assert last.met == {films[0]}, "before the verdict it is looked at once more, even while it scans"
    finally:
        await driver.close()


@pytest.mark.parametrize(("kind", "listed"), [("plex", "/library/sections/1/all"), ("jellyfin", "/Items")])
async def test_what_is_read_anew_takes_one_listing_for_all(scene: Scene, kind: str, listed: str) -> None:
    films = scene.films(12)
    server = await scene.start(kind, refresh_changed=True)
    if isinstance(server, PlexSimulator):
        server.fill()
    await scene.changed(*films, change="modified")
    operations, _ = await scene.plan()
    (call,) = [call_of(one) for one in operations if one.action == "refresh"]
    assert len(call.errands) == 12
    (settings,) = scene.settings
    driver = open_driver(settings, client_id="test", clock=scene.clock, heard=lambda _: None)

    async def intent(_: object) -> None:
        """Note nothing."""

    try:
        await driver.look()
        before = [ask[1] for ask in server.calls].count(listed)
        assert await driver.send(call, intent) == {}
        assert [ask[1] for ask in server.calls].count(listed) == before + 1
    finally:
        await driver.close()
    if isinstance(server, PlexSimulator):
        assert len(server.analyzed) == 12
