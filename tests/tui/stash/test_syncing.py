"""Syncing from the screens: the preview, what would change, the brake, jobs, and past syncs."""

from __future__ import annotations

from pathlib import Path

from synctui.store import catalog_state as state
from synctui.store.catalog_edits import set_edit
from tests.tui.stash.scene import Stashed, small_library, stashed


async def preview(c: Stashed) -> None:
    """Look at what a sync would do."""
    await c.on.press("s")
    await c.on.until(lambda: c.on.place.place == "preview")
    await c.on.until(lambda: "esc" in c.on.lines()[-1] and "looking" not in c.on.lines()[1])


async def test_the_first_sync_brings_all_of_it(tmp_path: Path) -> None:
    async with stashed(tmp_path) as c:
        on = await c.go()
        await preview(c)
        await on.sees("3 lists to compare, all scenes to fetch", "the server is only read", "3 there: list ids, fetch all")
        assert "esc back, nothing is fetched" in on.lines()[-1]
        await on.press("enter")
        await on.sees("9 compared, 9 new", "3 scenes", "2 performers", "synced", "▸ Orbit Pictures", seconds=30)
        await on.press("J")
        await on.sees("✓ stash", "everything", "9 compared, 9 new")
        await on.press("enter")
        await on.sees("fetch scenes 1 to 3", "3 compared, 3 new", "note how it stands")
        await on.press("o")
        await on.sees("comparing tags, studios and performers: 3 operations", "listing scenes", "completed: 9 compared")
        await on.press("o", "G", "enter")
        await on.sees("fetch scenes 1 to 3", "compared    3", "new         3")
        assert "backup" not in on.text and "undo" not in on.text


async def test_nothing_to_do_says_when_it_was_looked_at(tmp_path: Path) -> None:
    async with stashed(tmp_path) as c:
        on = await c.go()
        await c.sync()
        await preview(c)
        await on.sees("nothing has changed on the server", "Looked at", "everything was compared", "another mode")
        await on.press("m")
        await on.sees("How much is compared", "smart")
        await on.press("f")
        await on.sees("mode  full", "all scenes to fetch")
        await on.press("enter")
        await on.sees("3 compared, all as they were", seconds=30)


async def test_what_would_change_is_asked_when_somebody_wants_to_know(tmp_path: Path) -> None:
    async with stashed(tmp_path, more='conflict = "manual"') as c:
        on = await c.go()
        await c.sync()
        await set_edit(on.services.database, 1, {"title": "Mine"})
        c.library.update_scene(1, title="Theirs", rating100=40)
        c.library.update_scene(2, details="Something else.")
        await preview(c)
        await on.sees("1 batch to fetch", "2 changed", "1 more left as they are")
        await on.press("d")
        await on.sees("2 changed", "Mine → Theirs", "nothing → 40", "About Ghost Signal", "! changed here as well")
        await on.press("escape")
        await c.server.stop()
        await on.press("d")
        await on.sees("nobody answers")
        await on.press("escape", "escape")
        await on.until(lambda: on.place.place == "catalogue")
        await on.sees("▸ Orbit Pictures", "1 edit of yours")
        assert len(await state.history(on.services.database)) == 1


async def test_what_is_taken_out_is_not_noted_as_done(tmp_path: Path) -> None:
    async with stashed(tmp_path) as c:
        on = await c.go()
        await c.sync()
        c.library.update_scene(1, title="Theirs")
        c.library.destroy_scene(3)
        await preview(c)
        await on.go_to("mark gone")
        await on.press("space")
        await on.sees("[ ] mark gone", "[ ] note", "2 taken out", "run 1")
        await on.go_to("note")
        await on.press("space")
        await on.sees("noted when nothing is taken out")
        await on.go_to("mark gone")
        await on.press("space")
        await on.sees("[x] mark gone", "[x] note", "run 3")
        await on.press("k", "space")
        await on.sees("[ ] mark gone", "[ ] note")
        await on.press("enter")
        await on.until(lambda: any("1 compared, 1 changed" in said.text for said in on.app.messages.all), 30)
        await preview(c)
        await on.sees("mark gone", "1 scene")


async def test_much_that_vanished_at_once_is_asked_about(tmp_path: Path) -> None:
    library = small_library()
    for number in range(10):
        library.scan_found(f"/data/more/{number}.mkv")
    async with stashed(tmp_path, library) as c:
        on = await c.go()
        await c.sync()
        library.destroy_scenes(range(1, 11))
        await preview(c)
        await on.sees("stopped:", "10 of 13 scenes vanished", "enter asks")
        await on.press("enter")
        await on.sees("Is this meant?", "look at the server first")
        await on.press("g")
        await on.sees("as if what is missing were gone for good")
        await on.press("enter")
        await on.sees("3 scenes", "10 gone", seconds=30)


async def test_one_scene_is_asked_for_by_itself(tmp_path: Path) -> None:
    async with stashed(tmp_path) as c:
        on = await c.go()
        await c.sync()
        c.library.update_scene(3, title="Paper South")
        c.library.update_scene(2, title="Left for later")
        await on.press("4")
        await on.sees("Paper North")
        await on.go_to("Paper North")
        await on.press("p")
        await on.sees("1 asked for")
        assert "mode" not in on.lines()[-1]
        await on.press("enter")
        await on.sees("Paper South", "Ghost Signal", seconds=30)
        await on.press("J")
        await on.sees("stash", "scene 3", "1 compared, 1 changed")


async def test_past_syncs_stand_with_their_numbers_and_errors(tmp_path: Path) -> None:
    async with stashed(tmp_path) as c:
        on = await c.go()
        await on.press("H")
        await on.sees("no sync yet", "never synced", "never tried")
        await on.press("escape")
        await c.sync()
        c.library.update_scene(1, title="Theirs")
        await c.sync()
        await on.press("H")
        await on.sees("2 syncs", "incremental", "full", "all compared")
        rows = [line for line in on.lines() if "✓" in line]
        assert [line.split()[-5:] for line in rows] == [["1", "-", "1", "-", "-"], ["9", "9", "-", "-", "-"]]
        await on.press("enter")
        await on.sees("fetch scene 1")
