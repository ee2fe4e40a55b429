"""The preview of a sync of the catalogue: what would be asked of the server, and what would change here by it."""

from __future__ import annotations

from collections.abc import Sequence

from synctui import words
from synctui.jobs.draft import Draft, PlannedOperation
from synctui.jobs.summary import pull_word
from synctui.model.plan import Operation, PlanTotals
from synctui.syncs.stash.preview import Difference
from synctui.text import cells, clip, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.times import at_time
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.preview.wanted import Wanted
from synctui.tui.screens.stash.standing import Standing

RECORD = "record"
_BOX, _ACTION, _LABEL, _FIELD = 4, 13, 11, 12
_FEWEST, _MOST, _GAP = 22, 48, 3
_MOST_FIELD = 400
_MEANINGS = {
    "pull": "all of them are asked for, and compared row by row",
    "sweep": "their numbers are listed, and all of them are fetched then",
    "fetch": "these are asked for; what is as it was is not written again",
    "delete": "asked about once more, then kept here and marked as gone",
    "hold": "they stay as they are until a person says that this is meant",
    "record": "noted here: what the next sync begins with",
}
MODES = (
    ("auto", "a", "as much as is needed; nothing where nothing changed"),
    ("incremental", "i", "only what the server says has changed"),
    ("smart", "s", "all versions are compared, what differs is fetched"),
    ("full", "f", "everything is fetched and compared, row by row"),
)
_WHAT = {"created": "new", "updated": "changed", "unchanged": "as it is", "missing": "not there", "deleted": "gone"}
_WHAT_ROLES: dict[str, Role] = {"created": "good", "updated": "text", "missing": "warn", "deleted": "warn"}


def row_line(planned: PlannedOperation, width: int) -> Line:
    """Return the row of an operation: ticked or not, what is done, what it is about, what differs."""
    operation = planned.operation
    idle = operation.action == "hold"
    role: Role = "text" if planned.selected and not idle else "dim"
    box = "[-]" if idle else "[x]" if planned.selected else "[ ]"
    left = width - _BOX - _ACTION
    room = max(_FEWEST, min(_MOST, left // 2))
    return (
        Span(box, "accent" if role == "text" else "dim", _BOX),
        Span(pull_word(operation.action), role, _ACTION),
        Span(clip(display(operation.subject, 200), room - 1), role, room),
        Span(operation.reason, "warn" if idle else "dim", max(0, left - room)),
    )


def answer(draft: Draft, width: int) -> tuple[Line, Line]:
    """Return what the plan comes to, both sides of a line of so many columns."""
    totals = draft.totals
    left: Line = (Span(doing_words(totals), "strong"),)
    if out := draft.count - totals.total:
        left = (*left, Span(f", {out:,} taken out"))
    right = [f"about {words.about(totals.estimate)}"] if totals.estimate >= 1 else []
    right.append("the server is only read")
    room = width - sum(cells(span.text) for span in left) - _GAP
    told = next((text for text in (("   ".join(right)), right[-1]) if cells(text) <= room), "")
    return left, (Span(told, "dim"),)


def doing_words(totals: PlanTotals) -> str:
    """Return what would be done: `3 lists to compare, 12 batches to fetch, 1 to mark as gone`."""
    by = totals.by_action
    parts = [words.count(number, "list") + " to compare" for number in (by.get("pull", 0),) if number]
    parts += ["all scenes to fetch"] if by.get("sweep", 0) else []
    if number := by.get("fetch", 0):
        parts.append(words.count(number, "batch", "batches") + " to fetch")
    if number := by.get("delete", 0):
        parts.append(words.count(number, "batch", "batches") + " to mark as gone")
    parts += ["some held back"] if by.get("hold", 0) else []
    return ", ".join(parts) or "to be noted"


def options(wanted: Wanted, draft: Draft | None) -> Line:
    """Return what holds for all of it: the mode, and which side counts where both changed a field."""
    given = draft.request.options if draft is not None else wanted.request.options if wanted.request is not None else {}
    line: list[Span] = [Span("  mode  ", "dim"), Span(str(given.get("mode") or "auto"), "strong")]
    if draft is not None and draft.filled and draft.count:
        told = next((one for name, _, one in MODES if name == str(given.get("mode") or "auto")), "")
        line.append(Span(f"   {told}", "dim"))
    return tuple(line)


def empty_lines(wanted: Wanted, one: Standing | None) -> list[tuple[str, Role]]:
    """Return the sentences of a plan without operations."""
    lines: list[tuple[str, Role]] = [("Nothing to do: nothing has changed on the server.", "strong")]
    if one is not None:
        told = [f"Looked at {at_time(one.server.probed_at)}"] if one.server.probed_at else []
        told += [f"everything was compared {at_time(one.exact)}"] if one.exact else []
        if told:
            lines.append((", ".join(told) + ".", "text"))
        if one.server.held_back:
            lines.append((f"{one.server.held_back:,} that vanished are held back still.", "warn"))
    if str(wanted.option("mode") or "auto") in ("auto", "incremental"):
        lines.append(("What was only watched does not show in this; smart compares it too, once a day by itself.", "dim"))
    return lines


def detail_lines(planned: PlannedOperation, width: int) -> list[Line]:
    """Return an operation in full, but for what would change by it: that is asked of the server."""
    operation = planned.operation
    lines: list[Line] = [
        (Span(one, "strong"),) for one in wrapped(f"{pull_word(operation.action)}: {operation.subject}", width)
    ]
    lines += [(Span(one),) for one in wrapped(_MEANINGS.get(operation.action, ""), width)]
    if not planned.selected and operation.action != "hold":
        lines.append((Span("taken out of the plan", "warn"),))
    lines.append(())
    for at, one in enumerate(wrapped(operation.reason, width - _LABEL)):
        lines.append((Span("why" if not at else "", "dim", _LABEL), Span(one)))
    if operation.estimate >= 1:
        lines.append((Span("about", "dim", _LABEL), Span(words.about(operation.estimate))))
    return lines


def may_differ(operation: Operation) -> bool:
    """Tell whether an operation's rows can be looked at before it runs."""
    return operation.action == "fetch" or (operation.action == "delete" and operation.payload.get("entity") == "scene")


def difference_lines(found: Sequence[Difference], width: int) -> list[Line]:
    """Return what would become of each scene, field by field; those that stay as they are come last, in one line."""
    lines: list[Line] = [()]
    sums: dict[str, int] = {}
    for one in found:
        sums[one.what] = sums.get(one.what, 0) + 1
    told = ", ".join(f"{number:,} {_WHAT.get(what, what)}" for what, number in sums.items())
    lines.append((Span(told or "no scene is there", "strong"),))
    for one in found:
        if one.what == "unchanged":
            continue
        name = clip(display(one.name, 300) or f"scene {one.scene}", max(10, width - 20))
        word = _WHAT.get(one.what, one.what)
        lines += [(), (Span(word, _WHAT_ROLES.get(one.what, "text"), _LABEL), Span(name), Span(f"  {one.scene}", "dim"))]
        for change in one.fields:
            before, after = (display(text, _MOST_FIELD) or "nothing" for text in (change.before, change.after))
            role: Role = "warn" if change.conflict else "text"
            label = change.field if not change.conflict else f"{change.field} !"
            parts = wrapped(f"{before} → {after}", max(20, width - 2 - _FIELD))
            for at, part in enumerate(parts):
                lines.append((Span("  "), Span(label if not at else "", "dim", _FIELD), Span(part, role)))
    if any(change.conflict for one in found for change in one.fields):
        lines += [(), (Span("! changed here as well", "warn"),)]
    return lines
