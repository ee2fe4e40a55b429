"""Keys that come in one burst, as over a slow line or pasted: each means what it would have meant a moment later."""

from __future__ import annotations

import shutil
from pathlib import Path

from textual.events import Key

from synctui.store.ignored import ignored_among
from synctui.tui.screens.library.screen import LibraryScreen
from synctui.tui.screens.preview.screen import PreviewScreen
from tests.tui.library.shelf import put_files, put_shows
from tests.tui.stage import Stage, stage

NAMED = {"/": "slash", " ": "space", "\r": "enter", "\x1b": "escape"}


def burst(s: Stage, keys: str) -> None:
    """Let keys arrive at once."""
    for char in keys:
        s.app.post_message(Key(NAMED.get(char, char), char if char.isprintable() else None))


def library(s: Stage) -> LibraryScreen:
    """The screen at the bottom."""
    screen = s.app.screen_stack[0]
    assert isinstance(screen, LibraryScreen)
    return screen


async def test_what_is_typed_behind_the_filter_is_filtered_for_and_then_acted_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        burst(s, "/salt\ri")
        await s.sees("/ salt   1 video   1 subtitle   1 ignored", "1 subtitle left alone")
        salt = [str(path) for path in s.library.rglob("*Salt*.srt")]
        everything = [str(path) for path in s.library.rglob("*.srt")]
        assert await ignored_among(s.services.database, everything) == set(salt)
        burst(s, "\x1b/quiet\r*")
        await s.sees("/ quiet   1 video", "1 marked")
        await s.press("u", "escape", "slash")
        await s.sees("is:off is:refused")


async def test_the_palette_takes_what_is_typed_behind_its_key(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        burst(s, ":messages\r")
        await s.sees("Messages")


async def test_a_second_enter_answers_nothing_more(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.press("s")
        await s.sees("4 to align")
        burst(s, ":details\r\r")
        await s.sees("what would be done")
        await s.press("escape")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.sees("4 to align")


async def test_marks_change_one_after_the_other(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        await s.go_to("The Long Orbit")
        await s.press("enter", "space", "k")
        await s.sees("1 marked")
        # Both seasons are taken out of what is marked as a whole: nothing is left of it.
        burst(s, "j  ")
        await s.until(lambda: "marked" not in s.text)
        burst(s, "gVGV")
        await s.sees("5 marked")


async def test_a_mark_goes_with_its_row_and_never_to_another(tmp_path: Path) -> None:
    media = tmp_path / "media"
    put_shows(media)
    put_files(media / "Zoo" / "Season 01", "Zoo S01E01 One.mkv", "Zoo S01E01 One.en.srt")
    async with stage(tmp_path, libraries={"Series": media}) as s:
        await s.go_to("Zoo")
        await s.press("space")
        await s.go_to("Winter Harbour")
        await s.press("space")
        await s.sees("2 marked")
        shutil.rmtree(media / "Zoo")
        await s.press("R")
        await s.sees("1 marked ")
        # At the bottom it gives way to what is said next; among the messages it stays.
        await s.until(lambda: any("1 marked row gone from the library" in said.text for said in s.app.messages.all))
        put_files(media / "Aurora Lane" / "Season 01", "Aurora Lane S01E01 One.mkv", "Aurora Lane S01E01 One.en.srt")
        await s.press("R")
        await s.sees("Aurora Lane")
        await s.go_to("Aurora Lane")
        assert "1 marked" in s.text
        assert not library(s).listing.marked(s.rows.cursor)


async def test_open_rows_stay_below_their_own_show_when_another_comes(tmp_path: Path) -> None:
    media = tmp_path / "media"
    put_shows(media)
    async with stage(tmp_path, libraries={"Series": media}) as s:
        await s.go_to("Winter Harbour")
        await s.press("l")
        await s.sees("Season 01")
        put_files(media / "Aurora Lane" / "Season 01", "Aurora Lane S01E01 One.mkv", "Aurora Lane S01E01 One.en.srt")
        await s.press("g", "s")  # planning looks at the disks as well
        await s.sees("to align")
        await s.press("escape")
        await s.sees("Aurora Lane", "▾ Winter Harbour")
        lines = s.lines()
        above = next(line for line in lines if "Winter Harbour" in line)
        assert "Season 01" in lines[lines.index(above) + 1]


async def test_a_list_is_drawn_anew_when_its_window_grows(tmp_path: Path) -> None:
    put_files(tmp_path / "media", *(f"Film {number:02d} (2001).mkv" for number in range(12)))
    async with stage(tmp_path, libraries={"Films": tmp_path / "media"}, size=(40, 8)) as s:
        await s.press("G", "k")
        await s.sees("Film 11")
        await s.pilot.resize_terminal(80, 24)
        await s.sees("Film 00", "Film 11")


async def test_what_was_changed_since_can_be_brought_back_all_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        path = next(s.library.rglob("*S01E02*.srt"))
        original = path.read_bytes()
        await s.press("s")
        await s.sees("4 to align")
        await s.press("enter", "L")
        await s.sees("4 subtitles   all in sync", seconds=30)
        path.write_text("damaged")
        await s.press("slash")
        await s.type("quiet")
        await s.press("enter", "r")
        await s.sees("changed since: left as is", "c all the same")
        await s.press("c")
        await s.sees("also what somebody has changed since")
        await s.until(lambda: "enter run 1" in s.text)
        await s.press("enter")
        await s.until(lambda: path.read_bytes() == original, 30)
