"""The catalogue on the screen: its views, what is open, what is found, and the way to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.model.catalog import CatalogSynced, Entity, NamedSynced, Studio, Tag, Vanished
from synctui.store import catalog_browse as browse
from synctui.store.catalog_edits import set_edit
from synctui.tui.draw.line import text_of
from tests.tui.stage import Stage, stage
from tests.tui.stash.scene import NOWHERE, SYNCED, put, scene, scenes_row, shelved, small_rows, stashed


def rows_of(on: Stage) -> list[str]:
    """Return the rows of the list by their names, with the signs before them."""
    rows = on.rows
    lines = (text_of(rows.source.line(at, 76)).strip() for at in range(rows.source.count()))
    return [line.split("  ")[0] for line in lines]


async def test_without_a_server_it_teaches_how_to_name_one(tmp_path: Path) -> None:
    async with stage(tmp_path, libraries={}, films=()) as on:
        await on.press("escape", "S")
        await on.sees("no Stash server yet", "[stash]", "url =", "a     its address")
        await on.press("s")
        await on.sees("no Stash server is configured")
        await on.press("a")
        await on.sees("Settings", "Address, as in")


async def test_before_the_first_sync_it_says_how_to_begin(tmp_path: Path) -> None:
    async with stashed(tmp_path) as c:
        on = await c.go()
        await on.sees("never synced", "asks it what there is; a preview comes first")
        assert not c.server.calls, "nothing is asked by itself"


async def test_studios_lie_in_one_another_and_scenes_without_one_come_last(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.sees("4 scenes", "2 performers", "4 tags", "3 studios", "3 scenes", "synced")
        assert rows_of(on) == ["▸ Orbit Pictures", "▸ Winter Films", "▸ no studio"]
        await on.press("enter")
        await on.sees("▸ Deep Orbit", "Salt Harbour")
        await on.press("j", "l")
        await on.sees("Ghost Signal", "The Quiet Sector")
        assert rows_of(on)[:5] == [
            "▾ Orbit Pictures",
            "▾ Deep Orbit",
            "Ghost Signal",
            "The Quiet Sector",
            "Salt Harbour",
        ]
        await on.press("j", "h")
        assert "Deep Orbit" in on.row, "left goes to what a row lies in"
        await on.press("h")
        await on.until(lambda: "Ghost Signal" not in on.text)
        await on.go_to("no studio")
        await on.press("enter")
        await on.sees("Paper North")


async def test_each_view_is_as_it_was_left(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.sees("▸ Orbit Pictures")
        await on.press("enter")
        await on.sees("Salt Harbour")
        await on.press("tab")
        await on.sees("▸ Ann Made-Up", "Ben Made-Up (the younger)", "2 scenes")
        await on.press("tab")
        await on.sees("▸ Space", "▸ Sea")
        await on.go_to("Space")
        await on.press("enter")
        await on.sees("▸ Harbours", "▸ Ships", "Ghost Signal")
        await on.press("4")
        await on.sees("Paper North", "Salt Harbour", "The Quiet Sector")
        await on.press("1")
        await on.sees("▾ Orbit Pictures", "Salt Harbour")
        await on.press("3")
        await on.sees("▾ Space", "▸ Harbours")


async def test_a_tag_may_lie_in_several_and_what_lies_in_itself_is_shown_all_the_same(tmp_path: Path) -> None:
    tags = NamedSynced((Tag(11, "Egg", parents=(12,)), Tag(12, "Hen", parents=(11,)), Tag(13, "Own", parents=(13,))))
    around = NamedSynced((Studio(11, "Inner", parent=12), Studio(12, "Outer", parent=11)))
    found = scenes_row(scene(20, "Which was first", studio=11, tags=(11, 12)))
    async with shelved(tmp_path, [*small_rows(), tags, around, found]) as on:
        await on.sees("▸ Inner")
        await on.press("3")
        await on.sees("▸ Egg", "▸ Own", "▸ Sea", "▸ Space")
        for holder in ("Sea", "Space"):
            await on.go_to(holder)
            await on.press("enter")
        await on.until(lambda: on.text.count("▸ Harbours") == 2)
        await on.go_to("▸ Egg")
        await on.press("enter")
        await on.sees("▸ Hen")
        await on.press("j", "enter")
        await on.until(lambda: on.text.count("Which was first") == 2)
        assert on.text.count("Egg") == 1, "nothing is shown in itself"


async def test_a_search_finds_while_it_is_typed_and_leads_there(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.sees("▸ Orbit Pictures")
        await on.press("slash")
        await on.type("ha")
        await on.sees("1 scene", "1 tag", "Salt Harbour", "Harbours")
        await on.type("rbours")
        await on.until(lambda: "Salt Harbour" not in on.text)
        await on.press("enter", "enter")
        await on.sees("▾ Space", "▾ Harbours", "Salt Harbour")
        assert "Harbours" in on.row
        await on.press("slash")
        await on.type("zzz")
        await on.sees("nothing found")
        await on.press("escape")
        await on.sees("▾ Harbours")


async def test_what_is_typed_is_never_an_expression(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.sees("▸ Orbit Pictures")
        await on.press("slash")
        for key in ("quotation_mark", "left_parenthesis", "asterisk", "colon", "minus", "a", "N", "E", "A", "R"):
            await on.press(key)
        await on.sees("nothing found")
        assert not on.app.messages.all or "expression" not in on.app.messages.all[-1].text


async def test_what_is_gone_is_shown_on_demand(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.sees("4 scenes")
        await put(on.services.database, [Vanished(Entity.SCENE, (2,))])
        on.place.take_over()
        await on.sees("3 scenes")
        await on.press("x")
        await on.sees("1 gone from the server", "Ghost Signal")
        await on.press("enter")
        await on.sees("gone from the server since")
        assert "e edit" not in on.lines()[-1]
        await on.press("escape", "x")
        await on.sees("▸ Orbit Pictures", "3 scenes")


async def test_it_follows_what_a_sync_writes_and_stays_on_its_row(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.sees("▸ Orbit Pictures")
        await on.press("4")
        await on.sees("Paper North")
        await on.go_to("Salt Harbour")
        more = [scene(30 + number, f"Arrival {number:02d}", studio=3) for number in range(30)]
        await put(on.services.database, [scenes_row(*more), SYNCED])
        on.place.take_over()
        await on.sees("34 scenes")
        await on.until(lambda: "Salt Harbour" in on.row)
        await put(on.services.database, [scenes_row(scene(1, "Salt Harbour, restored", studio=1))])
        await set_edit(on.services.database, 3, {"title": "Paper South"})
        on.place.take_over()
        await on.sees("Salt Harbour, restored", "Paper South", "edited")


async def test_the_library_has_a_row_for_it(tmp_path: Path) -> None:
    config = f'[stash]\nurl = "{NOWHERE}"\n'
    async with stage(tmp_path, config=config, films=()) as on:
        await on.sees("▸ Stash", "never synced")
        await put(on.services.database, small_rows())
        on.place.take_over()
        await on.sees("4 scenes", "synced")
        held = CatalogSynced(tuple(Entity), "incremental", complete=True, exact=False, held_back=1200)
        await put(on.services.database, [held])
        on.place.take_over()
        await on.sees("1,200 held back")
        await on.press("G")
        assert "Stash" in on.row
        await on.press("space", "h", "c", "d", "V", "escape")  # none of them is about it
        await on.press("s")
        await on.sees("this cannot be planned")
        await on.press("escape", "enter")
        await on.sees("▸ Orbit Pictures")
        await on.press("escape")
        await on.until(lambda: on.place.place == "library")


async def test_a_library_without_a_stash_says_nothing_of_one(tmp_path: Path) -> None:
    async with stage(tmp_path, films=()) as on:
        await on.press("j")
        assert "Stash" not in on.text


@pytest.mark.slow
async def test_of_a_hundred_thousand_scenes_a_page_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [scene(number, f"Scene {number:06d}", studio=1, tags=(1,)) for number in range(1, 100_001)]
    named = NamedSynced((Studio(1, "Everything"),)), NamedSynced((Tag(1, "All"),))
    rows = [scenes_row(*many[at : at + 5000]) for at in range(0, len(many), 5000)]
    read: list[int] = []
    lines_of = browse.lines_of

    async def counted(database: object, ids: list[int]) -> list[browse.SceneLine]:
        read.append(len(ids))
        return await lines_of(database, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(browse, "lines_of", counted)
    async with shelved(tmp_path, [*named, *rows, SYNCED]) as on:
        await on.sees("100,000 scenes", "▸ Everything", seconds=60)
        assert not read
        await on.press("enter")
        await on.sees("Scene 000001")
        assert sum(read) <= 2 * 64
        await on.press("4")
        await on.sees("Scene 000001")
        await on.press("G")
        await on.sees("Scene 100000")
        await on.press("3", "enter")
        await on.sees("▾ All", "Scene 000001")
        await on.press("slash")
        await on.type("scene 0500")
        await on.sees("Scene 050000")
        assert sum(read) <= 16 * 64, "whatever is shown, it is read by the page"
