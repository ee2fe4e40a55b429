"""Conflicts: what was changed here and on the server, decided one by one or together."""

from __future__ import annotations

from pathlib import Path

from synctui.model.catalog import Edit, Scene
from synctui.store.catalog_edits import edits_of, set_edit
from synctui.store.catalog_marks import whole_scenes
from tests.tui.stage import Stage
from tests.tui.stash.scene import put, scene, scenes_row, shelved, small_rows


async def with_conflicts(on: Stage) -> None:
    """Let two fields of one scene and the tags of another be changed here and there."""
    database = on.services.database
    before = "The first line.\nThe second line.\nThe third line."
    await put(database, [scenes_row(scene(1, "Salt Harbour", details=before, studio=1))])
    await set_edit(database, 1, {"title": "Salt Haven", "details": before.replace("second", "middle")})
    await set_edit(database, 2, {"tags": [1, 3]})
    theirs = scene(1, "Salt Port", details=before + "\nThe fourth line.", studio=1)
    await put(database, [scenes_row(scene(2, "Ghost Signal", studio=2, tags=(1, 2, 4)))], job=1)
    await put(database, [scenes_row(theirs)], job=1)


async def scene_of(on: Stage, number: int) -> Scene:
    """Return a scene as it counts here."""
    return (await whole_scenes(on.services.database, [number]))[number]


async def go(on: Stage, size: int = 3) -> None:
    """Go to the conflicts."""
    await with_conflicts(on)
    on.place.take_over()
    await on.sees(f"{size} conflicts")
    await on.press("c")
    await on.sees(f"{size} conflicts to decide", "waits for you")


async def test_each_shows_what_it_was_yours_and_the_servers(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await go(on)
        await on.sees("was       Salt Harbour", "yours     Salt Haven", "server's  Salt Port")
        await on.press("j")
        await on.sees("yours", "− The second line.", "+ The middle line.", "+ The fourth line.")
        assert on.text.count("The first line.") == 1, "what is far from any change is left out"
        await on.press("j")
        await on.sees("was       Space, Ships", "− Ships, + Sea", "+ Harbours")


async def test_the_servers_or_yours_counts_from_then_on(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await go(on)
        await on.press("r")
        await on.sees("the server's counts", "2 conflicts to decide")
        assert (await scene_of(on, 1)).title == "Salt Port"
        await on.press("G", "l")
        await on.sees("yours counts", "1 conflict to decide")
        assert (await scene_of(on, 2)).tags == (1, 3)
        edits = await edits_of(on.services.database, [1, 2])
        assert [one.field for one in edits[1]] == ["details"]
        assert edits[2] == [Edit(2, "tags", [1, 3], [1, 2, 4], edits[2][0].at)], "against what the server has now"


async def test_all_of_a_scene_are_decided_at_once_and_a_decision_is_taken_back(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await go(on)
        await on.press("a")
        await on.sees("Whose values count?", "yours, this scene", "2 of", "all 3 that wait")
        await on.press("r")
        await on.sees("2 conflicts decided: the server's counts", "1 conflict to decide")
        assert (await scene_of(on, 1)).title == "Salt Port"
        await on.press("x")
        await on.sees("2 decided", "the server's")
        await on.go_to("title")
        await on.sees("title: the server's, by you")
        await on.press("l")
        await on.sees("yours counts")
        assert (await scene_of(on, 1)).title == "Salt Haven"
        await on.press("x")
        await on.until(lambda: "decided" not in on.lines()[1])


async def test_where_nothing_waits_it_says_how_conflicts_are_decided(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as on:
        await on.press("c")
        await on.sees("Nothing waits to be decided", "stash.conflict in the settings")


async def test_those_of_one_scene_stand_alone_and_lead_to_it(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows(), size=(140, 45)) as on:
        await go(on)
        await on.press("enter")
        await on.sees("2 conflicts: title, details changed here and on the server; c decides")
        await on.press("c")
        await on.sees("2 conflicts to decide", "│ was       Salt Harbour")
        await on.press("escape", "escape", "escape")
        await on.until(lambda: on.place.place == "catalogue")


async def test_a_long_text_costs_no_more_than_the_screen_has_room_for(tmp_path: Path) -> None:
    long = "\n".join(f"line {number} of many" for number in range(5000))
    async with shelved(tmp_path, small_rows()) as on:
        database = on.services.database
        await set_edit(database, 1, {"details": long})
        await put(database, [scenes_row(scene(1, "Salt Harbour", details=long.replace("7", "8")))], job=1)
        on.place.take_over()
        await on.press("c")
        await on.sees("line 0 of many", "enter shows the scene, with all of it")
