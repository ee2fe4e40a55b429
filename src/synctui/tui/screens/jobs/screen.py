"""The jobs: what runs, waits and was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import ClassVar

from textual.containers import Horizontal
from textual.events import Resize
from textual.widget import Widget

from synctui import words
from synctui.jobs.board import Board, BoardJob
from synctui.store import journal
from synctui.store.catalog_state import sums_of
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.jobs import pulls
from synctui.tui.screens.jobs.calls import came_to
from synctui.tui.screens.jobs.past import Past
from synctui.tui.screens.jobs.rows import JobList, JobRows
from synctui.tui.screens.jobs.sheet import job_sheet
from synctui.tui.screens.jobs.steering import JobPlace
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

WIDE = 110
_PANE = 46


class JobsScreen(JobPlace):
    """Every job, the unfinished ones first; what runs is told live, whichever process runs it."""

    place: ClassVar[str] = "jobs"
    title_word: ClassVar[str] = "Jobs"
    DEFAULT_CSS = """
    JobsScreen #jobs-pane { width: 46; height: 1fr; margin-left: 2; }
    JobsScreen #jobs-empty { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._source = JobRows()
        self._past = Past()
        self._only_wrong = False
        self._version: int | None = None
        self._reading = False
        self._summed: set[int] = set()
        # Kept, not looked for: while the screen is taken down its parts go one by one.
        self._empty = Lines(id="jobs-empty", height=0)
        self._list = JobList(self._source, id="jobs-list")
        self._pane = Lines(id="jobs-pane", height=None)

    def body(self) -> Iterable[Widget]:
        yield self._empty
        with Horizontal(id="body"):
            yield self._list
            yield self._pane

    def chosen(self) -> BoardJob | None:
        return self._source.job_at(self._list.cursor) if self.stands else None

    # what is shown

    def answer(self) -> tuple[Line, Line]:
        board = self.home.board
        parts: list[Span] = []
        for number, word, role in (
            (board.running, "running", "strong"),
            (board.paused, "paused", "warn"),
            (board.finished_today, "finished today", "text"),
        ):
            if number:
                parts += [Span(f"{number:,} {word}", role), Span("   ")]  # type: ignore[arg-type]
        if not parts:
            parts = [Span("nothing runs", "dim"), Span("   ")]
        if self._only_wrong:
            parts.append(Span("only where something went wrong", "warn"))
        return tuple(parts), self._kept()

    def _kept(self) -> Line:
        attendance = self.home.house.attendance
        if attendance is not None and attendance.trouble is not None:
            return (Span(attendance.trouble.message, "error"),)
        if attendance is not None and attendance.holder and self.home.board.jobs:
            return (Span(f"waits for {attendance.holder}", "dim"),)
        return (Span("all saved", "dim"),) if self.home.board.jobs else ()

    def available(self, command: Command) -> str:
        if command.id == "errors":
            if self._only_wrong:
                return "all"
            return command.label if any(not job.clean for job in self._source.jobs) else ""
        return super().available(command)

    def opened(self) -> None:
        self._version = None
        self._past = Past()
        self.refreshed()

    def refreshed(self) -> None:
        if self.stands and self.home.board.version != self._version:
            self._version = self.home.board.version
            self._take(self.home.board)

    def _take(self, board: Board) -> None:
        self._past.take(board)
        unfinished = [job for job in board.jobs if not job.state.final]
        jobs = [*unfinished, *self._past.newest_first()]
        if self._only_wrong:
            jobs = [job for job in jobs if not job.clean]
        rows = self._list
        changed = self._source.take(jobs, rows.row_width)
        if changed is None:
            rows.reload()
            self._tell_empty()
        else:
            rows.redraw(changed)
        self._show_pane()
        self._read_older()
        self._read_sums()

    def _read_sums(self) -> None:
        """Read what those in sight came to, where that is not told by how their operations ended."""
        seen = {job.id: job for row in self._list.on_screen() if (job := self._source.job_at(row)) is not None}
        told = {job.id: job.request.kind for job in seen.values() if job.state.final}
        wanted = [job for job, kind in told.items() if kind in ("players", "stash") and job not in self._summed]
        if wanted and self.home.house.ready:
            self._summed.update(wanted)
            self.home.start(self._sum(wanted, {job for job in wanted if told[job] == "stash"}), name="sums")

    async def _sum(self, wanted: Sequence[int], catalogues: Set[int]) -> None:
        found: dict[int, str] = {}
        database = self.home.services.database
        for job in wanted:
            if job in catalogues:
                found[job] = pulls.came_to(await sums_of(database, job))
                continue
            async for event in journal.stream(database, job, types=("metrics",)):
                found[job] = came_to(event.fields)
        if found and self.stands:
            self._source.came(found)
            self._take(self.home.board)

    def _tell_empty(self) -> None:
        empty = not self._source.jobs
        told: tuple[Line, ...] = ()
        if empty and self._only_wrong:
            told = ((), (Span("   nothing went wrong in any job", "dim"),))
        elif empty:
            told = (
                (),
                (Span("   no jobs yet", "strong"),),
                (),
                (
                    Span("   A job is a sync that you started. In the library ("),
                    Span("L", "accent"),
                    Span(") put the cursor on a"),
                ),
                (Span("   series or a subtitle and press "), Span("s", "accent"), Span(": a preview comes first,")),
                (Span("   and the job appears here while it runs and when it is done."),),
            )
        self._empty.styles.height = len(told)
        self._empty.display = empty
        self._empty.show(*told)

    def _show_pane(self) -> None:
        if self._pane.display:
            job = self.chosen()
            told = job_sheet(job, _PANE - 4) if job is not None else ()
            lines = [*told, *[()] * (self._pane.size.height - len(told))]
            self._pane.show(*((Span(" │ ", "rule"), *line) for line in lines))

    def _read_older(self) -> None:
        rows = self._list
        if self._past.whole or self._reading or not self.home.house.ready or not self._source.jobs:
            return
        if rows.on_screen().stop + rows.page >= self._source.count() or rows.cursor + rows.page >= self._source.count():
            self._reading = True
            self.home.start(self._older(), name="older jobs")

    async def _older(self) -> None:
        try:
            await self._past.page(self.home.services.database)
        finally:
            self._reading = False
        if self.stands:
            self._take(self.home.board)

    def on_mount(self) -> None:
        self._arrange()
        self.refreshed()
        self._tell_empty()

    def on_resize(self, event: Resize) -> None:
        self._arrange()
        self.call_after_refresh(self._again)

    def _arrange(self) -> None:
        self._pane.display = self.size.width >= WIDE

    def _again(self) -> None:
        if self.stands:
            self._take(self.home.board)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self._show_pane()
        self._read_older()
        self._read_sums()
        self.update_frame()

    # commands

    def do_open(self) -> None:
        """Show one job."""
        from synctui.tui.screens.jobs.job import JobScreen

        job = self.chosen()
        if job is not None:
            self.home.show(JobScreen(job.id, job))

    def do_errors(self) -> None:
        """Show only the jobs in which something went wrong, or all again."""
        self._only_wrong = not self._only_wrong
        self._take(self.home.board)
        self._list.reload(keep=False)
        self._tell_empty()
        wrong = len(self._source.jobs)
        if self._only_wrong and wrong:
            self.home.say(f"{words.count(wrong, 'job')} where something went wrong; enter shows what, e shows all")

    def do_back(self) -> None:
        """Show all again, or go back."""
        if self._only_wrong:
            self.do_errors()
        else:
            super().do_back()
