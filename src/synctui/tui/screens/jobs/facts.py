"""What is known of one operation, in lines: every number with its meaning."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from synctui import words
from synctui.jobs import summary
from synctui.model.advice import advice
from synctui.model.json import Fields
from synctui.model.reasons import sentence
from synctui.model.states import OperationState, Result
from synctui.store.history import OperationRecord
from synctui.store.lineage import Writing
from synctui.text import cells, clip_start, display
from synctui.tui.draw.line import Line, Span, fit
from synctui.tui.draw.palette import Role
from synctui.tui.draw.pictures import offset_words
from synctui.tui.draw.plots import bar, confidence_bar
from synctui.tui.draw.times import at_time, lasted
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.jobs.calls import about_player
from synctui.tui.screens.jobs.faces import ROLES, role_of
from synctui.tui.screens.players.wording import advice_for

_NAME = 12
_BAR = 16
_MOST_CUTS = 6
_ENGINES = {"builtin": "built-in"}


_PLAIN = ("done", "aligned", "restored", "online", "accepted", "confirmed", "noted", "shown", "listed", "marked_deleted")
"""Reasons that say no more than the outcome."""


def says_no_more(outcome: str, fields: Mapping[str, object]) -> bool:
    """Tell whether the reason of an end only says again what its outcome says."""
    return outcome == Result.DONE and fields.get("reason") in _PLAIN and not fields.get("offset_ms")


def outcome_words(record: OperationRecord) -> str:
    """Return what came of an operation as a sentence, "" where its outcome says it all."""
    if record.result is not None and says_no_more(record.result, {**record.numbers, "reason": record.reason}):
        return ""
    if record.result is None:
        return (
            "in doubt: it was interrupted, what became of it is found out first"
            if (record.state is OperationState.IN_DOUBT)
            else "waits for its turn"
        )
    if record.result is Result.DONE and (moved := offset_words(record.numbers.get("offset_ms"))):
        return f"its lines were moved by {moved.replace(' · ', ', ')}"
    if record.reason == "already_in_sync":
        return "nothing was to be moved" if record.operation.action == "align" else "nothing is to be moved"
    if summary.is_finding(record.reason):
        shifted = words.found(record.numbers) if record.reason == "found_shifted" else ""
        return f"{shifted or sentence(record.reason)}; nothing was written"
    return display(record.message) if record.message else sentence(record.reason)


def fact_lines(record: OperationRecord, written: Sequence[Writing], width: int) -> tuple[Line, ...]:
    """Return everything about an operation but its picture."""
    one, result = record.operation, record.result
    role = role_of(result, record.reason) if result is not None else "dim"
    waits = record.state.value.replace("_", " ")
    word = waits if result is None else summary.end_word(one.action, result.value, record.reason)
    lines: list[Line] = []
    if one.path is not None:
        lines.append((Span(" "), Span(clip_start(display(os.path.dirname(one.path)), width - 2), "dim")))
    first, *rest = wrapped(outcome_words(record), max(20, width - 4 - cells(word)))
    lines.append((Span(" "), Span(word, role), Span(": " if first else ""), Span(first)))
    lines += [(Span("   "), Span(part)) for part in rest]
    if result not in (Result.DONE, Result.UNCHANGED, None) and (hint := advice(record.reason)):
        lines += [(Span("   "), Span(part, "dim")) for part in wrapped(hint, width - 4)]
    trusted = result in (Result.DONE, Result.UNCHANGED, None)
    numbers = _numbers(record.numbers, width, trusted=trusted)
    lines.append(() if trusted or not numbers else (Span(" what was tried, and not trusted", "dim"),))
    lines += numbers
    lines += [_kept(record, written), _undo(record), _times(record)]
    return tuple(part for line in lines for part in _folded(line, width))


def _folded(line: Line, width: int) -> list[Line]:
    """Return a line of a name and what there is to say, the last of it on lines of its own where there is no room."""
    if len(line) < 3 or line[1].width != _NAME or sum(cells(fit(span)) for span in line) <= width:
        return [line]
    *first, last = line
    room = width - 1 - _NAME
    return [tuple(first), *((Span(" " * (1 + _NAME)), Span(part, last.role)) for part in wrapped(last.text.strip(), room))]


def _row(name: str, *spans: Span) -> Line:
    return (Span(" "), Span(name, "dim", _NAME), *spans)


def _numbers(numbers: Fields, width: int, *, trusted: bool) -> list[Line]:
    lines: list[Line] = []
    if moved := offset_words(numbers.get("offset_ms")):
        meaning = _offset_meaning(numbers.get("offset_ms"), trusted=trusted)
        lines.append(_row("offset", Span(moved, "strong"), Span("   " + meaning, "dim")))
    ratio = numbers.get("ratio_name")
    if isinstance(ratio, str) and ratio not in ("", "1"):
        meaning = "   the lines were made for another frame rate" if trusted else ""
        lines.append(_row("speed", Span(ratio, "strong"), Span(meaning, "dim")))
    pieces = numbers.get("pieces")
    if isinstance(pieces, int) and pieces > 1:
        lines.append(_row("pieces", Span(f"{pieces}", "strong"), Span("   cut in between: each moved by itself", "dim")))
        found = words.cuts(numbers)
        for text in wrapped(", ".join(found[:_MOST_CUTS]) + (" …" if len(found) > _MOST_CUTS else ""), width - 1 - _NAME):
            lines.append(_row("", Span(text)))
    confidence = numbers.get("confidence")
    if isinstance(confidence, (int, float)):
        lines.append(_row("confidence", *confidence_bar(confidence, _BAR), Span("   50 and more is trusted", "dim")))
    before, after = numbers.get("overlap_before"), numbers.get("overlap_after")
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        lines.append(_overlap(before, after, width))
    told: list[Span] = []
    count = numbers.get("lines")
    if isinstance(count, int):
        told.append(Span(words.count(count, "line")))
    engine = numbers.get("engine")
    if isinstance(engine, str) and engine:
        told.append(Span(f"{_ENGINES.get(engine, engine)} engine"))
    reference = numbers.get("reference")
    if isinstance(reference, str) and reference:
        told.append(Span(f"against {reference}"))
    if told:
        spread = [part for span in told for part in (Span(", ", "dim"), span)][1:]
        lines.append(_row("measured", *spread))
    return lines


def _offset_meaning(offsets: object, *, trusted: bool) -> str:
    if not isinstance(offsets, Sequence) or isinstance(offsets, str):
        return ""
    known = [one for one in offsets if isinstance(one, (int, float))]
    if len({words.offset(one) for one in known}) > 1:
        return "first, middle, last line"
    if not trusted:
        return ""
    if not known or abs(known[0]) < 100:
        return "nothing to move"
    return "the lines came too late" if known[0] < 0 else "the lines came too early"


def _overlap(before: float, after: float, width: int) -> Line:
    wide = _BAR if width >= 70 else 8
    return _row(
        "on speech",
        Span(bar(before, wide), "dim"),
        Span(f" {100 * before:.0f} % → ", "dim"),
        Span(bar(after, wide), "good" if after > before else "dim"),
        Span(f" {100 * after:.0f} %", "strong"),
        Span(" of its time" if width >= 75 else "", "dim"),
    )


def _kept(record: OperationRecord, written: Sequence[Writing]) -> Line:
    if record.result is None:
        return _row("kept", Span("nothing was written yet", "dim"))
    own = next((one for one in written if one.job == record.job), None)
    if own is None:
        return _row("kept", Span("nothing was written: the file is as it was", "dim"))
    kind, _, name = own.lineage.backup.partition(":")
    if kind == "file" and name:
        return _row("kept", Span("the original lies beside it as "), Span(display(os.path.basename(name)), "strong"))
    return _row("kept", Span("the original lies in SyncTUI's vault"))


def _undo(record: OperationRecord) -> Line:
    if record.undone_by is not None:
        return _row("undo", Span(f"was taken back by job {record.undone_by}", "warn"))
    if record.can_undo:
        return _row("undo", Span("z", "accent"), Span(" takes it back"))
    return _row("undo", Span("nothing to take back", "dim"))


def _times(record: OperationRecord) -> Line:
    if record.finished_at is None:
        tried = f", tried {words.count(record.attempts, 'time')}" if record.attempts else ""
        return _row("when", Span(f"not yet{tried}", "dim"))
    told = at_time(record.finished_at)
    if took := lasted(record.started_at, record.finished_at):
        told += f", took {took}"
    if record.attempts > 0:
        told += f", after {words.count(record.attempts, 'failed try', 'failed tries')}"
    return _row("when", Span(told), Span(f"   job {record.job}", "dim"))


def note_lines(record: OperationRecord) -> tuple[Line, ...]:
    """Return what came of an operation in a sentence, and what to do about it."""
    result = record.result
    if result is None:
        return ()
    word = summary.end_word(record.operation.action, result.value, record.reason)
    told = outcome_words(record)
    role: Role = role_of(result, record.reason) if result in ROLES or summary.is_finding(record.reason) else "dim"
    first: Line = (Span("   "), Span(word, role), Span(f": {told}" if told else ""))
    if record.undone_by is not None:
        return first, (Span(f"   taken back by job {record.undone_by}", "dim"),)
    one = record.operation
    found = (about_player(one.track, one.action) and advice_for(record.reason)) or advice(record.reason)
    hint = found if result not in (Result.DONE, Result.UNCHANGED) else ""
    return (first, (Span(f"   {hint}", "dim"),)) if hint else (first,)
