"""The guided first minute of the demo: what to do next, told above the hints, moved on by what the user does."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synctui.jobs.board import Board, BoardJob
from synctui.model.states import JobState
from synctui.text import cells
from synctui.tui.draw.line import Line, Span, fit, spread

TOUR = frozenset(("tour", "tour_next"))
"""The commands that are about the tour itself."""

_OVER = "over"
_LONGEST = 64
_INDENT = 7
_BEGUN = (JobState.PENDING, JobState.PAUSED, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)
_Says = Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class Seen:
    """What the user did since a step began: the screen on top, the commands, and the jobs beside those there were."""

    place: str = "library"
    done: set[str] = field(default_factory=set)
    board: Board = field(default_factory=Board)
    since: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: `says` are two lines by place ("" for any other), `reached` tells when it was done.

    `{place.command}` in a line becomes the key that does it. Who has reached a step that `leaps` needs none before it.
    """

    id: str
    says: _Says
    reached: Callable[[Seen], bool]
    leaps: bool = False


def _previewed(seen: Seen) -> bool:
    return seen.place == "preview" and "catalogue.sync" not in seen.done


def _ran(seen: Seen) -> bool:
    return any(_new(job, seen) and job.undo_of is None and job.request.kind == "subtitles" for job in seen.board.jobs)


def _undone(seen: Seen) -> bool:
    return any(_new(job, seen) and job.undo_of is not None for job in seen.board.jobs)


def _new(job: BoardJob, seen: Seen) -> bool:
    return job.state is JobState.RUNNING or (job.id > seen.since and job.state in _BEGUN)


def _looked_at_one(seen: Seen) -> bool:
    return seen.place == "operation" or bool({"library.details", "job.open"} & seen.done)


def _synced_stash(seen: Seen) -> bool:
    return any(job.request.kind == "stash" and _new(job, seen) for job in seen.board.jobs)


STEPS = (
    Step(
        "open",
        {
            "": (
                "A small made-up library: its films really speak, and most subtitles are",
                "wrong on purpose. {.down} and {.up} move, {library.open} opens a row.",
            )
        },
        lambda seen: "library.open" in seen.done,
    ),
    Step(
        "sync",
        {
            "library": (
                "Go to a series. {library.sync} shows what syncing would do with it, or with all that",
                "you mark ({library.mark}). Nothing is written before you agree.",
            ),
            "": ("The subtitles are in the library.", "{.library} goes there."),
        },
        _previewed,
        leaps=True,
    ),
    Step(
        "run",
        {
            "preview": (
                "Each row is a subtitle, and why it is here; {preview.toggle} takes one out.",
                "{preview.run} does the rest. Every original is kept.",
            ),
            "library": ("Nothing was written.", "{library.sync} on a series again, then {preview.run}."),
            "": ("Nothing was written.", "{.library}, there {library.sync} on a series, then {preview.run}."),
        },
        _ran,
        leaps=True,
    ),
    Step(
        "watch",
        {
            "": (
                "It works beside you, and goes on after whatever happens to this window.",
                "{.jobs} goes to the jobs.",
            )
        },
        lambda seen: seen.place in ("jobs", "job", "operation"),
    ),
    Step(
        "look",
        {
            "jobs": (
                "{jobs.open} opens a job, and there a subtitle. Some of them were refused:",
                "nothing fitted well enough, so not a byte was changed.",
            ),
            "job": (
                "{job.open} on a row: what was found, in numbers and drawn. Some are refused:",
                "nothing fitted well enough, so not a byte was changed.",
            ),
            "library": (
                "{library.next_off} goes to the next that is off or was refused, {library.details} tells why.",
                "What cannot be trusted is not changed by a byte.",
            ),
            "": ("Look at one subtitle closely.", "{.jobs}, then {jobs.open} on the job and on a row."),
        },
        _looked_at_one,
    ),
    Step(
        "undo",
        {
            "jobs": ("All of it can be taken back.", "{jobs.undo} on the job, look at it, {preview.run}."),
            "job": ("All of it can be taken back.", "{job.undo} here, look at it, {preview.run}."),
            "operation": ("All of it can be taken back.", "{.back}, then {job.undo}: the whole job."),
            "preview": ("This brings them back to what they were.", "{preview.run} does it."),
            "": ("All of it can be taken back.", "{.jobs}, then {jobs.undo} on the job, then {preview.run}."),
        },
        _undone,
        leaps=True,
    ),
    Step(
        "players",
        {
            "": (
                "Three made-up players were told of it, and asked whether they have it.",
                "One is off at first: what it missed waits. {.players} shows them.",
            )
        },
        lambda seen: seen.place == "players",
    ),
    Step(
        "stash",
        {
            "catalogue": (
                "{catalogue.sync} asks the made-up Stash for its 2,000 scenes, after a preview.",
                "They are then browsed, searched ({catalogue.filter}) and edited here.",
            ),
            "preview": ("The server is only read, and what differs is written down here.", "{preview.run} begins."),
            "": (
                "There is a made-up Stash as well, which was never synced.",
                "{.stash} goes to its catalogue, {catalogue.sync} there syncs it.",
            ),
        },
        _synced_stash,
    ),
    Step(
        "own",
        {
            "": (
                "That was all; {.help} tells a screen's keys. For your own library leave ({.quit}),",
                "start synctui without --demo, and add its folder.",
            )
        },
        lambda seen: False,
    ),
)


