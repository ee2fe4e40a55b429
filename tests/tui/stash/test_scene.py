"""One scene: everything that is known of it, and changing it here."""

from __future__ import annotations

from pathlib import Path

from synctui.model.catalog import Tag
from synctui.store.catalog_edits import edits_of
from synctui.store.catalog_marks import whole_scenes
from synctui.tui.screens.stash.editing import names_in
from synctui.tui.screens.stash.scene import SceneScreen
from tests.tui.stage import Stage
from tests.tui.stash.scene import put, scene, scenes_row, shelved, small_rows


async def show(on: Stage, number: int) -> None:
    """Open a scene."""
    on.app.show(SceneScreen(number))
    await on.until(lambda: on.place.place == "scene")
    await on.sees(f"scene {number}", "e edit")


async def edit(on: Stage, letter: str, text: str, *, erased: int = 0) -> None:
    """Change a field as a person does: at the end of what stands there."""
    await on.press("e")
    await on.sees("Only here")
    await on.press(letter)
    await on.sees("enter takes it")
    await on.press(*["backspace"] * erased)
    await on.type(text)
    await on.press("enter")


async def test_everything_that_is_known_of_a_scene(tmp_path: Path) -> None:
    more = 'path_map = [{from = "/data", to = "/media"}]'
    async with shelved(tmp_path, small_rows(), more=more, size=(80, 45)) as on:
        await show(on, 2)
        await on.sees("Ghost Signal", "Deep Orbit", "Ann Made-Up, Ben Made-Up", "Space, Ships", "Who sends it?")
        await on.sees("/data/films/2.mkv", "/media/films/2.mkv", "1.4 GB, 30:02, 1920×1080, h264, aac")
        await on.sees("oshash", "0000000000000002", "phash", "c0ffee", "changed 2026-03-13T21:34:12-05:00")


async def test_on_a_wide_screen_it_stands_beside_the_list(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows(), size=(140, 45)) as on:
        await on.sees("▸ Orbit Pictures")
        await on.press("4")
        await on.sees("Ghost Signal", "│ studio", "Deep Orbit", "Who sends it?")
        await on.press("j")
        await on.sees("│ Paper North")


async def test_fields_are_changed_here_and_put_back(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows(), size=(80, 45)) as on:
        database = on.services.database
        await show(on, 1)
        await edit(on, "t", " II")
        await on.sees("Salt Harbour II", "changed here: title", "server's    Salt Harbour", "you changed: title")
        await edit(on, "r", "5", erased=2)
        await on.sees("5 of 100")
        await edit(on, "d", "First\\nsecond, a back\\\\slash")
        await on.sees("First", "second, a back\\slash")
        (found,) = (await whole_scenes(database, [1])).values()
        assert (found.title, found.rating100) == ("Salt Harbour II", 5)
        assert found.details == "First\nsecond, a back\\slash"
        assert {one.field: one.base for one in (await edits_of(database, [1]))[1]} == {
            "title": "Salt Harbour",
            "rating": 80,
            "details": "",
        }
        await on.press("b")
        await on.sees("the server's: Salt Harbour", "the server's: 80")
        await on.press("t")
        await on.sees("title is the server's again")
        await edit(on, "r", "80", erased=1)
        await on.sees("80 of 100")
        assert [one.field for one in (await edits_of(database, [1]))[1]] == ["details"], "what is the server's is no edit"


async def test_a_rating_goes_from_one_to_a_hundred_or_is_none(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await show(on, 1)
        await edit(on, "r", "101", erased=2)
        await on.sees("from 1 to 100")
        await on.press(*["backspace"] * 3, "enter")
        await on.sees("rating changed here")
        assert (await whole_scenes(on.services.database, [1]))[1].rating100 is None


async def test_tags_are_completed_and_new_ones_made_after_asking(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows(), size=(80, 45)) as on:
        await show(on, 1)
        await edit_tags(on, ", shi", complete=True)
        await on.sees("Harbours, Ships")
        await edit_tags(on, ", Lighthouses")
        await on.sees("There is no tag Lighthouses", "here alone")
        await on.press("enter")  # the safe answer
        await on.until(lambda: "There is no tag" not in on.text)
        assert (await whole_scenes(on.services.database, [1]))[1].tags == (4, 2)
        await edit_tags(on, ", Lighthouses")
        await on.sees("There is no tag")
        await on.press("m")
        await on.sees("Harbours, Ships, Lighthouses")
        assert (await whole_scenes(on.services.database, [1]))[1].tags == (4, 2, -1)


async def edit_tags(on: Stage, text: str, *, complete: bool = False) -> None:
    """Type behind the tags of the scene that is shown."""
    await on.press("e")
    await on.sees("Only here")
    await on.press("g")
    await on.sees("parted by commas")
    await on.type(text)
    if complete:
        await on.press("tab")
        await on.sees("Ships")
    await on.press("enter")


async def test_a_tag_with_a_comma_and_one_that_is_a_number_stay_themselves(tmp_path: Path) -> None:
    tags = (Tag(7, 'Ships, "old"'), Tag(2021, "2"))
    rows = [*small_rows()]
    async with shelved(tmp_path, rows, size=(80, 45)) as on:
        from synctui.model.catalog import NamedSynced

        await put(on.services.database, [NamedSynced(tags), scenes_row(scene(9, "Odd tags", tags=(7, 2021)))])
        await show(on, 9)
        await edit_tags(on, ", Sea")
        await on.sees('Ships, "old", 2, Sea')
        assert (await whole_scenes(on.services.database, [9]))[9].tags == (7, 2021, 3)


def test_names_are_parted_by_commas_but_for_those_between_quotes() -> None:
    assert names_in(' Sea,"Ships, old" , ,Sea, "a ""b"""') == ["Sea", "Ships, old", 'a "b"']
    assert names_in("") == []


async def test_what_is_not_touched_stays_whatever_it_is(tmp_path: Path) -> None:
    odd = scene(9, "Odd\x1b[31m title\u202e", details="tab\there\r\nand \x07 more")
    async with shelved(tmp_path, [*small_rows(), scenes_row(odd)], size=(80, 45)) as on:
        await show(on, 9)
        for letter in ("t", "d"):
            await edit(on, letter, "")
            await on.until(lambda: on.place.place == "scene")
        assert not await edits_of(on.services.database, [9])


async def test_what_is_too_long_for_a_line_is_left_to_the_command_line(tmp_path: Path) -> None:
    long = scene(9, "t" * 100_000, details="word " * 20_000)
    async with shelved(tmp_path, [*small_rows(), scenes_row(long)]) as on:
        await show(on, 9)
        await on.press("e", "d")
        await on.sees("too long for a line", 'synctui scene set 9 "details=…"')


async def test_there_may_be_no_such_scene(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        on.app.show(SceneScreen(77))
        await on.sees("there is no scene 77")
        await on.press("e")
        await on.sees("gone from the server")
