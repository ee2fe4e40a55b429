"""Commands of the settings."""

from __future__ import annotations

from synctui.tui.commands.command import Command

SETTINGS = (
    Command("change", "settings", ("enter", "l", "right"), "change", "Change a value.", hint=1),
    Command("add", "settings", ("a",), "add library", "Add a library by its path.", hint=2),
    Command("remove", "settings", ("x",), "remove", "Take a library out; its files stay as they are."),
    Command("put_back", "settings", ("b",), "put back", "What your configuration file or the default says.", hint=3),
    Command("test", "settings", ("t",), "test", "Try the engine, or look at the folder.", hint=4),
)
