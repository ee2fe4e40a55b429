"""Commands of the settings, and of the screens that stand beside the work: keys, help, messages, the welcome."""

from __future__ import annotations

from synctui.tui.commands.command import Command

SETTINGS = (
    Command("change", "settings", ("enter", "l", "right"), "change", "Change a value.", hint=1),
    Command("add", "settings", ("a",), "add library", "Add a library by its path.", hint=2),
    Command("remove", "settings", ("x",), "remove", "Take a library out; its files stay as they are.", hint=5),
    Command("put_back", "settings", ("b",), "put back", "What your configuration file or the default says.", hint=3),
    Command(
        "test",
        "settings",
        ("t",),
        "test",
        "Look at a library's folder, or ask the engines how they are.",
        hint=4,
        lasting=True,
    ),
)
KEYS = (
    Command("change", "keys", ("enter", "l", "right"), "change", "Give a command another key.", hint=1),
    Command("put_back", "keys", ("b",), "put back", "The key that your configuration file or the default says.", hint=2),
    Command("put_all_back", "keys", ("B",), "all back", "Forget every key that was changed here.", hint=3),
    Command("filter", "keys", ("/",), "filter", "Only commands with these words.", hint=4),
)
HELP = (
    Command("open", "help", ("enter", "l", "right"), "do it", "Go back and do what the row says.", hint=1),
    Command("filter", "help", ("/",), "filter", "Only commands with these words.", hint=2),
    Command("back", "help", ("escape",), "back", "Back to where you came from; a filter is given up first.", hint=3),
)
MESSAGES = (Command("back", "messages", ("escape",), "back", "Back to where you came from.", hint=1),)
WELCOME = (
    Command("add", "welcome", ("enter", "a"), "add a library", "Add a library by its path.", hint=1),
    Command("back", "welcome", ("escape",), "not now", "To the empty library; add one there, or in the settings.", hint=2),
)
