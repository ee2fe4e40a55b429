"""How the application ends: asked to, by a signal, because the terminal is gone, or because it cannot go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from synctui.errors import ExitCode
from synctui.jobs.board import Board, BoardJob
from synctui.model.states import JobState
from synctui.text import display

if TYPE_CHECKING:
    from synctui.services import Launch
    from synctui.tui.house import House
    from synctui.tui.messages import Said

_CODES = {signal.SIGHUP: ExitCode.SIGHUP, signal.SIGINT: ExitCode.SIGINT, signal.SIGTERM: ExitCode.SIGTERM}
_MOST_TOLD = 3
_STDERR = 2
_STOPPING = b"stopping: what has begun is brought to its end (ctrl+c: at once)\n"


class Leaving:
    """The way out: `code` is what the process will say, `told` what the shell is to be told, `leave` closes the screens,
    `restore` gives the shell its terminal back.

    The first signal lets jobs come to their commit points, the second leaves at once; the database stays whole, and our
    children go with us.
    """

    def __init__(self, house: House, leave: Callable[[], None], restore: Callable[[], None]) -> None:
        self.code = ExitCode.DONE
        self.told: tuple[str, ...] = ()
        self._house = house
        self._leave = leave
        self._restore = restore

    def handle_signals(self) -> None:
        """Take SIGHUP, SIGINT and SIGTERM; does nothing outside the main thread."""
        loop = asyncio.get_running_loop()
        for number in _CODES:
            with contextlib.suppress(ValueError, RuntimeError):
                loop.add_signal_handler(number, self.signalled, number)

    def signalled(self, number: signal.Signals) -> None:
        """Leave because of a signal; the second time, and when the user has left already, at once."""
        if self._house.stop.asked and number is not signal.SIGHUP:
            self._at_once(number)
        if self.code is ExitCode.DONE:
            self.code = _CODES[number]
        self._house.stop.graceful(number.name)
        self._leave()

    def hung_up(self) -> None:
        """Leave because the terminal is gone, as after SIGHUP."""
        self.signalled(signal.SIGHUP)

    def give_up(self, said: Said | None) -> None:
        """Leave because of a fault that leaves nothing to go on with; the first is told, others follow from it."""
        self.code = ExitCode.BUG
        if said is not None and not self.told:
            self.told = (f"synctui: {said.text}", *((f"   {said.hint}",) if said.hint else ()))

    def waiting(self) -> None:
        """Say in the shell, once the screens are closed, that a job is being brought to its commit point."""
        # A terminal that takes nothing must not keep jobs from being brought to their ends.
        with contextlib.suppress(OSError):
            if select.select([], [_STDERR], [], 0)[1]:
                os.write(_STDERR, _STOPPING)

    def _at_once(self, number: signal.Signals) -> None:
        self._house.stop.hard(number.name)
        if self._house.ready:
            self._house.services.workers.kill()
        with contextlib.suppress(Exception):
            self._restore()
        os._exit(int(_CODES[number] if self.code is ExitCode.DONE else self.code))


def farewell(board: Board, launch: Launch) -> tuple[str, ...]:
    """Return what to say in the shell of jobs that were interrupted by leaving, and how they go on."""
    left = [job for job in board.jobs if interrupted(job)]
    lines: list[str] = []
    for job in left[:_MOST_TOLD]:
        done = f"{job.snapshot.current:,} of {job.snapshot.total:,} done"
        lines.append(f"{job.state.glyph} paused: {display(job.title)}, {done}")
        lines.append(f"  goes on with C in the screens, or: {display(launch.command(*_resume(job)))}")
    if len(left) > _MOST_TOLD:
        lines.append(f"  and {len(left) - _MOST_TOLD:,} more: {display(launch.command('jobs'))}")
    return tuple(lines)


def interrupted(job: BoardJob) -> bool:
    """Tell whether a job stopped for no reason of its own, and waits for somebody to let it go on."""
    return job.state is JobState.PAUSED and job.snapshot.pause_reason == "interrupted" and job.where == "nobody"


def _resume(job: BoardJob) -> tuple[str, ...]:
    return "--run", job.request.kind, f"--resume={job.id}", "--yes"
