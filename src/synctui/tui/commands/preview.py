"""Commands of the preview."""

from __future__ import annotations

from synctui.tui.commands.command import Command

PREVIEW = (
    Command("run", "preview", ("enter",), "run", "Do what is ticked.", hint=1),
    Command(
        "check",
        "preview",
        ("c",),
        "all the same",
        "Take in what is known already, or was changed since.",
        hint=2,
    ),
    Command("toggle", "preview", ("space",), "toggle", "Take a row out of the plan, or in again.", hint=3),
    Command("engine", "preview", ("e",), "engine", "Choose the engine, for this row or for all.", hint=4),
    Command("back", "preview", ("escape",), "back, nothing is written", "Back; the plan is thrown away.", hint=5),
    Command(
        "reference", "preview", ("f",), "reference", "Align against another subtitle or video, this row or all.", hint=6
    ),
    Command("mode", "preview", ("m",), "mode", "Stash: how much is compared, from what is new to everything.", hint=4),
    Command("toggle_all", "preview", ("*",), "all or none", "Take all rows out of the plan, or in again."),
    Command("details", "preview", ("d", "l", "right"), "details", "What would be done here, and why."),
    Command("warnings", "preview", ("w",), "warnings", "Everything that the plan has to say."),
)
