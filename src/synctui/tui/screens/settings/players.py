"""What the settings show of players and groups: each with all its keys, those that are not given as [players] says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synctui.config.load import Key, Loaded, Origin
from synctui.config.schema import Setting, settings_of
from synctui.config.template import sentence
from synctui.config.values import dotted
from synctui.model.players import TITLES
from synctui.text import display
from synctui.tui.screens.settings.entry import Entry
from synctui.tui.screens.settings.wording import below_words, label, origin_words, value_words, variable, wins

GENERAL = "[players]"
"""The origin of a key that is not given."""


def player_entries(loaded: Loaded) -> Iterator[Entry]:
    """Yield players and groups, each a row followed by its keys."""
    for player in loaded.config.player:
        said = (f"{TITLES[player.kind]} at {display(player.url)}.", _kept(loaded, ("player", player.name, "url")))
        state = "" if player.enabled else ", disabled"
        value = f"{TITLES[player.kind]}{state}"
        yield _table("player", player.name, value, loaded, said, "url")
        yield from _keys(loaded, "player", player)
    for group in loaded.config.group:
        named = ", ".join(display(name) for name in group.players)
        said = (f"Players that are told together: {named}.", _kept(loaded, ("group", group.name, "players")))
        yield _table("group", group.name, f"group of {len(group.players)}", loaded, said, "players")
        yield from _keys(loaded, "group", group)


def _table(section: str, name: str, value: str, loaded: Loaded, said: Sequence[str], main: str) -> Entry:
    key = (section, name, main)
    return Entry(
        "player",
        f"{section} {name}",
        display(name),
        value,
        origin_words(loaded.origins.get(key, Origin())),
        said=tuple(line for line in said if line),
        key=key,
    )


def _kept(loaded: Loaded, key: Key) -> str:
    if key in loaded.below:
        return "It is in your own file: disable it here, or take it out there."
    return "Added here: x takes it out again." if loaded.origins.get(key, Origin()).layer == "settings" else ""


def _keys(loaded: Loaded, section: str, table: Any) -> Iterator[Entry]:
    for setting in settings_of(section).values():
        if setting.name == "name":
            continue
        key: Key = (section, table.name, setting.name)
        value, given = value_of(loaded, key)
        origin = loaded.origins.get(key, Origin())
        said = (
            sentence(setting),
            wins(origin),
            below_words(key, origin, loaded.below, _inherited(loaded, setting, key)),
            f"{dotted(key)} in the configuration file, {variable(key)} in the environment.",
        )
        yield Entry(
            "setting",
            dotted(key),
            f"  {label(key)}",
            value_words(key, value),
            origin_words(origin) if given else GENERAL,
            said=tuple(line for line in said if line),
            key=key,
        )


def value_of(loaded: Loaded, key: Key) -> tuple[Any, bool]:
    """Return the value of a key of a player or group, and whether it is its own: otherwise [players] says it."""
    section, name, field = key
    table = next(one for one in getattr(loaded.config, section) if one.name == name)
    value = getattr(table, field)
    return (getattr(loaded.config.players, field), False) if value is None else (value, True)


def _inherited(loaded: Loaded, setting: Setting, key: Key) -> Setting:
    """Return a setting with the default that putting it back would bring."""
    from dataclasses import replace

    return setting if setting.default is not None else replace(setting, default=getattr(loaded.config.players, key[2]))


def needed(key: Key) -> bool:
    """Tell whether a player or group is none without this key."""
    return len(key) == 3 and settings_of(key[0])[key[2]].option.required
