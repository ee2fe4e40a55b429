"""Commands of the jobs, of one job, and of one operation."""

from __future__ import annotations

from synctui.tui.commands.command import Command

JOBS = (
    Command("open", "jobs", ("enter", "l", "right"), "open", "What the job did, file by file.", hint=1),
    Command("pause", "jobs", ("space",), "pause", "Pause the job, or let it go on.", hint=2),
    Command("cancel", "jobs", ("x",), "cancel", "End the job; what is done stays done.", hint=3),
    Command("retry", "jobs", ("r",), "retry failed", "Do again what failed; a preview comes first.", hint=4),
    Command("errors", "jobs", ("e",), "errors", "Only what went wrong.", hint=5),
    Command("undo", "jobs", ("Z",), "undo", "Take back what the job did; a preview comes first.", hint=6),
    Command(
        "confirm", "jobs", ("c",), "confirm", "Show what a job would do that waits to be confirmed, and let it run.", hint=1
    ),
)
JOB = (
    Command("open", "job", ("enter", "l", "right"), "open", "The numbers of this operation, and a picture.", hint=1),
    Command("pause", "job", ("space",), "pause", "Pause the job, or let it go on.", hint=2),
    Command("cancel", "job", ("x",), "cancel", "End the job; what is done stays done."),
    Command("retry", "job", ("r",), "retry failed", "Do again what failed; a preview comes first."),
    Command("errors", "job", ("e",), "errors", "Only what went wrong; again: only what was refused; again: all.", hint=3),
    Command("filter", "job", ("/",), "filter", "Only what has this text in its name or message.", hint=4),
    Command("undo", "job", ("Z",), "undo job", "Take back what the job did; a preview comes first.", hint=5),
    Command("undo_one", "job", ("z",), "undo this", "Take back this operation alone; a preview comes first."),
    Command("log", "job", ("o",), "log", "What happened, in order; again: the operations.", hint=6),
    Command(
        "confirm", "job", ("c",), "confirm", "Show what a job would do that waits to be confirmed, and let it run.", hint=2
    ),
)
OPERATION = (
    Command("undo_one", "operation", ("z",), "undo this", "Take back this operation alone; a preview comes first.", hint=1),
    Command("copy", "operation", ("y",), "copy path", "Copy the path to the clipboard of your terminal (OSC 52).", hint=2),
    Command("closer", "operation", ("+", "="), "closer", "Show a shorter part of the film in the picture.", hint=3),
    Command("wider", "operation", ("-",), "wider", "Show a longer part of the film in the picture.", hint=4),
    Command("left", "operation", ("h", "left"), "earlier", "Show what comes before in the film.", hint=5),
    Command("right", "operation", ("l", "right"), "later", "Show what comes after in the film.", hint=6),
)
