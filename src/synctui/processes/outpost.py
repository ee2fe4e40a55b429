"""The far side of an executor: a task that arrives there runs in a niced process of its own, which can be killed alone.

What an executor is given is `pickle.loads` with a parcel, and so calls `perform` in a thread or process of its own, on
whatever machine that is: an executor that has to import something of ours before it calls anything breaks where SyncTUI is
not installed (Dask's worker ends itself), whereas this fails as any task does. `perform` only watches: the task itself runs
in one of the worker processes that a thread beside it keeps. They end with the process that `perform` runs in, and when
nobody has asked for anything for a while.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import pickle
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from synctui import __version__
from synctui.errors import DependencyMissing
from synctui.processes.replies import failed
from synctui.processes.wire import HEADER, Message, decode, encode
from synctui.processes.workers import Progress, Task, Workers
from synctui.text import display

_LOOK_S = 0.5
_IDLE_S = 60.0
_ANY_NUMBER = 1 << 16


class End(Protocol):
    """The far end of a line: what the executor's thread may say to, and hear from, whoever asked."""

    def tell(self, phase: str, fraction: float | None) -> None:
        """Pass progress on; called from another thread than the executor's."""
        ...

    def given_up(self) -> bool:
        """Return whether nobody waits for the task any more; asked twice a second in the executor's thread."""
        ...


class Line(Protocol):
    """What travels with a task, and so can be pickled."""

    def pick_up(self) -> End:
        """Return the far end; called in the executor's thread."""
        ...


def perform(request: bytes, line: Line | None = None) -> bytes:
    """Run the task of a request (JSON, see `parcel`) and return the reply (JSON, see `replies`), errors included.

    Without a `line` nothing is heard of a task until it ends, and one that nobody waits for any more goes on to its end or
    its deadline.
    """
    asked = decode(request)
    if asked["version"] == __version__:
        reply = _outpost().perform(asked, line.pick_up() if line is not None else None)
    else:
        reply = failed(_another_version(str(asked["version"])))
    return encode({**reply, "host": platform.node()})[HEADER:]


def parcel(task: Task, left: float | None, line: Line | None = None) -> bytes:
    """Return what `pickle.loads` makes the reply to a task of, wherever that is.

    `left` are the seconds until the deadline, counted there from the task's beginning. Raises TypeError for arguments that
    are no JSON.
    """
    asked = {"version": __version__, "function": task.function, "arguments": dict(task.arguments), "left": left}
    return pickle.dumps(_Call(encode(asked)[HEADER:], line))


@dataclass(frozen=True, slots=True)
class _Call:
    request: bytes
    line: Line | None

    def __reduce__(self) -> tuple[Callable[..., bytes], tuple[bytes, Line | None]]:
        return perform, (self.request, self.line)


def _another_version(asked: str) -> DependencyMissing:
    return DependencyMissing(
        f"{display(platform.node(), 60)} has SyncTUI {__version__}, and {display(asked, 30)} asked it to work",
        hint="install the same version on every machine of the cluster",
    )


class _Outpost:
    """The workers beside the threads of an executor, on an event loop of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._workers: Workers | None = None
        self._running = 0
        self._closing: asyncio.TimerHandle | None = None
        threading.Thread(target=self._loop.run_forever, name="outpost", daemon=True).start()

    def perform(self, asked: Message, end: End | None) -> Message:
        """Return the reply to a request, or kill the task's process once it was given up."""
        running = asyncio.run_coroutine_threadsafe(self._run(asked, None if end is None else end.tell), self._loop)
        while True:
            with contextlib.suppress(concurrent.futures.TimeoutError):
                return running.result(_LOOK_S)
            if end is not None and end.given_up():
                running.cancel()
                return failed(asyncio.CancelledError())

    async def _run(self, asked: Message, progress: Progress | None) -> Message:
        if self._closing is not None:
            self._closing.cancel()
        if self._workers is None:
            # The executor's own threads say how many run at once.
            self._workers = Workers(_ANY_NUMBER)
        self._running += 1
        deadline = None if asked["left"] is None else self._loop.time() + float(asked["left"])
        try:
            task = Task(str(asked["function"]), asked["arguments"])
            return {"result": await self._workers.run(task, progress, deadline)}
        except Exception as error:
            return failed(error)
        finally:
            self._running -= 1
            if not self._running:
                self._closing = self._loop.call_later(_IDLE_S, self._close)

    def _close(self) -> None:
        workers, self._workers = self._workers, None
        if workers is not None:
            workers.kill()


_here: _Outpost | None = None
_opening = threading.Lock()


def _outpost() -> _Outpost:
    global _here
    with _opening:
        if _here is None:
            _here = _Outpost()
        return _here


def _begin_anew() -> None:
    global _here, _opening
    _here, _opening = None, threading.Lock()


# A forked process has none of its parent's threads.
os.register_at_fork(after_in_child=_begin_anew)
