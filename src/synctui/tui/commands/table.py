"""The one table."""

from __future__ import annotations

from synctui.tui.commands.command import Command
from synctui.tui.commands.everywhere import EVERYWHERE
from synctui.tui.commands.jobs import JOB, JOBS, OPERATION
from synctui.tui.commands.library import DETAILS, LIBRARY
from synctui.tui.commands.players import FORM, ITEMS, MAPPING, PLAYERS
from synctui.tui.commands.preview import PREVIEW
from synctui.tui.commands.settings import HELP, KEYS, MESSAGES, SETTINGS, WELCOME
from synctui.tui.commands.stash import CATALOGUE, CONFLICTS, SCENE, SYNCS

PLACES = {
    "": "Everywhere",
    "library": "Library",
    "details": "Details of a subtitle",
    "preview": "Preview",
    "jobs": "Jobs",
    "job": "One job",
    "operation": "One operation",
    "players": "Players",
    "items": "Items of a player",
    "mapping": "Folders of a player",
    "form": "New player",
    "catalogue": "Stash",
    "scene": "One scene",
    "conflicts": "Conflicts",
    "syncs": "Past syncs of Stash",
    "settings": "Settings",
    "keys": "Keys",
    "help": "Help",
    "messages": "Messages",
    "welcome": "Welcome",
}
COMMANDS: tuple[Command, ...] = (
    *EVERYWHERE,
    *LIBRARY,
    *DETAILS,
    *PREVIEW,
    *JOBS,
    *JOB,
    *OPERATION,
    *PLAYERS,
    *ITEMS,
    *MAPPING,
    *FORM,
    *CATALOGUE,
    *SCENE,
    *CONFLICTS,
    *SYNCS,
    *SETTINGS,
    *KEYS,
    *HELP,
    *MESSAGES,
    *WELCOME,
)


def commands_of(place: str) -> tuple[Command, ...]:
    """Return the commands of a place, its own first."""
    own = tuple(command for command in COMMANDS if command.place == place)
    taken = {command.id for command in own}
    return (*own, *(command for command in EVERYWHERE if command.id not in taken))
