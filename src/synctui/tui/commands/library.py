"""Commands of the library."""

from __future__ import annotations

from synctui.tui.commands.command import Command

_FILTER = (
    "Show only what has these words in its name or show. is:off, is:refused, is:failed, is:choice, is:unchecked, is:sync,"
    " is:ignored and lang:de ask for states and languages; several can be combined."
)
LIBRARY = (
    Command(
        "open",
        "library",
        ("enter",),
        "open",
        "Open a row and close it again; of a subtitle the details.",
        hint=4,
    ),
    Command("into", "library", ("l", "right"), "into", "Open a row, or go into the one that is open."),
    Command("close", "library", ("h", "left"), "close", "Close a row, or go to the one it is in."),
    Command("mark", "library", ("space",), "mark", "Mark a row for the next command, with all that is in it.", hint=1),
    Command("mark_range", "library", ("V",), "range", "Begin a range here; moving marks, V again ends it."),
    Command("mark_all", "library", ("*",), "mark all", "Mark all that is shown, with a filter all that it found."),
    Command("unmark_all", "library", ("u",), "unmark all", "Take all marks away."),
    Command("filter", "library", ("/",), "filter", _FILTER, hint=5),
    Command("next", "library", ("n",), "next", "To the next place that the filter found."),
    Command("previous", "library", ("N",), "previous", "To the place before that the filter found."),
    Command(
        "next_off", "library", ("w",), "next wrong", "To the next subtitle that is off, refused, failed or wants a choice."
    ),
    Command(
        "previous_off",
        "library",
        ("W",),
        "previous wrong",
        "To the one before that is off, refused, failed or wants a choice.",
    ),
    Command(
        "sync", "library", ("s",), "sync", "Sync what is marked, or the row under the cursor; a preview comes first.", hint=2
    ),
    Command(
        "check", "library", ("c",), "check", "Find out how these stand; nothing is written. A preview comes first.", hint=3
    ),
    Command("engine", "library", ("e",), "engine", "Sync with an engine that you choose; a preview comes first."),
    Command("restore", "library", ("r",), "restore", "Bring the first originals back; a preview comes first."),
    Command("undo", "library", ("Z",), "undo", "Take back what was last done to these; a preview comes first."),
    Command("tell", "library", ("t",), "tell players", "Tell the players of these files; a preview comes first."),
    Command("ignore", "library", ("i",), "ignore", "Leave these alone from now on; again: not any more."),
    Command("choose_video", "library", ("v",), "video", "Choose the video that a subtitle belongs to."),
    Command("details", "library", ("d",), "details", "Video, audio, numbers, backup and history of a row."),
    Command("copy", "library", ("y",), "copy path", "Copy the path to the clipboard of your terminal (OSC 52)."),
    Command("show_path", "library", ("Y",), "show path", "Show the whole path, to select it by hand."),
    Command("rescan", "library", ("R",), "scan", "Look at the disks again.", lasting=True),
    Command("add_library", "library", ("a",), "add a library", "Where there is none yet: add one by its path.", hint=6),
)
DETAILS = (
    Command("sync", "details", ("s",), "sync", "Sync this; a preview comes first.", hint=1),
    Command("check", "details", ("c",), "check", "Find out how this stands; nothing is written. A preview comes first."),
    Command("restore", "details", ("r",), "restore", "Bring the first original back; a preview comes first.", hint=3),
    Command("undo", "details", ("Z",), "undo", "Take back what was last done to this; a preview comes first.", hint=4),
    Command("tell", "details", ("t",), "tell players", "Tell the players of this file; a preview comes first."),
    Command("ignore", "details", ("i",), "ignore", "Leave this alone from now on; again: not any more."),
    Command("choose_video", "details", ("v",), "video", "Choose the video that the subtitle belongs to.", hint=2),
    Command("copy", "details", ("y",), "copy path", "Copy the path to the clipboard of your terminal (OSC 52).", hint=5),
)
