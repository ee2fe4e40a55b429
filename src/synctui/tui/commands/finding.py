"""Finding a command by what somebody remembers of its name."""

from __future__ import annotations

from collections.abc import Iterable

from synctui.tui.commands.command import Command


def found(commands: Iterable[Command], text: str) -> list[Command]:
    """Return the commands that a text may mean, the likeliest first; all of them, as they come, for no text.

    Words of the text may stand in any order; letters alone count when they come in this order in the label.
    """
    words = text.casefold().split()
    ranked = [(_rank(command, words), command) for command in commands]
    return [command for rank, command in sorted(ranked, key=lambda pair: pair[0]) if rank < _NOT]


def matches(command: Command, text: str) -> bool:
    """Tell whether every word of a text stands in a command's label, sentence, name or keys."""
    said = f"{command.label} {command.help} {command.id.replace('_', ' ')}".casefold()
    return all(word in said or word in (key.casefold() for key in command.keys) for word in text.casefold().split())


_NOT = 9


def _rank(command: Command, words: list[str]) -> int:
    return max((_word_rank(command, word) for word in words), default=0)


def _word_rank(command: Command, word: str) -> int:
    label = command.label.casefold()
    if label.startswith(word):
        return 0
    if any(part.startswith(word) for part in label.split()):
        return 1
    if word in command.id.split("_"):
        return 2
    if any(part.startswith(word) for part in command.help.casefold().split()):
        return 3
    if word in label:
        return 4
    if len(word) > 1 and _in_order(word, label.replace(" ", "")):
        return 5
    return 6 if len(word) > 2 and word in command.help.casefold() else _NOT


def _in_order(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)
