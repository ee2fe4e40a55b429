"""A place in the tree has a text that names it, whatever it is called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.errors import TargetNotFound
from synctui.library.index import refresh
from synctui.model.library import LibraryRoot
from synctui.store.database import Database
from synctui.store.targets import address, address_parts, node_at
from synctui.store.tree import TreeRow, children, libraries
from tests.library.trees import put

NAMES = ("Orbit", "Orbit::Two", ":Colons:", "Back\\slash\\", "a:::b", "Trek: Harbour", "::", "軌道 ⸺ 𝄞", "\x1b]0;x\x07")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "data" / "synctui.db")
    yield opened
    await opened.close()


async def nodes(database: Database) -> list[TreeRow]:
    found: list[TreeRow] = []
    waiting = list((await libraries(database)).rows)
    while waiting:
        row = waiting.pop()
        if row.kind in ("library", "show", "season"):
            found.append(row)
            waiting += (await children(database, row.id, limit=1000)).rows
    return found


async def test_every_node_has_an_address_of_its_own_that_leads_back(database: Database, tmp_path: Path) -> None:
    root = tmp_path / "tv::x"
    for name in NAMES:
        put(root, f"{name}/Season 01/x S01E01.mkv", f"{name}/Season 02/x S02E01.mkv", f"{name}/Specials/x S00E01.mkv")
    put(root, "Again/Orbit/Season 01/x S01E01.mkv")
    await refresh(database, LibraryRoot("TV::and more:", str(root), "series"))
    found = {row.id: await address(database, row.id) for row in await nodes(database)}
    assert len(set(found.values())) == len(found) >= 4 * len(NAMES)
    for row in await nodes(database):
        if row.kind == "library":
            assert found[row.id] == str(root)
            continue
        library, *below = address_parts(found[row.id])
        assert library == "TV::and more:"
        assert await node_at(database, str(root), below) == row.id


async def test_a_plain_name_is_its_own_address_and_a_shared_one_says_its_folder(database: Database, tmp_path: Path) -> None:
    put(tmp_path / "tv", "The Long Orbit/Season 01/x S01E01.mkv", "Trek: Harbour/x S01E01.mkv")
    put(tmp_path / "tv", "One/Salt/Season 01/x S01E01.mkv", "Two/Salt/Season 01/x S01E01.mkv")
    await refresh(database, LibraryRoot("Series", str(tmp_path / "tv"), "series"))
    found = {await address(database, row.id) for row in await nodes(database)}
    assert found == {
        str(tmp_path / "tv"),
        "Series::The Long Orbit",
        "Series::The Long Orbit::Season 01",
        "Series::Trek: Harbour",
        "Series::Trek: Harbour::Season 01",
        "Series::/one/salt",
        "Series::/one/salt::Season 01",
        "Series::/two/salt",
        "Series::/two/salt::Season 01",
    }


async def test_what_is_gone_has_no_address(database: Database) -> None:
    with pytest.raises(TargetNotFound):
        await address(database, 4711)
    assert await node_at(database, "/nowhere", ["Orbit"]) is None
    assert await node_at(database, "/nowhere", []) is None
    assert await node_at(database, "/nowhere", ["a", "b", "c"]) is None
