"""What can be done to a job, wherever it is shown."""

from __future__ import annotations

from typing import Any

from synctui import words
from synctui.errors import ConfirmationNeeded, UsageError
from synctui.jobs.board import BoardJob
from synctui.model.plan import PlanTotals
from synctui.model.states import JobState, Result
from synctui.store import jobs as rows
from synctui.store.history import OperationRecord
from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.place import Place
from synctui.tui.widgets.dialogs import Choice, Menu

_GOING = (JobState.RUNNING, JobState.PENDING, JobState.PLANNING)


def failed(job: BoardJob) -> int:
    """Return how many operations of a job went wrong."""
    counts = job.snapshot.counts
    return counts.get(Result.FAILED, 0) + counts.get(Result.CONFLICT, 0)


class JobPlace(Place):
    """A screen on which one job is the one that commands are about."""

    def chosen(self) -> BoardJob | None:
        """Return the job that commands are about."""
        raise NotImplementedError

    def available(self, command: Command) -> str:
        job = self.chosen()
        if job is None:
            return command.label if command.id == "help" else ""
        match command.id:
            case "pause":
                return "go on" if job.state is JobState.PAUSED else "pause" if job.state in _GOING else ""
            case "cancel":
                return "" if job.state.final else command.label
            case "retry":
                return command.label if failed(job) and job.state is not JobState.RUNNING else ""
            case "undo":
                return command.label if job.undoable else ""
            case "confirm":
                return command.label if job.state is JobState.AWAITING_CONFIRMATION else ""
        return command.label

    def _job(self) -> BoardJob:
        job = self.chosen()
        if job is None:
            raise UsageError("there is no job here", hint="s in the library starts one")
        return job

    async def do_pause(self) -> None:
        """Pause the job, or let it go on."""
        job, engine = self._job(), self.home.services.engine
        if job.state is JobState.AWAITING_CONFIRMATION:
            self.home.say("it waits to be confirmed: c shows what it would do", "warn")
        elif job.state.final:
            self.home.say(f"it is over: {job.result}", "warn")
        elif job.state is JobState.PAUSED:
            if await self._asked(engine.resume(job.id), job):
                self.home.say(f"{job.title} goes on")
        elif await self._asked(engine.pause(job.id), job):
            running = job.state is JobState.RUNNING
            self.home.say("pausing: what is in flight comes to its end first" if running else f"{job.title} is paused")
        self.home.pulse.poke()

    async def do_cancel(self) -> None:
        """End the job, after asking."""
        job = self._job()
        if job.state.final:
            self.home.say(f"it is over: {job.result}", "warn")
            return
        shown = job.snapshot
        kept = f"what is done stays done: {shown.current:,} of {shown.total:,}" if shown.current else "nothing was done yet"
        if shown.current and not job.undo_of:
            kept += "; Z takes it back"
        answer = await self.home.ask(
            Menu(
                f"Cancel {job.title}?",
                (Choice(False, "n", "keep it", "it stays as it is"), Choice(True, "y", "cancel it", kept)),
            )
        )
        if answer and await self._asked(self.home.services.engine.cancel(job.id), job):
            self.home.say(f"{job.title} is cancelled: {kept}")
        self.home.pulse.poke()

    async def _asked(self, wish: Any, job: BoardJob) -> bool:
        """Await what is asked of a job; what came to its end meanwhile is no fault of anybody."""
        try:
            await wish
        except ConfirmationNeeded:
            self.home.say("it waits to be confirmed meanwhile: c shows what it would do", "warn")
            return False
        except UsageError as error:
            self.home.say(error.message, "warn")
            return False
        return True

    async def do_retry(self) -> None:
        """Preview what failed once more."""
        job = self._job()
        if not failed(job):
            self.home.say("nothing failed here", "warn")
        elif job.undo_of is not None:
            # What an undo could not take back is still to be undone.
            self.home.preview_undo(job.undo_of, None, f"undo of job {job.undo_of}, again")
        else:
            request = await self.home.services.engine.retry_request(job.id)
            self.home.preview(request, f"{job.what}: what failed, again")

    def do_undo(self) -> None:
        """Preview taking the whole job back."""
        job = self._job()
        if job.state is JobState.RUNNING:
            self.home.say("it is running: pause or cancel it first", "warn")
        elif not job.undoable:
            self.home.say("there is nothing to take back: it changed nothing, or was undone already", "warn")
        else:
            self.home.preview_undo(job.id, None, f"undo of {job.what}")

    def undo_operation(self, record: OperationRecord) -> None:
        """Preview taking one operation back."""
        job = self.chosen()
        if record.undone_by is not None:
            self.home.say(f"it was taken back already, by job {record.undone_by}", "warn")
        elif job is not None and job.state is JobState.RUNNING:
            # Before anything is said of the row: what it shows may have ended since it was read.
            self.home.say("its job is running: pause or cancel it first", "warn")
        elif not record.can_undo:
            self.home.say("there is nothing to take back: it changed nothing", "warn")
        else:
            subject = display(record.operation.subject)
            self.home.preview_undo(record.job, [record.operation.key], f"undo of {subject}")

    async def do_confirm(self) -> None:
        """Show what a job would do, and let it run."""
        job, services = self._job(), self.home.services
        if job.state is not JobState.AWAITING_CONFIRMATION:
            self.home.say("it does not wait to be confirmed", "warn")
            return
        record = await rows.get(services.database, job.id)
        if record is None:
            return
        braked = bool(record.plan.brakes)
        stay = Choice("", "n", "not now", "it goes on waiting")
        run = Choice(
            "run", "y", "do it all the same" if braked else "let it run", "each can be undone" * _undoable(record.plan)
        )
        drop = Choice("drop", "x", "drop it", "nothing is done, the job is over")
        answer = await self.home.ask(Menu(f"{job.title} waits for you", (stay, run, drop), plan_lines(record.plan)))
        if answer == "run":
            await services.engine.confirm(job.id, allow_mass_change=braked)
            self.home.say(f"{job.title} may run")
        elif answer == "drop" and await self._asked(services.engine.cancel(job.id), job):
            self.home.say(f"{job.title} is dropped")
        self.home.pulse.poke()


def _undoable(plan: PlanTotals) -> bool:
    return bool(plan.total) and plan.undoable == plan.total


def plan_lines(plan: PlanTotals) -> tuple[Line, ...]:
    """Return what a plan comes to, and everything that it has to say."""
    todo = ", ".join(f"{number:,} to {action}" for action, number in sorted(plan.by_action.items()))
    known = sum(plan.known.values())
    line: list[Span] = [Span(todo or "nothing to do", "strong")]
    if known:
        line.append(Span(f"   {known:,} known already", "dim"))
    if plan.estimate >= 1:
        line.append(Span(f"   about {words.about(plan.estimate)}", "dim"))
    lines: list[Line] = [tuple(line)]
    for notice in plan.notices[:8]:
        subject = f"{notice.subject}: " if notice.subject else ""
        lines.append((Span(subject + notice.message, "error" if notice.level == "brake" else "warn"),))
    if len(plan.notices) > 8:
        lines.append((Span(f"and {len(plan.notices) - 8:,} more", "dim"),))
    return tuple(lines)
