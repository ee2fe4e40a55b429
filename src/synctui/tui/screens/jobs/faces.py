"""A job in lines: its head as every list shows it, and what is told below it while it is not at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui import words
from synctui.jobs import summary
from synctui.jobs.board import BoardJob
from synctui.jobs.progress import InFlight
from synctui.model.states import JobState, Result
from synctui.text import cells
from synctui.tui.draw.line import Line, Span, spread, whole
from synctui.tui.draw.palette import Role
from synctui.tui.draw.plots import bar
from synctui.tui.draw.times import at_time, lasted, pace, when

_KIND, _COUNT, _TIME = 10, 12, 8
_WHEN, _LASTED = 10, 7
_MOST_FLIGHTS = 6
_ORDER = (
    Result.DONE,
    Result.FAILED,
    Result.CONFLICT,
    Result.REFUSED,
    Result.UNCHANGED,
    Result.SKIPPED,
    Result.DEFERRED,
)
"""What is worth the room first, where there is little."""
ROLES: Mapping[Result, Role] = {
    Result.DONE: "good",
    Result.FAILED: "error",
    Result.CONFLICT: "error",
    Result.REFUSED: "warn",
}


@dataclass(slots=True)
class Slots:
    """The operations in flight of one job, each in a place of its own as long as it runs: lines do not jump about.

    There are as many places as were ever needed at once while the job was watched.
    """

    places: list[InFlight | None] = field(default_factory=list)

    def take(self, flights: Sequence[InFlight]) -> None:
        """Take over what is in flight now."""
        left = list(flights)
        for place, before in enumerate(self.places):
            same = next((one for one in left if before is not None and one.subject == before.subject), None)
            self.places[place] = same
            if same is not None:
                left.remove(same)
        for place, before in enumerate(self.places):
            if before is None and left:
                self.places[place] = left.pop(0)
        self.places += left

    @property
    def lines(self) -> int:
        """Return how many lines they take."""
        return min(len(self.places), _MOST_FLIGHTS)


def glyph(job: BoardJob) -> Span:
    """Return the sign of a job's state: what went wrong shows in it."""
    if job.state is JobState.COMPLETED and not job.clean:
        return Span("! ", "warn")
    roles: dict[JobState, Role] = {
        JobState.RUNNING: "accent",
        JobState.PLANNING: "accent",
        JobState.PAUSED: "warn",
        JobState.AWAITING_CONFIRMATION: "warn",
        JobState.COMPLETED: "good",
        JobState.FAILED: "error",
    }
    return Span(job.state.glyph, roles.get(job.state, "dim"), 2)


def actions(job: BoardJob) -> tuple[str, ...]:
    """Return what the operations of a job do, for the word of what is done."""
    if job.request.kind == "players":
        return ("confirm",)
    if job.request.kind == "stash":
        return ("fetch",)
    if job.request.kind != "subtitles":
        return ()
    if job.request.brings_back or job.undo_of is not None:
        return ("restore",)
    return ("check",) if job.request.checks else ("align",)


def parts(job: BoardJob) -> list[tuple[str, Role]]:
    """Return the counts of a job in words, the most important first."""
    shown = summary.parts(job.snapshot.counts, actions(job), job.snapshot.found)
    # What a check has found is what it was for.
    first = (Result.FAILED, Result.CONFLICT, Result.UNCHANGED) if job.request.checks else ()
    order = list(dict.fromkeys((*first, *_ORDER)))
    said: list[tuple[str, Role]] = []
    for one, text in sorted(shown, key=lambda part: order.index(part[0])):
        said.append((text, ROLES.get(one, "text")))
        if one is Result.DONE and (taken := summary.undone(job.snapshot.counts, job.undone)):
            said.append((taken, "dim"))
    return said


def role_of(result: Result | None, reason: str) -> Role:
    """Return the role that an end's word is drawn in: what a check has found is to be seen."""
    if summary.is_finding(reason):
        return "warn"
    return ROLES.get(result, "text") if result is not None else "text"


def result_line(job: BoardJob, width: int, came: str = "") -> Line:
    """Return what a job did in at most so many columns: what has no room is left out, its message or reason first.

    `came` is what it came to in words of its kind, where those say more than how its operations ended.
    """
    said = parts(job)
    if came and job.state is JobState.COMPLETED:
        told = [Span(part, "text" if job.clean else "error") for part in came.split(", ")]
        return whole(told, width, ", ")
    if job.state is JobState.FAILED or not said:
        return (Span(job.result, "error" if job.state is JobState.FAILED else "dim"),)
    line: list[Span] = [Span("cancelled: ", "dim")] if job.state is JobState.CANCELLED else []
    taken = sum(cells(span.text) for span in line)
    if not line and sum(2 + cells(text) for text, _ in said) - 2 > width:
        # What went wrong is said before what went well, where there is no room for both.
        said.sort(key=lambda part: part[1] != "error")
        said = [(text.removesuffix(" meanwhile"), role) for text, role in said]
    begun = False
    for text, role in said:
        gap = 2 if begun else 0
        if begun and taken + gap + cells(text) > width:
            continue
        role = role if role in ("error", "warn") else "text"
        line += [Span(", "), Span(text, role)] if begun else [Span(text, role)]
        taken += gap + cells(text)
        begun = True
    return tuple(line)


