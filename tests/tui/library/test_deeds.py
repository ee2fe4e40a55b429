"""What is done with rows: undo, ignore, choosing a video, copying paths; and looking at the disks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from textual.widgets import Input

from synctui.tui.screens.library.clipboard import pasted
from tests.hostile_names import FILE_NAMES
from tests.tui.library.shelf import put_files, put_shows
from tests.tui.stage import put_series, stage


async def test_sync_undo_and_restore_from_the_tree(tmp_path: Path) -> None:
    library = tmp_path / "media"
    library.mkdir()
    subtitles = put_series(library)
    before = [path.read_bytes() for path in subtitles]
    async with stage(tmp_path) as s:
        asked: list[tuple[int, list[str]]] = []
        undo = s.app.preview_undo
        s.app.preview_undo = lambda job, keys, title: (asked.append((job, list(keys or ()))), undo(job, keys, title))  # type: ignore[method-assign,assignment,func-returns-value]
        await s.press("Z")
        await s.sees("nothing was done to these that can be taken back")
        await s.press("s")
        await s.sees("4 to align")
        await s.press("enter", "L")
        await s.sees("4 subtitles   all in sync", seconds=30)
        assert [path.read_bytes() for path in subtitles] != before
        await s.go_to("The Long Orbit")
        await s.press("enter", "j", "enter", "j", "j", "Z")
        await s.until(lambda: asked)
        assert len(asked[0][1]) == 1
        await s.sees("Undo: S01E02")
        await s.until(lambda: "enter run 1" in s.text)
        await s.press("enter", "L")
        await s.until(lambda: subtitles[1].read_bytes() == before[1], seconds=30)
        assert subtitles[2].read_bytes() != before[2]
        # What is left is taken back for the whole library.
        await s.go_to("Series")
        await s.press("Z")
        await s.until(lambda: len(asked) == 2)
        assert len(asked[1][1]) == 2


async def test_ignoring_and_taking_up_again(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        await s.go_to("The Long Orbit")
        await s.press("i")
        await s.sees("8 subtitles left alone from now on", "8 ignored", "all ignored")
        await s.press("i")
        await s.sees("8 subtitles not ignored any more", "12 subtitles   11 to check")


async def test_the_video_of_a_subtitle_is_chosen_and_forgotten(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_shows(library)
    other = put_files(tmp_path / "elsewhere", "Another Cut.mkv")[0]
    async with stage(tmp_path, libraries={"Series": library}) as s:
        await s.press("v")
        await s.sees("choose a subtitle first")
        await s.press("slash")
        await s.type("lost")
        await s.press("enter")
        await s.go_to("Lost")
        assert "no video" in s.row
        await s.press("v")
        await s.sees("Which video is it for?", "Winter Harbour S01E01 Ice.mkv", "by its name again")
        await s.press("1")
        await s.sees("it is for Winter Harbour S01E01 Ice.mkv")
        await s.press("escape")
        await s.until(lambda: "Lost" not in s.text)
        await s.go_to("Winter Harbour")
        await s.until(lambda: "4 subs" in s.row)
        for name in ("Winter Harbour", "Season 01"):
            await s.go_to(name)
            if "▸" in s.row:
                await s.press("enter")
        await s.go_to("S01E01")
        await s.press("enter")
        await s.sees("Lost.srt")
        await s.go_to("Lost.srt")
        await s.press("v", "p")
        await s.sees("The video's path")
        s.app.screen.query_one(Input).value = str(other.parent) + "/An"
        await s.press("end", "o", "tab")
        await s.sees("Another Cut.mkv")
        await s.press("enter")
        await s.sees("it is for Another Cut.mkv")
        row = await s.services.database.row("SELECT video FROM choices")
        assert row is not None
        assert row[0] == os.fsencode(other)


async def test_what_changed_while_a_filter_was_shown_stands_in_the_tree_afterwards(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_files(library / "Salt (2019)", "Salt (2019).mkv")
    put_files(library / "Pepper", "Pepper.srt")
    put_files(library / "Sugar", "Sugar.mkv", "Sugar.en.srt")
    async with stage(tmp_path, libraries={"Films": library}) as s:
        await s.sees("2 subtitles   1 to check   1 can't be checked", "Pepper.srt")
        await s.press("slash")
        await s.type("pepper")
        await s.press("enter")
        await s.sees("/ pepper   1 subtitle   1 can't be checked")
        await s.press("v", "p")
        await s.sees("The video's path")
        s.app.screen.query_one(Input).value = str(library / "Salt (2019)" / "Salt (2019).mkv")
        await s.press("enter")
        await s.sees("nothing found")
        await s.press("escape")
        await s.until(lambda: "Pepper.srt" not in s.text and "2 subs" in s.row and "2 to check" in s.row)
        await s.sees("2 subtitles   2 to check")
        # What is done to what a filter shows changes the groups that it is in as well.
        await s.press("slash")
        await s.type("sugar")
        await s.press("enter")
        await s.press("i")
        await s.sees("/ sugar   1 video   1 subtitle   1 ignored")
        await s.press("escape")
        await s.sees("2 subtitles   1 to check   1 ignored")
        await s.go_to("Films")
        await s.until(lambda: "1 to check" in s.row)


async def test_paths_are_copied_and_shown(tmp_path: Path) -> None:
    library = tmp_path / "media"
    hostile = os.fsdecode(b"a\xff\nb")
    put_files(library, f"{hostile}.mkv", "Salt (2019).mkv", "Salt (2019).en.srt")
    async with stage(tmp_path, libraries={"Films": library}) as s:
        await s.go_to("Salt")
        await s.press("y")
        await s.sees("the path went to your terminal's clipboard")
        assert s.app.clipboard == str(library / "Salt (2019).mkv")
        await s.press("V", "k", "y")
        await s.sees("2 paths went to your terminal's clipboard")
        assert "\n$'" in "\n" + s.app.clipboard
        assert "\\xff\\nb.mkv'" in s.app.clipboard
        await s.press("u", "Y")
        await s.sees("what cannot be shown stands below as a shell writes it")
        assert "\\xff\\nb.mkv'" in s.text.replace("\n", "").replace(" ", "")
        await s.press("escape", "g", "y")
        assert s.app.clipboard == str(library)


@pytest.mark.parametrize("name", FILE_NAMES, ids=lambda one: one.id)
def test_a_shell_gets_back_what_was_copied(name: object) -> None:
    import subprocess

    path = "/media/" + name.name  # type: ignore[attr-defined]
    text = pasted(path)
    if text != path:
        told = subprocess.run(["bash", "-c", f"printf %s {text}"], capture_output=True, check=True)
        assert told.stdout == os.fsencode(path)


async def test_a_disk_that_is_away_is_said_and_nothing_is_removed(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_shows(library)
    async with stage(tmp_path, libraries={"Series": library}) as s:
        await s.sees("12 subtitles")
        moved = tmp_path / "away"
        library.rename(moved)
        library.mkdir()
        await s.press("R")
        await s.sees("Series:", "not all disks are there")
        assert "12 subtitles" in s.text
        await s.press("R")
        await s.sees("Much of the library is missing")
        await s.press("enter")
        await s.sees("not all disks are there", "12 subtitles")
        shutil.rmtree(library)
        moved.rename(library)
        # Looked at again before anything is asked: it is back.
        await s.press("R")
        await s.until(lambda: "not all disks" not in s.text)
        await s.sees("12 subtitles")
        for path in library.rglob("*.en.srt"):
            path.unlink()
        shutil.rmtree(library / "The Long Orbit")
        await s.press("R")
        await s.sees("not all disks are there")
        await s.press("R")
        await s.sees("Much of the library is missing")
        await s.press("b")
        await s.sees("3 subtitles")


async def test_without_a_library_the_screen_says_how_to_get_one(tmp_path: Path) -> None:
    async with stage(tmp_path, libraries={}) as s:
        await s.sees("not now")
        await s.press("escape")
        await s.sees("There is no library yet.", "adds one by its path", "synctui --demo", "a add a library")
    empty = tmp_path / "empty"
    empty.mkdir()
    async with stage(tmp_path, libraries={"Series": empty}, scanned=False) as s:
        await s.sees("Series", "no subtitles")
