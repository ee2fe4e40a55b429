"""Which key does what, with what the user has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from synctui.config.values import suggest
from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.commands.keys import named, shown_key, wrong_key
from synctui.tui.commands.table import COMMANDS, PLACES, commands_of

__all__ = ["Keymap", "shown_key"]


@dataclass(frozen=True)
class Keymap:
    """The commands by place and key; `problems` are sentences about what could not be followed."""

    commands: tuple[Command, ...]
    by_key: Mapping[str, Mapping[str, Command]]
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, overrides: Mapping[str, str]) -> Keymap:
        """Return the keymap with the keys of `[ui.keys]`.

        A name is `id`, for the command wherever it is, or `place.id`, which ranks higher. Several keys are parted by
        blanks; none at all takes the command its keys.
        """
        problems: list[str] = []
        changed: dict[tuple[str, str], tuple[str, ...]] = {}
        for name in sorted(overrides, key=lambda name: "." in name):
            meant = _meant(name)
            keys = tuple(named(key) for key in overrides[name].split() or ([" "] if overrides[name] else []))
            if not meant:
                problems.append(f"[ui.keys]: there is no command {display(name, 40)}" + _near(name))
            wrong = [
                f"[ui.keys]: {display(key, 20)} ({display(name, 40)}): {wrong_key(key)}" for key in keys if wrong_key(key)
            ]
            problems += wrong
            changed |= {(one.place, one.id): keys for one in meant if not wrong}
        commands = tuple(replace(one, keys=changed.get((one.place, one.id), one.keys)) for one in COMMANDS)
        by_key: dict[str, dict[str, Command]] = {place: {} for place in PLACES}
        for place, table in by_key.items():
            problems += _filled(table, place, commands)
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


def _meant(name: str) -> list[Command]:
    place, dot, id = name.rpartition(".")
    return [one for one in COMMANDS if one.id == id and (one.place == place if dot else True)]


def _near(name: str) -> str:
    _, dot, _ = name.rpartition(".")
    known = [f"{one.place}.{one.id}" if dot else one.id for one in COMMANDS]
    hint = suggest(name, dict.fromkeys(known))
    return f"; {hint}" if hint else ""


def _filled(table: dict[str, Command], place: str, commands: tuple[Command, ...]) -> Iterator[str]:
    """Fill in what each key does in a place, and yield what cannot be reached there any more."""
    own = [one for one in commands if one.place == place]
    shadowed = {one.id for one in own}
    for command in own:
        for key in command.keys:
            other = table.setdefault(key, command)
            if other is not command:
                where = PLACES[place].lower()
                yield f"[ui.keys]: {shown_key(key)} is both “{other.label}” and “{command.label}” ({where})"
    if not place:
        return
    for command in commands:
        if command.place or command.id in shadowed or not command.keys:
            continue
        reached = [table.setdefault(key, command) is command for key in command.keys]
        if not any(reached):
            keys = " ".join(shown_key(key) for key in command.keys)
            yield f"[ui.keys]: “{command.label}” ({keys}) cannot be reached in {PLACES[place].lower()}: the key is taken"
