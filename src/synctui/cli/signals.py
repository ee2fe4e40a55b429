"""Signals: the first asks for a graceful end, the second ends at once."""

from __future__ import annotations

import asyncio
import os
import signal
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
    """What arrived: `code` is the exit code of the first signal, None before one."""

    def __init__(self, stop: Stop, say: Callable[[str], None], kill: Callable[[], None]) -> None:
        self._stop = stop
        self._say = say
        self._kill = kill
        self.code: ExitCode | None = None

    def arrived(self, number: signal.Signals) -> None:
        """Stop gracefully; the second time kill our children and leave at once, the database stays whole."""
        if self.code is None:
            self.code = _CODES[number]
            self._say("stopping: what has begun is brought to its end (once more: at once)")
            self._stop.graceful(number.name)
            return
        self._stop.hard()
        self._kill()
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
