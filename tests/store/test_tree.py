"""The index answers as a tree."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.library.index import refresh
from synctui.library.names import fold
from synctui.model.library import FileStamp, LibraryRoot, TreeCounts, Verdict
from synctui.model.states import SubtitleState
from synctui.store.database import Database
from synctui.store.rows import write_rows
from synctui.store.targets import find_targets, subtitles
from synctui.store.tree import Page, children, libraries, search, search_ids, summary


def put(root: Path, *paths: str) -> None:
    for path in paths:
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text("x", encoding="utf-8")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    series, films = tmp_path / "tv", tmp_path / "films"
    for number in (1, 2, 10):
        put(
            series,
            *(f"The Long Orbit/Season 01/The Long Orbit S01E{number:02d}.{end}" for end in ("mkv", "en.srt", "de.srt")),
        )
    put(series, "The Long Orbit/Season 02/The Long Orbit S02E01.mkv", "The Long Orbit/Specials/Making of.mkv")
    put(series, "Winter Harbour/Winter Harbour S01E01.mkv", "Winter Harbour/Winter Harbour S01E01.srt")
    put(series, "Winter Harbour/Winter Harbour S01E09.srt", "Caf\u00c9/S01E01.mkv")
    put(films, "Salt (2019)/Salt (2019).mkv", "Salt (2019)/Salt (2019).en.forced.srt", "Lost Reel.srt")
    opened = await Database.open(tmp_path / "data" / "synctui.db")
    await refresh(opened, LibraryRoot("Series", str(series), "series"))
    await refresh(opened, LibraryRoot("Films", str(films), "movies"))
    yield opened
    await opened.close()


def names(page: Page) -> list[str]:
    return [row.name for row in page.rows]


async def open_named(database: Database, *path: str) -> Page:
    """Return the lines below the node at a path of names."""
    page = await libraries(database)
    for name in path:
        node = next(row for row in page.rows if row.name == name)
        page = await children(database, node.id)
    return page


async def test_libraries_shows_seasons_and_films_in_order(database: Database) -> None:
    assert names(await libraries(database)) == ["Films", "Series"]
    assert names(await open_named(database, "Series")) == ["Caf\u00c9", "The Long Orbit", "Winter Harbour"]
    orbit = await open_named(database, "Series", "The Long Orbit")
    assert names(orbit) == ["Specials", "Season 01", "Season 02"]
    assert [row.number for row in orbit.rows] == [0, 1, 2]
    episodes = await open_named(database, "Series", "The Long Orbit", "Season 01")
    assert [row.number for row in episodes.rows] == [1, 2, 10]
    assert [line.name.language for line in episodes.rows[0].subtitles] == ["de", "en"]
    films = await open_named(database, "Films")
    assert [(row.kind, row.name) for row in films.rows] == [("subtitle", "Lost Reel.srt"), ("video", "Salt (2019).mkv")]
    assert films.rows[0].subtitles[0].state is SubtitleState.NO_VIDEO
    assert films.rows[1].subtitles[0].name.forced


async def test_counts_at_every_level(database: Database) -> None:
    everything = await summary(database)
    assert everything == TreeCounts(10, 8, {"not_checked": 8, "no_video": 2})
    series = next(row for row in (await libraries(database)).rows if row.name == "Series")
    assert series.counts == TreeCounts(8, 7, {"not_checked": 7, "no_video": 1})
    assert series.rows == 3
    orbit = (await open_named(database, "Series")).rows[1]
    assert (orbit.counts.subtitles, orbit.counts.videos, orbit.rows) == (6, 5, 3)
    assert (await open_named(database, "Series", "The Long Orbit", "Season 02")).counts == TreeCounts(0, 1, {})


async def test_a_verdict_shows_in_its_line_and_in_all_counts_above(database: Database) -> None:
    season = await open_named(database, "Series", "The Long Orbit", "Season 01")
    line = season.rows[0].subtitles[1]
    about = os.stat(line.path)
    late = Verdict(
        line.path,
        SubtitleState.SHIFTED,
        "aligned",
        "f",
        FileStamp(about.st_size, about.st_mtime_ns),
        numbers={"offset_ms": -12300},
    )
    await database.write(lambda connection: write_rows(connection, [late], job=1, at="2026-01-02T03:04:05.678Z"))
    season = await open_named(database, "Series", "The Long Orbit", "Season 01")
    assert season.rows[0].subtitles[1].state is SubtitleState.SHIFTED
    assert season.rows[0].subtitles[1].numbers == {"offset_ms": -12300}
    assert season.rows[0].counts.by_state == {"not_checked": 1, "shifted": 1}
    for page in (season, await open_named(database, "Series"), await libraries(database)):
        assert page.counts.by_state["shifted"] == 1


async def test_pages_join_without_gap_or_overlap(database: Database) -> None:
    node = next(row for row in (await open_named(database, "Series")).rows if row.name == "Winter Harbour")
    whole = await children(database, node.id)
    for size in (1, 2, 3):
        pieces = [
            row
            for offset in range(0, whole.total, size)
            for row in (await children(database, node.id, offset=offset, limit=size)).rows
        ]
        assert tuple(pieces) == whole.rows
    assert (await children(database, node.id, offset=99)).rows == ()


async def test_search_finds_every_word_somewhere_and_counts(database: Database) -> None:
    page = await search(database, "orbit s01e02")
    assert names(page) == ["The Long Orbit S01E02.mkv"]
    assert (page.total, page.counts) == (1, TreeCounts(2, 1, {"not_checked": 2}))
    page = await search(database, "long season")
    assert (page.total, page.counts.videos, page.counts.subtitles) == (5, 5, 6)
    page = await search(database, "long", limit=2, offset=4)
    assert (page.total, len(page.rows)) == (5, 1)
    assert names(await search(database, "reel")) == ["Lost Reel.srt"]
    assert names(await search(database, fold("CAFE\u0301"))) == ["S01E01.mkv"]
    for nothing in ("zebra", "", "   ", "orbit zebra", "%", "_", "' OR 1=1 --"):
        assert (await search(database, nothing)).total == 0


async def test_a_search_can_show_only_what_is_in_some_state(database: Database) -> None:
    season = await open_named(database, "Series", "The Long Orbit", "Season 01")
    line = season.rows[2].subtitles[0]
    about = os.stat(line.path)
    late = Verdict(line.path, SubtitleState.SHIFTED, "aligned", "f", FileStamp(about.st_size, about.st_mtime_ns))
    await database.write(lambda connection: write_rows(connection, [late], job=1, at="2026-01-02T03:04:05.678Z"))
    off = (SubtitleState.SHIFTED, SubtitleState.REFUSED)
    page = await search(database, "long", states=off)
    assert (names(page), page.total) == (["The Long Orbit S01E10.mkv"], 1)
    assert page.counts == TreeCounts(2, 1, {"shifted": 1, "not_checked": 1})
    assert (await search(database, "harbour", states=off)).total == 0
    everywhere = await search(database, "", states=(*off, SubtitleState.NO_VIDEO))
    assert sorted(names(everywhere)) == ["Lost Reel.srt", "The Long Orbit S01E10.mkv", "Winter Harbour S01E09.srt"]


async def test_the_ids_of_a_search_are_those_of_its_pages(database: Database) -> None:
    for text in ("long", "orbit s01", "salt", "zebra", ""):
        page = await search(database, text, limit=100)
        assert await search_ids(database, text) == [row.id for row in page.rows]
    assert len(await search_ids(database, "long", limit=2)) == 2
    lone = (SubtitleState.NO_VIDEO,)
    assert len(await search_ids(database, "", states=lone)) == (await search(database, "", states=lone)).total == 2


async def test_targets_by_name(database: Database) -> None:
    async def found(name: str) -> list[tuple[str, str, bool]]:
        return [(one.kind, one.name, one.exact) for one in await find_targets(database, fold(name))]

    assert await found("the long ORBIT") == [("show", "The Long Orbit", True)]
    assert await found("films") == [("library", "Films", True)]
    assert await found("Cafe\u0301") == [("show", "Caf\u00c9", True)]
    assert await found("salt (2019)") == [("video", "salt (2019)", True)]
    assert await found("long") == [("show", "The Long Orbit", False)]
    assert await found("nothing of that name") == []
    assert await found("") == []


async def test_the_same_name_in_two_libraries_gives_both(database: Database, tmp_path: Path) -> None:
    put(tmp_path / "more", "The Long Orbit/Season 03/The Long Orbit S03E01.mkv")
    await refresh(database, LibraryRoot("More", str(tmp_path / "more")))
    found = await find_targets(database, "the long orbit")
    assert sorted((one.library, one.exact) for one in found) == [("More", True), ("Series", True)]


async def test_subtitles_below_a_node_or_a_path(database: Database, tmp_path: Path) -> None:
    target = (await find_targets(database, "winter harbour"))[0]

    async def below(**where: object) -> list[str]:
        return [os.path.basename(one.pairing.subtitle.path) async for one in subtitles(database, **where)]  # type: ignore[arg-type]

    assert sorted(await below(node=target.node)) == ["Winter Harbour S01E01.srt", "Winter Harbour S01E09.srt"]
    assert len(await below(below=str(tmp_path / "tv" / "The Long Orbit"))) == 6
    assert await below(below=str(tmp_path / "tv" / "The Long")) == []
    assert len(await below()) == 10
