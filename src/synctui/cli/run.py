"""`synctui --run`, `synctui restore` and `synctui jobs undo|resume`: plan, show, ask, execute, say what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from synctui.cli.arguments import Arguments
from synctui.cli.log import start_log
from synctui.cli.main import complain
from synctui.cli.ndjson import ClosedPipe
from synctui.cli.output import JsonOutput, Output, PersonOutput, Tale
from synctui.cli.places import paths_of
from synctui.cli.signals import Signals, handled
from synctui.cli.verdict import exit_code_of
from synctui.errors import ConfirmationNeeded, ExitCode, SyncTuiError, TargetNotFound, UsageError
from synctui.jobs.draft import Draft
from synctui.jobs.stop import Stop
from synctui.model.events import Event
from synctui.model.json import Json
from synctui.model.library import LibraryRoot
from synctui.model.plan import Request
from synctui.services import Services, configuration, services
from synctui.store.jobs import get as job_record

KINDS = ("subtitles",)


@dataclass(slots=True)
class Session:
    """One headless command while it runs; `demo` is the made-up library's folder, `kept` says that it stays."""

    arguments: Arguments
    output: Output
    services: Services
    tale: Tale
    stop: Stop
    signals: Signals
    demo: str | None = None
    kept: bool = True

    def command(self, *words: str) -> str:
        """Return a command line that speaks of the same data."""
        parts = [_program(), *words]
        if self.arguments.data_dir is not None or self.demo is not None:
            parts += ["--data-dir", str(self.services.paths.data)]
        if self.arguments.config is not None:
            parts += ["--config", str(self.arguments.config)]
        return shlex.join(parts)


async def run(arguments: Arguments) -> ExitCode:
    """Do `--run KIND` (or `--demo`)."""
    if arguments.kind not in KINDS:
        return await _profile(arguments)
    if arguments.demo is None:
        return await _story(arguments, arguments.kind, _plan_and_run)
    from synctui.cli.demo import made_up

    with made_up(arguments) as (changed, folder, kept):
        return await _story(changed, changed.kind, _plan_and_run, demo=folder, kept=kept)


async def restore(arguments: Arguments) -> ExitCode:
    """Do `restore PATH…`."""
    return await _story(arguments, "subtitles", _restore)


async def undo(arguments: Arguments) -> ExitCode:
    """Do `jobs undo ID`."""
    return await _story(arguments, "", _undo)


async def resume(arguments: Arguments) -> ExitCode:
    """Do `jobs resume ID`."""
    return await _story(arguments, "", _resume_by_id)


async def _profile(arguments: Arguments) -> ExitCode:
    """Run a job profile of the configuration file by its name."""
    from dataclasses import replace

    loaded = configuration(file=arguments.config, paths=paths_of(arguments))
    for profile in loaded.config.job:
        if profile.name == arguments.kind and profile.kind in KINDS:
            options = dict(profile.options)
            changed = replace(
                arguments,
                kind=profile.kind,
                targets=arguments.targets or tuple(profile.targets),
                engine=arguments.engine or _text(options.get("engine")),
                reference=arguments.reference or _text(options.get("reference")),
                force=arguments.force or options.get("force") is True,
                yes=arguments.yes or not profile.confirm,
            )
            return await run(changed)
    names = [profile.name for profile in loaded.config.job if profile.kind in KINDS]
    known = ", ".join((*KINDS, *names))
    raise UsageError(f"nothing to run is called {arguments.kind!r}", hint=f"known: {known}")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


async def _story(arguments, kind, body, *, demo: str | None = None, kept: bool = True) -> ExitCode:  # type: ignore[no-untyped-def]
    """Tell a command from `run_start` to `run_end`, whatever happens in between."""
    output: Output = JsonOutput() if arguments.json else PersonOutput(quiet=arguments.quiet, verbose=arguments.verbose > 0)
    resume_command: str | None = None
    code = ExitCode.BUG
    try:
        output.start(kind)
        async with _session(arguments, output, demo, kept) as session:
            code, resume_command = await body(session)
    except ClosedPipe:
        code = ExitCode.DONE
    except SyncTuiError as error:
        code = error.exit_code
        complain(error)
    except OSError as error:
        code = ExitCode.STORAGE
        complain(SyncTuiError(str(error)))
    finally:
        with contextlib.suppress(ClosedPipe, BrokenPipeError):
            output.end(code, resume_command)
    return code


