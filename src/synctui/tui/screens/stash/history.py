"""Past syncs of the catalogue with their numbers, and what single rows went wrong in each."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar

from textual.events import Resize
from textual.widget import Widget

from synctui import words
from synctui.model.catalog import Entity
from synctui.model.states import JobState
from synctui.store import catalog_state as state
from synctui.store.catalog_state import EntityState, RowError, SyncRecord
from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span, whole
from synctui.tui.draw.palette import Role
from synctui.tui.draw.times import at_time, lasted
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.preview.details import Sheet
from synctui.tui.screens.reading import Reading
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows

_GLYPH, _WHEN, _MODE, _TOOK = 2, 16, 11, 7
_NUMBERS = (("processed", "compared", 10), ("created", "new", 8), ("updated", "changed", 8), ("deleted", "gone", 7))
_FAILED, _SKIPPED = 7, 10
_PAGE, _AHEAD = 50, 20
_MOST_ERRORS = 1000


class SyncRows(Rows):
    """The rows of syncs, newest first."""

    def __init__(self) -> None:
        self.all: list[SyncRecord] = []

    def count(self) -> int:
        return len(self.all)

    def line(self, index: int, width: int) -> Line:
        return sync_line(self.all[index], width) if index < len(self.all) else ()

    def key(self, index: int) -> Hashable:
        return self.all[index].job if index < len(self.all) else None

    def find(self, key: Hashable) -> int | None:
        return next((at for at, one in enumerate(self.all) if one.job == key), None)


def head_line(width: int) -> Line:
    """Return the names of the columns."""
    line: list[Span] = [Span("", width=_GLYPH), Span("when", "dim", _WHEN), Span("mode", "dim", _MODE)]
    line.append(Span("took", "dim", _TOOK, right=True))
    line += [Span(label, "dim", size, right=True) for _, label, size in _NUMBERS]
    line += [Span("errors", "dim", _FAILED, right=True), Span("as is", "dim", _SKIPPED, right=True)]
    return whole(line, width, "")


def sync_line(one: SyncRecord, width: int) -> Line:
    """Return the row of a sync."""
    job = JobState(one.state)
    partly = job is JobState.COMPLETED and one.errors > 0
    role: Role = "warn" if partly else _role(job)
    mode = one.mode if not one.request.targets else words.count(len(one.request.targets), "scene")
    line: list[Span] = [
        Span("!" if partly else job.glyph, role, _GLYPH),
        Span(at_time(one.completed_at or one.started_at or one.created_at), "text", _WHEN),
        Span(mode, "dim", _MODE),
        Span(lasted(one.started_at, one.completed_at), "dim", _TOOK, right=True),
    ]
    for name, _, size in _NUMBERS:
        number = one.numbers.get(name, 0)
        line.append(Span(f"{number:,}" if number else "-", "text" if number else "dim", size, right=True))
    errors = one.errors
    line.append(Span(f"{errors:,}" if errors else "-", "error" if errors else "dim", _FAILED, right=True))
    skipped = one.numbers.get("skipped", 0)
    line.append(Span(f"{skipped:,}" if skipped else "-", "dim", _SKIPPED, right=True))
    return whole(line, width, "")


def _role(job: JobState) -> Role:
    if job is JobState.COMPLETED:
        return "good"
    return "error" if job is JobState.FAILED else "accent" if not job.final else "dim"


class HistoryScreen(Place):
    """Every sync of the catalogue; above them when each kind of thing was tried and synced last."""

    place: ClassVar[str] = "syncs"
    title_word: ClassVar[str] = "Past syncs"
    DEFAULT_CSS = """
    HistoryScreen #syncs-states { height: 4; }
    HistoryScreen #syncs-empty { height: 3; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._source = SyncRows()
        self._states: dict[Entity, EntityState] = {}
        self._whole = self._read = False
        self._newest = Reading(self, self._read_newest, "syncs")
        self._older = Reading(self, self._read_older, "older syncs")
        self._list = RowList(self._source, id="syncs-rows")
        self._head = Lines(id="syncs-head")
        self._above = Lines(id="syncs-states", height=None)
        self._rule = Lines(id="syncs-rule")
        self._empty = Lines(id="syncs-empty", height=None)

    def body(self) -> Iterable[Widget]:
        yield from (self._above, self._rule, self._head, self._empty, self._list)

    def chosen(self) -> SyncRecord | None:
        """Return the sync under the cursor."""
        rows = self._source.all
        return rows[self._list.cursor] if self._list.cursor < len(rows) else None

    def answer(self) -> tuple[Line, Line]:
        if not self._read:
            return (Span("opening", "dim"),), ()
        if not self._source.all:
            return (Span("no sync yet", "strong"),), ()
        number = f"{len(self._source.all):,}" + ("" if self._whole else " and more")
        newest = self._source.all[0]
        last = f"the last one {at_time(newest.completed_at or newest.started_at or newest.created_at)}"
        return (Span(f"{number} syncs" if number != "1" else "1 sync", "strong"), Span("   " + last)), ()

    def available(self, command: Command) -> str:
        one = self.chosen()
        if command.id == "open" and command.place == "syncs":
            return "" if one is None else "errors" if one.errors else "job"
        if command.id == "job":
            return command.label if one is not None and one.errors else ""
        return command.label

    # reading

    def on_mount(self) -> None:
        super().on_mount()
        self._show_heads()
        self.look()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._show_heads()

    def opened(self) -> None:
        self.look()

    def refreshed(self) -> None:
        self.look()

    def look(self) -> None:
        """Read the newest again."""
        self._newest.ask()

    async def _read_newest(self) -> None:
        database = self.home.services.database
        found = await state.history(database, limit=_PAGE)
        self._states = await state.entity_states(database)
        if self.stands:
            self._take(found, newest=True)

    def _take(self, found: list[SyncRecord], *, newest: bool) -> None:
        fresh = {one.job for one in found}
        kept = [one for one in self._source.all if one.job not in fresh]
        rows = [*found, *kept] if newest else [*kept, *found]
        if len(found) < _PAGE and not (newest and kept):
            self._whole = True
        if rows != self._source.all or not self._read:
            self._source.all, self._read = rows, True
            self._list.reload()
            self._empty.display = not rows
            self._empty.show((), (Span("   s in the catalogue syncs it; each sync is then listed here", "dim"),))
        self._show_heads()
        self.update_frame()

    def _show_heads(self) -> None:
        width = self.size.width
        self._head.show((Span("   "), *head_line(self._list.line_width)))
        self._rule.show((Span("─" * width, "rule"),))
        lines: list[Line] = []
        for entity in Entity:
            one = self._states.get(entity, EntityState())
            tried = f"tried {at_time(one.last_attempt)}" if one.last_attempt else "never tried"
            synced = f"synced {at_time(one.last_success)}" if one.last_success else "never synced"
            exact = f"all compared {at_time(one.last_exact)}" if one.last_exact else "never all compared"
            parts = [
                Span(entity.plural, "dim", 12),
                Span(tried, "text", 20),
                Span(synced, "text" if one.last_success else "warn", 22),
                Span(one.problem or exact, "error" if one.problem else "dim"),
            ]
            lines.append((Span("   "), *parts))
        self._above.show(*lines)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.update_frame()
        if not self._whole and not self._older.busy and self._list.cursor + _AHEAD >= len(self._source.all):
            self._older.ask()

    async def _read_older(self) -> None:
        last = self._source.all[-1].job if self._source.all else None
        found = await state.history(self.home.services.database, limit=_PAGE, before=last)
        if self.stands:
            self._take(found, newest=False)

    # commands

    async def do_open(self) -> None:
        """Show what went wrong; where nothing did, the job."""
        one = self.chosen()
        if one is None:
            return
        if not one.errors:
            self.do_job()
            return
        found = await state.errors_of(self.home.services.database, one.job, limit=_MOST_ERRORS)
        lines = [line for error in found for line in _error_lines(error, self.size.width - 6)]
        if one.errors > len(found):
            lines.append((Span(f"and {one.errors - len(found):,} more", "dim"),))
        title = f"{words.count(one.errors, 'row')} could not be taken over, {at_time(one.completed_at or one.created_at)}"
        if self.stands:
            self.home.show(Sheet(title, lines))

    def do_job(self) -> None:
        """Show the job of the sync."""
        from synctui.tui.screens.jobs.job import JobScreen

        if (one := self.chosen()) is not None:
            self.home.show(JobScreen(one.job))


def _error_lines(error: RowError, width: int) -> list[Line]:
    what = f"{error.entity} {error.entity_id}" if error.entity_id else f"a {error.entity}"
    parts = wrapped(display(error.message, 1000), max(20, width - 20))
    return [(Span(what if not at else "", "text", 18), Span("  "), Span(part, "dim")) for at, part in enumerate(parts)]
