"""One operation: what came of it, its numbers, and what the alignment looks like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import Horizontal
from textual.events import Resize
from textual.widget import Widget

from synctui import words
from synctui.errors import SyncTuiError
from synctui.jobs.board import BoardJob
from synctui.store import history
from synctui.store.history import OperationRecord
from synctui.store.lineage import Writing, writings
from synctui.syncs.subtitles.picture import Picture
from synctui.text import cells
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.pictures import GUTTER, Window, picture_lines
from synctui.tui.draw.times import at_time
from synctui.tui.screens.jobs.calls import call_lines
from synctui.tui.screens.jobs.facts import fact_lines
from synctui.tui.screens.jobs.pulls import is_pull, pull_lines
from synctui.tui.screens.jobs.steering import JobPlace
from synctui.tui.screens.library.clipboard import pasted
from synctui.tui.screens.preview.calls import is_call
from synctui.tui.widgets.lines import Lines

_WIDE = 120
_FACTS = 64
_HIGH = 32
"""Lines from which the picture stands below the numbers, as wide as the screen."""
_CLOSEST = 64


class OperationScreen(JobPlace):
    """One operation of a job, named by its key."""

    place: ClassVar[str] = "operation"
    title_word: ClassVar[str] = "Operation"
    DEFAULT_CSS = """
    OperationScreen Lines { height: 1fr; }
    OperationScreen #operation-picture { display: none; }
    OperationScreen.-wide #operation-facts { width: 64; }
    OperationScreen.-wide #operation-picture { display: block; }
    """

    def __init__(self, job: int, key: str) -> None:
        super().__init__()
        self.number = job
        self.key = key
        self.record: OperationRecord | None = None
        self._written: tuple[Writing, ...] = ()
        self._window = Window()
        self._picture: Picture | None = None
        self._why_not = ""
        self._drawing: tuple[int, Window] | None = None
        self._drawn: tuple[int, Window] | None = None
        self._version: int | None = None
        self._top = 0
        self._more = 0
        # Kept, not looked for: while the screen is taken down its parts go one by one.
        self._facts = Lines(id="operation-facts", height=None)
        self._plot = Lines(id="operation-picture", height=None)

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="body"):
            yield self._facts
            yield self._plot

    def chosen(self) -> BoardJob | None:
        return next((job for job in self.home.board.jobs if job.id == self.number), None)

    # what is shown

    def answer(self) -> tuple[Line, Line]:
        if self.record is None:
            return (Span("opening", "dim"),), ()
        finished = at_time(self.record.finished_at)
        more = "j shows more   " if self._more > self._top and not self.has_class("-wide") else ""
        about = f"job {self.number}   {finished}" if self.size.width >= 60 else ""
        right = (Span(more, "accent"), Span(about, "dim"))
        taken = sum(cells(span.text) for span in right)
        return (Span(words.name(self.record.operation.subject, self.size.width - taken - 4), "strong"),), right

    def available(self, command: Command) -> str:
        match command.id:
            case "undo_one":
                return command.label if self.record is not None and self.record.can_undo else ""
            case "copy":
                return command.label if self.record is not None and self.record.operation.path is not None else ""
            case "closer":
                return command.label if self._picture is not None and self._window.scale < _CLOSEST else ""
            case "wider" | "left" | "right":
                return command.label if self._picture is not None and self._window.scale > 1 else ""
        return command.label

    def on_mount(self) -> None:
        self._arrange()
        self.opened()

    def on_resize(self, event: Resize) -> None:
        self._arrange()
        self.call_after_refresh(self._show)

    def on_screen_resume(self) -> None:
        self._version = None

    def opened(self) -> None:
        self._version = None
        self.refreshed()

    def refreshed(self) -> None:
        if not self.stands or not self.home.house.ready or self.home.board.version == self._version:
            return
        first, self._version = self._version is None, self.home.board.version
        undone = any(job.undo_of == self.number for job in self.home.board.jobs)
        if first or undone or self.record is None or self.record.finished_at is None:
            self.home.start(self._load(), name="operation")

    async def _load(self) -> None:
        database = self.home.services.database
        found = await history.find(database, self.number, self.key)
        if found is None:
            self.home.say("this operation is not there any more", "warn")
            return
        if found == self.record:
            return
        path = found.operation.path
        self._written = tuple(await writings(database, path)) if path is not None else ()
        self.record = found
        self._drawn = None
        self._arrange()
        self._show()
        self.update_frame()

    def _arrange(self) -> None:
        self.set_class(self.size.width >= _WIDE and self.size.height < _HIGH and not self._tells, "-wide")

    @property
    def _tells(self) -> bool:
        """Tell whether it is about a player or a catalogue: there is no picture of that."""
        return self.record is not None and (is_call(self.record.operation) or is_pull(self.record.operation))

    @property
    def _room(self) -> int:
        """Return how many columns the picture has."""
        return max(30, self.size.width - (_FACTS + 2 if self.has_class("-wide") else 2))

    def _show(self) -> None:
        if not self.stands or self.record is None:
            return
        self._put()
        if self._tells:
            return
        wanted = (self._room, self._window)
        if wanted not in (self._drawing, self._drawn):
            self._drawing = wanted
            self.home.start(self._draw(self.record, wanted), name="picture")

    def _put(self) -> None:
        if self.record is None or not self.stands:
            return
        facts = self._facts
        if self.has_class("-wide"):
            facts.show(*fact_lines(self.record, self._written, _FACTS - 2))
            self._plot.show(*self._picture_lines(3))
            return
        high = self.size.height >= _HIGH
        if self._tells:
            told = pull_lines if is_pull(self.record.operation) else call_lines
            self._scrolled(told(self.record, self.size.width))
            return
        facts_told = fact_lines(self.record, self._written, self.size.width)
        self._scrolled((*facts_told, *(((),) if high else ()), *self._picture_lines(6 if high else 2)))

    def _scrolled(self, lines: Sequence[Line]) -> None:
        self._more = max(0, len(lines) - max(1, self._facts.size.height))
        self._top = max(0, min(self._top, self._more))
        self._facts.show(*lines[self._top :])

    async def _draw(self, record: OperationRecord, wanted: tuple[int, Window]) -> None:
        room, window = wanted
        # Two values stand in a column of the curve.
        bins = 2 * (room - GUTTER) * window.scale
        try:
            picture = await self.home.services.subtitles.picture(record, bins)
        except SyncTuiError as error:
            picture, self._why_not = None, error.message
        except Exception:
            self._why_not = "a fault in SyncTUI"
            self._put()
            raise
        if wanted != self._drawing or not self.stands:
            return
        self._picture, self._drawing, self._drawn = picture, None, wanted
        self._put()
        self.update_frame()

    def _picture_lines(self, height: int) -> tuple[Line, ...]:
        if self._picture is not None:
            return picture_lines(self._picture, self._room, self._window, height=height)
        told = f"nothing to show: {self._why_not}" if self._why_not else "is being drawn"
        return ((Span(" picture", "strong"), Span(f"   {told}", "dim")),)

    def _look_at(self, window: Window) -> None:
        if self._picture is not None and window != self._window and window.scale <= _CLOSEST:
            self._window = window
            self._show()

    # commands

    def do_undo_one(self) -> None:
        """Preview taking this operation back."""
        if self.record is not None:
            self.undo_operation(self.record)

    def do_copy(self) -> None:
        """Send the path to the terminal's clipboard."""
        if self.record is not None and self.record.operation.path is not None:
            self.home.copy_to_clipboard(pasted(self.record.operation.path))
            self.home.say("the path was sent to your terminal's clipboard")

    def do_down(self) -> None:
        self._scroll(1)

    def do_up(self) -> None:
        self._scroll(-1)

    def do_page_down(self) -> None:
        self._scroll(self.size.height)

    def do_page_up(self) -> None:
        self._scroll(-self.size.height)

    def do_first(self) -> None:
        self.do_page_up()

    def do_last(self) -> None:
        self.do_page_down()

    def _scroll(self, by: int) -> None:
        self._top += by
        self._put()

    def do_closer(self) -> None:
        """Show half of the part of the film that is shown."""
        self._look_at(self._window.zoomed(2))

    def do_wider(self) -> None:
        """Show twice as much of the film."""
        self._look_at(self._window.zoomed(0.5))

    def do_left(self) -> None:
        """Show what is before."""
        self._look_at(self._window.moved(-0.5))

    def do_right(self) -> None:
        """Show what comes after."""
        self._look_at(self._window.moved(0.5))
