"""How a run of a job ends."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.model.states import JobState


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that a job goes into when it is run no further, and why."""

    state: JobState
    reason: str | None = None
    until: str | None = None
    by_person: bool = False
    message: str = ""
