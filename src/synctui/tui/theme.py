"""Colours: themes of our own, and which one a terminal gets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from textual.theme import BUILTIN_THEMES, Theme

from synctui.config.values import suggest
from synctui.text import display
from synctui.tui.draw.palette import Palette

DARK = Theme(
    name="dark",
    primary="#6cb6ff",
    secondary="#6cb6ff",
    accent="#6cb6ff",
    success="#7fbf8f",
    warning="#e3b341",
    error="#f47067",
    foreground="#d6dde6",
    background="#12171d",
    surface="#12171d",
    panel="#1b232c",
    boost="#1b232c",
    dark=True,
)
LIGHT = Theme(
    name="light",
    primary="#0b61c4",
    secondary="#0b61c4",
    accent="#0b61c4",
    success="#1d7a3e",
    warning="#8f5b00",
    error="#b4232c",
    foreground="#1f262e",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#eeefec",
    boost="#eeefec",
    dark=False,
)
TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_default",
        "input-selection-foreground": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
    },
)
OWN = (DARK, LIGHT, TERMINAL)
NAMES: tuple[str, ...] = (*(theme.name for theme in OWN), *sorted(name for name in BUILTIN_THEMES if "ansi" not in name))
"""Every theme that `[ui] theme` may name."""

_FEW_COLOURS = ("linux", "xterm", "screen", "vt100", "vt220", "ansi", "cygwin")
_LIGHT_COLOURS = frozenset(("7", *(str(number) for number in range(9, 16))))


@dataclass(frozen=True, slots=True)
class Look:
    """A theme with its palette; `mono` uses no colours at all."""

    theme: Theme
    palette: Palette
    mono: bool


def choose_look(name: str, colors: str = "", environment: Mapping[str, str] | None = None) -> Look:
    """Return the look for a configured theme ("": by the terminal), the flag `--colors` and the environment.

    A name that no theme has counts as none. Without one a terminal of few colours keeps its own, a light one gets the
    light theme.
    """
    env = os.environ if environment is None else environment
    mono = colors == "none" or (not colors and bool(env.get("NO_COLOR")))
    theme = {one.name: one for one in OWN}.get(name) or BUILTIN_THEMES.get(name)
    if mono or (theme is None and (colors == "16" or (not colors and _few(env)))):
        theme = TERMINAL
    theme = theme or (LIGHT if light_background(env) else DARK)
    return Look(theme, Palette.of(theme, mono=mono), mono)


def unknown_theme(name: str) -> str:
    """Return a sentence about a name that no theme has, "" for one that is known."""
    if not name or name in NAMES:
        return ""
    hint = suggest(name, NAMES) or f"one of {', '.join(one.name for one in OWN)}, or another of those in the settings"
    return f"[ui] theme: there is no theme {display(name, 40)}; {hint}"


def light_background(environment: Mapping[str, str]) -> bool:
    """Tell whether the terminal says that its background is light.

    Some (rxvt, Konsole, and what runs in them) set COLORFGBG to the numbers of their colours, the background last; the
    numbers are those that Vim takes for light.
    """
    return environment.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_COLOURS


def color_system(colors: str, environment: Mapping[str, str] | None = None) -> str:
    """Return what the driver may send: `truecolor`, `256`, `standard`, or "" to look at the terminal itself."""
    env = os.environ if environment is None else environment
    if colors:
        return {"256": "256", "16": "standard", "none": "standard"}[colors]
    return "standard" if _few(env) else ""


def _few(env: Mapping[str, str]) -> bool:
    return env.get("TERM", "") in _FEW_COLOURS and not env.get("COLORTERM")
