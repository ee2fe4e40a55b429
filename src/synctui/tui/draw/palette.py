"""What a role looks like: weight first, then one accent, one warning, one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

Role = Literal["text", "dim", "strong", "accent", "good", "warn", "error", "rule"]
Ground = Literal["plain", "cursor", "bar"]
"""What text stands on: the screen, the row under the cursor, the line at the top."""

_MONO: dict[Role, Style] = {
    "text": Style(),
    "dim": Style(dim=True),
    "strong": Style(bold=True),
    "accent": Style(bold=True),
    "good": Style(),
    "warn": Style(bold=True),
    "error": Style(bold=True, underline=True),
    "rule": Style(dim=True),
}
_ANSI: dict[Role, Style] = {
    "text": Style(),
    "dim": Style(dim=True),
    "strong": Style(bold=True),
    "accent": Style(color="cyan"),
    "good": Style(color="green"),
    "warn": Style(color="yellow"),
    "error": Style(color="red", bold=True),
    "rule": Style(dim=True),
}


@dataclass(frozen=True)
class Palette:
    """The style of every role on every ground."""

    styles: dict[tuple[Role, Ground], Style]

    def style(self, role: Role, ground: Ground = "plain") -> Style:
        """Return the style of a role."""
        return self.styles[role, ground]

    @classmethod
    def of(cls, theme: Theme, *, mono: bool = False) -> Palette:
        """Return the palette of a theme; `mono` uses weight and reversal only."""
        if mono or theme.ansi:
            roles = _MONO if mono else _ANSI
            grounds: dict[Ground, Style] = {"plain": Style(), "cursor": Style(reverse=True), "bar": Style(bold=True)}
            styles = _combined(roles, grounds)
            # Reversed, a colour would be a block: the cursor's row keeps its weight only.
            styles |= {(role, "cursor"): grounds["cursor"] + _MONO[role] + Style(dim=False) for role in roles}
            return cls(styles)
        colours = theme.to_color_system().generate()
        background, text = _colour(colours["background"]), _colour(colours["foreground"])
        roles = {
            "text": Style(color=_rich(text)),
            "dim": Style(color=_rich(background.blend(text, 0.58))),
            "strong": Style(color=_rich(text), bold=True),
            "accent": Style(color=_rich(_colour(colours["primary"]))),
            "good": Style(color=_rich(_colour(colours["success"]))),
            "warn": Style(color=_rich(_colour(colours["warning"]))),
            "error": Style(color=_rich(_colour(colours["error"])), bold=True),
            "rule": Style(color=_rich(background.blend(text, 0.25))),
        }
        grounds = {
            "plain": Style(bgcolor=_rich(background)),
            "cursor": Style(bgcolor=_rich(background.blend(_colour(colours["primary"]), 0.24))),
            "bar": Style(bgcolor=_rich(background)),
        }
        return cls(_combined(roles, grounds))


def _combined(roles: dict[Role, Style], grounds: dict[Ground, Style]) -> dict[tuple[Role, Ground], Style]:
    return {(role, ground): below + style for role, style in roles.items() for ground, below in grounds.items()}


def _colour(text: str) -> Color:
    return Color.parse(text)


def _rich(colour: Color) -> str:
    return colour.hex6
