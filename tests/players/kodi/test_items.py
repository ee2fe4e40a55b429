"""Reading anew, removing, and how far something was watched, on the simulator and on a real Kodi."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synctui.adapters.kodi import Kodi
from synctui.adapters.kodi_items import KodiItem, Watched
from tests.players.kodi.media import make_episode, write_film_nfo
from tests.players.kodi.stage import Stage, eventually

SEEN = Watched(2, "2024-05-06 07:08:09", 61.0, 5400.0, 7, "2020-01-02 03:04:05")
NOBODY = KodiItem("movie", 987_654, "/nowhere.mkv", "Nobody")


async def refreshed(stage: Stage, folder: Path) -> KodiItem:
    """Have the one item of a folder read anew; Kodi does so a little later."""
    (before,) = await stage.items(folder)
    assert await stage.kodi.refresh([before]) == {}
    assert before.watched.playcount, "else nobody could tell"

    async def done() -> bool:
        return [item.watched.playcount for item in await stage.items(folder)] in ([0], [3])

    await eventually(done)
    return await stage.item(folder)


async def test_what_was_watched_is_written_and_read(kodi: Kodi, stage: Stage) -> None:
    film = stage.film()
    season = make_episode(stage.shows, stage.show(), 1, 1).parent
    await stage.add(film, season.parent)
    items = await stage.items(film, season)
    assert {item.kind for item in items} == {"movie", "episode"}
    assert await kodi.set_watched([(item, SEEN) for item in items]) == {}
    assert [item.watched for item in await stage.items(film, season)] == [SEEN, SEEN]
    unseen = Watched(dateadded="2021-01-01 00:00:00")
    assert await kodi.set_watched([(item, unseen) for item in items]) == {}
    assert [item.watched for item in await stage.items(film, season)] == [unseen, unseen]


async def test_a_playcount_without_a_time_is_given_the_present(kodi: Kodi, stage: Stage) -> None:
    film = stage.film()
    await stage.add(film)
    assert await kodi.set_watched([(await stage.item(film), Watched(1))]) == {}
    watched = (await stage.item(film)).watched
    assert watched.playcount == 1
    assert watched.lastplayed != ""


async def test_reading_anew_loses_what_was_watched_and_it_can_be_restored(kodi: Kodi, stage: Stage) -> None:
    film, other = stage.film(plot="old"), stage.film()
    await stage.add(film)
    await stage.add(other)
    before = await stage.item(film)
    await kodi.set_watched([(before, SEEN)])
    write_film_nfo(film, film.name, title="Another", plot="new")
    after = await refreshed(stage, film)
    assert (after.title, after.file) == ("Another", before.file)
    assert after.id != before.id
    assert after.watched == replace(SEEN, playcount=0, lastplayed="", userrating=0)
    assert await kodi.set_watched([(after, SEEN)]) == {}
    assert (await stage.item(film)).watched == SEEN


async def test_reading_the_newest_film_anew_keeps_its_id(kodi: Kodi, stage: Stage) -> None:
    film = stage.film()
    await stage.add(film)
    before = await stage.item(film)
    await kodi.set_watched([(before, SEEN)])
    assert (await refreshed(stage, film)).id == before.id


async def test_an_episode_read_anew_loses_what_was_watched(kodi: Kodi, stage: Stage) -> None:
    season = make_episode(stage.shows, stage.show(), 1, 1).parent
    await stage.add(season.parent)
    await kodi.set_watched([(await stage.item(season), SEEN)])
    assert (await refreshed(stage, season)).watched == replace(SEEN, playcount=0, lastplayed="", userrating=0)


async def test_reading_anew_takes_what_the_nfo_says(kodi: Kodi, stage: Stage) -> None:
    film = stage.film(playcount=3, lastplayed="2020-02-02 01:01:01", userrating=6)
    await stage.add(film)
    first = (await stage.item(film)).watched
    assert (first.playcount, first.lastplayed[:10], first.userrating) == (3, "2020-02-02", 6)
    await kodi.set_watched([(await stage.item(film), SEEN)])
    after = (await refreshed(stage, film)).watched
    assert (after.playcount, after.lastplayed[:10], after.userrating) == (3, "2020-02-02", 6)


async def test_many_are_read_anew_by_one_request(kodi: Kodi, stage: Stage) -> None:
    films = [stage.film() for _ in range(10)]
    await stage.add(*films)
    items = await stage.items(*films)
    await kodi.set_watched([(item, SEEN) for item in items])
    assert await kodi.refresh(items) == {}

    async def done() -> bool:
        now = await stage.items(*films)
        return len(now) == 10 and not any(item.watched.playcount for item in now)

    await eventually(done)


async def test_a_scan_waits_for_what_was_to_be_read_anew_before(kodi: Kodi, stage: Stage) -> None:
    films = [stage.film() for _ in range(10)]
    await stage.add(*films)
    items = await stage.items(*films)
    await kodi.set_watched([(item, SEEN) for item in items])
    new = stage.film()
    await stage.prime(stage.movies)
    assert await kodi.refresh(items) == {}
    await stage.scan(new)
    assert [item.watched.playcount for item in await stage.items(*films)] == [0] * 10
    assert len(await stage.items(new)) == 1


async def test_what_is_read_anew_during_a_scan_does_not_cancel_it(kodi: Kodi, stage: Stage) -> None:
    old = stage.film()
    await stage.add(old)
    await kodi.set_watched([(await stage.item(old), SEEN)])
    films = [stage.film() for _ in range(40)]
    await stage.prime(stage.movies)
    item = await stage.item(old)
    await kodi.scan([stage.path(film) for film in films])
    assert await kodi.refresh([item]) == {}
    await stage.settle()
    assert len(await stage.items(*films)) == 40

    async def done() -> bool:
        return (await stage.item(old)).watched.playcount == 0

    await eventually(done)


async def test_without_an_nfo_nothing_is_read_anew(kodi: Kodi, stage: Stage) -> None:
    film, other = stage.film(), stage.film()
    await stage.add(film, other)
    items = await stage.items(film, other)
    await kodi.set_watched([(item, SEEN) for item in items])
    (film / f"{film.name}.nfo").unlink()
    before = await stage.item(film)
    assert await kodi.refresh(items) == {}
    await stage.scan(stage.movies)
    assert await stage.item(film) == before
    assert (await stage.item(other)).watched.playcount == 0


async def test_removed_and_scanned_again_it_comes_back_unwatched(kodi: Kodi, stage: Stage) -> None:
    film = stage.film()
    season = make_episode(stage.shows, stage.show(), 1, 1).parent
    await stage.add(film, season.parent)
    items = await stage.items(film, season)
    await kodi.set_watched([(item, SEEN) for item in items])
    assert await kodi.remove(items) == {}
    assert await stage.items(film, season) == ()
    await stage.scan(film)
    await stage.scan(season.parent)
    assert [item.watched for item in await stage.items(film, season)] == [
        replace(SEEN, playcount=0, lastplayed="", userrating=0)
    ] * 2


async def test_what_is_not_there_is_removed_without_complaint_but_not_changed(kodi: Kodi, stage: Stage) -> None:
    film = stage.film()
    await stage.add(film)
    item = await stage.item(film)
    assert await kodi.remove([NOBODY]) == {}
    for failures in (await kodi.refresh([NOBODY]), await kodi.set_watched([(NOBODY, SEEN), (item, SEEN)])):
        assert {one: failure.code for one, failure in failures.items()} == {NOBODY: "gone"}
    assert (await stage.item(film)).watched == SEEN


@pytest.mark.parametrize("items", [()])
async def test_nothing_is_asked_for_nothing(kodi: Kodi, items: tuple[KodiItem, ...]) -> None:
    assert await kodi.remove(items) == {}
    assert await kodi.refresh(items) == {}
    assert await kodi.set_watched([]) == {}
    assert await kodi.items([]) == ()
    assert await kodi.entries([]) == {}
    assert await kodi.shows([]) == {}
