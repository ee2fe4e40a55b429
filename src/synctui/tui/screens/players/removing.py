"""Taking a player or a group out of the settings; what stands in the user's own file stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.config.load import Origin
from synctui.text import display
from synctui.tui.screens.place import Place
from synctui.tui.screens.settings.saving import put_back
from synctui.tui.widgets.dialogs import Choice, Menu

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui


def made_up(home: SyncTui) -> bool:
    """Tell whether the players are those of the demo, which cannot be changed, and say so."""
    if home.launch.players:
        home.say("the demo has players of its own", "warn", hint="start synctui without --demo to add yours")
    return bool(home.launch.players)


async def remove_player(place: Place, name: str) -> bool:
    """Take a player that was added on the screens out of the settings, after asking; returns whether it was."""
    if made_up(place.home):
        return False
    groups = [group.name for group in place.home.launch.loaded.config.group if name in group.players]
    if not _ours(place, "player", name, "url"):
        return False
    if groups:
        place.home.say(f"{name} is in the group {display(groups[0])}", "warn", hint="take it out there first")
        return False
    said = "The player itself stays as it is; what is known of its files is kept for when it comes back."
    return await _removed(place, "player", name, said)


async def remove_group(place: Place, name: str) -> bool:
    """Take a group that was added on the screens out of the settings, after asking; returns whether it was."""
    return _ours(place, "group", name, "players") and await _removed(place, "group", name, "Its players stay.")


def _ours(place: Place, section: str, name: str, main: str) -> bool:
    loaded, key = place.home.launch.loaded, (section, name, main)
    origin = loaded.origins.get(key, Origin())
    if key not in loaded.below and origin.layer == "settings":
        return True
    _, origin = loaded.below.get(key, (None, origin))
    hint = f"remove it there: {origin}" + (", or disable it here" if section == "player" else "")
    place.home.say(f"{name} stands in your own file, which is never changed", "warn", hint=hint)
    return False


async def _removed(place: Place, section: str, name: str, said: str) -> bool:
    choices = (Choice(False, "k", "keep it"), Choice(True, "x", "remove it from the list"))
    if not await place.home.ask(Menu(f"Remove the {section} {display(name, 40)}?", choices, [said])):
        return False
    await put_back(place.home, (section, name))
    place.home.say(f"{name} is no {section} of yours any more")
    return True
