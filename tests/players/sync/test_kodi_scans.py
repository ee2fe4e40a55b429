"""Kodi takes one writer, and forgets scans that meet another: everything new is found all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from synctui.simulators.web import Answer, Ask
from synctui.syncs.players.drivers import kodi as driver
from tests.players.kodi.media import write_film_nfo
from tests.players.sync.kodi import asked_id, scanned, written
from tests.players.sync.scene import Scene


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be known sooner that a scan did not begin."""
    monkeypatch.setattr(driver, "_STARTS_S", 0.3)


async def test_many_new_films_and_a_show_take_one_scan(scene: Scene) -> None:
    kodi = await scene.kodi()
    paths = [*scene.films(20), scene.episode("Long Orbit", 1, 1), scene.episode("Long Orbit", 2, 3)]
    await scene.changed(*paths)
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(path) for path in paths}
    assert written(kodi) == {"Scan": 1}


async def test_new_films_are_found_though_kodi_remembers_their_parent_without_them(scene: Scene) -> None:
    scene.films(3)
    kodi = await scene.kodi()
    await kodi.fill()
    film, part = scene.film("New (2020)"), scene.episode("New Show", 1, 1)
    await scene.changed(film, part)
    await scene.sync()
    assert {scene.theirs(film), scene.theirs(part)} <= scene.files_of(kodi)
    assert written(kodi) == {"Scan": 1}


async def test_somebody_elses_scan_is_waited_for(scene: Scene) -> None:
    others = scene.films(12)
    kodi = await scene.kodi(pace=0.03)
    film = scene.film("New (2020)")
    await scene.changed(film)

    async def theirs() -> None:
        await kodi.scan("/data/movies/")

    await scene.sync(between=theirs)
    assert scene.files_of(kodi) == {scene.theirs(path) for path in (*others, film)}, "their scan was not cut short"
    assert [event for event, _ in kodi.told].count("OnScanFinished") <= 2


async def test_a_scan_that_somebody_cuts_short_is_made_up_for(scene: Scene) -> None:
    kodi = await scene.kodi(pace=0.02)
    films = scene.films(10)
    await scene.changed(*films)

    async def meddle() -> None:
        while not kodi.scanning:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        await kodi.scan("/data/tv/")

    async def between() -> None:
        tasks.append(asyncio.create_task(meddle()))

    tasks: list[asyncio.Task[None]] = []
    told = await scene.sync(between=between)
    assert scene.files_of(kodi) == {scene.theirs(path) for path in films}
    assert await scene.states("Living room") == {"confirmed": 10}
    assert "unchanged told_again" in told.of("Living room").values()


async def test_that_a_scan_has_finished_is_not_taken_for_success(scene: Scene) -> None:
    kodi = await scene.kodi()
    film = scene.film("Salt (2019)")
    Path(film).with_suffix(".nfo").write_text("nothing that Kodi takes for a film")
    await scene.changed(film)
    told = await scene.sync()
    assert "OnScanFinished" in [event for event, _ in kodi.told]
    row = (await scene.standing("Living room", film))[film]
    assert (row.item.state, row.item.reason) == ("unconfirmed", "not_there")
    assert told.results["failed"] == 1


async def test_a_scan_is_asked_for_again_when_it_did_not_begin(scene: Scene) -> None:
    kodi = await scene.kodi()
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    good = kodi.web.answer
    lost: list[Ask] = []

    async def once_deaf(ask: Ask) -> Answer:
        if b"VideoLibrary.Scan" in ask.body and not lost:
            lost.append(ask)
            return Answer(200, b'{"id": %d, "jsonrpc": "2.0", "result": "OK"}' % asked_id(ask))
        return await good(ask)

    kodi.web.answer = once_deaf
    await scene.sync()
    assert lost
    assert await scene.states("Living room") == {"confirmed": 1}


async def test_while_somebody_watches_nothing_is_done_and_all_waits(scene: Scene) -> None:
    kodi = await scene.kodi(clean_deleted=True, send_notifications=True)
    gone, film = scene.film("Gone (2001)"), scene.film("Salt (2019)")
    await kodi.fill()
    new = scene.film("New (2020)")
    await scene.changed(new, film)
    await scene.changed(scene.removed(gone), change="removed")
    kodi.playing = True
    told = await scene.sync()
    assert set(told.of("Living room").values()) == {"deferred playing", "done noted"}
    assert not written(kodi)
    assert not kodi.notices
    kodi.playing = False
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(film), scene.theirs(new)}
    assert len(kodi.notices) == 1


async def test_never_a_scan_of_everything_and_never_a_cleaning(scene: Scene) -> None:
    kodi = await scene.kodi(clean_deleted=True, refresh_changed=True)
    old = scene.films(3)
    await kodi.fill()
    moved = scene.moved(old[0], "Moved (2001)")
    await scene.changed(moved, change="moved", previous=old[0])
    await scene.changed(scene.removed(old[1]), change="removed")
    await scene.changed(old[2], change="modified")
    loose = scene.file(scene.movies / "Loose.mkv")
    write_film_nfo(scene.movies, "Loose")
    await scene.changed(loose, scene.episode("Show", 1, 1))
    await scene.sync()
    assert "" not in scanned(kodi)
    assert not kodi.called("VideoLibrary.Clean")
    await scene.changed(scene.film("Late (2001)"))
    await scene.sync(full=True)
    assert scanned(kodi)[-1] == "", "only when everything is asked for"
