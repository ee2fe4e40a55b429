"""Jobs that are over: the newest come with the board, older ones page by page, without limit."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.jobs import progress
from synctui.jobs.board import Board, BoardJob
from synctui.jobs.lookout import shown
from synctui.model.states import Result
from synctui.store import jobs
from synctui.store.database import Database
from synctui.store.jobs import JobRecord

_PAGE = 100


def ended_job(record: JobRecord) -> BoardJob:
    """Return a job that is at its end as lists show it."""
    return shown(record, progress.stored(record), undoable=record.counts.get(Result.DONE, 0) > record.undone)


class Past:
    """Every job that is over and was seen, and where the next page of older ones begins."""

    def __init__(self) -> None:
        self._jobs: dict[int, BoardJob] = {}
        self._sorted: list[BoardJob] | None = None
        self._before: int | None = None
        self.whole = False

    def take(self, board: Board) -> None:
        """Take over the finished jobs of a board; pages fill the gap where it does not reach down to the known ones."""
        ended = [job for job in board.jobs if job.state.final]
        if ended and not any(job.id in self._jobs for job in ended):
            self._before, self.whole = None, False
        for job in board.jobs:
            if job.state.final and self._jobs.get(job.id) != job:
                self._jobs[job.id] = job
                self._sorted = None

    async def page(self, database: Database) -> None:
        """Read one page of older jobs."""
        found = await jobs.list_jobs(database, limit=_PAGE, before=self._before)
        self.whole = len(found) < _PAGE
        if found:
            self._before = found[-1].id
        self._sorted = None
        for record in found:
            if record.state.final:
                self._jobs.setdefault(record.id, ended_job(record))

    def newest_first(self) -> Sequence[BoardJob]:
        """Return the jobs that are over, the one that ended last first."""
        if self._sorted is None:
            ended = self._jobs.values()
            self._sorted = sorted(ended, key=lambda job: (job.snapshot.completed_at or "", job.id), reverse=True)
        return self._sorted
