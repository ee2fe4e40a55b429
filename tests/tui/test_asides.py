"""Help, palette, messages and the keys: what can be done, and what was said."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from synctui.config.paths import Paths
from synctui.text import cells
from synctui.tui.commands.finding import found
from synctui.tui.commands.table import COMMANDS
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.help import HelpScreen
from synctui.tui.screens.library.screen import LibraryScreen
from synctui.tui.screens.messages import MessagesScreen
from synctui.tui.screens.palette import PaletteScreen
from synctui.tui.screens.settings.keys import KeyPrompt, KeysScreen
from synctui.tui.screens.settings.screen import SettingsScreen
from tests.tui.stage import Stage, stage


def settings_file(on: Stage) -> dict[str, Any]:
    file = Paths.under(on.data).settings
    return tomllib.loads(file.read_text()) if file.exists() else {}


async def test_help_shows_what_this_place_can_do_and_does_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.press("?")
        await on.sees("Help", "Library", "Sync what is marked")
        for command in filter(on.app.offers, on.app.keymap.of_place("library")):
            on.rows.move_to(on.rows.source.count())
            assert any(row.command == command for row in on.place._commands.rows), command  # type: ignore[attr-defined]
        await on.press("?")
        assert isinstance(on.place, HelpScreen)
        await on.press("/", *"sett")
        await on.until(lambda: "Sync what is marked" not in on.text and "To the settings" in on.text)
        await on.press("enter")
        assert not isinstance(on.app.focused, Input)
        await on.go_to("To the settings")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen))
        await on.press("?", "/", *"zzz")
        await on.until(lambda: on.rows.source.count() == 0)
        await on.press("escape")
        await on.sees("Change a value.")
        await on.press("escape")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen))


async def test_the_palette_finds_a_command_by_a_few_letters_and_does_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.press(":")
        await on.until(lambda: isinstance(on.app.screen, PaletteScreen))
        await on.sees("Commands", "sync", "enter")
        await on.press(*"set")
        await on.until(lambda: "settings" in on.text and "Leave these alone" not in on.text)
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen))
        await on.press("ctrl+p")
        await on.until(lambda: isinstance(on.app.screen, PaletteScreen))
        await on.press("down", "up", *"zzzz", "enter")
        assert isinstance(on.app.screen, PaletteScreen)
        await on.sees("no command and no setting is called so")
        await on.press("escape")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen))


async def test_the_palette_finds_settings_as_well(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.press("J", ":")
        await on.until(lambda: isinstance(on.app.screen, PaletteScreen))
        assert "Setting:" not in on.text
        await on.type("largest")
        await on.sees("largest shift", "Setting:")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen) and "largest shift" in on.row)
        await on.press(":")
        await on.until(lambda: isinstance(on.app.screen, PaletteScreen))
        await on.type("colours")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen) and "colours" in on.row)


@pytest.mark.parametrize(
    ("text", "first"),
    [("sync", "sync"), ("set", "settings"), ("alone", "ignore"), ("nxwr", "next_off"), ("osc 52", "copy"), ("undo", "undo")],
)
def test_what_was_meant_comes_first(text: str, first: str) -> None:
    known = [one for one in COMMANDS if one.place in ("library", "")]
    assert found(known, text)[0].id == first
    assert found(known, "") == known
    assert found(known, "qqqq") == []


async def test_everything_that_was_said_can_be_read_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.press("M")
        await on.until(lambda: isinstance(on.app.screen, MessagesScreen))
        on.app.messages.all.clear()
        on.app.say("one")
        long = "a \x1b[31mlong\x1b[0m message about /media/" + "日本語" * 20 + " that ends here"
        on.app.say(long, "error", hint="what to do about it")
        on.app.say("three")
        await on.sees("3 messages, the newest first", "three", "that ends here", "what to do about it")
        lines = on.lines()
        assert next(n for n, line in enumerate(lines) if "three" in line) < next(
            n for n, line in enumerate(lines) if "one" in line
        )
        assert "␛[31mlong" in on.text
        assert all(cells(line) <= 80 for line in lines)
        await on.press("escape")
        await on.until(lambda: isinstance(on.app.screen, LibraryScreen))
        await on.press("j")
        assert "three" not in on.text


async def test_a_command_gets_another_key_which_holds_at_once_and_is_put_back(tmp_path: Path) -> None:
    async with stage(tmp_path, config='[ui.keys]\n"library.rescan" = "f5"\n') as on:
        await on.press(",")
        await on.until(lambda: isinstance(on.app.screen, SettingsScreen))
        on.rows.move_to(on.rows.source.find("ui.keys") or 0)
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, KeysScreen))
        await on.sees("1 with other keys")
        await on.press("/", *"previews", "enter")
        await on.until(lambda: on.rows.source.count() == 0)
        await on.press("escape", "/", *"row preview", "enter")
        await on.go_to("Sync what is marked")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, KeyPrompt))
        await on.sees("Press the new key for “sync”", "Now it is s.")
        await on.press("u")
        await on.sees("u: this is “unmark all” here; press another")
        await on.press("ctrl+j")
        await on.sees("press another")
        await on.press("f8")
        await on.until(lambda: isinstance(on.app.screen, KeysScreen))
        await on.sees("was s.", "2 with other keys")
        assert settings_file(on) == {"ui": {"keys": {"library.rescan": "f5", "library.sync": "f8"}}}
        command = on.app.keymap.command("library", "f8")
        assert command is not None
        assert command.id == "sync"
        await on.press("b")
        await on.until(lambda: "was s." not in on.text)
        assert settings_file(on) == {}
        await on.press("enter")
        await on.sees("backspace takes all its keys away")
        await on.press("backspace")
        await on.sees("no key")
        assert on.app.keymap.command("library", "s") is None
        await on.press("B")
        await on.sees("the keys are as your file or the default says")
        found = on.app.keymap.command("library", "s")
        assert found is not None
        assert settings_file(on) == {}


async def test_keys_and_a_theme_that_cannot_be_followed_are_said_at_the_start(tmp_path: Path) -> None:
    config = '[ui]\ntheme = "drak"\n[ui.keys]\nsnyc = "x"\n'
    async with stage(tmp_path, config=config) as on:
        said = [one.text for one in on.app.messages.all]
        assert "[ui] theme: there is no theme drak; did you mean dark?" in said
        assert "[ui.keys]: there is no command snyc; did you mean sync?" in said


def test_text_is_wrapped_by_columns() -> None:
    for text in ("", "one two three", "x" * 90, "日本語" * 30, "a\x1b\nb " * 9, "👩\u200d👩\u200d👧 " * 20):
        for width in (6, 13, 40):
            assert all(cells(line) <= width for line in wrapped(text, width)), (text, width)
    assert wrapped("one two three", 8) == ["one two", "three"]
