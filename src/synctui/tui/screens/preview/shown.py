"""How a plan is shown: what it comes to, what holds for all of it, its rows, and the details of one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from synctui.config.schema import Subtitles
from synctui.jobs.draft import PlannedOperation
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span, spread
from synctui.tui.screens.place import Place
from synctui.tui.screens.preview import calls, pulls, sums
from synctui.tui.screens.preview.columns import NOT_OURS, row_line
from synctui.tui.screens.preview.desk import Desk
from synctui.tui.screens.preview.empty import empty_lines, failed_lines
from synctui.tui.screens.preview.pages import PlannedRows
from synctui.tui.screens.preview.pane import DetailsPane
from synctui.tui.screens.preview.wanted import Wanted
from synctui.tui.screens.stash.standing import Standing
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList


class ShownPlan(Place):
    """Draws the plan on the desk; at most `refresh_hz` times a second while it grows.

    `armed` says that it is to run as soon as it is complete, `since` when its targets were last checked, `missing` what of a
    job cannot be taken back, `again` with what it is being planned again, `catalogue` how a Stash's stands.
    """

    DEFAULT_CSS = "ShownPlan #preview-words { display: none; height: 1fr; }"
    place: ClassVar[str] = "preview"
    title_word: ClassVar[str] = "Preview"

    def __init__(self, wanted: Wanted, title: str = "") -> None:
        super().__init__()
        self.about = title
        self.desk = Desk(wanted, lambda: self.home.services.engine, began=self._began, grew=self._grew, changed=self.changed)
        self.planned = PlannedRows(self._row, self._arrived, lambda work: self.home.start(work, name="page"))
        self.pane = DetailsPane(
            self.under_cursor, lambda: self.home.services, lambda work: self.home.start(work, name="backup")
        )
        self.list = RowList(self.planned, id="preview-rows")
        self._options = Lines(id="preview-options")
        self._note = Lines(id="preview-note")
        self._rule = Lines(id="preview-rule")
        self._words = Lines(id="preview-words", height=None)
        self._table = Horizontal(self.list, self.pane, id="body")
        self.armed = False
        self.since = ""
        self.missing = ""
        self.again = ""
        self.catalogue: Standing | None = None
        self.gone = False
        self._told = 0.0
        self._left_alone = False
        self._late: Timer | None = None

    @property
    def settings(self) -> Subtitles:
        """Return the configuration of subtitles in force."""
        return self.home.launch.loaded.config.subtitles

    def under_cursor(self) -> PlannedOperation | None:
        """Return the row under the cursor, None when there is none or it was not read yet."""
        index = self.list.cursor
        return self.planned.row(index) if index < self.planned.count() else None

    @property
    def notes_only(self) -> bool:
        """Tell whether the plan is only to be noted: nothing of it would be done, and nobody took anything out."""
        draft = self.desk.draft
        return draft is not None and draft.count > 0 and draft.totals.total == draft.count and not sums.to_do(draft.totals)

    # the frame

    def body(self) -> Iterable[Widget]:
        yield from (self._options, self._note, self._rule, self._table, self._words)

    def answer(self) -> tuple[Line, Line]:
        desk = self.desk
        if desk.phase == "failed":
            return (Span("this cannot be planned", "strong"),), ()
        if desk.phase == "again":
            return (Span(self.again),), ()
        if desk.draft is None or not desk.draft.filled:
            waits: Line = (Span("begins when the plan is complete", "accent"),) if self.armed else ()
            return sums.looking(desk.draft), waits
        return sums.answer(desk.draft, self.size.width - 2)

    def available(self, command: Command) -> str:
        desk, draft = self.desk, self.desk.draft
        empty = draft is None or draft.count == 0
        match command.id:
            case "run":
                if desk.busy or empty or draft is None:
                    return ""
                doing = sums.to_do(draft.totals)
                return f"run {doing:,}" if doing else f"note {draft.totals.total:,}" if self.notes_only else ""
            case "check":
                return command.label if self.may_check else ""
            case "toggle" | "toggle_all" | "details":
                return "" if empty else command.label
            case "back":
                done = "sent" if desk.wanted.tells else "fetched" if desk.wanted.pulls else ""
                return f"back, nothing is {done}" if done else command.label
            case "mode":
                whole = desk.wanted.request is not None and not desk.wanted.request.targets
                return command.label if desk.wanted.pulls and whole and not desk.busy else ""
            case "engine":
                return command.label if desk.wanted.aligns and (not empty or desk.phase == "failed") else ""
            case "reference":
                return command.label if desk.wanted.aligns and not empty else ""
        return command.label

    @property
    def may_check(self) -> bool:
        """Tell whether what is known could be looked at all the same."""
        desk, draft = self.desk, self.desk.draft
        empty = desk.phase == "ready" and draft is not None and draft.count == 0 and not draft.totals.brakes
        if desk.wanted.option("force") is True or desk.wanted.pulls:
            return False
        return self._left_alone if desk.wanted.option("restore") is True else empty and not desk.wanted.brings_back

    # drawing

    def _row(self, planned: PlannedOperation, width: int) -> Line:
        if self.desk.wanted.tells:
            return calls.row_line(planned, width)
        if self.desk.wanted.pulls:
            return pulls.row_line(planned, width)
        return row_line(planned, width, sums.engine_of(self.desk.wanted, self.desk.draft, self.settings))

    @property
    def _standing(self) -> bool:
        """Tell whether there is anything to draw on."""
        return self.is_mounted and not self.gone

    def _began(self) -> None:
        self.planned.use(self.desk.draft)
        self._left_alone = False
        if self._standing:
            self.list.reload(keep=False)

    def _grew(self) -> None:
        if not self._standing or self._late is not None:
            return
        wait = self._told + 1 / self.home.pulse.hertz - time.monotonic()
        if wait <= 0:
            self._grown()
        else:
            self._late = self.set_timer(wait, self._grown)

    def _grown(self) -> None:
        self._late = None
        if not self._standing:
            return
        self._told = time.monotonic()
        self.list.grow()
        self._heads()
        self.pane.follow()
        self.update_frame()

    def _arrived(self, places: Iterable[int]) -> None:
        if not self._standing:
            return
        rows = self.list
        rows.redraw(places)
        if not self._left_alone and self.planned.knows(lambda one: one.precondition == NOT_OURS):
            self._left_alone = True
            self.update_frame()
        if rows.cursor in places:
            self.pane.follow()

    def changed(self) -> None:
        """Draw everything that changed, of the rows those that are new."""
        if not self._standing:
            return
        self.list.grow()
        self._instead()
        self._heads()
        self.pane.follow()
        self.update_frame()

    def anew(self) -> None:
        """Draw everything, the rows as they are read again."""
        if not self._standing:
            return
        self.planned.forget()
        self.pane.forget()
        self.list.reload()
        self.changed()

    def _instead(self) -> None:
        """Show what stands in place of rows where there are none."""
        desk, draft = self.desk, self.desk.draft
        lines: Sequence[Line] = ()
        if desk.phase == "failed" and desk.trouble is not None:
            lines = failed_lines(desk.trouble, self.size.width)
        elif desk.phase == "ready" and draft is not None and draft.count == 0:
            lines = empty_lines(draft, desk.wanted, self.since, self.settings.languages, self.size.width, self.catalogue)
        self._words.show(*lines)
        if self._words.display is not bool(lines):
            self._words.display = bool(lines)
            self._table.display = not lines

    def _heads(self) -> None:
        """Show what holds for all rows, and what the plan has to say."""
        width, draft = self.size.width, self.desk.draft
        options = sums.options(self.desk.wanted, draft, self.settings, width)
        notices = draft.notices if draft is not None else ()
        known = draft.known if draft is not None and draft.count else {}
        left, right = sums.note(notices, bool(self.desk.brakes), known, self.missing)
        _show_if_any(self._options, options)
        _show_if_any(self._note, spread(left, right, width) if left else ())
        _show_if_any(self._rule, (Span("─" * width, "rule"),) if options or left else ())

    def on_resize(self, event: Resize) -> None:
        self.pane.fit_to(event.size.width)
        self.call_after_refresh(self.changed)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.pane.follow()


def _show_if_any(lines: Lines, line: Line) -> None:
    lines.show(line)
    if lines.display is not bool(line):
        lines.display = bool(line)
