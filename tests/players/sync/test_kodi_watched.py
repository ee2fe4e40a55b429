"""Kodi loses what was watched when a film is renamed or read anew: here it is handed on and written back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synctui.simulators.kodi.library import Item
from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.web import Answer, Ask
from synctui.syncs.players.drivers import kodi as driver
from tests.players.kodi.media import VIDEO, write_film_nfo
from tests.players.sync.kodi import asked_id, scanned, written
from tests.players.sync.scene import Scene


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be known sooner that a scan did not begin."""
    monkeypatch.setattr(driver, "_STARTS_S", 0.3)


def watch(kodi: KodiSimulator, file: str, playcount: int = 3, position: float = 61.0) -> None:
    """Have somebody see most of a film for the third time, and like it."""
    item = kodi.item("movie", file) or kodi.item("episode", file)
    assert item is not None
    kodi.set_playcount(file, playcount)
    item.userrating = 8
    kept = kodi.library.files[item.file]
    kept.position, kept.total, kept.dateadded = position, 5400.0, "2011-11-11 11:11:11"


def seen(kodi: KodiSimulator, item: Item | None) -> tuple[int, str, int, float, float, str]:
    assert item is not None
    kept = kodi.library.files[item.file]
    return item.playcount, item.lastplayed, item.userrating, kept.position, kept.total, kept.dateadded


WATCHED = (3, "2024-05-06 07:08:09", 8, 61.0, 5400.0, "2011-11-11 11:11:11")


async def test_a_film_that_is_renamed_stays_watched(scene: Scene) -> None:
    films = scene.films(3)
    kodi = await scene.kodi()
    await kodi.fill()
    watch(kodi, Path(films[1]).name)
    new = scene.moved(films[1], "Renamed (2001)")
    await scene.changed(new, change="moved", previous=films[1])
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(path) for path in (films[0], new, films[2])}
    assert seen(kodi, kodi.item("movie", Path(new).name)) == WATCHED
    assert (await scene.sync()).job == 0


async def test_a_better_version_in_the_same_folder_stays_watched(scene: Scene) -> None:
    film = scene.film("Salt (2019)", file="Salt 720p")
    scene.films(2)
    kodi = await scene.kodi()
    await kodi.fill()
    watch(kodi, "Salt 720p.mkv")
    better = scene.film("Salt (2019)", file="Salt 1080p")
    scene.removed(film)
    await scene.changed(better, change="moved", previous=film)
    await scene.sync()
    assert scene.theirs(film) not in scene.files_of(kodi)
    assert seen(kodi, kodi.item("movie", "Salt 1080p.mkv")) == WATCHED


async def test_what_is_known_of_the_new_file_is_not_made_less(scene: Scene) -> None:
    film = scene.film("Salt (2019)", file="Salt 720p")
    kodi = await scene.kodi()
    await kodi.fill()
    better = scene.film("Salt (2019)", file="Salt 1080p", playcount=1, userrating=9)
    scene.removed(film)
    await scene.changed(better, change="moved", previous=film)
    await scene.sync()
    item = kodi.item("movie", "Salt 1080p.mkv")
    assert item is not None
    assert (item.playcount, item.userrating) == (1, 9)


async def test_the_old_entry_stays_while_what_was_watched_cannot_be_handed_on(scene: Scene) -> None:
    films = scene.films(3)
    kodi = await scene.kodi()
    await kodi.fill()
    watch(kodi, Path(films[1]).name)
    new = scene.moved(films[1], "Renamed (2001)")
    await scene.changed(new, change="moved", previous=films[1])
    good = kodi.web.answer

    async def forgetful(ask: Ask) -> Answer:
        if b"SetMovieDetails" in ask.body:
            return Answer(200, b'{"id": %d, "jsonrpc": "2.0", "result": "OK"}' % asked_id(ask))
        return await good(ask)

    kodi.web.answer = forgetful
    told = await scene.sync()
    assert scene.theirs(films[1]) in scene.files_of(kodi), "it holds what was watched"
    assert told.of("Living room")["move/1"] == "failed not_done"
    kodi.web.answer = good
    await scene.sync()
    assert seen(kodi, kodi.item("movie", Path(new).name)) == WATCHED


async def test_a_file_that_was_copied_and_not_moved_keeps_both_entries(scene: Scene) -> None:
    films = scene.films(2)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    new = scene.film("Copy (2001)")
    await scene.changed(new, change="moved", previous=films[0])
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(path) for path in (*films, new)}
    assert set(await scene.states("Living room")) == {"confirmed"}


@pytest.mark.parametrize("position", [61.0, 12.75])
@pytest.mark.parametrize("newest", [False, True])
async def test_reading_anew_keeps_what_was_watched(scene: Scene, newest: bool, position: float) -> None:
    films = scene.films(3)
    kodi = await scene.kodi(refresh_changed=True)
    await kodi.fill()
    film = films[2 if newest else 0]
    watch(kodi, Path(film).name, position=position)
    write_film_nfo(Path(film).parent, Path(film).stem, plot="Another plot")
    Path(film).write_bytes(VIDEO + b"more")
    await scene.changed(film, change="modified")
    await scene.sync()
    item = kodi.item("movie", Path(film).name)
    assert item is not None
    assert item.nfo.plot == "Another plot"
    # Kodi takes whole seconds.
    assert seen(kodi, item) == (*WATCHED[:3], float(int(position)), *WATCHED[4:])
    assert await scene.states("Living room") == {"confirmed": 1}
    assert (await scene.sync()).job == 0


async def test_a_subtitle_beside_it_has_nothing_read_anew(scene: Scene) -> None:
    films = scene.films(2)
    kodi = await scene.kodi(refresh_changed=True)
    await kodi.fill()
    subtitle = scene.file(Path(films[0]).with_suffix(".en.srt"))
    await scene.changed(subtitle, change="modified")
    await scene.sync()
    assert not written(kodi)


async def test_a_film_seen_without_a_date_is_no_trouble(scene: Scene) -> None:
    films = scene.films(3)
    kodi = await scene.kodi(refresh_changed=True)
    await kodi.fill()
    kodi.set_playcount(Path(films[0]).name, 2, lastplayed="")
    Path(films[0]).write_bytes(VIDEO + b"more")
    await scene.changed(films[0], change="modified")
    await scene.sync()
    item = kodi.item("movie", Path(films[0]).name)
    assert item is not None
    assert item.playcount == 2
    assert await scene.states("Living room") == {"confirmed": 1}


async def test_a_whole_show_that_moved_is_told_once(scene: Scene) -> None:
    old = [scene.episode("Old", 1, number) for number in (1, 2, 3)]
    kodi = await scene.kodi()
    await kodi.fill()
    watch(kodi, "Old S01E02.mkv")
    new = [scene.episode("New", 1, number) for number in (1, 2, 3)]
    shutil.rmtree(scene.tv / "Old")
    for before, after in zip(old, new, strict=True):
        await scene.changed(after, change="moved", previous=before)
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(path) for path in new}
    assert seen(kodi, kodi.item("episode", "New S01E02.mkv")) == WATCHED
    assert scanned(kodi) == ["/data/tv/New/"]
