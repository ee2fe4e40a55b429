"""The list of jobs: each a head with lines below it, the cursor on heads only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence

from synctui.jobs.board import BoardJob
from synctui.model.states import JobState
from synctui.tui.draw.line import Line
from synctui.tui.screens.jobs.faces import Slots, below, head
from synctui.tui.widgets.rows import RowList, Rows


class JobRows(Rows):
    """The rows of jobs."""

    def __init__(self) -> None:
        self.jobs: tuple[BoardJob, ...] = ()
        self._heads: list[int] = []
        self._sizes: list[int] = []
        self._slots: dict[int, Slots] = {}
        self._drawn: dict[int, tuple[Line, ...]] = {}
        self._width = 0
        self._came: dict[int, str] = {}

    def came(self, sums: Mapping[int, str]) -> None:
        """Take over what jobs came to, in words of their kind; `take` then draws them anew."""
        self._came.update(sums)
        for job in sums:
            self._drawn.pop(job, None)

    def take(self, jobs: Sequence[BoardJob], width: int) -> list[int] | None:
        """Take over how the jobs stand; returns the places of rows that look different, None when rows came or went."""
        before, same_width = self.jobs, width == self._width
        drawn, sizes = self._drawn, self._sizes
        self.jobs, self._width = tuple(jobs), width
        running = {job.id for job in jobs if job.state is JobState.RUNNING}
        self._slots = {id: slots for id, slots in self._slots.items() if id in running}
        for job in jobs:
            if job.id in running:
                self._slots.setdefault(job.id, Slots()).take(job.snapshot.in_flight)
        known = {job.id: job for job in before}
        self._drawn = {
            job.id: drawn[job.id]
            if same_width and job.id in drawn and (known.get(job.id) is job or known.get(job.id) == job)
            else self._lines(job, width)
            for job in jobs
        }
        self._sizes = [len(self._drawn[job.id]) for job in jobs]
        self._heads = []
        row = 0
        for size in self._sizes:
            self._heads.append(row)
            row += size
        if not same_width or [job.id for job in before] != [job.id for job in jobs] or sizes != self._sizes:
            return None
        changed: list[int] = []
        for start, job in zip(self._heads, jobs, strict=True):
            old, new = drawn.get(job.id), self._drawn[job.id]
            changed += [start + place for place, line in enumerate(new) if old is None or old[place] != line]
        return changed

    def _lines(self, job: BoardJob, width: int) -> tuple[Line, ...]:
        return (head(job, width, self._came.get(job.id, "")), *below(job, self._slots.get(job.id) or Slots(), width))

    def place_of(self, row: int) -> int:
        """Return which job a row belongs to."""
        return max(0, bisect_right(self._heads, row) - 1)

    def head_of(self, place: int) -> int:
        """Return the row of a job's head."""
        return self._heads[max(0, min(place, len(self._heads) - 1))] if self._heads else 0

    def size_of(self, place: int) -> int:
        """Return how many rows a job takes."""
        return self._sizes[place] if place < len(self._sizes) else 1

    def job_at(self, row: int) -> BoardJob | None:
        """Return the job that a row belongs to."""
        return self.jobs[self.place_of(row)] if self.jobs else None

    # rows

    def count(self) -> int:
        return self._heads[-1] + self._sizes[-1] if self._heads else 0

    def line(self, index: int, width: int) -> Line:
        place = self.place_of(index)
        job = self.jobs[place]
        # A scroll bar that comes or goes is no reason to draw anew.
        lines = self._drawn[job.id] if width - self._width in (0, 1) else self._lines(job, width)
        within = index - self._heads[place]
        return lines[within] if within < len(lines) else ()

    def key(self, index: int) -> Hashable:
        return self.jobs[self.place_of(index)].id

    def find(self, key: Hashable) -> int | None:
        return next((self._heads[place] for place, job in enumerate(self.jobs) if job.id == key), None)


class JobList(RowList):
    """The list of jobs; its cursor goes from job to job, and keeps what is told below a job on the screen."""

    source: JobRows

    def reload(self, *, keep: bool = True) -> None:
        at_top = self.top == 0
        super().reload(keep=keep)
        if at_top and self.cursor < self.page:
            # The cursor stays on its job, and what is new comes into sight above it.
            self.top = 0

    def move(self, by: int) -> None:
        if abs(by) != 1:
            super().move(by)
            return
        self.move_to(self.source.head_of(self.source.place_of(self.cursor) + by))

    def move_to(self, index: int, *, settle: bool = False) -> None:
        place = self.source.place_of(max(0, index))
        start = self.source.head_of(place)
        super().move_to(start, settle=settle)
        end = start + self.source.size_of(place)
        if end > self.top + self.page and start > self.top:
            self._show_from(min(start, end - self.page))

    @property
    def row_width(self) -> int:
        """Return how many columns a row has beside the cursor and a scroll bar."""
        return max(20, self.size.width - 4)
