"""One job told in full: the pane beside the list, and the head of its own page."""

from __future__ import annotations

from collections.abc import Sequence

from synctui import words
from synctui.jobs.board import BoardJob
from synctui.jobs.summary import target_word
from synctui.model.states import JobState
from synctui.text import cells, clip, clip_start
from synctui.tui.draw.line import Line, Span, spread, whole
from synctui.tui.draw.plots import Values, bar, sparkline
from synctui.tui.draw.times import at_time, lasted, pace
from synctui.tui.screens.jobs.faces import glyph, parts, why_paused

_WORD = 20
_MOST_TARGETS = 5
_BY = {"schedule": "the schedule", "hook": "a hook", "follow_up": "another job", "undo": "you", "user": "you"}


def state_words(job: BoardJob) -> str:
    """Return where a job is, in words, with why it waits."""
    if job.state is JobState.PAUSED:
        return why_paused(job)
    if job.state is JobState.AWAITING_CONFIRMATION:
        return "waits to be confirmed"
    if job.state is JobState.PENDING:
        return "waits for its turn"
    if job.state is JobState.PLANNING:
        return "looking what there is to do"
    if job.state is JobState.RUNNING:
        return "runs in another process" if job.where == "elsewhere" else "running"
    return job.state.word


def times_words(job: BoardJob) -> str:
    """Return when a job began and ended, and how long it took."""
    shown = job.snapshot
    if shown.started_at is None:
        return f"ended {at_time(shown.completed_at)}" if shown.completed_at else "not begun yet"
    told = f"began {at_time(shown.started_at)}"
    if shown.completed_at:
        told += f", took {lasted(shown.started_at, shown.completed_at)}"
    return told


def asked_words(job: BoardJob) -> str:
    """Return who asked for a job."""
    by = f"the profile {job.request.profile}" if job.request.profile else _BY.get(job.request.origin, "you")
    return f"asked for by {by}"


def progress_line(job: BoardJob, width: int) -> Line:
    """Return the bar of a job with its counts and what time is left."""
    shown = job.snapshot
    told = f" {shown.current:,}/{shown.total:,}"
    if shown.eta_s is not None and job.state is JobState.RUNNING:
        told += f"   {words.clock_time(shown.eta_s)} left"
    share = shown.current / shown.total if shown.total else float(job.state.final)
    wide = max(6, min(40, width - cells(told) - 1))
    return (Span(bar(share, wide), "accent" if job.state is JobState.RUNNING else "dim"), Span(told))


def counted_line(job: BoardJob, width: int) -> Line:
    """Return the counts of a job, as many as there is room for, or its result where nothing was counted."""
    told = [Span(text, role) for text, role in parts(job)]
    if not told or job.state is JobState.FAILED:
        result = job.result if job.state.final else "nothing done yet"
        told.append(Span(clip(result, width), "error" if job.state is JobState.FAILED else "dim"))
    if job.state is JobState.CANCELLED:
        told[0] = Span(f"cancelled: {told[0].text.removeprefix('cancelled: ')}", told[0].role)
    return whole(told, width)


def head_lines(job: BoardJob, width: int, rates: Values = ()) -> tuple[Line, ...]:
    """Return the lines above the operations of a job: two when it is over, otherwise three.

    `rates` (operations a second, the newest last) are drawn where there is room.
    """
    what: Line = (Span(" "), glyph(job), Span(f"{job.request.kind}  "), Span(job.what, "strong"), Span("  "))
    state = (Span(state_words(job), "warn" if job.state is JobState.PAUSED else "dim"), Span(" "))
    about = f"{asked_words(job)}, {times_words(job)}" + (f", undo of job {job.undo_of}" if job.undo_of else "")
    first = spread(what, state, width)
    if job.state.final:
        return first, (Span(f"   {about}", "dim"),)
    right: list[Span] = []
    if len(rates) > 1 and width >= 110:
        right.append(Span(sparkline(rates, min(30, width - 90)) + "  ", "accent"))
    right.append(Span(pace(job.snapshot.rate) + " ", "dim"))
    line = (Span("   "), *progress_line(job, width // 2), Span("   "))
    times = f"  {times_words(job)} "
    last = spread((Span("   "), *counted_line(job, width - 3 - cells(times))), (Span(times, "dim"),), width)
    return first, spread(line, tuple(right), width), last


def job_sheet(job: BoardJob, width: int) -> tuple[Line, ...]:
    """Return a job in full, in so many columns."""
    shown = job.snapshot
    lines: list[Line] = [
        (Span(clip(job.title, width), "strong"),),
        (glyph(job), Span(state_words(job)), Span(f"   job {job.id}", "dim")),
        (),
    ]
    if not job.state.final:
        lines += [progress_line(job, width), ()]
    lines += [_counted(text, role) for text, role in parts(job)]
    if job.state is JobState.FAILED and shown.message:
        lines.append((Span(shown.message, "error"),))
    if rate := pace(shown.rate):
        lines.append((Span(rate, "dim"),))
    lines += [(), (Span(asked_words(job), "dim"),), (Span(times_words(job), "dim"),)]
    if job.undo_of is not None:
        lines.append((Span(f"takes back job {job.undo_of}", "dim"),))
    lines += _asked_for(job, width)
    if shown.lines:
        lines += [
            (),
            (Span("last", "dim"),),
            *((Span(one[:2]), Span(clip_start(one[2:], width - 2))) for one in shown.lines[-8:]),
        ]
    return tuple(lines)


def _counted(text: str, role: str) -> Line:
    number, _, word = text.partition(" ")
    return (Span(number, role, 8, right=True), Span(f"  {word}", "dim", _WORD))  # type: ignore[arg-type]


def _asked_for(job: BoardJob, width: int) -> Sequence[Line]:
    targets = job.request.targets
    if len(targets) < 2:
        return ()
    lines: list[Line] = [(), (Span(words.count(len(targets), "target"), "dim"),)]
    lines += [(Span(clip("  " + target_word(target), width)),) for target in targets[:_MOST_TARGETS]]
    if len(targets) > _MOST_TARGETS:
        lines.append((Span(f"  and {len(targets) - _MOST_TARGETS:,} more", "dim"),))
    return lines
