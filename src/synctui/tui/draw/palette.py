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

_CONTRAST = 4.5
"""What WCAG 2.2 (AA) wants of text; some themes' warnings stand at 1.5 on their own background."""

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
        accent = _colour(colours["primary"])
        inks: dict[Role, Color] = {
            "text": text,
            "dim": background.blend(text, 0.58),
            "strong": text,
            "accent": accent,
            "good": _colour(colours["success"]),
            "warn": _colour(colours["warning"]),
            "error": _colour(colours["error"]),
            "rule": background.blend(text, 0.25),
        }
        papers: dict[Ground, Color] = {"plain": background, "cursor": background.blend(accent, 0.24), "bar": background}
        return cls(
            {
                (role, ground): Style(
                    color=_rich(_readable(ink, paper, _wanted(role, text, paper))),
                    bgcolor=_rich(paper),
                    bold=True if role in ("strong", "error") else None,
                )
                for role, ink in inks.items()
                for ground, paper in papers.items()
            }
        )


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, 1 to 21, as the Web Content Accessibility Guidelines (WCAG 2.2) define it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Color) -> float:
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _wanted(role: Role, text: Color, paper: Color) -> float:
    if role == "rule":
        return 1.0
    # What is dim stays fainter than the text, where a theme's text is faint itself.
    return min(_CONTRAST, 0.75 * contrast(text, paper)) if role == "dim" else _CONTRAST


def _readable(ink: Color, paper: Color, wanted: float) -> Color:
    """Return a colour that can be read on another: mixed with black or white, as little as needed."""
    far = max((_colour("#000000"), _colour("#ffffff")), key=lambda colour: contrast(colour, paper))
    for share in range(0, 101, 4):
        mixed = ink.blend(far, share / 100)
        if contrast(mixed, paper) >= wanted:
            return mixed
    return far


def _combined(roles: dict[Role, Style], grounds: dict[Ground, Style]) -> dict[tuple[Role, Ground], Style]:
    return {(role, ground): below + style for role, style in roles.items() for ground, below in grounds.items()}


def _colour(text: str) -> Color:
    return Color.parse(text)


def _rich(colour: Color) -> str:
    return colour.hex6
