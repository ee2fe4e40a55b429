"""Where a run's story goes: NDJSON, or a report for a person."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from synctui.cli.ndjson import JsonLines
from synctui.cli.report import Report
from synctui.cli.terminal import Terminal
from synctui.errors import SyncTuiError
from synctui.jobs.lines import key_fields
from synctui.model.events import Event
from synctui.model.json import Fields, Json
from synctui.model.plan import Operation, PlanTotals
from synctui.text import display, path_fields


@dataclass(slots=True)
class Tale:
    """What a run needs to remember for its end: the outcome counts of each job's `job_end`."""

    ends: dict[int, Fields] = field(default_factory=dict)
    pauses: dict[int, Fields] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """Remember an event."""
        if event.job is None:
            return
        if event.type == "job_end":
            self.ends[event.job] = event.fields
        elif event.type == "paused":
            self.pauses[event.job] = event.fields


class Output(Protocol):
    """A run's story."""

    def start(self, kind: str) -> None: ...
    def say(self, text: str) -> None: ...
    def ask(self, question: str) -> None: ...
    def warn(self, message: str) -> None: ...
    def trouble(self, error: SyncTuiError) -> None: ...
    def planning(self, totals: PlanTotals) -> None: ...
    def plan(self, totals: PlanTotals) -> None: ...
    def operation(self, operation: Operation) -> None: ...
    def event(self, event: Event) -> None: ...
    def result(self, fields: Fields, *, actions: Collection[str], folder: str | None, undo: str | None) -> None: ...
    def end(self, exit_code: int, resume: str | None) -> None: ...


class JsonOutput:
    """NDJSON on standard output, everything for people on standard error."""

    def __init__(self) -> None:
        self._lines = JsonLines()

    def start(self, kind: str) -> None:
        self._lines.start(kind)

    def say(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text.strip() + "\n")

    def ask(self, question: str) -> None:
        pass

    def warn(self, message: str) -> None:
        self._lines.line("warning", {"message": display(message)})

    def trouble(self, error: SyncTuiError) -> None:
        fields: dict[str, Json] = {"message": display(str(error)), "subject": "", "code": error.code}
        if error.hint:
            fields["hint"] = display(error.hint)
        if candidates := getattr(error, "candidates", ()):
            fields["candidates"] = [display(candidate) for candidate in candidates]
        with contextlib.suppress(OSError):
            self._lines.line("alert", fields)

    def planning(self, totals: PlanTotals) -> None:
        pass

    def plan(self, totals: PlanTotals) -> None:
        self._lines.line(
            "plan",
            {
                "total": totals.total,
                "by_action": totals.by_action,
                "known": totals.known,
                "cost": totals.cost,
                "estimate_s": round(totals.estimate, 1),
                "warnings": [display(notice.message) for notice in totals.notices],
                "brakes": [display(notice.message) for notice in totals.brakes],
                "undo": totals.undoable,
            },
        )

    def operation(self, operation: Operation) -> None:
        fields: dict[str, object] = {
            **key_fields(operation.key),
            "stage": operation.stage,
            "action": operation.action,
            "subject": display(operation.subject),
        }
        if operation.path is not None:
            fields.update(path_fields(operation.path))
        fields["reason"] = display(operation.reason)
        self._lines.line("plan_op", fields)  # type: ignore[arg-type]

    def event(self, event: Event) -> None:
        self._lines.event(event)

    def result(self, fields: Fields, *, actions: Collection[str], folder: str | None, undo: str | None) -> None:
        pass

    def end(self, exit_code: int, resume: str | None) -> None:
        with contextlib.suppress(OSError):
            self._lines.end(exit_code, resume)


class PersonOutput:
    """A report on standard output."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self._report = Report(Terminal.of(), quiet=quiet, verbose=verbose)
        self._started = time.monotonic()
        self._drawn = 0.0

    def start(self, kind: str) -> None:
        self._report.start(kind)

    def say(self, text: str) -> None:
        self._report.say(text)

    def ask(self, question: str) -> None:
        self._report.ask(question)

    def warn(self, message: str) -> None:
        self._report.event(Event("warning", {"message": message}))

    def trouble(self, error: SyncTuiError) -> None:
        with contextlib.suppress(OSError):
            self._report.finish()

    def planning(self, totals: PlanTotals) -> None:
        if time.monotonic() - self._drawn >= 0.25:
            self._drawn = time.monotonic()
            self._report.planning(totals)

    def plan(self, totals: PlanTotals) -> None:
        self._report.plan(totals)

    def operation(self, operation: Operation) -> None:
        self._report.operation(operation.action, operation.subject, display(operation.reason))

    def event(self, event: Event) -> None:
        self._report.event(event)

    def result(self, fields: Fields, *, actions: Collection[str], folder: str | None, undo: str | None) -> None:
        seconds = time.monotonic() - self._started
        self._report.result(fields, seconds=seconds, actions=actions, folder=folder, undo=undo)

    def end(self, exit_code: int, resume: str | None) -> None:
        with contextlib.suppress(OSError):
            if resume:
                self._report.say(f" resume  {display(resume)}")
            self._report.finish()
