"""`synctui --run`, `synctui restore` and `synctui jobs undo|resume`: plan, show, ask, execute, say what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from synctui.cli.arguments import Arguments
from synctui.cli.requests import KINDS, looks_only, request_of
from synctui.cli.story import Session, Stopped, absolute, ask, somebody_is_here, tell
from synctui.cli.terminal import ClosedPipe
from synctui.cli.verdict import exit_code_of
from synctui.errors import ConfirmationNeeded, ExitCode, TargetNotFound, UsageError
from synctui.jobs.draft import Draft
from synctui.model.events import Event
from synctui.model.json import Json
from synctui.model.plan import Request
from synctui.services import Services
from synctui.store.history import refused_by_all
from synctui.store.jobs import get as job_record
from synctui.store.jobs import unfinished
from synctui.text import display

End = tuple[ExitCode, str | None]


async def run(arguments: Arguments) -> ExitCode:
    """Do `--run KIND|NAME` (or `--demo`)."""
    from synctui.cli.profile import of_profile

    named = arguments.kind not in KINDS
    return await tell(
        arguments,
        arguments.kind,
        _plan_and_run,
        prepare=(lambda given: of_profile(given, KINDS)) if named else None,
        demo=arguments.demo is not None,
    )


async def restore(arguments: Arguments) -> ExitCode:
    """Do `restore PATH…`."""
    return await tell(arguments, "subtitles", _restore)


async def undo(arguments: Arguments) -> ExitCode:
    """Do `jobs undo ID`."""
    return await tell(arguments, "", _undo)


async def resume(arguments: Arguments) -> ExitCode:
    """Do `jobs resume ID`."""
    return await tell(arguments, "", _resume_by_id)


async def _executing(session: Session, stack: AsyncExitStack) -> None:
    engine = session.services.engine
    await session.until_stopped(
        stack.enter_async_context(engine.executing(wait=session.arguments.wait_lock, what=session.arguments.kind))
    )


async def _plan_and_run(session: Session) -> End:
    arguments, engine, output = session.arguments, session.services.engine, session.output
    if arguments.resume is None:
        request = request_of(session)
    if looks_only(arguments):
        draft = await session.until_stopped(engine.plan(request, limit=arguments.limit, on_item=output.planning))
        try:
            return await _show(session, draft), None
        finally:
            await draft.discard()
    async with AsyncExitStack() as stack:
        await _executing(session, stack)
        await engine.settle(arguments.kind)
        if arguments.resume is not None:
            job = await _unfinished(session)
            if job is None:
                return ExitCode.DONE, None
            await engine.resume(job)
            return await _execute(session, job)
        draft = await session.until_stopped(engine.plan(request, limit=arguments.limit, on_item=output.planning))
        return await _submit_and_execute(session, draft)


async def _submit_and_execute(session: Session, draft: Draft) -> End:
    try:
        session.output.plan(draft.totals)
        if draft.totals.brakes and not session.arguments.allow_mass_change:
            where = "Stash" if draft.request.kind == "stash" else "the disk"
            raise ConfirmationNeeded(
                draft.totals.brakes[0].message, hint=f"look at {where} first; --allow-mass-change goes on all the same"
            )
        if draft.totals.total == 0:
            # What an interrupted job that asked the same has left is not to be done any more.
            await session.services.engine.supersede(draft.request)
            await session.services.engine.note_nothing(draft.request)
            return ExitCode.DONE, None
        await _confirm(session, draft)
        if session.stop.asked:
            raise Stopped
        await session.services.engine.supersede(draft.request)
        job = await session.services.engine.submit(draft, allow_mass_change=session.arguments.allow_mass_change)
    finally:
        await draft.discard()
    return await _execute(session, job)


async def _show(session: Session, draft: Draft) -> ExitCode:
    """Print a plan without running it; the exit code is the plan's, also when nobody reads to its end."""
    with contextlib.suppress(ClosedPipe):
        session.output.plan(draft.totals)
        offset = 0
        while page := await draft.page(offset, 500):
            for planned in page:
                session.output.operation(planned.operation)
            offset += len(page)
        if not session.arguments.check:
            session.output.say(" nothing was written")
    if draft.totals.brakes:
        return ExitCode.CONFIRMATION_NEEDED
    if session.arguments.check and draft.totals.total:
        return ExitCode.NOT_EMPTY
    return ExitCode.DONE


async def _confirm(session: Session, draft: Draft) -> None:
    """Ask a person; raises ConfirmationNeeded where there is none, or on a no."""
    if session.arguments.yes:
        return
    if session.arguments.json or not somebody_is_here():
        raise ConfirmationNeeded("nobody is here to confirm the plan", hint="--yes does it, --dry-run shows it")
    if not await ask(session, f" go ahead with {draft.totals.total:,}? [y/N] "):
        raise ConfirmationNeeded("not confirmed: nothing was written")


