"""How all jobs stand, for whoever shows them: the unfinished ones and the newest that are at their end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from synctui.model.states import JobState

if TYPE_CHECKING:
    from synctui.jobs.progress import Snapshot
    from synctui.model.plan import Request

Where = Literal["here", "elsewhere", "nobody"]


@dataclass(frozen=True, slots=True)
class BoardJob:
    """A job as shown: its snapshot, what it was asked, who runs it.

    `what` are its targets in words, `title` is the kind before them, `result` what it did (so far) in one line of words
    ("38 aligned, 2 failed"), `clean` False when something failed or conflicted, `undone` how many operations are taken
    back, `undoable` says that an undo would find something. Every text is ready to be shown.
    """

    snapshot: Snapshot
    request: Request
    title: str
    what: str = ""
    where: Where = "nobody"
    result: str = ""
    clean: bool = True
    undo_of: int | None = None
    undone: int = 0
    undoable: bool = False

    @property
    def id(self) -> int:
        """Return the job's number."""
        return self.snapshot.job

    @property
    def state(self) -> JobState:
        """Return where the job is."""
        return self.snapshot.state


@dataclass(frozen=True, slots=True)
class Board:
    """All unfinished jobs, newest first, then the newest finished ones; `version` changes when anything here does."""

    jobs: tuple[BoardJob, ...] = field(default=())
    running: int = 0
    paused: int = 0
    finished_today: int = 0
    version: int = 0

    @property
    def running_here(self) -> bool:
        """Tell whether this process runs one."""
        return any(job.where == "here" and job.state is JobState.RUNNING for job in self.jobs)
