"""Tasks on any `concurrent.futures.Executor`: threads, processes, the machines of a cluster."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, Protocol

from synctui import __version__
from synctui.errors import DependencyMissing, OperationFailed, Transient
from synctui.processes.outpost import Line, parcel
from synctui.processes.replies import result_of
from synctui.processes.wire import decode
from synctui.processes.workers import Progress, Task
from synctui.text import display


class Lines(Protocol):
    """Lays lines to where tasks run, by a means of the executor: progress comes here, what is given up is known there."""

    def laid(self, progress: Progress | None) -> contextlib.AbstractContextManager[Line | None]:
        """Return the context that holds a line; `progress` is to be called on the running event loop."""
        ...


class NoLines:
    """For an executor without such a means: no progress is heard, and what is given up ends at its deadline or by itself."""

    @contextlib.contextmanager
    def laid(self, progress: Progress | None) -> Iterator[None]:
        """Lay nothing."""
        yield None


class ExecutorRunner:
    """Runs tasks on an executor that somebody else owns; wherever it leads, SyncTUI has to be installed in this version.

    Each task runs in a niced process of its own over there (`outpost`). `died` are the exceptions by which the executor
    says that its own thread, process or machine was lost, besides BrokenExecutor.
    """

    def __init__(
        self, executor: Executor, lines: Lines | None = None, *, died: tuple[type[BaseException], ...] = ()
    ) -> None:
        self._executor = executor
        self._lines = NoLines() if lines is None else lines
        self._died: tuple[type[BaseException], ...] = (BrokenExecutor, *died)

    async def ready(self) -> None:
        """Nothing is known that keeps an executor from running a task."""

    async def run(self, task: Task, progress: Progress | None = None, deadline: float | None = None) -> dict[str, Any]:
        """Run `task` and return its result; `deadline` is in monotonic seconds.

        What has not begun is cancelled by cancelling this, and by the deadline (OperationFailed `engine_timeout`); what has
        begun is killed where the executor has lines, else left to its end or deadline. Errors are those of `Workers.run`;
        besides, DependencyMissing where another version or none is installed over there, Transient where the executor gave
        the task up.
        """
        try:
            async with asyncio.timeout_at(deadline):
                return await self._run(task, progress, deadline)
        except TimeoutError as error:
            raise OperationFailed("it took too long and was stopped", code="engine_timeout") from error

    async def _run(self, task: Task, progress: Progress | None, deadline: float | None) -> dict[str, Any]:
        now = asyncio.get_running_loop().time()
        left = None if deadline is None else max(0.0, deadline - now)
        listener = _Listener(progress)
        with self._lines.laid(listener if progress is not None else None) as line:
            try:
                submitted: Future[bytes] = self._executor.submit(pickle.loads, parcel(task, left, line))
            except self._died as error:
                raise _lost(error) from error
            try:
                await asyncio.wait((landed(submitted), listener.failed), return_when=asyncio.FIRST_COMPLETED)
            finally:
                listener.end()
                give_up(submitted)
        if listener.failed.done():
            listener.failed.result()
        return self._result(submitted)

    def _result(self, submitted: Future[bytes]) -> dict[str, Any]:
        if submitted.cancelled():
            raise Transient("the executor gave it up")
        error = submitted.exception()
        if error is None:
            return _result(submitted.result())
        if isinstance(error, self._died):
            raise _lost(error) from error
        if isinstance(error, ImportError) and "synctui" in str(error):
            message = f"SyncTUI is not installed where it should work: {display(str(error), 200)}"
            raise DependencyMissing(
                message, hint=f"install version {__version__} on every machine of the cluster"
            ) from error
        if isinstance(error, OSError):
            raise Transient(f"the executor lost its connection: {display(str(error), 200)}") from error
        raise OperationFailed(f"{type(error).__name__}: {error}", code="bug") from error


class _Listener:
    """Progress that is passed on; what the receiver raises is kept in `failed`, and nothing is passed on after it."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def __call__(self, phase: str, fraction: float | None) -> None:
        if self._progress is None or self.failed.done():
            return
        try:
            self._progress(phase, fraction)
        except Exception as error:
            self.failed.set_exception(error)

    def end(self) -> None:
        """Pass nothing on any more."""
        self._progress = None


def landed(submitted: Future[bytes]) -> asyncio.Future[None]:
    """Return what is done on the running loop when a future of an executor is; cancelling it leaves that one alone."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def land() -> None:
        if not done.done():
            done.set_result(None)

    def tell(_: Future[bytes]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed by then
            loop.call_soon_threadsafe(land)

    submitted.add_done_callback(tell)
    return done


def give_up(submitted: Future[bytes]) -> None:
    """Cancel a future of an executor unless it is done, without waiting for whoever has to be told."""
    if not submitted.done():
        # Dask's own waits for its event loop, which must not hold up ours.
        threading.Thread(target=submitted.cancel, name="give-up", daemon=True).start()


def _result(raw: bytes) -> dict[str, Any]:
    reply = decode(raw)
    try:
        return result_of(reply)
    except OperationFailed as error:
        if error.code == "gone" and not error.hint:
            host = display(str(reply["host"]), 60)
            error.hint = f"{host} looked for it: every machine needs the library at the same path (shared storage)"
        raise


def _lost(error: BaseException) -> OperationFailed:
    failure = OperationFailed(
        f"the worker crashed ({type(error).__name__})", hint="perhaps out of memory: run fewer jobs", code="engine_crashed"
    )
    failure.add_note(display(str(error), 2000))
    return failure
