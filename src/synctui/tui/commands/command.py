"""What a command is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can ask for.

    `id` is what `[ui.keys]` calls it, and `do_<id>` the method of the screen (or of the application) that does it. `place`
    is the screen that has it, "" for every screen. `keys` are Textual's names, or the character itself. `label` is its
    word among the hints, `help` its sentence. `hint` ranks it among the hints at the bottom (1 first; 0: not there). A
    `lasting` one goes on beside what is typed next, which otherwise waits for what a command leads to.
    """

    id: str
    place: str
    keys: tuple[str, ...]
    label: str
    help: str
    hint: int = 0
    lasting: bool = False