async def _execute(session: Session, job: int) -> End:
    """Run a job to its end or its pause, telling it as it goes."""
    engine = session.services.engine
    record = await job_record(session.services.database, job)
    session.going.append(_resume_command(session, record.kind if record is not None else session.arguments.kind, job))
    teller = asyncio.create_task(_tell(session, engine.subscribe()))
    try:
        await engine.execute([job], stop=session.stop, max_duration=session.left)
        if not session.stop.asked and session.left != 0:
            # What hooks and other processes have asked for meanwhile is for whoever executes.
            await engine.execute(None, stop=session.stop, max_duration=session.left)
        await engine.drained()
    finally:
        teller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await teller
    return await _finish(session, job)


async def _tell(session: Session, events: AsyncIterator[Event]) -> None:
    async for event in events:
        session.tale.hear(event)
        if session.mute:
            continue
        try:
            session.output.event(event)
        except OSError:
            session.mute = True
            session.stop.graceful("SIGPIPE")


async def _finish(session: Session, job: int) -> End:
    engine = session.services.engine
    snapshot = await engine.watch(job)
    code = exit_code_of(snapshot, session.signals.code)
    if code is ExitCode.SOME_FAILED and await refused_by_all(session.services.database, job):
        code = ExitCode.NOT_AUTHORISED
    resume_command = None
    if not snapshot.state.final:
        if session.mute:
            code = ExitCode.TEMPORARY
        resume_command = _resume_command(session, snapshot.kind, job)
    if job in session.tale.ends:
        fields = session.tale.ends[job]
        record = await job_record(session.services.database, job)
        undoable = bool(fields.get("done")) and (record is None or record.plan.undoable > 0)
        session.output.result(
            fields,
            actions=tuple(record.plan.by_action) if record is not None else (),
            folder=session.demo,
            undo=_undo_command(session, job) if undoable else None,
        )
    return code, resume_command


def _resume_command(session: Session, kind: str, job: int) -> str:
    return session.command("--run", kind, f"--resume={job}")


def _undo_command(session: Session, job: int) -> str:
    command = session.command("jobs", "undo", str(job))
    return command if session.kept else f"{command}   (in a demo that stays)"


async def _unfinished(session: Session) -> int | None:
    """Return the job to go on with, None (after saying so) when there is none."""
    wanted = session.arguments.resume
    if wanted in ("last", ""):
        given = session.arguments.targets
        targets = given if session.arguments.kind == "stash" else absolute(given)
        left = [one for one in await unfinished(session.services.database) if one.kind == session.arguments.kind]
        meant = [one.id for one in left if not targets or one.request.targets == targets]
        if not meant:
            session.output.say(" nothing to resume")
            return None
        return meant[-1]
    job = await known_job(session.services, str(wanted))
    record = await job_record(session.services.database, job)
    if record is not None and record.kind != session.arguments.kind:
        raise UsageError(f"job {job} is one of {record.kind}", hint=f"synctui jobs resume {job}")
    if record is not None and record.state.final:
        session.output.say(f" nothing to resume: job {job} is {record.state.word}")
        return None
    return job


async def known_job(opened: Services, text: str) -> int:
    """Return a job's number that exists; raises TargetNotFound."""
    if text.isascii() and text.isdigit() and len(text) < 19 and await job_record(opened.database, int(text)) is not None:
        return int(text)
    raise TargetNotFound(f"there is no job {display(text)!r}", hint="synctui jobs lists them")


async def _restore(session: Session) -> End:
    arguments, engine = session.arguments, session.services.engine
    options: dict[str, Json] = {"restore": True, "to": arguments.to}
    if arguments.force:
        options["force"] = True
    request = Request("subtitles", absolute(arguments.targets), options)
    async with AsyncExitStack() as stack:
        await _executing(session, stack)
        await engine.settle("subtitles")
        return await _submit_and_execute(session, await session.until_stopped(engine.plan(request)))


async def _undo(session: Session) -> End:
    arguments, engine = session.arguments, session.services.engine
    async with AsyncExitStack() as stack:
        await _executing(session, stack)
        job = await known_job(session.services, arguments.job)
        await engine.settle()
        return await _submit_and_execute(session, await engine.plan_undo(job, arguments.operations or None))


async def _resume_by_id(session: Session) -> End:
    arguments, engine = session.arguments, session.services.engine
    async with AsyncExitStack() as stack:
        await _executing(session, stack)
        job = await known_job(session.services, arguments.job)
        await engine.settle()
        await engine.resume(job)
        return await _execute(session, job)
