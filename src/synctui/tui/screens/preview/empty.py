"""What stands in the preview where there are no rows: why, since when, and what can be done; and all that a plan says."""

from __future__ import annotations

from collections.abc import Sequence

from synctui import words
from synctui.errors import SyncTuiError
from synctui.jobs.draft import Draft
from synctui.model.plan import PlanTotals
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.times import when
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.preview import calls, pulls
from synctui.tui.screens.preview.sums import notice_words, state_word
from synctui.tui.screens.preview.wanted import Wanted
from synctui.tui.screens.stash.standing import Standing

_INDENT = 3
_KEY = 8


def empty_lines(
    draft: Draft, wanted: Wanted, since: str, languages: Sequence[str], width: int, catalogue: Standing | None = None
) -> list[Line]:
    """Return what is said of a plan without operations; `since` is when this was last checked (RFC 3339 text).

    `catalogue` is how that of a Stash stands.
    """
    known = {state: number for state, number in draft.known.items() if number}
    total = sum(known.values())
    lines: list[Line] = [()]
    if wanted.brings_back:
        lines += _paragraph(
            "There is nothing to bring back: what stands there was never changed, or is the original.", width, "strong"
        )
    elif draft.totals.brakes:
        lines += _paragraph("Nothing was looked at: this does not look as it did before.", width, "strong")
        for brake in draft.totals.brakes:
            lines += _paragraph(notice_words(brake), width, "warn")
        lines += [(), _key("enter", "asks whether it is meant"), _key("esc", "back, nothing is written")]
        return lines
    elif wanted.tells:
        forced = wanted.option("force") is True
        for text, role in calls.empty_lines(draft, forced):
            lines += _paragraph(text, width, role)
        again = [] if forced else [_key("c", "ask all the same, also who is left alone")]
        return [*lines, (), *again, _key("esc", "back")]
    elif wanted.pulls:
        for text, role in pulls.empty_lines(wanted, catalogue):
            lines += _paragraph(text, width, role)
        return [*lines, (), _key("m", "another mode"), _key("esc", "back")]
    elif not total:
        lines += _paragraph("There is no subtitle here.", width, "strong")
        if languages:
            lines += _paragraph(f"Only those in {', '.join(languages)} are looked at; the settings say so.", width)
    else:
        same = next(iter(known)) if len(known) == 1 else ""
        all_of = "it is" if total == 1 else f"all {total:,} are"
        checked = f", last checked {when(since)}" if since else ""
        lines += _paragraph(
            f"Nothing to do: {all_of} {state_word(same) if same else 'known already'}{checked}.", width, "strong"
        )
        if not same:
            lines.append(())
            for state, number in sorted(known.items(), key=lambda item: -item[1]):
                lines.append(
                    (Span(" " * _INDENT), Span(f"{number:,}", "text", 9, True), Span("  " + state_word(state), "dim"))
                )
    lines.append(())
    if total and not wanted.brings_back and wanted.option("force") is not True:
        verb = "check" if wanted.option("check") is True else "sync"
        lines.append(_key("c", f"{verb} {'it' if total == 1 else 'them'} all the same"))
    lines.append(_key("esc", "back"))
    return lines


def failed_lines(trouble: SyncTuiError, width: int) -> list[Line]:
    """Return what is said when there is no plan: what happened, to what, what to do."""
    lines: list[Line] = [(), *_paragraph(str(trouble), width, "error")]
    candidates = getattr(trouble, "candidates", ())
    lines += [(Span(" " * _INDENT + "   "), Span(str(one))) for one in candidates]
    if trouble.hint:
        lines += [(), *_paragraph(trouble.hint, width)]
    lines.append(())
    if trouble.code == "dependency_missing":
        lines.append(_key("e", "choose another engine"))
    lines.append(_key("esc", "back, nothing was written"))
    return lines


def notice_lines(totals: PlanTotals, missing: str, width: int) -> list[Line]:
    """Return all that a plan has to say: what stopped it, warnings, and what it leaves alone."""
    lines: list[Line] = []
    for one in totals.notices:
        role: Role = "error" if one.level == "brake" else "warn"
        word = "stopped" if one.level == "brake" else "warning"
        for at, text in enumerate(wrapped(notice_words(one), width - 10)):
            lines.append((Span(word if not at else "", role, 10), Span(text)))
    if missing:
        lines += [(Span("undo", "warn", 10), Span(one)) for one in wrapped(missing, width - 10)]
    if known := {state: number for state, number in totals.known.items() if number}:
        lines += [(), (Span("left as they are, because they are known:", "dim"),)] if lines else []
        for state, number in sorted(known.items(), key=lambda item: -item[1]):
            lines.append((Span(f"{number:,}", "text", 9, True), Span("  " + state_word(state))))
    if not lines:
        lines.append((Span(f"nothing besides the {words.count(totals.total, 'row')}", "dim"),))
    return lines


def _paragraph(text: str, width: int, role: Role = "text") -> list[Line]:
    return [(Span(" " * _INDENT), Span(one, role)) for one in wrapped(text, width - 2 * _INDENT)]


def _key(key: str, text: str) -> Line:
    return (Span(" " * _INDENT), Span(key, "accent", _KEY), Span(text, "dim"))
