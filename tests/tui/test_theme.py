"""Colours: every theme can be read, and a terminal gets the one that fits it."""

from __future__ import annotations

from typing import get_args

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from synctui.tui.draw.palette import Ground, Palette, Role, contrast
from synctui.tui.theme import NAMES, OWN, choose_look, color_system, unknown_theme

COLOURED = {theme.name: theme for theme in (*OWN, *BUILTIN_THEMES.values()) if theme.name in NAMES and not theme.ansi}


@pytest.mark.parametrize("name", COLOURED)
def test_everything_can_be_read_in_every_theme_and_under_the_cursor(name: str) -> None:
    palette = Palette.of(COLOURED[name])
    least = 4.5 if name in ("dark", "light") else 2.7
    for ground in get_args(Ground):
        for role in get_args(Role):
            style = palette.style(role, ground)
            assert style.color is not None
            assert style.bgcolor is not None
            found = contrast(Color.parse(style.color.name), Color.parse(style.bgcolor.name))
            assert found >= (1 if role == "rule" else least), (role, ground, found)


def test_sixteen_colours_are_the_terminals_own_and_none_is_none() -> None:
    sixteen = choose_look("", "16", {}).palette
    assert {style.color.name for style in sixteen.styles.values() if style.color} == {"cyan", "green", "yellow", "red"}
    none = choose_look("dark", "none", {})
    assert none.mono
    assert not any(style.color or style.bgcolor for style in none.palette.styles.values())
    assert none.palette.style("text", "cursor").reverse
    assert choose_look("dark", "", {"NO_COLOR": "1"}).mono


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm-256color"}, "dark"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, "light"),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;default;7"}, "light"),
        ({"TERM": "xterm-256color", "COLORFGBG": "15;0"}, "dark"),
        ({"TERM": "xterm-256color", "COLORFGBG": "15;default"}, "dark"),
        ({"TERM": "linux"}, "terminal"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
    ],
)
def test_a_terminal_gets_the_theme_that_fits_it(environment: dict[str, str], theme: str) -> None:
    assert choose_look("", "", environment).theme.name == theme
    assert choose_look("nord", "", environment).theme.name == "nord"


def test_few_colours_are_all_that_is_sent_where_there_are_few() -> None:
    assert color_system("", {"TERM": "linux"}) == "standard"
    assert color_system("256", {"TERM": "linux"}) == "256"
    assert color_system("", {"TERM": "xterm-256color"}) == ""


def test_a_theme_that_is_not_there_is_said() -> None:
    assert unknown_theme("") == unknown_theme("light") == unknown_theme("nord") == ""
    assert unknown_theme("ligth") == "[ui] theme: there is no theme ligth; did you mean light?"
    assert "dark, light, terminal" in unknown_theme("\x1bxyz")
    assert "\x1b" not in unknown_theme("\x1bxyz")
