"""What a plan comes to: the first lines of the preview, before the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui import words
from synctui.config.schema import Subtitles
from synctui.jobs.draft import Draft
from synctui.model.plan import Notice, PlanTotals
from synctui.model.reasons import sentence
from synctui.model.states import SubtitleState
from synctui.text import cells
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.preview import calls, pulls
from synctui.tui.screens.preview.columns import engine_word
from synctui.tui.screens.preview.wanted import Wanted

_NOUNS = {"subtitles": "subtitle"}
_DOING = {"align": "to align", "restore": "to bring back"}
_KNOWN = {
    "untouched": "as they were, or never changed",
    "not_failed": "did not fail",
    "unchanged": "as on the server",
    "three_strikes": sentence("three_strikes"),
}
_GAP = 3


def to_do(totals: PlanTotals) -> int:
    """Return how many of the ticked operations would do something."""
    return totals.total - totals.by_action.get("skip", 0) - totals.by_action.get("hold", 0)


def doing_words(totals: PlanTotals, wanted: Wanted | None = None) -> str:
    """Return what would be done: `176 to align, 2 skipped`."""
    if wanted is not None and wanted.tells:
        return calls.doing_words(totals)
    if wanted is not None and wanted.pulls:
        return pulls.doing_words(totals)
    parts = [
        f"{number:,} {_DOING.get(action, 'to ' + action)}"
        for action, number in sorted(totals.by_action.items())
        if action != "skip"
    ]
    if skipped := totals.by_action.get("skip", 0):
        parts.append(f"{skipped:,} skipped")
    return ", ".join(parts)


def looking(draft: Draft | None) -> Line:
    """Return the answer while the plan grows."""
    totals = draft.totals if draft is not None else PlanTotals()
    known = sum(totals.known.values())
    if draft is None or not (draft.count or known):
        return (Span("looking"),)
    parts = [f"{draft.count:,} to do"] + ([f"{known:,} known already"] if known else [])
    return (Span("looking: "), Span(", ".join(parts)))


def answer(draft: Draft, width: int) -> tuple[Line, Line]:
    """Return the answer of a complete plan: how much, and what it costs; both sides of a line of so many columns."""
    totals = draft.totals
    if draft.count == 0:
        return (Span("nothing to do", "strong"),), ()
    if draft.request.kind == "players":
        return calls.answer(draft, width)
    if draft.request.kind == "stash":
        return pulls.answer(draft, width)
    noun = words.count(draft.count, _NOUNS.get(draft.request.kind, "operation"))
    parts = [part for part in (doing_words(totals),) if part]
    if out := draft.count - totals.total:
        parts.append(f"{out:,} taken out")
    left: list[Span] = [Span(f"{noun}: ", "strong"), Span(", ".join(parts))]
    right: list[str] = []
    if totals.cost:
        right.append(f"cost {totals.cost:,}")
    if totals.estimate:
        right.append(f"about {words.about(totals.estimate)}")
    if draft.request.checks and to_do(totals):
        right.append("nothing is written")
    elif doing := to_do(totals):
        right.append(f"undo: {_undo(totals.undoable, doing)}")
    room = width - sum(cells(span.text) for span in left) - _GAP
    gap = " " * _GAP
    # What has no room is left out, the shortest way first; nothing is ever cut.
    shorter = [one.partition(", ")[0] for one in right]
    told = next((text for one in (right, shorter, shorter[-1:]) if cells(text := gap.join(one)) <= room), "")
    return tuple(left), (Span(told, "dim"),)


def _undo(undoable: int, doing: int) -> str:
    if undoable >= doing:
        return "yes, each" if doing > 1 else "yes"
    return f"{undoable:,} of {doing:,}" if undoable else "no"


def options(wanted: Wanted, draft: Draft | None, settings: Subtitles, width: int) -> Line:
    """Return what holds for all rows, as much of it as there is room for."""
    if wanted.brings_back:
        forced = wanted.option("force") is True
        told = "what stands there now is kept too" + (
            ", also what somebody has changed since" if forced else "; what changed since stays as it is"
        )
        return (Span("  " + told, "dim"),)
    if wanted.tells:
        return calls.options(draft)
    if wanted.pulls:
        return pulls.options(wanted, draft)
    if not wanted.aligns:
        return ()
    given = draft.request.options if draft is not None else wanted.request.options if wanted.request is not None else {}
    engine = str(given.get("engine") or settings.engine)
    reference, audio = given.get("reference"), given.get("audio")
    spoken = given.get("languages", settings.languages)
    parts: list[tuple[str, str]] = [
        ("engine", engine_word(engine)),
        ("reference", words.name(str(reference), 24).strip() if reference else f"audio {audio}" if audio else "audio"),
    ]
    if isinstance(spoken, (list, tuple)) and spoken:
        parts.append(("languages", " ".join(map(str, spoken))))
    if given.get("force"):
        parts.append(("", "checked all the same"))
    parts += [] if wanted.checks else [("backup", ".bak"), ("", "written only if better")]
    line: list[Span] = [Span("  ")]
    taken = 2
    for label, value in parts:
        size = (cells(label) + 2 if label else 0) + cells(value) + _GAP
        if taken + size - _GAP > width:
            continue
        if label:
            line.append(Span(label + "  ", "dim"))
        line += [Span(value, "strong" if label else "dim"), Span(" " * _GAP)]
        taken += size
    return tuple(line)


def engine_of(wanted: Wanted, draft: Draft | None, settings: Subtitles) -> str:
    """Return the engine that operations have unless another was chosen for them."""
    given = draft.request.options if draft is not None else wanted.request.options if wanted.request is not None else {}
    engine = str(given.get("engine") or settings.engine)
    return "builtin" if engine == "auto" else engine


def known_words(known: Mapping[str, int], most: int = 3) -> str:
    """Return how what is left alone stands: `3,000 in sync, 110 refused`."""
    ordered = sorted(known.items(), key=lambda item: -item[1])
    parts = [f"{number:,} {state_word(state)}" for state, number in ordered[:most] if number]
    if rest := sum(number for _, number in ordered[most:]):
        parts.append(f"{rest:,} otherwise")
    return ", ".join(parts)


def state_word(state: str) -> str:
    """Return the word of what a plan leaves alone."""
    if state in _KNOWN:
        return _KNOWN[state]
    try:
        return SubtitleState(state).word
    except ValueError:
        return state.replace("_", " ")


def notice_words(notice: Notice) -> str:
    """Return a notice with what it is about."""
    return f"{notice.subject}: {notice.message}" if notice.subject else notice.message


def note(notices: Sequence[Notice], stopped: bool, known: Mapping[str, int], missing: str) -> tuple[Line, Line]:
    """Return the one line above the rows with what the plan has to say, both sides of it; () when that is nothing.

    `stopped` says that a brake among the notices waits for its answer; `missing` is what an undo leaves out.
    """
    brakes = [one for one in notices if one.level == "brake"]
    if brakes and stopped:
        return (Span("  stopped: " + notice_words(brakes[0]), "error"),), (Span("  enter asks ", "dim"),)
    if notices:
        many = f"{len(notices):,} warnings: " if len(notices) > 1 else ""
        return (Span(f"  {many}{notice_words(notices[0])}", "warn"),), (Span("  w all of it ", "dim"),)
    if missing:
        return (Span("  " + missing, "warn"),), ()
    if total := sum(known.values()):
        return (Span(f"  {total:,} more left as they are: {known_words(known)}", "dim"),), ()
    return (), ()