class Guide:
    """Where the user is in the tour; kept in `file`, so that a demo that stays goes on where it was.

    `over` when the user is done with it; `key` returns the key of a command (`place.id`).
    """

    def __init__(self, file: Path, key: Callable[[str, str], str]) -> None:
        self._file = file
        self._key = key
        self._seen = Seen()
        self._at = 0
        self.over = False
        self.height = 2
        self._recall()

    @property
    def step(self) -> Step:
        """Return what is to be done now."""
        return STEPS[self._at]

    def begin(self, board: Board) -> None:
        """Take over how the jobs stood at the beginning: those of an earlier visit are no answer to what is asked now."""
        self._seen.since = max((job.id for job in board.jobs), default=0)

    def did(self, place: str, command: str) -> bool:
        """Take over that a command was done; True when the tour went on."""
        self._seen.done.add(f"{place}.{command}")
        return self._advance()

    def look(self, place: str, board: Board) -> bool:
        """Take over which screen is on top and how the jobs stand; True when the tour went on."""
        self._seen.place, self._seen.board = place, board
        return self._advance()

    def skip(self) -> None:
        """Go on to the next step; after the last one it is over."""
        if self.over or self._at == len(STEPS) - 1:
            self.over = True
        else:
            self._begin(self._at + 1)

    def turn(self) -> None:
        """Put the tour away, or bring it back where it was; after its end from the beginning."""
        self.over = not self.over
        if not self.over and self._at == len(STEPS) - 1:
            self._begin(0)

    def keep(self) -> None:
        """Write down where the tour is (in a thread: it waits for the disk); what refuses is no matter."""
        new = self._file.with_name(self._file.name + ".new")
        with contextlib.suppress(OSError):
            new.write_text(f"{self.step.id}{' ' + _OVER if self.over else ''}\n", encoding="ascii")
            os.replace(new, self._file)

    def lines(self, width: int) -> tuple[Line, Line]:
        """Return the two lines to be shown."""
        first, second = (self._worded(text) for text in self.step.says.get(self._seen.place) or self.step.says[""])
        number = f"{self._at + 1}/{len(STEPS)}"
        keys: Line = (
            Span(self._key("", "tour_next"), "accent"),
            Span(" skip  ", "dim"),
            Span(self._key("", "tour"), "accent"),
            Span(" away ", "dim"),
        )
        head: Line = (Span(f" {number} ", "accent", _INDENT),)
        if not second:
            return spread((*head, *first), (), width), spread((Span(" "),), keys, width)
        lower: Line = (Span(" " * _INDENT), *second)
        # Keys that do not fit beside the text give way to it: `?` has them as well.
        if sum(cells(fit(span)) for span in (*lower, *keys)) > width:
            keys = ()
        return spread((*head, *first), (), width), spread(lower, keys, width)

    def _worded(self, text: str) -> Line:
        line: list[Span] = []
        while text:
            before, brace, rest = text.partition("{")
            if before:
                line.append(Span(before))
            if not brace:
                break
            name, _, text = rest.partition("}")
            place, _, command = name.rpartition(".")
            line.append(Span(self._key(place, command), "accent"))
        return tuple(line)

    def _advance(self) -> bool:
        before = self._at
        while not self.over and (passed := self._passed()) is not None:
            self._begin(passed + 1)
        return self._at != before

    def _passed(self) -> int | None:
        """Return the place of the last step that was reached by now, None when the user is still at the same."""
        ahead = range(len(STEPS) - 2, self._at - 1, -1)
        return next((at for at in ahead if (at == self._at or STEPS[at].leaps) and STEPS[at].reached(self._seen)), None)

    def _begin(self, at: int) -> None:
        self._at = at
        self._seen.done.clear()

    def _recall(self) -> None:
        try:
            with open(self._file, encoding="ascii", errors="replace") as stream:
                words = stream.read(_LONGEST).split()
        except OSError:
            return
        places = {step.id: place for place, step in enumerate(STEPS)}
        if words and words[0] in places:
            self._at = places[words[0]]
            self.over = _OVER in words[1:]
