"""Browsing the catalogue: what stands where, by the page, and what a search finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.model.catalog import Entity, NamedSynced, Tag, Vanished
from synctui.store import catalog_browse as browse
from synctui.store.catalog_browse import Within
from synctui.store.catalog_edits import set_edit
from synctui.store.database import Database
from tests.hostile_names import HOSTILE_NAMES
from tests.tui.stash.scene import put, scene, scenes_row, small_rows


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A catalogue of four scenes."""
    async with await Database.open(tmp_path / "synctui.db") as opened:
        await put(opened, small_rows())
        yield opened


async def names(database: Database, within: Within, offset: int = 0, limit: int = 64) -> list[str]:
    """Return the names of a page."""
    if within.which in ("performer", "tag"):
        ids = await browse.ids_within(database, within)
        return [line.name for line in await browse.lines_of(database, ids[offset : offset + limit])]
    return [line.name for line in await browse.page_within(database, within, offset, limit)]


async def test_scenes_are_read_by_name_and_by_the_page(database: Database) -> None:
    assert await browse.count_within(database, Within()) == 4
    assert await names(database, Within()) == ["Ghost Signal", "Paper North", "Salt Harbour", "The Quiet Sector"]
    assert await names(database, Within(), 1, 2) == ["Paper North", "Salt Harbour"]
    assert await names(database, Within("studio", 2)) == ["Ghost Signal", "The Quiet Sector"]
    assert await names(database, Within("studio", 0)) == ["Paper North"]
    assert await names(database, Within("performer", 1)) == ["Ghost Signal", "Salt Harbour"]
    assert await names(database, Within("tag", 1)) == ["Ghost Signal", "The Quiet Sector"]
    for number, at in ((2, 0), (3, 1), (1, 2), (4, 3), (77, None)):
        assert await browse.place_within(database, Within(), number) == at


async def test_names_in_capitals_stand_among_the_others(database: Database) -> None:
    await put(database, [scenes_row(scene(9, "paper boats"), scene(8, "PAPER BOATS"))])
    assert await names(database, Within(), 1, 3) == ["PAPER BOATS", "paper boats", "Paper North"]
    assert [await browse.place_within(database, Within(), number) for number in (8, 9, 3)] == [1, 2, 3]


async def test_what_is_gone_is_in_a_list_of_its_own(database: Database) -> None:
    await put(database, [Vanished(Entity.SCENE, (2,)), Vanished(Entity.TAG, (3,))])
    assert await names(database, Within()) == ["Paper North", "Salt Harbour", "The Quiet Sector"]
    assert await names(database, Within("gone")) == ["Ghost Signal"]
    assert await browse.count_within(database, Within("gone")) == 1
    assert await names(database, Within("performer", 1)) == ["Salt Harbour"]
    assert (await browse.scene_counts(database, Entity.PERFORMER)) == {1: 1, 2: 1}
    assert (await browse.scene_counts(database, Entity.STUDIO)) == {0: 1, 1: 1, 2: 1}
    assert [one.name for one in await browse.groups(database, Entity.TAG) if one.deleted] == ["Sea"]
    assert (await browse.scene_state(database, 2)).deleted_at is not None
    assert (await browse.scene_state(database, 1)).deleted_at is None
    sums = await browse.sums(database)
    assert (sums.scenes, sums.gone, sums.tags, sums.performers, sums.studios) == (3, 1, 3, 2, 3)


async def test_groups_know_what_they_lie_in(database: Database) -> None:
    studios = {one.name: one.parents for one in await browse.groups(database, Entity.STUDIO)}
    assert studios == {"Deep Orbit": (1,), "Orbit Pictures": (), "Winter Films": ()}
    tags = {one.name: one.parents for one in await browse.groups(database, Entity.TAG)}
    assert tags == {"Harbours": (1, 3), "Sea": (), "Ships": (1,), "Space": ()}
    performers = [one.name for one in await browse.groups(database, Entity.PERFORMER)]
    assert performers == ["Ann Made-Up", "Ben Made-Up (the younger)"]


async def found(database: Database, text: str) -> list[tuple[str, int]]:
    """Return what a search finds."""
    return [(entity.value, number) for entity, number in (await browse.search(database, text)).things]


async def test_a_search_finds_beginnings_of_words_in_names_details_and_files(database: Database) -> None:
    assert await found(database, "gho") == [("scene", 2)]
    assert await found(database, "quiet sec") == [("scene", 4)]
    assert await found(database, "sector quiet") == [("scene", 4)], "in any order"
    assert await found(database, "nobody") == [("scene", 2)], "in details"
    assert await found(database, "3.mkv") == [("scene", 3)], "in names of files"
    assert await found(database, "GHOST") == [("scene", 2)]
    assert await found(database, "made") == [("performer", 1), ("performer", 2)]
    assert await found(database, "ha") == [("scene", 1), ("tag", 4)], "scenes come first"
    assert await found(database, "orb") == [("studio", 1), ("studio", 2)] or await found(database, "orb") == [
        ("studio", 2),
        ("studio", 1),
    ]
    assert await found(database, "qui ") == [], "a blank ends a word"


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""',
        "'",
        "*",
        "a*",
        "NEAR(a b)",
        "name:ghost",
        "a OR",
        "AND",
        "(",
        "-ghost",
        "^gho",
        "{x}",
        "a\0b",
        "  ",
        "%",
        "🎬",
    ],
)
async def test_nothing_that_is_typed_is_an_error(database: Database, text: str) -> None:
    await browse.search(database, text)


async def test_names_of_all_kinds_are_listed_and_found_by_themselves(database: Database) -> None:
    hostile = [one.name for one in HOSTILE_NAMES if isinstance(one.name, str)]
    await put(database, [scenes_row(*(scene(100 + at, name) for at, name in enumerate(hostile)))])
    await put(database, [NamedSynced(tuple(Tag(100 + at, name) for at, name in enumerate(hostile)))])
    assert await browse.count_within(database, Within()) == 4 + len(hostile)
    assert len(await names(database, Within(), limit=500)) == 4 + len(hostile)
    for name in hostile:
        await browse.search(database, name)


async def test_a_long_name_is_not_read_whole_for_a_list(database: Database) -> None:
    await put(database, [scenes_row(scene(5, "x" * 100_000))])
    (line,) = await browse.lines_of(database, [5])
    assert len(line.name) == browse.NAME


async def test_what_was_edited_shows_in_its_line(database: Database) -> None:
    await set_edit(database, 3, {"title": "Paper South"})
    (line,) = await browse.lines_of(database, [3])
    assert (line.name, line.edited, line.conflict) == ("Paper South", True, False)
    assert await found(database, "south") == [("scene", 3)]
    assert (await browse.sums(database)).edits == 1


async def test_tags_are_found_by_their_beginning_and_by_their_names(database: Database) -> None:
    assert await browse.tag_names(database, "s") == ["Sea", "Ships", "Space"]
    assert await browse.tag_names(database, "SH") == ["Ships"]
    assert await browse.tags_by_name(database, ["SEA", "nowhere"]) == {"sea": 3}
