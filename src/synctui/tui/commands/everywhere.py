"""Commands that every screen has."""

from __future__ import annotations

from synctui.tui.commands.command import Command

EVERYWHERE = (
    Command("down", "", ("j", "down"), "down", "One row down."),
    Command("up", "", ("k", "up"), "up", "One row up."),
    Command("first", "", ("g", "home"), "first", "To the first row."),
    Command("last", "", ("G", "end"), "last", "To the last row."),
    Command("page_down", "", ("ctrl+d", "pagedown"), "page down", "A page down."),
    Command("page_up", "", ("ctrl+u", "pageup"), "page up", "A page up."),
    Command("back", "", ("escape",), "back", "Back to where you came from; a filter or a range is given up first."),
    Command("library", "", ("L",), "library", "To the library."),
    Command("jobs", "", ("J",), "jobs", "To the jobs: what runs, waits and was done."),
    Command("players", "", ("P",), "players", "To the players: how they stand, what they were told."),
    Command("stash", "", ("S",), "Stash", "To the catalogue of your Stash server."),
    Command("settings", "", (",",), "settings", "To the settings: libraries, engines, players, looks."),
    Command("messages", "", ("M",), "messages", "What was said at the bottom, all of it."),
    Command("help", "", ("?",), "help", "What can be done here, and with which key.", hint=9),
    Command("palette", "", (":", "ctrl+p"), "commands", "Find a command, or a setting, by its name."),
    Command("resume", "", ("C",), "continue", "Let what was interrupted go on."),
    Command("tour", "", ("T",), "tour", "In the demo: put the guided tour away, or bring it back."),
    Command("tour_next", "", (".",), "next step", "In the demo: skip a step of the guided tour."),
    Command("suspend", "", ("ctrl+z",), "to the shell", "To the shell for a moment; fg comes back. Jobs wait meanwhile."),
    Command("quit", "", ("q", "ctrl+c", "ctrl+q"), "quit", "Leave; a job that runs is paused first, after asking."),
)
