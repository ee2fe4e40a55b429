"""The settings: what holds, where it comes from, changing it, putting it back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from synctui.config.paths import Paths
from synctui.tui.screens.settings.screen import SettingsScreen
from tests.tui.stage import Stage, stage


def settings_file(on: Stage) -> dict[str, Any]:
    """What was written down."""
    file = Paths.under(on.data).settings
    return tomllib.loads(file.read_text()) if file.exists() else {}


async def settings(on: Stage) -> None:
    await on.press(",")
    await on.until(lambda: isinstance(on.place, SettingsScreen) and on.place._engines is not None)


async def at(on: Stage, id: str) -> None:
    """Put the cursor on a row."""
    place = on.rows.source.find(id)
    assert place is not None, on.text
    on.rows.move_to(place)
    await on.pilot.pause()


async def answer(on: Stage, text: str) -> None:
    """Let a text stand in the line that is typed into, and take it."""
    on.app.screen.query_one(Input).value = text
    await on.press("enter")


async def test_values_are_changed_by_words_numbers_and_lists_and_put_back(tmp_path: Path) -> None:
    config = "[subtitles]\nmax_offset = 90\n[ui]\nrefresh_hz = 2\n"
    async with stage(tmp_path, config=config) as on:
        own = (tmp_path / "config.toml").read_bytes()
        await settings(on)
        await on.sees("Libraries", "Series", "config.toml line 3", "nothing changed here")
        await at(on, "subtitles.max_offset")
        assert "90 s" in on.row
        assert "config.toml line 6" in on.row
        await on.sees("From 1 to 7200", "SYNCTUI_SUBTITLES__MAX_OFFSET")

        await on.press("enter")
        await on.sees("enter takes it")
        await answer(on, "zero")
        await on.sees("wants a number, not text")
        await answer(on, "0")
        await on.sees("wants a number from 1 to 7200")
        assert settings_file(on) == {}
        await answer(on, "300")
        await on.sees("largest shift: 300 s", "1 change made here")
        assert settings_file(on) == {"subtitles": {"max_offset": 300.0}}
        await on.until(lambda: on.app.house.ready and on.services.loaded.config.subtitles.max_offset == 300)
        await on.sees("Put back: 90 s, as config.toml line 6 says.")

        await on.press("b")
        await on.sees("largest shift is as config.toml line 6 says")
        assert "90 s" in on.row
        assert settings_file(on) == {}
        await on.press("b")
        await on.sees("largest shift was not changed here")

        await at(on, "subtitles.languages")
        await on.press("enter")
        await on.sees("parted by commas")
        await answer(on, "en, zz1")
        await on.sees("is no language code")
        await answer(on, "en, de")
        await on.sees("languages: en, de")
        assert settings_file(on) == {"subtitles": {"languages": ["en", "de"]}}
        await on.press("enter")
        await on.sees("parted by commas")
        await on.press("escape")
        assert settings_file(on) == {"subtitles": {"languages": ["en", "de"]}}

        await at(on, "ui.mouse")
        await on.press("enter")
        await on.sees("mouse: off")
        assert settings_file(on)["ui"] == {"mouse": False}
        await at(on, "ui.refresh_hz")
        await on.press("enter")
        await on.sees("enter takes it")
        await answer(on, "0.5")
        await on.sees("0.5 times a second")
        assert on.app.pulse.hertz == 0.5
        assert (tmp_path / "config.toml").read_bytes() == own


async def test_colours_are_worn_while_choosing_and_given_back_by_escape(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await settings(on)
        await at(on, "ui.theme")
        dark = on.app.palette
        await on.press("enter")
        await on.sees("by the terminal", "catppuccin")
        await on.press("j", "j")
        await on.until(lambda: on.app.look.theme.name == "light")
        assert on.app.theme == "light"
        await on.press("escape")
        await on.until(lambda: on.app.palette == dark)
        assert settings_file(on) == {}
        await on.press("enter")
        await on.sees("catppuccin")
        await on.press("j", "j", "enter")
        await on.sees("colours: light")
        assert on.app.look.theme.name == "light"
        assert settings_file(on) == {"ui": {"theme": "light"}}
        await on.press("b")
        await on.until(lambda: on.app.palette == dark)


async def test_what_the_environment_says_wins_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(tmp_path, mouse=False) as on:
        monkeypatch.setenv("SYNCTUI_SUBTITLES__ENGINE", "builtin")
        await on.app.house.read_again()
        on.app.launch = on.app.house.launch
        await settings(on)
        await at(on, "subtitles.engine")
        assert "environment" in on.row
        await on.sees("SYNCTUI_SUBTITLES__ENGINE in the environment wins over what is set here.")
        await on.press("enter")
        await on.sees("the built-in one", "SYNCTUI_SUBTITLES__ENGINE in the environment wins")
        await on.press("a")
        await on.sees("saved, but SYNCTUI_SUBTITLES__ENGINE wins over it")
        assert settings_file(on) == {"subtitles": {"engine": "auto"}}
        assert "builtin" in on.row
        await at(on, "ui.mouse")
        assert "option --no-mouse" in on.row
        await at(on, "subtitles.jobs")
        assert "option --jobs" in on.row


async def test_engines_and_places_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    async with stage(tmp_path) as on:
        await settings(on)
        await at(on, "engine builtin")
        await on.press("j")
        assert "alass" in on.row
        assert "not installed" in on.row
        await on.sees("cargo install alass-cli")
        await on.press("t")
        await on.sees("alass: not installed; install it with: cargo install alass-cli")
        await on.press("G")
        await on.sees("configuration", "data/settings.toml", "data/synctui.db", "data/logs", "it can be deleted at any time")
        await at(on, "subtitles.engine")
        await on.press("enter")
        await on.sees("the built-in one")
        await on.press("l")
        await on.until(lambda: on.text.count("not installed") > 2 or "cargo install alass-cli" in on.text)
        await on.press("escape")
        assert settings_file(on) == {}


async def test_the_wide_screen_says_it_at_the_side_and_other_kinds_are_not_there_yet(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(120, 30)) as on:
        await settings(on)
        await at(on, "subtitles.max_offset")
        await on.until(lambda: any("│" in line and "Seconds; a result" in line for line in on.lines()))
        assert "YouTube" not in on.text
        assert "Stash" in on.text
        await on.pilot.resize_terminal(80, 24)
        await on.until(lambda: not any("│" in line for line in on.lines()))
        await on.pilot.resize_terminal(40, 10)
        await on.until(lambda: len(on.lines()) == 10)
        assert "Settings" in on.text


async def test_a_file_that_was_damaged_meanwhile_is_said_and_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await settings(on)
        (tmp_path / "config.toml").write_text("[subtitles\n")
        await at(on, "ui.mouse")
        await on.press("enter")
        await on.sees("M shows all of it")
        await on.press("M")
        await on.sees("not TOML", "1 message, the newest first")
        await on.press("escape")
        assert settings_file(on) == {}
        assert on.app.launch.loaded.config.ui.mouse is True
        assert on.app.house.ready


async def test_a_change_holds_when_the_job_that_runs_is_done_and_disturbs_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        from synctui.model.plan import Request

        draft = await on.services.engine.plan(Request("subtitles", (str(on.library),)))
        before = on.services
        await before.engine.submit(draft)
        on.app.pulse.poke()
        await on.until(lambda: on.app.board.running_here)
        await settings(on)
        await at(on, "subtitles.max_offset")
        await on.press("enter")
        await on.sees("enter takes it")
        await answer(on, "99")
        await on.sees("99 s", "1 change made here")
        await on.until(lambda: on.app.house.ready and on.services is not before, seconds=40)
        assert on.services.loaded.config.subtitles.max_offset == 99
        await on.until(lambda: [job.state.value for job in on.app.board.jobs] == ["completed"])
        assert not [said.text for said in on.app.messages.all if said.role == "error"]