@asynccontextmanager
async def _session(arguments: Arguments, output: Output, demo: str | None, kept: bool) -> AsyncIterator[Session]:
    paths = paths_of(arguments)
    flags = {
        "subtitles.engine": arguments.engine,
        "subtitles.languages": arguments.languages,
        "subtitles.max_offset": arguments.max_offset,
        "subtitles.jobs": arguments.jobs,
    }
    loaded = configuration(file=arguments.config, paths=paths, flags=flags)
    paths.ensure()
    start_log(paths.logs, loaded, verbose=arguments.verbose > 1)
    stop = Stop()
    libraries = (LibraryRoot("Demo", demo),) if demo else ()
    async with services(loaded, paths, jobs=arguments.jobs, libraries=libraries) as opened:
        signals = Signals(stop, output.say, opened.workers.kill)
        for warning in opened.warnings:
            output.warn(warning)
        with handled(signals):
            yield Session(arguments, output, opened, Tale(), stop, signals, demo, kept)


def _request(session: Session) -> Request:
    arguments = session.arguments
    settings = session.services.loaded.config.subtitles
    options: dict[str, Json] = {
        "engine": settings.engine,
        "languages": list(settings.languages),
        "max_offset": settings.max_offset,
    }
    for name in ("reference", "video"):
        value = getattr(arguments, name)
        if value:
            options[name] = os.path.abspath(value)
    for name in ("force", "only_failed"):
        if getattr(arguments, name):
            options[name] = True
    return Request(arguments.kind, absolute(arguments.targets), options)


def absolute(targets: tuple[str, ...]) -> tuple[str, ...]:
    """Return targets with every path made absolute, so that a resume from another folder means the same files."""
    return tuple(os.path.abspath(target) if os.path.lexists(target) or os.sep in target else target for target in targets)


async def _plan_and_run(session: Session) -> tuple[ExitCode, str | None]:
    arguments, engine, output = session.arguments, session.services.engine, session.output
    request = _request(session)
    if arguments.dry_run or arguments.check:
        draft = await engine.plan(request, limit=arguments.limit, on_item=output.planning)
        try:
            return await _show(session, draft), None
        finally:
            await draft.discard()
    async with engine.executing(wait=arguments.wait_lock):
        await engine.settle(arguments.kind)
        if arguments.resume is not None:
            job = await _unfinished(session)
            if job is None:
                output.say(" nothing to resume")
                return ExitCode.DONE, None
            await engine.resume(job)
            return await _execute(session, job)
        draft = await engine.plan(request, limit=arguments.limit, on_item=output.planning)
        return await _submit_and_execute(session, draft, request)


async def _submit_and_execute(session: Session, draft: Draft, request: Request | None) -> tuple[ExitCode, str | None]:
    try:
        session.output.plan(draft.totals)
        if draft.totals.brakes and not session.arguments.allow_mass_change:
            raise ConfirmationNeeded(
                draft.totals.brakes[0].message, hint="look at the disk first; --allow-mass-change goes on all the same"
            )
        if draft.totals.total == 0:
            return ExitCode.DONE, None
        await _confirm(session, draft)
        if request is not None:
            await session.services.engine.supersede(request)
        job = await session.services.engine.submit(draft, allow_mass_change=session.arguments.allow_mass_change)
    finally:
        await draft.discard()
    return await _execute(session, job)


async def _show(session: Session, draft: Draft) -> ExitCode:
    """Print a plan without running it."""
    session.output.plan(draft.totals)
    offset = 0
    while page := await draft.page(offset, 500):
        for planned in page:
            session.output.operation(planned.operation)
        offset += len(page)
    if draft.totals.brakes:
        return ExitCode.CONFIRMATION_NEEDED
    if session.arguments.check and draft.totals.total:
        return ExitCode.NOT_EMPTY
    if not session.arguments.check:
        session.output.say(" nothing was written")
    return ExitCode.DONE


