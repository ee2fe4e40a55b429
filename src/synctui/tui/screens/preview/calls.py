"""The preview of what players would be told: each call as it is made, and the files that it is about."""

from __future__ import annotations

from collections.abc import Mapping

from synctui import words
from synctui.jobs.draft import Draft, PlannedOperation
from synctui.jobs.summary import action_word
from synctui.model.plan import Operation, PlanTotals
from synctui.syncs.players.errands import errands_of, items_of
from synctui.text import cells, clip, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.players.wording import about, change_word

_BOX, _PLAYER, _MOST_PLAYER, _ACTION, _LABEL = 4, 13, 22, 12, 11
_WIDE, _GAP = 100, 3
_CALLS = ("scan", "full", "tell", "move", "remove", "refresh", "trash")
_MOST_FILES = 2000
_MEANINGS = {
    "discover": "asked how it is: version, folders, whether it lets us in",
    "scan": "asked to look into these folders only",
    "full": "asked to look at all it has",
    "tell": "told which files changed",
    "move": "what it knows of the old place goes to the new one",
    "remove": "asked to take out what is gone",
    "refresh": "asked to read anew what changed; what was watched is kept",
    "trash": "asked to empty its trash",
    "confirm": "asked whether it has them, until it has or its time is over",
    "record": "noted here; it is asked nothing",
    "notify": "asked to show a message to the people watching",
    "skip": "left out, and only noted",
}


def is_call(operation: Operation) -> bool:
    """Tell whether an operation is about a player."""
    return "player" in operation.payload


def row_line(planned: PlannedOperation, width: int) -> Line:
    """Return the row of a call: player, what it is asked for, and how."""
    operation = planned.operation
    skipped = operation.action == "skip"
    role: Role = "text" if planned.selected and not skipped else "dim"
    box = "[-]" if skipped else "[x]" if planned.selected else "[ ]"
    player = _MOST_PLAYER if width >= _WIDE else _PLAYER
    name = display(str(operation.payload.get("player", "")))
    return (
        Span(box, "accent" if role == "text" else "dim", _BOX),
        Span(clip(name, player - 1), role, player),
        Span("leave out" if skipped else action_word(operation.action), role, _ACTION),
        Span(call_words(operation), "dim", max(0, width - _BOX - player - _ACTION)),
    )


def call_words(operation: Operation) -> str:
    """Return the call itself, behind what it is about where it does not say so."""
    subject = about(operation.subject, str(operation.payload.get("player", "")))
    if operation.action in ("discover", "record", "notify") or subject in operation.reason:
        return operation.reason
    return f"{subject}: {operation.reason}"


def doing_words(totals: PlanTotals) -> str:
    """Return what would be done: `4 calls to 3 players`."""
    calls = _calls(totals.by_action)
    return f"{words.count(calls, 'call')} to {words.count(_players(totals.by_action), 'player')}"


def answer(draft: Draft, width: int) -> tuple[Line, Line]:
    """Return what the plan comes to, both sides of a line of so many columns."""
    totals = draft.totals
    parts = [words.count(_calls(totals.by_action), "call")]
    if checks := totals.by_action.get("confirm", 0):
        parts.append(words.count(checks, "check"))
    if shown := totals.by_action.get("notify", 0):
        parts.append(words.count(shown, "message"))
    if skipped := totals.by_action.get("skip", 0):
        parts.append(f"{skipped:,} left out")
    if out := draft.count - totals.total:
        parts.append(f"{out:,} taken out")
    left: Line = (Span(f"{words.count(_players(totals.by_action), 'player')}: ", "strong"), Span(", ".join(parts)))
    told = "no file changes; nothing to undo"
    room = width - sum(cells(span.text) for span in left) - _GAP
    return left, (Span(told if cells(told) <= room else "", "dim"),)


def options(draft: Draft | None) -> Line:
    """Return what holds for all calls, nothing where there are none."""
    if draft is not None and draft.filled and not draft.count:
        return ()
    given = draft.request.options if draft is not None else {}
    how = "everything is scanned" if given.get("full") is True else "told by name what changed"
    told = f"  {how}, then asked whether it is there"
    if given.get("force") is True:
        told += "; also who was left alone"
    return (Span(told, "dim"),)


def empty_lines(draft: Draft, forced: bool) -> list[tuple[str, Role]]:
    """Return the sentences of a plan without calls."""
    notices = draft.totals.notices
    first = "Nobody is asked now." if notices else "Nothing to tell: every change was told already."
    lines: list[tuple[str, Role]] = [(first, "strong")]
    for notice in notices[:8]:
        subject = f"{notice.subject}: " if notice.subject else ""
        lines.append((subject + notice.message, "warn"))
    if not notices and not forced:
        lines.append(("Players learn of changes that a scan of the library or a sync of subtitles has found.", "text"))
    return lines


def detail_lines(planned: PlannedOperation, width: int) -> list[Line]:
    """Return a call in full: what it means, how it is made, and every file that it is about."""
    operation = planned.operation
    player = display(str(operation.payload.get("player", "")))
    word = "leave out" if operation.action == "skip" else action_word(operation.action)
    lines: list[Line] = [(Span(one, "strong"),) for one in wrapped(f"{player}: {word}", width)]
    lines += [(Span(one),) for one in wrapped(_MEANINGS.get(operation.action, ""), width)]
    if operation.action != "skip" and not planned.selected:
        lines.append((Span("taken out of the plan", "warn"),))
    lines.append(())
    subject = about(operation.subject, str(operation.payload.get("player", "")))
    lines += _labelled("about", subject, width) if display(subject) != player else []
    lines += _labelled("why" if operation.action == "skip" else "call", operation.reason, width)
    return [*lines, *file_lines(operation, width)]


def file_lines(operation: Operation, width: int) -> list[Line]:
    """Return every file of an operation, by our path and by the player's."""
    lines: list[Line] = []
    plain = operation.action == "skip"
    found = [(one, None, None) for one in items_of(operation.payload)] if plain else []
    told = [(one.item, one.remote, one.previous) for one in errands_of(operation.payload)] if not plain else []
    for number, (item, remote, previous) in enumerate((*found, *told)):
        if number >= _MOST_FILES:
            lines.append((Span(f"and {len(found) + len(told) - number:,} more", "dim"),))
            break
        kind = "beside it" if item.sidecar else change_word(item.change)
        lines += [(), *_labelled(kind, item.path, width)]
        for label, path in (("there", remote), ("was", item.previous), ("was there", previous)):
            lines += _labelled(label, path, width) if path and path != item.path else []
    return lines


def _labelled(label: str, text: str, width: int) -> list[Line]:
    parts = wrapped(text, width - _LABEL)
    return [(Span(label if not at else "", "dim", _LABEL), Span(part)) for at, part in enumerate(parts)]


def _calls(by_action: Mapping[str, int]) -> int:
    return sum(by_action.get(action, 0) for action in _CALLS)


def _players(by_action: Mapping[str, int]) -> int:
    return max(by_action.get("discover", 0), by_action.get("record", 0))
