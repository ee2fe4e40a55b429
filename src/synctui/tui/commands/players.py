"""Commands of the players, of one player's items, of the comparison of folders, and of the form for a new player."""

from __future__ import annotations

from synctui.tui.commands.command import Command

PLAYERS = (
    Command("sync", "players", ("s",), "sync now", "Tell the player, or those marked; a preview comes first.", hint=1),
    Command("sync_all", "players", ("a",), "sync all", "Tell every player that is enabled; a preview comes first.", hint=2),
    Command(
        "mapping", "players", ("m",), "test mapping", "Compare the player's folders with yours: what covers what.", hint=3
    ),
    Command(
        "test",
        "players",
        ("t",),
        "test",
        "Ask the player how it is: address, password or token, version.",
        hint=4,
        lasting=True,
    ),
    Command("enable", "players", ("d",), "disable", "Leave the player alone from now on, or take it up again.", hint=5),
    Command("open", "players", ("enter", "l", "right"), "items", "What the player was told, file by file.", hint=7),
    Command("mark", "players", ("space",), "mark", "Mark a player, or all of a group, for the next command."),
    Command("unmark_all", "players", ("u",), "unmark all", "Take all marks away."),
    Command("retry", "players", ("r",), "try again", "Tell it now, also when it is left alone; a preview comes first."),
    Command("add", "players", ("n",), "new player", "Add a Kodi, Jellyfin, Emby or Plex; it is tested first.", hint=6),
    Command("edit", "players", ("e",), "edit", "Change the player in the settings."),
    Command("remove", "players", ("x",), "remove", "Take a player out of the list; the player itself stays as it is."),
)
ITEMS = (
    Command("wrong", "items", ("e",), "only what waits", "Only what waits or failed; again: all.", hint=1),
    Command("copy", "items", ("y",), "copy path", "Copy the path to the clipboard of your terminal (OSC 52).", hint=2),
    Command("back", "items", ("escape",), "back", "Back to the players.", hint=3),
)
MAPPING = (
    Command("take", "mapping", ("w",), "write it", "Write the suggested path map into the settings.", hint=1),
    Command("test", "mapping", ("t",), "ask again", "Ask the player again.", hint=2, lasting=True),
    Command("back", "mapping", ("escape",), "back", "Back to the players.", hint=3),
)
FORM = (
    Command("change", "form", ("enter", "l", "right"), "fill in", "Fill in the row.", hint=1),
    Command("test", "form", ("t",), "test", "Ask the player with what stands here; nothing is saved.", hint=2),
    Command("save", "form", ("s",), "test and save", "Ask the player; when it answers, keep it.", hint=3),
    Command("login", "form", ("p",), "Plex login", "Log in at plex.tv with a code instead of pasting a token.", hint=4),
    Command("back", "form", ("escape",), "back, nothing is saved", "Back; what was filled in is forgotten.", hint=5),
)
