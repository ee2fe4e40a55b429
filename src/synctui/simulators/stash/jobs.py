"""The server's jobs: of a scan that is asked for no more is done than that it is told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from synctui.simulators.stash.library import Library
from synctui.simulators.stash.rows import JobRow

_STEP_S = 0.02


class Jobs:
    """Runs jobs that do nothing; `tell` is called with a subscription's field and its value."""

    def __init__(self, library: Library, tell: Callable[[str, object], None]) -> None:
        self._library, self._tell = library, tell
        self._steps: set[asyncio.TimerHandle] = set()

    def scan(self) -> int:
        """Start a scan, and return its id; it is over in a moment."""
        library = self._library
        library.last_job += 1
        job = JobRow(library.last_job, "Scanning...", library.clock.stamp())
        library.jobs[job.id] = job
        self._say("ADD", job)
        self._later(1, lambda: self._run(job))
        self._later(2, lambda: self._finish(job))
        return job.id

    def forget(self) -> None:
        """Do nothing more."""
        for step in self._steps:
            step.cancel()
        self._steps.clear()

    def _later(self, steps: int, act: Callable[[], None]) -> None:
        self._steps = {step for step in self._steps if not step.cancelled()}
        self._steps.add(asyncio.get_running_loop().call_later(steps * _STEP_S, act))

    def _run(self, job: JobRow) -> None:
        job.status, job.started_at, job.progress = "RUNNING", self._library.clock.stamp(), 0.0
        self._say("UPDATE", job)

    def _finish(self, job: JobRow) -> None:
        job.status, job.ended_at, job.progress = "FINISHED", self._library.clock.stamp(), 1.0
        self._say("REMOVE", job)
        self._tell("scanCompleteSubscribe", True)

    def _say(self, kind: str, job: JobRow) -> None:
        self._tell("jobsSubscribe", {"type": kind, "job": job})
