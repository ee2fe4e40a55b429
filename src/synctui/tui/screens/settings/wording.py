"""Values of the configuration, and where they come from, in words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from synctui.config.environment import PREFIX, spelled
from synctui.config.load import Key, Origin
from synctui.config.schema import PathMap, Setting
from synctui.config.secrets import MASK, Secret
from synctui.config.values import toml
from synctui.text import display
from synctui.words import count

GROUPS = {"subtitles": "Subtitles", "stash": "Stash", "players": "Players", "ui": "Looks"}
_LABELS: dict[Key, str] = {
    ("subtitles", "max_offset"): "largest shift",
    ("subtitles", "jobs"): "at once",
    ("subtitles", "ignore"): "left alone",
    ("subtitles", "detector"): "speech detector",
    ("stash", "url"): "address",
    ("stash", "conflict"): "both changed",
    ("stash", "full_schedule"): "full sync",
    ("stash", "incremental_interval"): "sync interval",
    ("stash", "on_scan"): "after scans",
    ("ui", "theme"): "colours",
    ("ui", "refresh_hz"): "redrawn",
    ("players", "send_notifications"): "notifications",
}
_OF_ALL = {key[-1]: label for key, label in _LABELS.items() if key[0] == "players"}
"""Of a single player the same."""


def label(key: Key) -> str:
    """Return what a key is called on the screen."""
    return _LABELS.get(key) or (_OF_ALL.get(key[-1]) if key[0] == "player" else None) or key[-1].replace("_", " ")


def value_words(key: Key, value: Any, *, theme: str = "") -> str:
    """Return a value in words; `theme` is the one in force."""
    match key:
        case ("subtitles", "max_offset"):
            return f"{value:g} s"
        case ("subtitles", "jobs"):
            return str(value) if value else f"half of the processor: {max(1, (os.cpu_count() or 1) // 2)}"
        case ("subtitles", "languages") if not value:
            return "all"
        case ("subtitles", "ignore") if not value:
            return "nothing"
        case ("subtitles", "cluster") if not value:
            return "this machine alone"
        case ("ui", "theme"):
            return display(value) if value else f"by the terminal: {theme}" if theme else "by the terminal"
        case ("ui", "refresh_hz"):
            return f"{value:g} times a second" if value != 1 else "once a second"
        case ("players" | "player", *_, "sync_interval") | ("stash", "incremental_interval"):
            return f"every {count(value, 'minute')}" if value else "never"
        case ("stash", "full_schedule") if not value:
            return "never"
        case ("stash", "brake_share"):
            return f"{100 * value:g} %"
        case ("players" | "player" | "stash", *_, "timeout"):
            return f"{value:g} s"
        case ("ui", "keys"):
            return count(len(value), "change") if value else "as they are"
    if isinstance(value, Secret):
        return MASK if value else "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return display(listed(value)) if value else "none"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    return display(value) if isinstance(value, str) and value else "none" if not value else display(toml(value))


def listed(items: tuple[Any, ...]) -> str:
    """Return a list as a person types it: parted by commas, as TOML where an item has one itself."""
    texts = [arrow(item) if isinstance(item, PathMap) else str(item) for item in items]
    if any("," in text or text != text.strip() or text.startswith("[") for text in texts):
        return toml(items)
    return ", ".join(texts)


def arrow(one: PathMap) -> str:
    """Return a path map as a person reads it."""
    return f"{one.source} → {one.target}"


def map_of(text: str) -> PathMap | None:
    """Return the path map that a text means: two folders with `→`, `->` or `=` between them; None for anything else."""
    for sign in ("→", "->", "="):
        before, found, after = text.partition(sign)
        if found and before.strip() and after.strip():
            return PathMap(before.strip(), after.strip())
    return None


def origin_words(origin: Origin) -> str:
    """Return where a value comes from."""
    match origin.layer:
        case "file":
            name = display(origin.file.name, 24) if origin.file is not None else "your file"
            return f"{name} line {origin.line}" if origin.line else name
        case "environment":
            return "environment"
        case "flag":
            return f"option {origin.detail}"
    return origin.layer


def variable(key: Key) -> str:
    """Return the environment's name of a key."""
    return PREFIX + "__".join(spelled(part) for part in key)


def wins(origin: Origin) -> str:
    """Return a sentence about what stands above the settings, "" when nothing does."""
    if origin.layer == "environment":
        return f"{origin.detail} in the environment wins over what is set here."
    if origin.layer == "flag":
        return f"The option {origin.detail} wins over what is set here, until the next start."
    return ""


def below_words(key: Key, origin: Origin, below: Mapping[Key, tuple[Any, Origin]], setting: Setting) -> str:
    """Return what would hold if a value of the settings was put back, "" where there is none."""
    if origin.layer != "settings":
        return ""
    if key in below:
        value, place = below[key]
        return f"Put back: {value_words(key, value)}, as {origin_words(place)} says."
    return f"Put back: {value_words(key, setting.default)}, the default."
