"""How far a job is: updated in constant time, read as often as anyone likes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from synctui.jobs import lines
from synctui.model.clock import Clock
from synctui.model.json import Fields
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.reasons import sentence
from synctui.model.states import JobState, Result
from synctui.store.jobs import JobRecord
from synctui.text import display, path_fields

_WINDOW = 60
_LINES = 10


class InFlight(NamedTuple):
    """An operation that is running now; `fraction` from 0 to 1 when known."""

    subject: str
    phase: str
    fraction: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a job stands: `counts` by result, `rate` in operations a second, `eta_s` in seconds, the last `lines`.

    `found` is how many of those that a check left unchanged are not as they should be.
    """

    job: int
    kind: str
    state: JobState
    counts: Mapping[str, int]
    current: int
    total: int
    rate: float = 0.0
    eta_s: float | None = None
    in_flight: tuple[InFlight, ...] = ()
    lines: tuple[str, ...] = ()
    pause_reason: str | None = None
    pause_until: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    message: str = ""
    found: int = 0


def stored(job: JobRecord) -> Snapshot:
    """Return the snapshot of a job that another process runs, or that nobody runs."""
    raw = job.snapshot
    running = job.state is JobState.RUNNING
    return Snapshot(
        job=job.id,
        kind=job.kind,
        state=job.state,
        counts=job.counts,
        current=job.current,
        total=job.total,
        rate=float(raw.get("rate", 0.0)) if running else 0.0,
        eta_s=raw.get("eta_s") if running else None,
        in_flight=tuple(InFlight(*one) for one in raw.get("in_flight", ())) if running else (),
        lines=tuple(raw.get("lines", ())),
        pause_reason=job.pause_reason,
        pause_until=job.pause_until,
        started_at=job.started_at,
        completed_at=job.completed_at,
        message=job.message,
        found=job.found,
    )


@dataclass(slots=True)
class _Flight:
    subject: str
    path: str | None
    phase: str = ""
    fraction: float | None = None


@dataclass(slots=True)
class Progress:
    """The running sums of one job."""

    job: JobRecord
    clock: Clock
    state: JobState = JobState.RUNNING
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    found: int = 0
    changed: bool = True
    version: int = 0
    _flights: dict[int, _Flight] = field(default_factory=dict)
    _last_path: str | None = None
    _ends: deque[list[float]] = field(default_factory=deque)
    _recent: int = 0
    _since: float = 0.0
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))

    def __post_init__(self) -> None:
        self.total = self.job.total
        self.counts = dict(self.job.counts)
        self.found = self.job.found
        self._lines.extend(self.job.snapshot.get("lines", ()))
        self._since = self.clock.monotonic()

    def _touch(self) -> None:
        self.changed = True
        self.version += 1

    def begun(self, number: int, operation: Operation) -> None:
        """Note an operation in flight."""
        self._flights[number] = _Flight(display(operation.subject, 200), operation.path)
        self._last_path = operation.path if operation.path is not None else self._last_path
        self._touch()

    def phase(self, number: int, phase: str, fraction: float | None) -> None:
        """Note what an operation in flight is doing."""
        if (flight := self._flights.get(number)) is not None:
            flight.phase, flight.fraction = display(phase, 80), fraction
            self._touch()

    def left(self, number: int) -> None:
        """Note that an operation is in flight no more."""
        self._flights.pop(number, None)
        self._touch()

    def ended(self, operation: Operation, outcome: Outcome, total: int, counts: Mapping[str, int]) -> None:
        """Note an outcome with the job's sums after it."""
        self.total, self.counts = total, dict(counts)
        self.found += outcome.found
        second = float(int(self.clock.monotonic()))
        if not self._ends or self._ends[-1][0] != second:
            self._ends.append([second, 0.0])
        self._ends[-1][1] += 1
        self._recent += 1
        reason = "" if outcome.result == outcome.reason else f": {sentence(outcome.reason)}"
        self._lines.append(f"{outcome.result.glyph} {display(operation.subject, 120)}{reason}")
        self._touch()

    @property
    def rate(self) -> float:
        """Return operations a second over the last minute."""
        now = self.clock.monotonic()
        while self._ends and self._ends[0][0] < now - _WINDOW:
            self._recent -= int(self._ends.popleft()[1])
        return self._recent / max(1.0, min(float(_WINDOW), now - self._since))

    @property
    def eta(self) -> float | None:
        """Return the seconds that are left at this rate, None when there is none yet."""
        rate, rest = self.rate, self.total - sum(self.counts.values())
        return round(rest / rate, 1) if rate > 0 else (0.0 if rest == 0 else None)

    def snapshot(self) -> Snapshot:
        """Return the sums as they are now."""
        return Snapshot(
            job=self.job.id,
            kind=self.job.kind,
            state=self.state,
            counts=dict(self.counts),
            current=sum(self.counts.values()),
            total=self.total,
            rate=round(self.rate, 3),
            eta_s=self.eta,
            in_flight=tuple(InFlight(one.subject, one.phase, one.fraction) for one in self._flights.values()),
            lines=tuple(self._lines),
            started_at=self.job.started_at,
            found=self.found,
        )

    def stored(self) -> Fields:
        """Return what other processes get to see besides the counts."""
        now = self.snapshot()
        return {
            "rate": now.rate,
            "eta_s": now.eta_s,
            "in_flight": [list(one) for one in now.in_flight[:32]],
            "lines": list(now.lines),
        }

    def event(self) -> Fields:
        """Return the fields of a `progress` event."""
        fields: dict[str, object] = {
            "current": sum(self.counts.values()),
            "total": self.total,
            "completed": lines.completed(self.counts),
            "failed": lines.failed(self.counts),
            "skipped": lines.skipped(self.counts),
        }
        newest = next(reversed(self._flights.values()), None)
        path = newest.path if newest is not None and newest.path is not None else self._last_path
        fields.update(path_fields(path) if path is not None else {"path": None})
        if newest is not None and newest.phase:
            fields["phase"] = newest.phase
        fields.update(rate=round(self.rate, 3), eta_s=self.eta)
        return fields  # type: ignore[return-value]


def no_counts() -> dict[str, int]:
    """Return a zero for every result."""
    return {result.value: 0 for result in Result}
