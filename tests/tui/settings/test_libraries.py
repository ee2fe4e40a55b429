"""Libraries are added, tested, changed and removed; the first start leads there."""

from __future__ import annotations

import asyncio
import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.widgets import Input

from synctui.config.paths import Paths
from synctui.model.library import LibraryRoot
from synctui.tui.screens.settings.screen import SettingsScreen
from synctui.tui.screens.settings.welcome import WelcomeScreen
from synctui.tui.widgets.dialogs import Prompt
from tests.hostile_names import FILE_NAMES
from tests.tui.stage import Stage, put_series, stage


def settings_file(on: Stage) -> dict[str, Any]:
    file = Paths.under(on.data).settings
    return tomllib.loads(file.read_text()) if file.exists() else {}


async def settings(on: Stage) -> None:
    await on.press(",")
    await on.until(lambda: isinstance(on.place, SettingsScreen))


def field(on: Stage) -> Input:
    """The line that is typed into."""
    return on.app.screen.query_one(Input)


def paste(on: Stage, text: str) -> None:
    """Let a text stand in the line, as if it was pasted over what was there."""
    field(on).value = text
    field(on).cursor_position = len(text)


async def answered(on: Stage, question: str, text: str) -> None:
    await on.sees(question)
    paste(on, text)
    await on.press("enter")


async def test_what_is_wrong_with_a_text_is_not_said_of_the_next(tmp_path: Path) -> None:
    async with stage(tmp_path, libraries={}) as on:
        await on.sees("keeps your media library in sync")
        await on.press("enter")
        await answered(on, "Where is it?", str(tmp_path / "nowhere"))
        await on.sees("there is no such folder")
        await on.press("x")
        await on.until(lambda: "there is no such folder" not in on.text and "enter takes it" in on.text)
        await on.press("tab")
        await on.sees("nothing begins like this")
        (tmp_path / "shows-a").mkdir()
        (tmp_path / "shows-b").mkdir()
        paste(on, str(tmp_path / "sh"))
        await on.until(lambda: "nothing begins like this" not in on.text)
        await on.press("tab")
        await on.sees("2 begin like this", "│   shows-a/", "│   shows-b/")
        await on.press("a")
        await on.until(lambda: "2 begin like this" not in on.text)


async def test_a_disk_that_does_not_answer_holds_nobody_up(tmp_path: Path) -> None:
    asked: list[str] = []
    answers = asyncio.Event()

    async def never(text: str) -> list[str]:
        asked.append(text)
        await answers.wait()
        return ["/media/series"]

    async with stage(tmp_path, libraries={}, scanned=False) as on:
        await on.sees("keeps your media library in sync")
        task = on.app.start(on.app.ask(Prompt("Where?", "/me", complete=never)))
        await on.sees("tab completes")
        await on.press("tab", "tab", "tab")
        await on.sees("looking; esc gives up")
        assert asked == ["/me"], "one question at a time, or all threads wait for one disk"
        await on.press("d")
        answers.set()
        await on.until(lambda: field(on).value == "/med" and "looking" not in on.text)
        answers.clear()
        await on.press("tab")
        await on.sees("looking; esc gives up")
        await on.press("escape")
        await on.until(task.done)
        assert task.result() is None
        answers.set()


async def test_the_first_start_leads_to_a_library_that_is_scanned(tmp_path: Path) -> None:
    put_series(tmp_path / "my media" / "Shows")
    async with stage(tmp_path, libraries={}) as on:
        await on.until(lambda: isinstance(on.place, WelcomeScreen))
        await on.sees("SyncTUI keeps your media library in sync.", "synctui --demo", "enter add a library")
        await on.press("enter")
        await on.sees("Where is it?")
        await on.press("enter")
        await on.sees("the path of a folder")
        paste(on, f"{tmp_path}/my m")
        await on.press("tab")
        await on.type("sho")
        await on.press("tab", "enter")
        await on.sees("What do you call it?", "4 videos, 4 subtitles")
        await on.press("enter")
        await on.sees("What is in Shows?", "most of its videos")
        await on.press("enter")
        await on.sees("Shows added: 4 videos, 4 subtitles")
        await on.sees("The Long Orbit")
        assert settings_file(on) == {"library": [{"name": "Shows", "path": f"{tmp_path}/my media/Shows", "kind": "series"}]}
        assert not any(isinstance(screen, WelcomeScreen) for screen in on.app.screen_stack)


async def test_escape_leaves_the_welcome_for_an_empty_library(tmp_path: Path) -> None:
    async with stage(tmp_path, libraries={}) as on:
        await on.until(lambda: isinstance(on.place, WelcomeScreen))
        await on.press("escape")
        await on.sees("There is no library yet")
        await on.press("a")
        await on.sees("Where is it?")
        await on.press("escape")
        assert settings_file(on) == {}


