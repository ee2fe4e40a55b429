"""A command told from `run_start` to `run_end`, whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shlex
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from synctui.cli.arguments import Arguments
from synctui.cli.complaints import complain, complain_of_bug
from synctui.cli.output import JsonOutput, Output, PersonOutput, Tale
from synctui.cli.places import is_path, prepared, program, same_data
from synctui.cli.signals import Signals, handled
from synctui.cli.terminal import ClosedPipe
from synctui.config.schema import Player, Stash
from synctui.errors import ExitCode, SyncTuiError
from synctui.jobs.stop import Stop
from synctui.model.library import LibraryRoot
from synctui.services import Services, services

T = TypeVar("T")
log = logging.getLogger(__name__)


class Stopped(Exception):
    """A signal, or a reader that has gone, asked for the end before there was a job."""


@dataclass(slots=True)
class Session:
    """One headless command while it runs; `demo` is the made-up library's folder, `kept` says that it stays.

    `profile` is the name of the job profile that it runs, "" for none. `mute` is set when nobody reads the output any more.
    `going` ends with the command that would go on with the job that runs.
    """

    arguments: Arguments
    output: Output
    services: Services
    stop: Stop
    signals: Signals
    demo: str | None = None
    kept: bool = True
    profile: str = ""
    mute: bool = False
    going: list[str] = field(default_factory=list)
    tale: Tale = field(default_factory=Tale)
    started: float = field(default_factory=time.monotonic)

    def command(self, *words: str) -> str:
        """Return a command line that speaks of the same data, from whatever folder it is typed in."""
        options = same_data(self.arguments, self.services.paths, demo=self.demo is not None)
        return shlex.join((*program(), *words, *options))

    @property
    def left(self) -> float | None:
        """Return how many seconds of `--max-duration` are left, None without one."""
        most = self.arguments.max_duration
        return None if most is None else max(0.0, self.started + most - time.monotonic())

    async def until_stopped(self, work: Awaitable[T]) -> T:
        """Return what `work` returns; raises Stopped, and cancels it, when a stop is asked for."""
        task = asyncio.ensure_future(work)
        self.stop.watch(cancel := lambda: void(task.cancel()))
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if self.stop.asked and not (current is not None and current.cancelling()):
                raise Stopped from None
            raise
        finally:
            self.stop.unwatch(cancel)


def void(value: object) -> None:
    """Take a value that nobody needs."""


Body = Callable[[Session], Awaitable[tuple[ExitCode, str | None]]]
Change = Callable[[Arguments], tuple[Arguments, str]]


async def tell(
    arguments: Arguments,
    kind: str,
    body: Body,
    *,
    prepare: Change | None = None,
    demo: bool = False,
) -> ExitCode:
    """Run `body` between `run_start` and `run_end` and return the exit code.

    `prepare` turns the arguments into those of a job profile, and its name; `demo` makes the made-up library first.
    """
    output: Output = JsonOutput() if arguments.json else PersonOutput(quiet=arguments.quiet, verbose=arguments.verbose > 0)
    resume_command: str | None = None
    code = ExitCode.BUG
    stop = Stop()
    going: list[str] = []
    signals = Signals(stop, output.say, lambda number: output.end(number, going[-1] if going else None))
    try:
        output.start(kind)
        with handled(signals), contextlib.ExitStack() as stack:
            profile, folder, kept, made = "", None, True, None
            if prepare is not None:
                arguments, profile = prepare(arguments)
            if demo:
                from synctui.cli.demo import made_up

                arguments, made = stack.enter_context(made_up(arguments))
                folder, kept = str(made.library), made.kept
            async with _services(arguments, output, signals, folder) as opened:
                code, resume_command = await body(
                    Session(arguments, output, opened, stop, signals, folder, kept, profile, going=going)
                )
            if made is not None:
                made.clean = resume_command is None
    except Stopped:
        code = signals.code or ExitCode.TEMPORARY
        with contextlib.suppress(ClosedPipe):
            output.say(" stopped: nothing was done")
    except ClosedPipe:
        code = ExitCode.TEMPORARY
    except SyncTuiError as error:
        code = error.exit_code
        output.trouble(error)
        complain(error)
    except OSError as error:
        code = ExitCode.STORAGE
        trouble = SyncTuiError(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        output.trouble(trouble)
        complain(trouble)
    except Exception as error:
        log.exception("a fault")
        output.trouble(SyncTuiError(f"a fault in SyncTUI: {type(error).__name__}: {error}", code="bug"))
        complain_of_bug(error, verbose=arguments.verbose > 0, arguments=arguments)
    finally:
        output.end(code, resume_command)
    return code


@asynccontextmanager
async def _services(arguments: Arguments, output: Output, signals: Signals, demo: str | None) -> AsyncIterator[Services]:
    paths, loaded = prepared(arguments, verbose=arguments.verbose > 1)
    libraries = (LibraryRoot("Demo", demo),) if demo else ()
    async with (
        _demo_players(demo if arguments.kind == "players" else None) as players,
        _demo_stash(demo if arguments.kind == "stash" else None) as stash,
        services(loaded, paths, jobs=arguments.jobs, libraries=libraries, players=players, stash=stash) as opened,
    ):
        signals.kill = opened.workers.kill
        for warning in opened.warnings:
            output.warn(warning)
        yield opened


@asynccontextmanager
async def _demo_players(demo: str | None) -> AsyncIterator[tuple[Player, ...]]:
    if demo is None:
        yield ()
        return
    from synctui.cli.demo import made_up_players

    async with made_up_players(demo, automatic=False) as players:
        yield players


@asynccontextmanager
async def _demo_stash(demo: str | None) -> AsyncIterator[Stash | None]:
    if demo is None:
        yield None
        return
    from synctui.cli.demo import made_up_stash

    async with made_up_stash(demo) as stash:
        yield stash


def absolute(targets: tuple[str, ...]) -> tuple[str, ...]:
    """Return targets with every path made absolute, so that a resume from another folder means the same files."""
    return tuple(os.path.abspath(target) if is_path(target) else target for target in targets)


async def ask(session: Session, question: str) -> bool:
    """Ask the person at the terminal; anything but yes is no. Raises Stopped for a signal meanwhile."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not answered.done():
            answered.set_result(sys.stdin.readline())

    session.output.ask(question)
    # A thread that waits for a line could not be ended by a signal.
    loop.add_reader(sys.stdin.fileno(), read)
    try:
        answer = await session.until_stopped(answered)
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return answer.strip().lower() in ("y", "yes")


def somebody_is_here() -> bool:
    """Tell whether there is a terminal to ask on."""
    try:
        return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    except ValueError:
        return False
