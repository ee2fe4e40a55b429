"""What is gone goes from Kodi, and nothing else: not while a disk is away, not half a library unasked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synctui.errors import ConfirmationNeeded
from synctui.simulators.kodi.disk import Source
from synctui.simulators.web import Answer, Ask
from synctui.syncs.players.drivers import kodi as driver
from tests.players.sync.kodi import written
from tests.players.sync.scene import Scene


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be known sooner that a scan did not begin."""
    monkeypatch.setattr(driver, "_STARTS_S", 0.3)


async def test_a_file_that_went_goes_by_its_id(scene: Scene) -> None:
    films = scene.films(5)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(scene.removed(films[0]), change="removed")
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(path) for path in films[1:]}
    assert written(kodi) == {"RemoveMovie": 1}


async def test_a_file_with_two_episodes_goes_with_both(scene: Scene) -> None:
    path, other = scene.episode("Show", 1, 1), scene.episode("Show", 1, 2)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    item = kodi.item("episode", "S01E01.mkv")
    assert item is not None
    kodi.library.add("episode", item.file, item.folder, item.nfo, "", item.show)
    await scene.changed(scene.removed(path), change="removed")
    await scene.sync()
    assert [one.file for one in kodi.episodes()] == [scene.theirs(other)]
    assert await scene.states("Living room") == {"confirmed": 1}


async def test_nothing_goes_while_kodi_sees_its_folder_empty(scene: Scene, tmp_path: Path) -> None:
    films = scene.films(5)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(scene.removed(films[0]), change="removed")
    (empty := tmp_path / "empty").mkdir()
    kodi.disk.sources = [_elsewhere(source, empty) for source in kodi.disk.sources]
    told = await scene.sync()
    assert len(kodi.movies()) == 5
    assert not written(kodi)
    row = (await scene.standing("Living room", films[0]))[films[0]]
    assert row.item.state in ("failed", "unconfirmed")
    assert "empty or away" in " ".join(one.message for one in told.operations)
    kodi.disk.sources = [_elsewhere(source, scene.movies) for source in kodi.disk.sources]
    await scene.sync()
    assert len(kodi.movies()) == 4


async def test_nothing_goes_while_the_folder_is_away_for_kodi(scene: Scene) -> None:
    films = scene.films(5)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(scene.removed(films[0]), change="removed")
    kodi.disk.sources = [_elsewhere(source, scene.media / "nowhere") for source in kodi.disk.sources]
    await scene.sync()
    assert len(kodi.movies()) == 5


def _elsewhere(source: Source, folder: Path) -> Source:
    return replace(source, folder=folder) if source.content == "movies" else source


async def test_a_disk_that_is_away_here_is_believed_by_nobody(scene: Scene) -> None:
    films = scene.films(3)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(*films, change="removed")
    away = scene.media / "away"
    scene.movies.rename(away)
    scene.movies.mkdir()
    operations, notices = await scene.plan()
    assert [one.action for one in operations] == ["record"], "nothing is sent; that it waits is noted"
    assert "disk seems to be away" in notices[0].message
    scene.movies.rmdir()
    away.rename(scene.movies)
    await scene.sync()
    assert len(kodi.movies()) == 3, "they are there again, and stay"


async def test_a_disk_that_goes_between_the_plan_and_the_call_is_noticed(scene: Scene) -> None:
    films = scene.films(5)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(scene.removed(films[0]), change="removed")

    async def unmount() -> None:
        scene.movies.rename(scene.media / "away")
        scene.movies.mkdir()

    told = await scene.sync(between=unmount)
    assert told.of("Living room")["remove/0"] == "conflict not_mounted"
    assert len(kodi.movies()) == 5
    assert await scene.states("Living room") == {"pending": 1}


async def test_a_file_that_is_back_before_the_call_stays(scene: Scene) -> None:
    films = scene.films(5)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(scene.removed(films[0]), scene.removed(films[1]), change="removed")

    async def back() -> None:
        scene.film(Path(films[0]).parent.name)

    await scene.sync(between=back)
    assert scene.files_of(kodi) == {scene.theirs(path) for path in (films[0], *films[2:])}
    await scene.sync()
    assert set(await scene.states("Living room")) == {"confirmed"}
    assert (await scene.sync()).job == 0


async def test_half_a_library_is_not_taken_out_without_being_asked(scene: Scene) -> None:
    films = scene.films(24)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(*(scene.removed(path) for path in films[:12]), change="removed")
    with pytest.raises(ConfirmationNeeded):
        await scene.sync()
    assert len(kodi.movies()) == 24
    await scene.sync(allow=True)
    assert len(kodi.movies()) == 12
    assert written(kodi) == {"RemoveMovie": 12}


async def test_what_is_gone_stays_in_its_library_unless_that_is_wanted(scene: Scene) -> None:
    films = scene.films(3)
    kodi = await scene.kodi()
    await kodi.fill()
    await scene.changed(scene.removed(films[0]), change="removed")
    await scene.sync()
    assert len(kodi.movies()) == 3
    assert (await scene.sync()).job == 0
    scene.reconfigure("Living room", clean_deleted=True)
    await scene.sync()
    assert len(kodi.movies()) == 2, "told as soon as it is wanted"


async def test_of_one_call_only_those_fail_that_failed(scene: Scene) -> None:
    films = scene.films(4)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    await scene.changed(*(scene.removed(path) for path in films[:2]), change="removed")
    good = kodi.web.answer
    stubborn = kodi.item("movie", Path(films[0]).name)
    assert stubborn is not None

    async def refuses(ask: Ask) -> Answer:
        if b"RemoveMovie" in ask.body:
            ask = Ask(
                ask.method,
                ask.target,
                ask.path,
                ask.query,
                ask.headers,
                ask.body.replace(b'"movieid": %d}' % stubborn.id, b'"movieid": "no"}'),
            )
        return await good(ask)

    kodi.web.answer = refuses
    await scene.sync()
    rows = await scene.standing("Living room", *films[:2])
    assert (rows[films[0]].item.state, rows[films[0]].item.reason) == ("failed", "not_done")
    assert "refuses VideoLibrary.RemoveMovie" in rows[films[0]].item.message
    assert rows[films[1]].item.state == "confirmed"
    kodi.web.answer = good
    await scene.sync()
    assert set(await scene.states("Living room")) == {"confirmed"}
    assert len(kodi.movies()) == 2
