"""What an outline asks of the index: how many lines, where they are now, what is above them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.library.index import refresh
from synctui.model.library import LibraryRoot
from synctui.store import branches
from synctui.store.database import Database
from synctui.store.tree import children, libraries, search, search_ids


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    for path in (
        "The Long Orbit/Season 01/The Long Orbit S01E01.mkv",
        "The Long Orbit/Season 01/The Long Orbit S01E01.en.srt",
        "The Long Orbit/Season 01/The Long Orbit S01E02.mkv",
        "The Long Orbit/Season 01/The Long Orbit S01E02.de.srt",
        "The Long Orbit/Season 02/The Long Orbit S02E01.mkv",
        "Alone.mkv",
        "Lost.en.srt",
    ):
        full = tmp_path / "media" / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.touch()
    async with await Database.open(tmp_path / "data" / "synctui.db") as opened:
        await refresh(opened, LibraryRoot("Series", str(tmp_path / "media")))
        yield opened


async def test_places_and_sizes_are_those_of_the_pages(database: Database) -> None:
    top = (await libraries(database)).rows[0]
    page = await children(database, top.id)
    assert await branches.size(database, top.id) == page.total == len(page.rows)
    nodes = [row.id for row in page.rows if row.kind == "show"]
    files = [row.id for row in page.rows if row.kind != "show"]
    assert nodes
    assert files
    where = {row.id: index for index, row in enumerate(page.rows) if row.kind == "show"}
    assert await branches.places(database, top.id, nodes=[*nodes, 999]) == where
    where = {row.id: index for index, row in enumerate(page.rows) if row.kind != "show"}
    assert await branches.places(database, top.id, files=[*files, 999]) == where
    lines = [(row.kind == "show", row.id) for row in page.rows]
    assert await branches.lines_of(database, top.id) == lines
    assert await branches.size(database, 999) == 0


async def test_what_is_above_a_find(database: Database) -> None:
    top = (await libraries(database)).rows[0]
    found = {row.name: row for row in (await search(database, "s01e02")).rows}
    (row,) = found.values()
    show = (await children(database, top.id)).rows[0]
    season = (await children(database, show.id)).rows[0]
    above = await branches.above(database, [row.id, 999])
    assert above == {row.id: branches.Above((top.id, show.id, season.id), "The Long Orbit", 1)}
    assert (await branches.paths(database, [row.id, 999]))[row.id].endswith("/The Long Orbit S01E02.mkv")
    alone = (await search(database, "alone")).rows[0]
    assert (await branches.above(database, [alone.id]))[alone.id] == branches.Above((top.id,))


async def test_a_language_and_a_state_must_be_those_of_one_subtitle(database: Database) -> None:
    from synctui.model.states import SubtitleState

    german = await search(database, "", languages=("de",))
    assert [row.name for row in german.rows] == ["The Long Orbit S01E02.mkv"]
    assert german.counts.subtitles == 1
    assert await search_ids(database, "orbit", languages=("de", "en")) == await search_ids(database, "s01e0")
    assert (await search(database, "orbit", languages=("fr",))).total == 0
    lost = await search(database, "", languages=("en",), states=(SubtitleState.NO_VIDEO,))
    assert [row.name for row in lost.rows] == ["Lost.en.srt"]
