"""One job: how it stands, its operations, its log."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from textual.containers import Horizontal
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Input

from synctui.jobs.board import BoardJob
from synctui.model.states import JobState
from synctui.store import jobs as rows
from synctui.store.database import Database
from synctui.store.history import OperationRecord
from synctui.store.outcomes import Only
from synctui.text import cells, display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.jobs.facts import note_lines
from synctui.tui.screens.jobs.lists import LogList, LogRows, OperationRows, shown_next
from synctui.tui.screens.jobs.past import ended_job
from synctui.tui.screens.jobs.sheet import counted_line, head_lines
from synctui.tui.screens.jobs.steering import JobPlace
from synctui.tui.screens.jobs.tale import operation_key
from synctui.tui.screens.reading import Reading
from synctui.tui.widgets.field import Field
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

_WIDEST = 160
_RATES = 120
_TYPED = 0.15
_LOG_S = 1.0


class JobScreen(JobPlace):
    """One job; `job` is how it stood where it was chosen."""

    place: ClassVar[str] = "job"
    title_word: ClassVar[str] = "Job"
    AUTO_FOCUS = "#job-operations"
    DEFAULT_CSS = """
    JobScreen #job-log { margin-left: 2; }
    JobScreen #job-filter { display: none; margin-left: 1; }
    JobScreen #job-head { height: 3; }
    JobScreen #job-note { height: 2; }
    """

    def __init__(self, number: int, job: BoardJob | None = None) -> None:
        super().__init__()
        self.number = number
        self._job_now = job
        self._operations = OperationRows(number, self._database, self._operations_came, self._begin)
        self._log = LogRows(number, self._database, self._log_came, self._begin)
        self._version: int | None = None
        self._reading = Reading(self, self._look, "operations")
        self._fresh = False
        self._looked = False
        self._wanted: asyncio.TimerHandle | None = None
        self._beside = False
        self._log_shown = False
        self._log_at = 0.0
        self._rates: deque[float] = deque(maxlen=_RATES)
        # Kept, not looked for: while the screen is taken down its parts go one by one.
        self._head = Lines(id="job-head", height=None)
        self._operation_list = RowList(self._operations, id="job-operations")
        self._log_list = LogList(self._log, id="job-log", gutter=False)
        self._note = Lines(id="job-note", height=None)
        self._field = Field(id="job-filter", placeholder="text in a name, a message or an outcome")

    def body(self) -> Iterable[Widget]:
        yield self._head
        with Horizontal(id="body"):
            yield self._operation_list
            yield self._log_list
        yield self._note
        yield self._field

    # parts

    @property
    def rows(self) -> RowList | None:
        """Return the list that moving keys move."""
        focused = self.focused
        if isinstance(focused, RowList):
            return focused
        return self._log_list if self._log_shown and not self._beside else self._operation_list

    def _database(self) -> Database:
        return self.home.services.database

    def _begin(self, work: object) -> object:
        return self.home.start(work, name="page")  # type: ignore[arg-type]

    def chosen(self) -> BoardJob | None:
        return self._job_now

    def record(self) -> OperationRecord | None:
        """Return the operation under the cursor."""
        return self._operations.record(self._operation_list.cursor)

    # what is shown

    def answer(self) -> tuple[Line, Line]:
        job = self._job_now
        if job is None:
            return (Span("opening", "dim"),), ()
        shown = job.snapshot
        left: list[Span] = [Span(f"job {job.id}", "strong"), Span("   ")]
        only = "" if self._only_log else self._operations.only  # the log is narrowed by words alone
        what = {"wrong": "only errors", "refused": "only what was refused"}.get(only, "")
        if self._log.search:
            what = ", ".join(filter(None, (what, f"with “{display(self._log.search)}”")))
        if what:
            found = self._log.count() if self._only_log else self._operations.count()
            left.append(Span(f"{what}: {found:,}", "warn"))
        else:
            room = self.size.width - 2 - sum(cells(span.text) for span in left) - (6 if self._only_log else 0)
            left += counted_line(job, room) if job.state.final else [Span(f"{shown.current:,} of {shown.total:,} done")]
        return tuple(left), (Span("log", "dim"),) if self._only_log else ()

    @property
    def _only_log(self) -> bool:
        return self._log_shown and not self._beside

    def available(self, command: Command) -> str:
        match command.id:
            case "errors":
                steps = self._shown_next()
                return steps[1][1] if len(steps) > 1 else ""
            case "open":
                return command.label if self._operations.count() else ""
            case "undo_one":
                return "" if self._only_log or not self._operations.count() else command.label
            case "log":
                return "" if self._beside else "operations" if self._log_shown else command.label
            case "filter":
                return command.label
        return super().available(command)

    def opened(self) -> None:
        self._version = None
        self.refreshed()

    def refreshed(self) -> None:
        if not self.stands or not self.home.house.ready or self.home.board.version == self._version:
            return
        self._version = self.home.board.version
        before = self._job_now
        found = next((job for job in self.home.board.jobs if job.id == self.number), None)
        self._job_now = found or before
        if self._job_now is None:
            self.home.start(self._load(), name="job")
            return
        if found is not None and found.state is JobState.RUNNING:
            self._rates.append(found.snapshot.rate)
        self._show_head()
        undone = any(job.undo_of == self.number for job in self.home.board.jobs)
        if self._looked and before == self._job_now and not undone:
            return
        self._looked = True
        rows = self._operation_list
        self._operations.over = self._job_now.state.final
        rows.redraw(self._operations.fly(self._job_now.snapshot.in_flight, rows.on_screen()))
        self.look()

    def on_screen_resume(self) -> None:
        # What was done on the screen above may show here: an undo, for one.
        self._version, self._looked = None, False

    async def _load(self) -> None:
        record = await rows.get(self._database(), self.number)
        if record is None:
            self.home.say(f"there is no job {self.number}", "warn")
        elif self.stands:
            self._job_now = ended_job(record)
            self._show_head()
            self.look()

    def _show_head(self) -> None:
        if self._job_now is not None:
            lines = head_lines(self._job_now, self.size.width, tuple(self._rates))
            if self._head.size.height != len(lines):
                self._head.styles.height = len(lines)
            self._head.show(*lines)

    def look(self) -> None:
        """Look at operations and log again."""
        self._reading.ask()

    async def _look(self) -> None:
        opening = not self._operations.count()
        # Taken before: what is asked for while this reads is for the next reading.
        fresh, self._fresh = self._fresh, False
        changed = await self._operations.look()
        if not self.stands:
            return
        if changed or fresh:
            self._operation_list.reload(keep=not fresh)
            if opening:
                self._go_to_what_runs()
        else:
            self._operations.again(self._operation_list.on_screen())
        await self._look_at_log()
        if self.stands:
            self._show_note()

    def _go_to_what_runs(self) -> None:
        """Put the cursor where the job is, unless there is something worse to see."""
        job = self._job_now
        if job is not None and job.state is JobState.RUNNING and not self._operations.order.wrong:
            self._operation_list.move_to(job.snapshot.current, settle=True)

    async def _look_at_log(self) -> None:
        if not (self._beside or self._log_shown) or not self._log_is_due():
            return
        log = self._log_list
        before = self._log.count()
        follows = log.cursor >= before - 1
        if not await self._log.look() or not self.stands:
            return
        if not before:
            log.reload(keep=False)
            log.move_to(self._log.count() - 1)
        elif follows:
            log.follow()
        else:
            log.grow()

    def _log_is_due(self) -> bool:
        """Tell whether to look at the log now: as it scrolls, all of it is drawn anew, which is not for every tick."""
        running = self._job_now is not None and self._job_now.state is JobState.RUNNING
        now = time.monotonic()
        if running and self._log.count() and now - self._log_at < _LOG_S:
            return False
        self._log_at = now
        return True

    def _operations_came(self, places: Iterable[int]) -> None:
        if self.stands:
            self._operation_list.redraw(places)
            self._show_note()
            self.update_frame()

    def _log_came(self, places: Iterable[int]) -> None:
        if self.stands:
            self._log_list.redraw(places)

    def _show_note(self) -> None:
        record = None if self._only_log else self.record()
        if record is not None and record.result is not None:
            self._note.show(*note_lines(record))
        elif self._operations.count() == 0 and not self._reading.busy:
            self._note.show((Span("   nothing here", "dim"),))
        else:
            self._note.show()

    # arranging

    def on_mount(self) -> None:
        self._arrange()
        self._show_head()
        self.refreshed()

    def on_resize(self, event: Resize) -> None:
        self._arrange()
        self._show_head()

    def _arrange(self) -> None:
        before = self._beside
        self._beside = self.size.width >= _WIDEST
        self._operation_list.display = self._beside or not self._log_shown
        self._log_list.display = self._beside or self._log_shown
        if self._beside and not before and self.home.house.ready:
            self.look()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self._show_note()
        self.update_frame()

    # commands

    def do_open(self) -> None:
        """Show the operation under the cursor, or that of a line of the log; in the filter, go on with what it found."""
        if self.focused is self._field:
            self._leave_field()
            return
        from synctui.tui.screens.jobs.operation import OperationScreen

        key: str | None = None
        if self.focused is self._log_list:
            event = self._log.event(self._log_list.cursor)
            key = operation_key(event) if event is not None else None
        elif (record := self.record()) is not None:
            key = record.operation.key
        if key is not None:
            self.home.show(OperationScreen(self.number, key))

    def do_log(self) -> None:
        """Show what happened, in order, or the operations again; side by side, go from one to the other."""
        if self._beside:
            (self._operation_list if self.focused is self._log_list else self._log_list).focus()
            return
        self._log_shown = not self._log_shown
        self._arrange()
        (self._log_list if self._log_shown else self._operation_list).focus()
        self.look()

    def do_errors(self) -> None:
        """Show only what went wrong, then only what was refused, then all again."""
        steps = self._shown_next()
        if len(steps) == 1:
            self.home.say("nothing went wrong here, and nothing was refused")
            return
        if self._only_log:
            self.do_log()
        self._operations.only = steps[1][0]
        self._fresh = True
        self.look()

    def _shown_next(self) -> list[tuple[Only, str]]:
        counts = self._job_now.snapshot.counts if self._job_now is not None else {}
        return shown_next(counts, self._operations.only)

    def do_filter(self) -> None:
        """Begin to type a filter."""
        self._field.display = True
        self._field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._wanted is not None:
            self._wanted.cancel()
        self._wanted = asyncio.get_running_loop().call_later(_TYPED, self._seek, event.value)

    def _seek(self, text: str) -> None:
        if self.stands and text != self._log.search:
            self._operations.search = text
            self._log.seek(text)
            self._fresh = True
            self.look()
            self.update_frame()

    def _leave_field(self) -> None:
        self._field.display = bool(self._field.value)
        rows = self._log_list if self._only_log else self._operation_list
        rows.focus()

    def do_back(self) -> None:
        """Give up the filter, then the choice of errors, then go back."""
        if self.focused is self._field or self._log.search:
            self._field.value = ""
            self._seek("")
            self._leave_field()
        elif self._operations.only:
            self._operations.only = ""
            self._fresh = True
            self.look()
        else:
            super().do_back()

    def do_undo_one(self) -> None:
        """Preview taking back the operation under the cursor."""
        record = None if self._only_log else self.record()
        if record is None:
            self.home.say("there is no operation here", "warn")
            return
        self.undo_operation(record)
