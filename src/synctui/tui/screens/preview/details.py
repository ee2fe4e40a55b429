"""What would be done to one subtitle, and why, with everything that goes into it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from synctui import words
from synctui.files.backups import backup_path, originals
from synctui.jobs.draft import PlannedOperation
from synctui.model.plan import Operation
from synctui.model.reasons import sentence
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.preview import calls, pulls
from synctui.tui.screens.preview.columns import NOT_OURS, does_something, engine_word
from synctui.tui.widgets.rows import RowList, TextRows

if TYPE_CHECKING:
    from synctui.services import Services

_LABEL = 11
Pair = tuple[str, str]


def pairs(operation: Operation, backup: str = "") -> list[Pair]:
    """Return what there is to say of an operation, each with its label ("" where the one before goes on)."""
    payload = operation.payload
    told: list[Pair] = [("file", operation.path or operation.subject)]
    if isinstance(video := payload.get("video"), str) and video:
        told.append(("video", video))
    if operation.action in ("align", "check"):
        reference = payload.get("reference")
        found, _, against = operation.reason.rpartition("against ")
        if found:
            told.append(("found", found.rstrip(", ")))
        told.append(("against", str(reference) if reference else against))
        told.append(("engine", engine_word(str(payload.get("engine") or ""))))
        if isinstance(most := payload.get("max_offset"), (int, float)):
            told.append(("at most", f"a shift of {most:g} s; more is refused"))
    chosen = payload.get("candidates")
    if isinstance(chosen, (list, tuple)):
        told += [("could be" if not at else "", str(one)) for at, one in enumerate(chosen)]
    if backup:
        told.append(("from" if operation.action == "restore" else "backup", backup))
    if operation.action == "check":
        told.append(("writes", "nothing"))
    elif does_something(operation):
        told.append(("guarded", "a file that changes before its turn comes is left as it is"))
        told.append(("undo", "yes, from the jobs" if operation.undoable else "no"))
    if does_something(operation):
        if operation.estimate:
            told.append(("about", words.about(operation.estimate)))
        if operation.cost:
            told.append(("cost", f"{operation.cost:,}"))
    return told


def _sentence(operation: Operation) -> str:
    skipped = operation.payload.get("skip")
    if isinstance(skipped, str) and skipped:
        return f"left as it is: {operation.reason or sentence(skipped)}"
    if operation.action == "align":
        return "aligned, and written only if it then fits better than now"
    if operation.action == "check":
        return "listened to, and told how it stands"
    if operation.action == "restore" and operation.precondition == NOT_OURS:
        return "changed by somebody since we wrote it: it will be left as it is"
    return operation.reason or operation.action


async def backup_words(services: Services, operation: Operation) -> str:
    """Return where what stands there now would be kept; of what is brought back, where it comes from.

    Asks the store and the disk. Raises nothing but SyncTuiError.
    """
    path = operation.path
    if path is None or operation.action == "check" or calls.is_call(operation) or not does_something(operation):
        return ""
    if operation.action == "restore":
        kind, _, name = str(operation.payload.get("place") or "").partition(":")
        source = os.path.basename(name) if kind == "file" else "our vault"
        return f"{source}; what stands there now is kept as well"
    kept = (await services.subtitles.details(path, probe=False)).backup
    if kept is not None:
        where = f"{os.path.basename(kept.path)} beside it" if kept.path else "our vault"
        if kept.standing:
            return f"kept already: {where}"
        return f"the first original is kept already: {where}; what stands there now is kept too"
    made = await asyncio.to_thread(_next_backup, path)
    return f"{os.path.basename(made)} is made beside it"


def _next_backup(path: str) -> str:
    taken = {one.number for one in originals(path)}
    return backup_path(os.path.realpath(path), next(number for number in range(len(taken) + 1) if number not in taken))


def detail_lines(planned: PlannedOperation, width: int, backup: str = "") -> list[Line]:
    """Return an operation's details in lines of so many columns."""
    operation = planned.operation
    if calls.is_call(operation):
        return calls.detail_lines(planned, width)
    if operation.lane == "stash":
        return pulls.detail_lines(planned, width)
    lines: list[Line] = [(Span(one, "strong"),) for one in wrapped(os.path.basename(operation.subject) or "-", width)]
    lines += [(Span(one),) for one in wrapped(_sentence(operation), width)]
    if does_something(operation) and not planned.selected:
        lines.append((Span("taken out of the plan", "warn"),))
    lines.append(())
    for label, text in pairs(operation, backup):
        for at, one in enumerate(wrapped(text, width - _LABEL)):
            lines.append((Span(label if not at else "", "dim", _LABEL), Span(one)))
    return lines


class Sheet(Place):
    """Lines to read; Esc goes back."""

    place: ClassVar[str] = ""
    title_word: ClassVar[str] = "Preview"

    def __init__(self, title: str, lines: Iterable[Line]) -> None:
        super().__init__()
        self._heading = title
        self._rows = TextRows(tuple(lines))

    def body(self) -> Iterable[Widget]:
        yield RowList(self._rows, id="body")

    def on_mount(self) -> None:
        self.query_one(RowList).reload()

    def answer(self) -> tuple[Line, Line]:
        return (Span(self._heading, "strong"),), (Span("esc back", "dim"),)

    def take(self, lines: Iterable[Line]) -> None:
        """Show other lines."""
        self._rows.lines = tuple(lines)
        if self.is_mounted:
            self.query_one(RowList).reload()