def why_paused(job: BoardJob) -> str:
    """Return why a job waits and until when."""
    shown = job.snapshot
    if shown.pause_until:
        return f"{summary.pause(shown.pause_reason)}, resumes {at_time(shown.pause_until)}"
    if shown.pause_reason == "user":
        return "paused by you"
    return summary.pause(shown.pause_reason) or "paused"


def head(job: BoardJob, width: int, came: str = "") -> Line:
    """Return the one line of a job; `came` as `result_line` has it."""
    what = max(10, min(36, width * 25 // 100))
    line: Line = (glyph(job), Span(job.request.kind, "text", _KIND), Span(job.what, "strong", what), Span("  "))
    room = max(0, width - 2 - _KIND - what - 2)
    shown = job.snapshot
    if job.state.final:
        times = (
            Span(when(shown.completed_at), "dim", _WHEN, right=True),
            Span(lasted(shown.started_at, shown.completed_at), "dim", _LASTED, right=True),
        )
        left = max(0, room - _WHEN - _LASTED)
        return (*line, *spread(result_line(job, left, came), (), left), *times)
    if job.state is JobState.AWAITING_CONFIRMATION:
        return (*line, Span(f"waits for you: {words.count(shown.total, 'operation')}", "warn", room))
    if job.state is JobState.PLANNING:
        return (*line, Span("looking what there is to do", "dim", room))
    wide = max(6, min(40, room - _COUNT - _TIME))
    filled = bar(shown.current / shown.total if shown.total else 0.0, wide)
    rest = max(0, room - wide)
    if job.state is JobState.RUNNING:
        eta = words.clock_time(shown.eta_s) if shown.eta_s is not None else ""
        count = Span(f"{shown.current:,}/{shown.total:,}", "text", rest - _TIME, right=True)
        return (*line, Span(filled, "accent"), count, Span(eta, "dim", _TIME, right=True))
    told = why_paused(job) if job.state is JobState.PAUSED else "waits for its turn"
    if cells(told) + 2 > rest:
        told = (
            "interrupted" if shown.pause_reason == "interrupted" else "paused" if job.state is JobState.PAUSED else "waits"
        )
    return (*line, Span(filled, "dim"), Span("  " + told, "warn" if job.state is JobState.PAUSED else "dim", rest))


def below(job: BoardJob, slots: Slots, width: int) -> tuple[Line, ...]:
    """Return the lines below the head of a job that is not at its end."""
    if job.state is JobState.RUNNING:
        return (counters(job, width - 2), *flights(slots, width - 2))
    if job.state is JobState.PAUSED:
        return (_indented(_resting(job)),)
    if job.state is JobState.AWAITING_CONFIRMATION:
        return (_indented((Span("c shows what it would do, and lets it run; x drops it", "dim"),)),)
    return ()


def _indented(line: Line) -> Line:
    return (Span("    "), *line)


def _resting(job: BoardJob) -> Line:
    shown = job.snapshot
    told = f"{shown.current:,} of {shown.total:,} done, all kept" if shown.total else "nothing done yet"
    # The head has said so already where it is said in a word.
    why = "" if shown.pause_reason in ("user", "interrupted") else f"{why_paused(job)}; "
    return (Span(f"{why}{told}; ", "dim"), Span("space", "accent"), Span(" goes on", "dim"))


def counters(job: BoardJob, width: int) -> Line:
    """Return the counts so far and the rate; who runs it where it is another process."""
    right = pace(job.snapshot.rate)
    if job.where == "elsewhere":
        right = f"{right}  in another process" if right else "in another process"
    told = [Span(text, role) for text, role in parts(job)] or [Span("nothing done yet", "dim")]
    line = whole(told, width - 4 - cells(right) - 2)
    return spread((Span("    "), *line), (Span(right, "dim"),), width)


def flights(slots: Slots, width: int) -> tuple[Line, ...]:
    """Return the operations in flight with what is done to them."""
    shown = slots.places[:_MOST_FLIGHTS]
    more = sum(one is not None for one in slots.places[_MOST_FLIGHTS:])
    lines: list[Line] = []
    for number, one in enumerate(shown):
        if one is None:
            lines.append(())
            continue
        doing = one.phase + (f" {100 * one.fraction:.0f} %" if one.fraction is not None else "")
        if more and number == len(shown) - 1:
            doing += f", and {more} more"
        room = max(10, width - 4 - cells(doing) - 3)
        tail: Line = (Span(" · " if doing else "", "dim"), Span(doing, "dim"))
        subject = words.name(one.subject, room).rstrip()
        lines.append((Span("    "), Span(subject), *tail))
    return tuple(lines)
