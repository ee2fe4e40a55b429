"""Signals: the first asks for a graceful end, the second ends at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from synctui.errors import ExitCode
from synctui.jobs.stop import Stop

_CODES = {
    signal.SIGHUP: ExitCode.SIGHUP,
    signal.SIGINT: ExitCode.SIGINT,
    signal.SIGTERM: ExitCode.SIGTERM,
}


class Signals:
    """What arrived: `code` is the exit code of the first signal, None before one.

    `kill` ends our children; `last` writes the last words of a process that leaves at once.
    """

    def __init__(self, stop: Stop, say: Callable[[str], None], last: Callable[[ExitCode], None]) -> None:
        self._stop = stop
        self._say = say
        self._last = last
        self.kill: Callable[[], None] = lambda: None
        self.code: ExitCode | None = None

    def arrived(self, number: signal.Signals) -> None:
        """Stop gracefully; the second time kill our children and leave at once, the database stays whole."""
        if self.code is None:
            self.code = _CODES[number]
            with contextlib.suppress(OSError):
                self._say(" stopping: what has begun is brought to its end (once more: at once)")
            self._stop.graceful(number.name)
            return
        self._stop.hard()
        self.kill()
        with contextlib.suppress(OSError, ValueError):
            # A reader that does not read must not keep us here.
            os.set_blocking(sys.stdout.fileno(), False)
            self._last(self.code)
            os.set_blocking(sys.stdout.fileno(), True)
        os._exit(int(self.code))


@contextmanager
def handled(signals: Signals) -> Iterator[None]:
    """Handle SIGINT, SIGTERM and SIGHUP on the running loop while the context lasts."""
    loop = asyncio.get_running_loop()
    for number in _CODES:
        loop.add_signal_handler(number, signals.arrived, number)
    try:
        yield
    finally:
        for number in _CODES:
            loop.remove_signal_handler(number)
