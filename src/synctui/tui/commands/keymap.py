"""Which key does what, with what the user has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from synctui.tui.commands.command import Command
from synctui.tui.commands.table import COMMANDS, PLACES, commands_of

_NAMES = {" ": "space", "esc": "escape", "return": "enter", "del": "delete", "pgup": "pageup", "pgdn": "pagedown"}
_SHOWN = {
    "space": "space",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


@dataclass(frozen=True)
class Keymap:
    """The commands by place and key; `problems` are sentences about what could not be followed."""

    commands: tuple[Command, ...]
    by_key: Mapping[str, Mapping[str, Command]]
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, overrides: Mapping[str, str]) -> Keymap:
        """Return the keymap with the keys of `[ui.keys]`: `id` for a command wherever it is, or `place.id`; several keys by
        spaces."""
        problems: list[str] = []
        changed: dict[tuple[str, str], tuple[str, ...]] = {}
        for name, keys in overrides.items():
            place, _, id = name.rpartition(".")
            meant = [one for one in COMMANDS if one.id == id and (not place or one.place == place)]
            given = tuple(_named(key) for key in (keys.split() or ([" "] if keys else [])))
            if not meant:
                problems.append(f"[ui.keys]: there is no command {name!r}")
            for command in meant:
                changed[command.place, command.id] = given
        commands = tuple(replace(one, keys=changed.get((one.place, one.id), one.keys)) for one in COMMANDS)
        by_key: dict[str, dict[str, Command]] = {}
        for place in PLACES:
            table = by_key.setdefault(place, {})
            for command in sorted((one for one in commands if one.place in (place, "")), key=lambda one: one.place == ""):
                for key in command.keys:
                    key = _named(key)
                    other = table.setdefault(key, command)
                    if other.place == command.place and other.id != command.id:
                        problems.append(f"[ui.keys]: {key!r} is both {other.label} and {command.label} ({PLACES[place]})")
        return cls(commands, by_key, tuple(dict.fromkeys(problems)))

    def command(self, place: str, key: str) -> Command | None:
        """Return what a key does in a place."""
        return self.by_key.get(place, self.by_key[""]).get(key)

    def of_place(self, place: str) -> tuple[Command, ...]:
        """Return a place's commands with their keys, its own first."""
        known = {(one.place, one.id): one for one in self.commands}
        return tuple(known[one.place, one.id] for one in commands_of(place))

    def find(self, place: str, id: str) -> Command | None:
        """Return a command by its id, as a place has it."""
        return next((one for one in self.of_place(place) if one.id == id), None)


def shown_key(key: str) -> str:
    """Return a key as a person reads it."""
    return _SHOWN.get(key, key)


def _named(key: str) -> str:
    return _NAMES.get(key.lower(), key) if len(key) > 1 or key == " " else key
