"""The preview: every operation that would run, why, and what it costs; nothing is written before Enter."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from synctui.config.schema import Subtitles
from synctui.errors import StalePlan, SyncTuiError
from synctui.jobs.draft import PlannedOperation
from synctui.model.json import Json
from synctui.model.states import JobState
from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span, spread
from synctui.tui.flows import choose_engine
from synctui.tui.screens.place import Place
from synctui.tui.screens.preview import questions, sums
from synctui.tui.screens.preview.columns import does_something, engine_word, reason_words, row_line
from synctui.tui.screens.preview.desk import Desk
from synctui.tui.screens.preview.details import Sheet, backup_words, detail_lines
from synctui.tui.screens.preview.empty import empty_lines, failed_lines, notice_lines
from synctui.tui.screens.preview.pages import PlannedRows
from synctui.tui.screens.preview.wanted import Wanted
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

_WIDE, _PANE, _WIDER, _WIDER_PANE = 110, 44, 160, 60
_NARROW, _REST = 64, 0.08
_TITLE = 40


class PreviewScreen(Place):
    """A plan while it is drawn up, changed, and handed in."""

    DEFAULT_CSS = """
    PreviewScreen #preview-pane { display: none; height: 1fr; }
    PreviewScreen #preview-words { display: none; height: 1fr; }
    """
    place: ClassVar[str] = "preview"
    title_word: ClassVar[str] = "Preview"

    def __init__(self, wanted: Wanted, title: str = "") -> None:
        super().__init__()
        self.about = title
        self.desk = Desk(
            wanted, lambda: self.home.services.engine, began=self._began, grew=self._grew, changed=self._changed
        )
        self.planned = PlannedRows(self._row, self._arrived, lambda work: self.home.start(work, name="page"))
        self._gone = False
        self._armed = False
        self._going = False
        self._said_again = ""
        self._told = 0.0
        self._late: Timer | None = None
        self._backups: dict[str, str] = {}
        self._resting: Timer | None = None
        self._since = ""
        self._missing = ""

    # the frame

    def body(self) -> Iterable[Widget]:
        yield Lines(id="preview-options")
        yield Lines(id="preview-note")
        yield Lines(id="preview-rule")
        yield Horizontal(RowList(self.planned, id="preview-rows"), Lines(id="preview-pane", height=None), id="body")
        yield Lines(id="preview-words", height=None)

    def on_mount(self) -> None:
        if self.home.house.ready:
            self._plan()

    async def on_unmount(self) -> None:
        self._gone = True
        if self.desk.busy:
            self.home.say("the plan was given up: nothing was written", "dim")
        await self.desk.close()

    def opened(self) -> None:
        """Plan, or plan again with the configuration that changed."""
        if self.is_mounted and self.desk.phase != "storing":
            self._plan()

    def _plan(self, wanted: Wanted | None = None) -> None:
        self.home.start(self._planned(wanted), name="plan")

    async def _planned(self, wanted: Wanted | None = None) -> None:
        await self.desk.plan(wanted)
        draft = self.desk.draft
        if self.desk.phase != "ready" or draft is None:
            self._armed = False
            return
        if draft.count == 0 and not self.desk.wanted.undoes and draft.totals.known:
            self._since = await self.home.services.subtitles.last_checked(draft.request.targets)
        elif self.desk.wanted.undoes:
            self._missing = await self._left_out()
        self._changed()
        if self._armed:
            self._armed = False
            await self._run_once()

    def answer(self) -> tuple[Line, Line]:
        desk = self.desk
        if desk.phase == "failed":
            return (Span("this cannot be planned", "strong"),), ()
        if desk.phase == "again":
            return (Span(self._said_again or "planning again"),), ()
        if desk.draft is None or not desk.draft.filled:
            waits: Line = (Span("begins when the plan is complete", "accent"),) if self._armed else ()
            return sums.looking(desk.draft), waits
        left, right = sums.answer(desk.draft)
        return left, right if self.size.width >= _NARROW else ()

    def available(self, command: Command) -> str:
        desk, draft = self.desk, self.desk.draft
        empty = draft is None or draft.count == 0
        match command.id:
            case "run":
                if desk.busy or empty or draft is None:
                    return ""
                doing = sums.to_do(draft.totals)
                return f"run {doing:,}" if doing else f"note {draft.totals.total:,}" if self._notes_only() else ""
            case "check":
                forced = desk.wanted.option("force") is True
                return (
                    command.label if desk.phase == "ready" and empty and not desk.wanted.brings_back and not forced else ""
                )
            case "toggle" | "toggle_all" | "details":
                return "" if empty else command.label
            case "engine" | "reference":
                shown = desk.wanted.aligns and (not empty or (desk.phase == "failed" and command.id == "engine"))
                return command.label if shown else ""
        return command.label

    @property
    def settings(self) -> Subtitles:
        """The configuration of subtitles in force."""
        return self.home.launch.loaded.config.subtitles

    # drawing

    def _row(self, planned: PlannedOperation, width: int) -> Line:
        return row_line(planned, width, sums.engine_of(self.desk.wanted, self.desk.draft, self.settings))

    @property
    def _standing(self) -> bool:
        """Tell whether there is anything to draw on."""
        return self.is_mounted and not self._gone

    def _list(self) -> RowList:
        return self.query_one("#preview-rows", RowList)

    def _began(self) -> None:
        self.planned.use(self.desk.draft)
        if self._standing:
            self._list().reload(keep=False)

    def _grew(self) -> None:
        """Take over that the plan has more rows; drawn at most `refresh_hz` times a second."""
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
        self._list().grow()
        self._pane_soon()
        self._note()
        self.update_frame()

    def _arrived(self, places: Iterable[int]) -> None:
        if not self._standing:
            return
        rows = self._list()
        rows.redraw(places)
        if rows.cursor in places:
            self._pane_soon()

    def _changed(self) -> None:
        """Draw everything again, of the rows those that are new."""
        if not self._standing:
            return
        self._list().grow()
        self._words()
        self._note()
        self._pane_soon()
        self.update_frame()

    def _words(self) -> None:
        """Show what stands in place of rows where there are none."""
        desk, draft = self.desk, self.desk.draft
        lines: Sequence[Line] = ()
        if desk.phase == "failed" and desk.trouble is not None:
            lines = failed_lines(desk.trouble, desk.wanted, self.size.width)
        elif desk.phase == "ready" and draft is not None and draft.count == 0:
            lines = empty_lines(draft, desk.wanted, self._since, self.settings.languages, self.size.width)
        words = self.query_one("#preview-words", Lines)
        words.show(*lines)
        if words.display is not bool(lines):
            words.display = bool(lines)
            self.query_one("#body").display = not lines

    def _note(self) -> None:
        width, draft = self.size.width, self.desk.draft
        options = sums.options(self.desk.wanted, draft, self.settings, width)
        self._show_if_any("preview-options", options)
        notices = draft.notices if draft is not None else ()
        known = draft.known if draft is not None and draft.filled and draft.count else {}
        left, right = sums.note(notices, bool(self.desk.brakes), known, self._missing)
        self._show_if_any("preview-note", spread(left, right, width) if left else ())
        self._show_if_any("preview-rule", (Span("─" * width, "rule"),) if options or left else ())

    def _show_if_any(self, id: str, line: Line) -> None:
        lines = self._line(id)
        lines.show(line)
        if lines.display is not bool(line):
            lines.display = bool(line)

    def on_resize(self, event: Resize) -> None:
        pane = self.query_one("#preview-pane", Lines)
        wide = event.size.width >= _WIDE
        if pane.display is not wide:
            pane.display = wide
        pane.styles.width = _WIDER_PANE if event.size.width >= _WIDER else _PANE
        self.call_after_refresh(self._changed)

    # the pane beside

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._pane_soon()

    def _pane_soon(self) -> None:
        """Show the details once the cursor rests."""
        if not self._standing or not self.query_one("#preview-pane").display:
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._pane)

    def _pane(self) -> None:
        self._resting = None
        planned = self._under_cursor()
        self._show_pane(planned)
        if planned is not None and planned.operation.key not in self._backups:
            self.home.start(self._ask_backup(planned), name="backup")

    def _show_pane(self, planned: PlannedOperation | None) -> None:
        pane = self.query_one("#preview-pane", Lines)
        width = pane.size.width - 3
        lines: Sequence[Line] = ()
        if planned is not None and width > 10:
            lines = detail_lines(planned, width, self._backups.get(planned.operation.key, ""))
        height = max(len(lines), pane.size.height)
        bar = Span("│ ", "rule")
        pane.show(*((bar, *(lines[at] if at < len(lines) else ())) for at in range(height)))

    async def _ask_backup(self, planned: PlannedOperation) -> None:
        key = planned.operation.key
        self._backups[key] = ""
        try:
            self._backups[key] = await backup_words(self.home.services, planned.operation)
        except SyncTuiError:
            return
        now = self._under_cursor()
        if self._standing and now is not None and now.operation.key == key:
            self._show_pane(now)

    def _under_cursor(self) -> PlannedOperation | None:
        rows = self._list()
        return self.planned.row(rows.cursor) if rows.cursor < self.planned.count() else None

    # commands

    def do_run(self) -> None:
        """Do what is ticked; while the plan is being drawn up, as soon as it is complete."""
        if self.desk.phase == "failed":
            self.home.say("there is no plan to run", "warn", hint="esc goes back")
        elif self.desk.phase == "storing":
            return
        elif self.desk.phase != "ready":
            self._armed = True
            self.home.say("it begins as soon as the plan is complete", hint="esc gives up")
        else:
            self.home.start(self._run_once(), name="run")

    async def _run_once(self) -> None:
        # A second Enter, while the first one waits for an answer, is none.
        if self._going:
            return
        self._going = True
        try:
            await self._run()
        finally:
            self._going = False

    def _notes_only(self) -> bool:
        draft = self.desk.draft
        return draft is not None and draft.count > 0 and draft.totals.total == draft.count and not sums.to_do(draft.totals)

    async def _run(self) -> None:
        desk = self.desk
        await desk.settled()
        draft = desk.draft
        if draft is None or desk.phase != "ready":
            return
        totals = draft.totals
        if desk.brakes:
            await self._lift()
            return
        if not sums.to_do(totals) and not self._notes_only():
            hint = "space takes a row in, * all" if draft.count else "esc goes back"
            self.home.say("nothing is ticked" if draft.count else "there is nothing to do", "warn", hint=hint)
            return
        asked = draft.request.fingerprint()
        if any(job.state is JobState.RUNNING and job.request.fingerprint() == asked for job in self.home.board.jobs):
            self.home.say("the very same is being done already", "warn", hint="J shows it")
            return
        try:
            job, holder = await desk.submit()
        except StalePlan:
            self.home.say("the configuration changed: planned again", "warn", hint="look at it once more")
            await desk.plan()
            return
        self.home.pulse.poke()
        doing = sums.doing_words(totals)
        if holder:
            self.home.say(f"kept as job {job}: {holder} executes now", hint="it follows")
        else:
            self.home.say(f"started: {doing}", hint="J shows it; L goes on with the library")
        if self.home.screen is self:
            self.home.back()

    async def _lift(self) -> None:
        brakes = self.desk.brakes
        if not await questions.lift_brake(self.home, brakes):
            return
        self.desk.lift(brakes)
        if self.desk.wanted.undoes:
            await self._run()
            return
        # What was missing may change the plan: it is looked at once more before it runs.
        await self._planned(self.desk.wanted.with_options({"allow_mass_change": True}))
        self.home.say("planned as if what is missing were gone for good", "warn", hint="enter runs it, esc gives up")

    def do_toggle(self) -> None:
        """Take the row in or out, and go on to the next one."""
        planned = self._under_cursor()
        if planned is None or self.desk.phase in ("again", "storing"):
            return
        rows, operation = self._list(), planned.operation
        if does_something(operation):
            self._armed = False
            on = not planned.selected
            self.planned.tick(rows.cursor, on)
            rows.redraw((rows.cursor,))
            self.home.start(self.desk.select([operation.key], on), name="select")
        else:
            self.home.say(f"left as it is in any case: {reason_words(operation)}", "dim", hint="f: another file")
        rows.move(1)
        self._pane_soon()

    def do_toggle_all(self) -> None:
        """Take everything out when everything is in, otherwise everything in."""
        draft = self.desk.draft
        if draft is None or self.desk.phase in ("again", "storing"):
            return
        self._armed = False
        on = draft.totals.total < draft.count
        self.planned.tick_all(on)
        self._list().redraw()
        self.home.start(self._select_all(on), name="select")

    async def _select_all(self, on: bool) -> None:
        await self.desk.select(None, on)
        self.planned.forget()
        self._list().redraw()
        self._pane_soon()

    async def do_engine(self) -> None:
        """Choose the engine, for the row or for all."""
        if not self._may_revise("engine"):
            return
        planned = self._under_cursor()
        now = str(self.desk.wanted.option("engine") or self.settings.engine)
        engine = await choose_engine(self.home, now)
        if engine is not None:
            await self._revise(planned, {"engine": engine}, f"with {engine_word(engine)}")

    async def do_reference(self) -> None:
        """Choose what to align against, for the row or for all."""
        planned = self._under_cursor()
        if planned is None or not self._may_revise("reference"):
            return
        options = await questions.choose_reference(self.home, planned.operation)
        if options is None:
            return
        if "video" in options:
            await self._revise_rows([planned.operation.key], options)
        else:
            against = options["reference"]
            heard = "the audio" if options["audio"] is None else f"audio {options['audio']}"
            words = heard if against is None else display(str(against).rpartition("/")[2], _TITLE)
            await self._revise(planned, options, f"against {words}")

    def _may_revise(self, what: str) -> bool:
        if not self.desk.wanted.aligns:
            self.home.say(f"this has no {what} to choose", "dim")
            return False
        return self.desk.phase not in ("again", "storing")

    async def _revise(self, planned: PlannedOperation | None, options: dict[str, Json], how: str) -> None:
        every: bool | None = True
        if planned is not None:
            every = await questions.for_all(self.home, planned.operation.subject, self.planned.count())
        if every is None:
            return
        self._armed = False
        if every or planned is None:
            self._said_again = f"planning again {how}"
            if self.desk.phase == "failed" or self.desk.draft is None or not self.desk.draft.filled:
                await self._planned(self.desk.wanted.with_options(options))
                return
        await self._revise_rows(None if every or planned is None else [planned.operation.key], options)

    async def _revise_rows(self, keys: Sequence[str] | None, options: dict[str, Json]) -> None:
        await self.desk.revise(keys, options)
        self._backups.clear()
        self.planned.forget()
        self._list().reload()
        self._changed()

    def do_check(self) -> None:
        """Plan once more, with what is known already."""
        if self.available(self.home.keymap.find(self.place, "check") or Command("check", "", (), "", "")):
            self._plan(self.desk.wanted.with_options({"force": True}))

    async def do_details(self) -> None:
        """Show what would be done to the row, and why."""
        planned = self._under_cursor()
        if planned is None:
            return
        width = self.size.width - 5
        sheet = Sheet("what would be done", detail_lines(planned, width))
        self.home.show(sheet)
        backup = await backup_words(self.home.services, planned.operation)
        sheet.take(detail_lines(planned, width, backup))

    def do_warnings(self) -> None:
        """Show all that the plan has to say."""
        draft = self.desk.draft
        if draft is None:
            return
        lines = notice_lines(draft.totals, self._missing, self.size.width - 5)
        self.home.show(Sheet("what the plan has to say", lines))

    def do_back(self) -> None:
        """Give the plan up; a question of seconds only once it is being stored."""
        if self.desk.phase == "storing":
            self.home.say("it is being stored", "dim")
        else:
            self.home.back()

    # what is told

    async def _left_out(self) -> str:
        """Return words for what of a job is not taken back, "" when all is."""
        draft = self.desk.draft
        if draft is None or draft.undo_of is None:
            return ""
        keys = self.desk.wanted.keys
        seen = await self.home.services.engine.snapshot_of(draft.undo_of)
        done = len(set(keys)) if keys is not None else seen.counts.get("done", 0) if seen is not None else 0
        missing = done - draft.count
        return f"{missing:,} of {done:,} cannot be taken back, or were already" if missing > 0 else ""
