"""Worker processes of our own for work that takes a core: niced, killed one by one, replaced when they die."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from synctui.errors import OperationFailed
from synctui.processes.environment import worker_environment
from synctui.processes.group import Group, scarcity, signal_name
from synctui.processes.output import Capture, PipeReader
from synctui.processes.replies import result_of
from synctui.processes.wire import HEADER, Message, decode, encode, length
from synctui.text import display

Progress = Callable[[str, float | None], None]

_LAST_WORDS = 16 * 1024


@dataclass(frozen=True, slots=True)
class Task:
    """A function by its place, `module:name`, called in a worker as `name(arguments, progress) -> dict`.

    Arguments and result are JSON objects; `progress(phase, fraction)` may be called as often as it likes.
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


class TaskRunner(Protocol):
    """Something that runs tasks outside the event loop."""

    async def ready(self) -> None:
        """Raise what keeps every task from running: DependencyMissing, TemporaryFailure."""
        ...

    async def run(self, task: Task, progress: Progress | None = None, deadline: float | None = None) -> dict[str, Any]:
        """Return the task's result; `deadline` is in monotonic seconds."""
        ...


class Divided:
    """Runs the tasks of some `functions` elsewhere, and all others here."""

    def __init__(self, here: TaskRunner, elsewhere: TaskRunner, functions: frozenset[str]) -> None:
        self._here, self._elsewhere, self._functions = here, elsewhere, functions

    async def ready(self) -> None:
        """Raise what keeps tasks from running here or elsewhere."""
        await self._here.ready()
        await self._elsewhere.ready()

    async def run(self, task: Task, progress: Progress | None = None, deadline: float | None = None) -> dict[str, Any]:
        """Run `task` where its function belongs."""
        runner = self._elsewhere if task.function in self._functions else self._here
        return await runner.run(task, progress, deadline)


class Workers:
    """At most `count` worker processes, each started when there is work for it; an async context manager.

    A worker that has done `recycle_after` tasks is replaced (memory that libraries keep), `memory` limits its address
    space in bytes where the system allows that.
    """

    def __init__(self, count: int, *, nice: int = 10, recycle_after: int = 64, memory: int | None = 4 << 30) -> None:
        if count < 1 or recycle_after < 1:
            raise ValueError("at least one worker, for at least one task")
        self._places = asyncio.Semaphore(count)
        self._nice, self._recycle_after, self._memory = nice, recycle_after, memory
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._closed = False

    async def __aenter__(self) -> Workers:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process numbers of the workers that live."""
        return tuple(sorted(worker.group.pid for worker in self._all))

    async def ready(self) -> None:
        """Nothing keeps this machine from running a task."""

    async def run(self, task: Task, progress: Progress | None = None, deadline: float | None = None) -> dict[str, Any]:
        """Run `task` in a worker and return its result.

        Cancelling kills that worker alone; so does `deadline` (monotonic seconds, OperationFailed `engine_timeout`).
        A worker that dies fails with OperationFailed `engine_crashed`, the signal named. A SyncTuiError of the task is
        raised here as it was there; any other exception becomes OperationFailed `bug` with the traceback as a note.
        Transient is raised when the system has no room for a process.
        """
        request = encode({"function": task.function, "arguments": dict(task.arguments)})
        try:
            async with asyncio.timeout_at(deadline):
                async with self._places:
                    return await self._run(request, progress)
        except TimeoutError as error:
            raise OperationFailed("it took too long and was stopped", code="engine_timeout") from error

    async def _run(self, request: bytes, progress: Progress | None) -> dict[str, Any]:
        if self._closed:
            raise RuntimeError("the workers are closed")
        worker = await self._take()
        whole = False
        try:
            reply = await worker.ask(request, progress)
            whole = True
        finally:
            if whole and worker.tasks < self._recycle_after and not self._closed:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
                worker.kill()
        return result_of(reply)

    async def _take(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if not worker.group.exited.done():
                return worker
            self._all.discard(worker)
            worker.kill()
        with scarcity():
            worker = await _Worker.start(self._nice, self._memory)
        self._all.add(worker)
        return worker

    def kill(self) -> None:
        """Kill every worker at once and start no more, for an end that waits for nothing."""
        self._closed = True
        for worker in self._all:
            worker.kill()

    async def close(self) -> None:
        """Kill every worker; what still runs fails as crashed."""
        self._closed = True
        workers, self._all = self._all, set()
        self._idle.clear()
        for worker in workers:
            worker.kill()
        await asyncio.gather(*(worker.group.end() for worker in workers))


class _Worker:
    """One worker process and the conversation with it."""

    def __init__(
        self, group: Group, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, printed: Capture, pipe: PipeReader
    ) -> None:
        self.group = group
        self.tasks = 0
        self._reader, self._writer, self._printed, self._pipe = reader, writer, printed, pipe

    @classmethod
    async def start(cls, nice: int, memory: int | None) -> _Worker:
        ours, theirs = socket.socketpair()
        printed_read, printed_write = os.pipe()
        group: Group | None = None
        try:
            limits = [] if memory is None or sys.platform == "darwin" else [str(memory)]
            module = [sys.executable, "-P", "-m", "synctui.processes.worker", str(theirs.fileno()), *limits]
            group = Group.start(
                module,
                env=worker_environment(),
                cwd="/",
                stdout=printed_write,
                stderr=printed_write,
                nice=nice,
                keep=(theirs.fileno(),),
            )
            reader, writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException:
            if group is not None:
                group.kill()
            os.close(printed_read)
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(printed_write)
        printed = Capture(_LAST_WORDS)
        return cls(group, reader, writer, printed, PipeReader(printed_read, (printed.feed,)))

    async def ask(self, request: bytes, progress: Progress | None) -> Message:
        """Send a task and return the answer, passing progress on; raises OperationFailed when the worker dies."""
        self.tasks += 1
        answer = asyncio.ensure_future(self._converse(request, progress))
        try:
            # The guard holds the worker's end of the socket too: a dead worker shows as an exit, not as an end of data.
            await asyncio.wait((answer, self.group.exited), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                await asyncio.wait((answer,), timeout=0.1)
            if answer.done():
                return answer.result()
            raise self._crashed()
        except (ValueError, EOFError, ConnectionError) as error:
            await asyncio.wait((self.group.exited,), timeout=0.1)
            raise self._crashed() from error
        finally:
            answer.cancel()

    async def _converse(self, request: bytes, progress: Progress | None) -> Message:
        self._writer.write(request)
        await self._writer.drain()
        while True:
            size = length(await self._reader.readexactly(HEADER))
            message = decode(await self._reader.readexactly(size))
            if "progress" not in message:
                return message
            if progress is not None:
                progress(str(message["progress"]), message["fraction"])

    def _crashed(self) -> OperationFailed:
        code = self.group.exited.result() if self.group.exited.done() else 0
        name = signal_name(code)
        how = f"ended by {name}" if name else f"ended with code {code}" if code else "lost the thread"
        error = OperationFailed(f"the worker crashed ({how})", code="engine_crashed")
        if name == "SIGKILL":
            error.hint = "perhaps out of memory: run fewer jobs"
        last = self._printed.text().strip()
        if last:
            error.add_note(display(last[-2000:]))
        return error

    def kill(self) -> None:
        """End the process and the conversation, at once."""
        self.group.kill()
        self._writer.close()
        self._pipe.close()
