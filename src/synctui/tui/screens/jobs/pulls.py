"""One operation of a catalogue's sync in full; and what a whole sync came to, in rows."""

from __future__ import annotations

from collections.abc import Mapping

from synctui import words
from synctui.jobs import summary
from synctui.model.plan import Operation
from synctui.model.reasons import sentence
from synctui.model.states import OperationState, Result
from synctui.store.history import OperationRecord
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.times import at_time, lasted
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.jobs.calls import PULLS
from synctui.tui.screens.jobs.faces import role_of

_NAME = 12
STAGES = {
    "entities": "comparing tags, studios and performers",
    "sweep": "listing scenes",
    "fetch": "fetching scenes",
    "delete": "marking what is gone",
    "record": "noting",
}
_NUMBERS = (
    ("listed", "listed"),
    ("processed", "compared"),
    ("created", "new"),
    ("updated", "changed"),
    ("skipped", "as they were"),
    ("deleted", "gone"),
    ("failed_rows", "unreadable"),
    ("held_back", "held back"),
)


def is_pull(operation: Operation) -> bool:
    """Tell whether an operation is one of a catalogue's sync."""
    return operation.lane == PULLS and operation.track == PULLS


def pull_title(action: str, subject: str) -> str:
    """Return what an operation is called in a list: `fetch scenes 1 to 500`."""
    return f"{summary.pull_word(action)} {subject}" if subject != "catalogue" else "note how it stands"


def pull_lines(record: OperationRecord, width: int) -> tuple[Line, ...]:
    """Return everything about an operation: what came of it, and its numbers."""
    one, result = record.operation, record.result
    lines: list[Line] = []
    if result is None:
        lines.append((Span(" "), Span("in doubt" if record.state is OperationState.IN_DOUBT else "waits", "dim")))
    else:
        word = summary.end_word(one.action, result.value, record.reason)
        said = display(record.message, 2000) or ("" if result is Result.DONE else sentence(record.reason))
        first, *rest = wrapped(said, max(20, width - 4 - len(word)))
        lines += [(Span(" "), Span(word, role_of(result, record.reason)), Span(": " if first else ""), Span(first))]
        lines += [(Span("   "), Span(part)) for part in rest]
    lines.append(())
    lines += _row("what", pull_title(one.action, one.subject), width)
    lines += _row("why", one.reason, width)
    for name, label in _NUMBERS:
        value = record.numbers.get(name)
        if isinstance(value, int) and value:
            lines += _row(label, f"{value:,}", width)
    if record.finished_at is None:
        lines += _row(
            "when", f"not yet, tried {words.count(record.attempts, 'time')}" if record.attempts else "not yet", width
        )
    else:
        took = lasted(record.started_at, record.finished_at)
        told = f"{at_time(record.finished_at)}, took {took}" if took else at_time(record.finished_at)
        tries = f", after {words.count(record.attempts, 'failed try', 'failed tries')}" if record.attempts else ""
        lines += _row("when", told + tries, width)
    return tuple(lines)


def came_to(sums: Mapping[str, int]) -> str:
    """Return what a sync came to, in rows: `50,000 compared, 213 changed, 4 unreadable`; "" where nothing was."""
    parts = [f"{sums.get('processed', 0):,} compared"] if sums.get("processed") else []
    labels = (("created", "new"), ("updated", "changed"), ("deleted", "gone"), ("failed_rows", "unreadable"))
    parts += [f"{number:,} {word}" for name, word in (*labels, ("held_back", "held back")) if (number := sums.get(name, 0))]
    if len(parts) == 1 and sums.get("processed"):
        parts.append("all as they were")
    return ", ".join(parts)


def _row(label: str, text: str, width: int) -> list[Line]:
    parts = wrapped(text, max(20, width - 2 - _NAME))
    return [(Span(" "), Span(label if not at else "", "dim", _NAME), Span(part)) for at, part in enumerate(parts)]
