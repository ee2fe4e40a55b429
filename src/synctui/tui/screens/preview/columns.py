"""The line of an operation in the preview: ticked or not, what it is about, what would be done, and why."""

from __future__ import annotations

import os

from synctui import words
from synctui.jobs.draft import PlannedOperation
from synctui.model.plan import Operation
from synctui.model.reasons import brief, sentence
from synctui.text import cells, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role

_ACTIONS = {"align": "align", "check": "check", "skip": "skip", "restore": "bring back"}
_ENGINES = {"builtin": "built-in", "auto": "built-in"}
_BOX, _GAP = 4, 2
_FEWEST, _MOST = 20, 72
_REASON = 25
_FOLDERS_FROM = 110
NOT_OURS = "not ours"
"""The precondition of what was changed since we wrote it: it will be left as it is."""


def engine_word(name: str) -> str:
    """Return what an engine is called on the screens."""
    return _ENGINES.get(name, name)


def action_word(operation: Operation) -> str:
    """Return what would be done, in a word."""
    return _ACTIONS.get(operation.action, operation.action)


def does_something(operation: Operation) -> bool:
    """Tell whether anything is done about it: what is skipped is only noted."""
    return operation.action != "skip"


def reason_words(operation: Operation, engine: str = "") -> str:
    """Return why, in few words; `engine` is the plan's, another one of the operation is named."""
    skipped = operation.payload.get("skip")
    if isinstance(skipped, str) and skipped:
        return brief(skipped) or sentence(skipped)
    if operation.action == "restore":
        changed = operation.precondition == NOT_OURS
        return "changed since: left as is" if changed else operation.reason.removeprefix("brings ").removeprefix("back ")
    own = operation.payload.get("engine")
    if isinstance(own, str) and engine and own != engine:
        return f"{engine_word(own)}, {operation.reason.removeprefix('against ')}"
    # What a check found is reason enough; against what stands in the details.
    return operation.reason.partition(", against ")[0]


def row_line(planned: PlannedOperation, width: int, engine: str = "") -> Line:
    """Return the line of an operation in so many columns."""
    operation = planned.operation
    # The same in all rows of a plan: what is brought back is never mixed with what is aligned.
    action = len(_ACTIONS["restore" if operation.action == "restore" else "align"])
    left = width - _BOX - 2 * _GAP - action
    room = max(_FEWEST, min(_MOST, left - _REASON, left * 2 // 3))
    doing = does_something(operation)
    box = "[x]" if planned.selected else "[ ]"
    role: Role = "text" if doing and planned.selected else "dim"
    return (
        Span(box if doing else "[-]", "accent" if doing and planned.selected else "dim", _BOX),
        Span(_name(operation.subject, room, width), role, room),
        Span(" " * _GAP),
        Span(action_word(operation), role, action),
        Span(" " * _GAP),
        Span(reason_words(operation, engine), "dim", max(0, left - room)),
    )


def _name(subject: str, room: int, width: int) -> str:
    """Return the file's name, behind its folder where there is room for both."""
    folder, base = os.path.split(subject)
    if width >= _FOLDERS_FROM and folder:
        longer = display(f"{os.path.basename(folder)}/{base}")
        if cells(longer) <= room:
            return longer
    return words.name(display(base or subject), room)