async def test_what_cannot_be_a_library_is_said_and_nothing_is_saved(tmp_path: Path) -> None:
    (tmp_path / "media" / "inside").mkdir(parents=True)
    put_series(tmp_path / "media")
    async with stage(tmp_path) as on:
        await settings(on)
        await on.press("a")
        for text, says in (
            (f"{tmp_path}/nothing", "there is no such folder"),
            (f"{tmp_path}/config.toml", "this is a file"),
            (f"{tmp_path}/media", "this is the folder of library Series"),
            (f"{tmp_path}/media/inside", "lies in the folder of library Series"),
            (str(tmp_path), "lies in this one"),
        ):
            await answered(on, "Where is it?", text)
            await on.until(lambda says=says: says in " ".join(on.text.replace("│", " ").split()))  # type: ignore[misc]
        await on.press("escape")
        assert settings_file(on) == {}


def names(on: Stage) -> list[str]:
    """Return the libraries that the open services have."""
    return [root.name for root in on.services.libraries]


async def test_a_library_is_tested_changed_and_removed_and_its_files_stay(tmp_path: Path) -> None:
    films = tmp_path / "films"
    (films / "Salt (2019)").mkdir(parents=True)
    (films / "Salt (2019)" / "Salt (2019).mkv").touch()
    async with stage(tmp_path) as on:
        await settings(on)
        await on.press("a")
        await answered(on, "Where is it?", str(films))
        await answered(on, "What do you call it?", "films of mine")
        await on.sees("What is in films of mine?")
        await on.press("enter")
        await on.sees("films of mine added: 1 video")
        await on.until(lambda: on.app.house.ready and names(on) == ["Series", "films of mine"])

        await settings(on)
        await on.go_to("films of mine")
        assert "settings" in on.row
        await on.press("t")
        await on.sees("films of mine: it is there, can be read and written to: 1 video, 0 subtitles")
        await on.press("enter")
        await on.sees("it was moved to another place")
        await on.press("k")
        await on.sees("What is in films of mine?")
        await on.press("a")
        await on.sees("films of mine: auto")
        films.rename(tmp_path / "moved")
        await on.press("t")
        await on.sees("there is no such folder")
        await on.press("enter")
        await on.sees("it was moved to another place")
        await on.press("p")
        await answered(on, "Where is films of mine now?", f"{tmp_path}/moved")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen) and "/moved" in on.row)
        assert settings_file(on)["library"] == [{"name": "films of mine", "path": f"{tmp_path}/moved", "kind": "auto"}]

        await on.press("x")
        await on.sees("Remove library films of mine?", "leave it")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen))
        assert "library" in settings_file(on)
        await on.press("x")
        await on.sees("Remove library films of mine?")
        await on.press("x")
        await on.sees("films of mine is no library any more")
        assert settings_file(on) == {}
        assert (tmp_path / "moved" / "Salt (2019)" / "Salt (2019).mkv").exists()


async def test_a_library_of_the_users_own_file_is_not_removed_here(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await settings(on)
        await on.go_to("Series")
        await on.press("x")
        await on.sees("Series stands in your own file, which is never changed")
        assert settings_file(on) == {}


async def test_the_library_of_the_demo_stays_as_it_is(tmp_path: Path) -> None:
    put_series(tmp_path / "films")
    demo = LibraryRoot("Demo", str(tmp_path / "films"), "series")
    async with stage(tmp_path) as on:
        on.app.launch = on.app.house.launch = replace(on.app.launch, libraries=(demo,))
        await settings(on)
        await on.sees("Demo")
        assert "Series" not in on.text
        await on.press("a")
        await on.sees("the demo has a library of its own")


async def test_folders_with_hostile_names_are_completed_and_added(tmp_path: Path) -> None:
    for name in FILE_NAMES:
        os.makedirs(os.path.join(os.fsencode(tmp_path / "odd"), name.raw))
    (tmp_path / "odd" / "zz\x1b[31m" / "in").mkdir(parents=True)
    async with stage(tmp_path) as on:
        await settings(on)
        await on.press("a")
        await on.sees("Where is it?")
        paste(on, f"{tmp_path}/odd/")
        await on.press("tab")
        await on.sees("begin like this")
        assert all(char.isprintable() or char == "\n" for char in on.text)
        paste(on, f"{tmp_path}/odd/zz")
        await on.press("tab")
        await on.until(lambda: field(on).value == f"{tmp_path}/odd/zz␛[31m/")
        await on.press("enter")
        await answered(on, "What do you call it?", "odd\x1b[2J one")
        await on.sees("What is in odd[2J one?")
        await on.press("enter")
        await on.sees("odd[2J one added")
        assert settings_file(on)["library"][0]["path"] == f"{tmp_path}/odd/zz\x1b[31m"