async def _confirm(session: Session, draft: Draft) -> None:
    """Ask a person; raises ConfirmationNeeded where there is none, or on a no."""
    if session.arguments.yes:
        return
    if session.arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfirmationNeeded("nobody is here to confirm the plan", hint="--yes does it, --dry-run shows it")
    question = f" go ahead with {draft.totals.total:,}? [y/N] "
    answer = await asyncio.to_thread(input, question)
    if answer.strip().lower() not in ("y", "yes"):
        raise ConfirmationNeeded("not confirmed: nothing was written")


async def _execute(session: Session, job: int) -> tuple[ExitCode, str | None]:
    """Run a job to its end or its pause, telling it as it goes."""
    engine = session.services.engine
    teller = asyncio.create_task(_tell(session, engine.subscribe()))
    try:
        await engine.execute([job], stop=session.stop, max_duration=session.arguments.max_duration)
        if not session.stop.asked:
            # What hooks and other processes have asked for meanwhile is for whoever executes.
            await engine.execute(None, stop=session.stop, max_duration=session.arguments.max_duration)
        await engine.drained()
    finally:
        teller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await teller
    return await _finish(session, job)


async def _tell(session: Session, events: AsyncIterator[Event]) -> None:
    async for event in events:
        try:
            session.output.event(event)
        except ClosedPipe:
            session.stop.graceful("SIGPIPE")
        session.tale.hear(event)


async def _finish(session: Session, job: int) -> tuple[ExitCode, str | None]:
    engine = session.services.engine
    snapshot = await engine.watch(job)
    code = exit_code_of(snapshot, session.signals.code)
    resume_command = None
    if not snapshot.state.final:
        resume_command = session.command("--run", snapshot.kind, f"--resume={job}")
    if job in session.tale.ends:
        fields = session.tale.ends[job]
        undoable = bool(fields.get("done"))
        session.output.result(
            fields,
            folder=session.demo,
            undo=_undo_command(session, job) if undoable else None,
        )
    return code, resume_command


def _undo_command(session: Session, job: int) -> str:
    command = session.command("jobs", "undo", str(job))
    return command if session.kept else f"{command}   (in a demo that stays)"


def _program() -> str:
    """Return the name that starts this program in the user's shell."""
    here = os.path.abspath(sys.argv[0])
    found = shutil.which("synctui")
    return "synctui" if found is not None and os.path.realpath(found) == os.path.realpath(here) else here


async def _unfinished(session: Session) -> int | None:
    wanted = session.arguments.resume
    if wanted in (None, "last", ""):
        return await session.services.engine.newest_unfinished(session.arguments.kind)
    return await known_job(session.services, str(wanted))


async def known_job(opened: Services, text: str) -> int:
    """Return a job's number that exists; raises TargetNotFound."""
    if text.isdigit() and await job_record(opened.database, int(text)) is not None:
        return int(text)
    raise TargetNotFound(f"there is no job {text!r}", hint="synctui jobs lists them")


async def _restore(session: Session) -> tuple[ExitCode, str | None]:
    arguments, engine = session.arguments, session.services.engine
    options: dict[str, Json] = {"restore": True, "to": arguments.to}
    if arguments.force:
        options["force"] = True
    request = Request("subtitles", absolute(arguments.targets), options)
    async with engine.executing(wait=arguments.wait_lock):
        await engine.settle("subtitles")
        return await _submit_and_execute(session, await engine.plan(request), None)


async def _undo(session: Session) -> tuple[ExitCode, str | None]:
    arguments, engine = session.arguments, session.services.engine
    async with engine.executing(wait=arguments.wait_lock):
        job = await known_job(session.services, arguments.job)
        await engine.settle()
        return await _submit_and_execute(session, await engine.plan_undo(job, arguments.operations or None), None)


async def _resume_by_id(session: Session) -> tuple[ExitCode, str | None]:
    arguments, engine = session.arguments, session.services.engine
    async with engine.executing(wait=arguments.wait_lock):
        job = await known_job(session.services, arguments.job)
        await engine.settle()
        await engine.resume(job)
        return await _execute(session, job)
