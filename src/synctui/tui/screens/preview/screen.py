"""The preview: every operation that would run, why, and what it costs; nothing is written before Enter."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.errors import StalePlan, SyncTuiError
from synctui.jobs.draft import PlannedOperation
from synctui.model.json import Json
from synctui.model.states import JobState
from synctui.text import display
from synctui.tui.draw.line import Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.flows import choose_engine
from synctui.tui.screens.preview import pulls, questions, sums
from synctui.tui.screens.preview.columns import does_something, engine_word, reason_words
from synctui.tui.screens.preview.details import Sheet, backup_words, detail_lines
from synctui.tui.screens.preview.empty import notice_lines
from synctui.tui.screens.preview.shown import ShownPlan
from synctui.tui.screens.preview.wanted import Wanted
from synctui.tui.screens.stash import standing
from synctui.tui.widgets.rows import RowList

_TITLE = 40
_MARGIN = 5


class PreviewScreen(ShownPlan):
    """A plan while it is drawn up, changed, and handed in."""

    def __init__(self, wanted: Wanted, title: str = "") -> None:
        super().__init__(wanted, title)
        self._going = False

    # drawing up

    def on_mount(self) -> None:
        if self.home.house.ready:
            self._plan()

    async def on_unmount(self) -> None:
        self.gone = True
        if self.desk.busy:
            done = "sent" if self.desk.wanted.tells else "fetched" if self.desk.wanted.pulls else "written"
            self.home.say(f"the plan was given up: nothing was {done}", "dim")
        await self.desk.close()

    def opened(self) -> None:
        """Plan, or plan again with the configuration that changed."""
        if self.is_mounted and self.desk.phase != "storing":
            # What was agreed to was another plan.
            self.armed = False
            self._plan()

    def _plan(self, wanted: Wanted | None = None) -> None:
        self.home.start(self._planned(wanted), name="plan")

    async def _planned(self, wanted: Wanted | None = None) -> None:
        await self.desk.plan(wanted)
        draft = self.desk.draft
        if self.desk.phase != "ready" or draft is None:
            self.armed = False
            return
        if self.desk.wanted.undoes:
            self.missing = await self._left_out()
        elif self.desk.wanted.pulls:
            services = self.home.services
            self.catalogue = await standing.read(services.database, configured=bool(services.stash.tools.settings.url))
        elif draft.count == 0 and draft.totals.known:
            self.since = await self.home.services.subtitles.last_checked(draft.request.targets)
        self.changed()
        await self._run_if_armed()

    async def _left_out(self) -> str:
        """Return words for what of a job is not taken back, "" when all is."""
        draft, keys = self.desk.draft, self.desk.wanted.keys
        if draft is None or draft.undo_of is None:
            return ""
        seen = await self.home.services.engine.snapshot_of(draft.undo_of)
        done = len(set(keys)) if keys is not None else seen.counts.get("done", 0) if seen is not None else 0
        missing = done - draft.count
        return f"{missing:,} of {done:,} cannot be taken back, or were already" if missing > 0 else ""

    # running

    def do_run(self) -> None:
        """Do what is ticked; while the plan is being drawn up, as soon as it is complete."""
        if self.desk.phase == "failed":
            self.home.say("there is no plan to run", "warn", hint="esc goes back")
        elif self.desk.phase == "storing":
            return
        elif self.desk.phase != "ready":
            self.armed = True
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

    async def _run_if_armed(self) -> None:
        if self.armed:
            self.armed = False
            await self._run_once()

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
        if not sums.to_do(totals) and not self.notes_only:
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
            await self._planned()
            return
        self.home.pulse.poke()
        doing = sums.doing_words(totals, desk.wanted)
        if holder:
            self.home.say(f"kept as job {job}: {holder} executes now", hint="it follows")
        else:
            self.home.say(f"started: {doing}", hint="J shows it")
        if self.home.screen is self:
            self.home.back()

    async def _lift(self) -> None:
        brakes = self.desk.brakes
        if not await questions.lift_brake(self.home, brakes, server=self.desk.wanted.pulls):
            return
        self.desk.lift(brakes)
        if self.desk.wanted.undoes:
            await self._run()
            return
        # What was missing may change the plan: it is looked at once more before it runs.
        await self._planned(self.desk.wanted.with_options({"allow_mass_change": True}))
        if self.desk.phase == "ready":
            self.home.say("planned as if what is missing were gone for good", "warn", hint="enter runs it, esc gives up")

    # changing

    def do_toggle(self) -> None:
        """Take the row in or out, and go on to the next one."""
        planned = self.under_cursor()
        if planned is None or self.desk.phase in ("again", "storing"):
            return
        rows, operation = self.list, planned.operation
        if self.desk.wanted.pulls and operation.action in (pulls.RECORD, "hold"):
            noted = "noted when nothing is taken out" if operation.action == pulls.RECORD else operation.reason
            self.home.say(noted, "dim")
        elif does_something(operation):
            self.armed = False
            on = not planned.selected
            self.planned.tick(rows.cursor, on)
            rows.redraw((rows.cursor,))
            self.home.start(self._select(operation.key, on), name="select")
        else:
            self.home.say(f"left as it is in any case: {reason_words(operation)}", "dim", hint="f: another file")
        rows.move(1)
        self.pane.follow()

    async def _select(self, key: str, on: bool) -> None:
        try:
            await self.desk.select([key], on)
            if self.desk.wanted.pulls:
                await self._note_or_not()
        finally:
            self.planned.settled(key)

    async def _note_or_not(self) -> None:
        """Take the note out of the plan when anything else is, so that the next sync does not take this for all of it."""
        draft = self.desk.draft
        if draft is None:
            return
        noted = draft.totals.by_action.get(pulls.RECORD, 0) > 0
        whole = draft.count - draft.totals.total <= (0 if noted else 1)
        if noted is not whole:
            await self.desk.select([pulls.RECORD], whole)
            self.planned.forget()
            self.list.redraw()
            self.update_frame()

    def do_toggle_all(self) -> None:
        """Take everything out when everything is in, otherwise everything in."""
        draft = self.desk.draft
        if draft is None or self.desk.phase in ("again", "storing"):
            return
        self.armed = False
        on = draft.totals.total < draft.count
        self.planned.tick_all(on)
        self.list.redraw()
        self.home.start(self._select_all(on), name="select")

    async def _select_all(self, on: bool) -> None:
        await self.desk.select(None, on)
        self.anew()

    async def do_engine(self) -> None:
        """Choose the engine, for the row or for all."""
        if not self._may_revise("engine"):
            return
        planned = self.under_cursor()
        now = str(self.desk.wanted.option("engine") or self.settings.engine)
        engine = await choose_engine(self.home, now)
        if engine is not None:
            await self._revise(planned, {"engine": engine}, f"with {engine_word(engine)}")

    async def do_reference(self) -> None:
        """Choose what to align against, for the row or for all."""
        planned = self.under_cursor()
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
        self.armed = False
        if every or planned is None:
            self.again = f"planning again {how}"
            if self.desk.phase == "failed" or self.desk.draft is None or not self.desk.draft.filled:
                await self._planned(self.desk.wanted.with_options(options))
                return
        await self._revise_rows(None if every or planned is None else [planned.operation.key], options)

    async def _revise_rows(self, keys: Sequence[str] | None, options: dict[str, Json]) -> None:
        await self.desk.revise(keys, options)
        self.anew()
        await self._run_if_armed()

    def do_check(self) -> None:
        """Plan once more, with what is known already."""
        if self.may_check:
            self._plan(self.desk.wanted.with_options({"force": True}))

    # looking closer

    async def do_details(self) -> None:
        """Show what would be done to the row, and why."""
        planned = self.under_cursor()
        if planned is None:
            return
        width = self.size.width - _MARGIN
        sheet = Sheet("what would be done", detail_lines(planned, width))
        self.home.show(sheet)
        if self.desk.wanted.pulls:
            await self._rows_of(sheet, planned, width)
            return
        backup = await backup_words(self.home.services, planned.operation)
        sheet.take(detail_lines(planned, width, backup))

    async def _rows_of(self, sheet: Sheet, planned: PlannedOperation, width: int) -> None:
        """Show what would change by a fetch, which is asked of the server now."""
        if not pulls.may_differ(planned.operation):
            return
        lines = detail_lines(planned, width)
        sheet.take([*lines, (), (Span("asking the server what differs", "dim"),)])
        try:
            found = await self.home.services.stash.differences(planned.operation)
        except SyncTuiError as error:
            told = [error.message, *([error.hint] if error.hint else [])]
            sheet.take([*lines, (), *((Span(part, "error"),) for text in told for part in wrapped(text, width))])
            return
        sheet.take([*lines, *pulls.difference_lines(found, width)])

    async def do_mode(self) -> None:
        """Choose how much of the catalogue is compared, and plan again."""
        if not self.desk.wanted.pulls or self.desk.phase in ("again", "storing"):
            return
        now = str(self.desk.wanted.option("mode") or "auto")
        mode = await questions.choose_mode(self.home, now)
        if mode is not None and self.desk.phase != "storing":
            self.armed = False
            await self._planned(self.desk.wanted.with_options({"mode": mode}))

    def on_row_list_pressed(self, event: RowList.Pressed) -> None:
        event.stop()
        self.home.start(self.do_details(), name="details")

    def do_warnings(self) -> None:
        """Show all that the plan has to say."""
        draft = self.desk.draft
        if draft is None:
            return
        lines = notice_lines(draft.totals, self.missing, self.size.width - _MARGIN)
        self.home.show(Sheet("what the plan has to say", lines))

    def do_back(self) -> None:
        """Give the plan up; a question of seconds only once it is being stored."""
        if self.desk.phase == "storing":
            self.home.say("it is being stored", "dim")
        else:
            self.home.back()
