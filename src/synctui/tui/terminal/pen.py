"""Writes to the terminal from a thread, so that a line that is slow, stuck or gone holds nobody up."""

from __future__ import annotations

import os
import select
import threading
from collections import deque
from collections.abc import Callable

_MOST_WAITING = 128 << 10
_PATIENCE = 2.0


class Pen:
    """Takes text at once and writes it in order.

    What a slow line cannot take is thrown away, whole pictures at a time, once more than 128 KiB wait; `behind` is then
    called as soon as the line takes text again: the screen has to be drawn anew. `gone` is called once when nobody can read
    any more (the terminal was closed). Both are called from the thread.
    """

    def __init__(self, fileno: int, encoding: str, behind: Callable[[], None], gone: Callable[[], None]) -> None:
        self._fileno = fileno
        self._encoding = encoding
        self._behind = behind
        self._gone = gone
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._lost = False
        self._closed = False
        self._change = threading.Condition()
        # A daemon: one that hangs on a dead line must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def write(self, text: str) -> None:
        """Take text; never waits."""
        data = text.encode(self._encoding, "replace")
        with self._change:
            if self._closed:
                return
            if self._size + len(data) > _MOST_WAITING:
                self._waiting.clear()
                self._size = 0
                self._lost = True
            self._waiting.append(data)
            self._size += len(data)
            self._change.notify()

    def stop(self) -> None:
        """Write what waits and end; a line that takes nothing for two seconds is left alone."""
        with self._change:
            self._closed = True
            self._change.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while (data := self._next()) is not None:
            try:
                _write_all(self._fileno, data)
            except OSError:
                with self._change:
                    self._closed = True
                self._gone()
                return
            with self._change:
                drained = self._lost and not self._waiting
                self._lost = self._lost and not drained
            if drained:
                self._behind()

    def _next(self) -> bytes | None:
        with self._change:
            while not self._waiting:
                if self._closed:
                    return None
                self._change.wait()
            data = b"".join(self._waiting)
            self._waiting.clear()
            self._size = 0
            return data


def _write_all(fileno: int, data: bytes) -> None:
    # Past sys.stderr: its lock, held by a thread that hangs on a dead line, would hang the end of the process as well.
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(fileno, left) :]
        except BlockingIOError:
            # Another program that shares the terminal has set it so.
            select.select([], [fileno], [])
