"""A Dask cluster: the machines of its workers do what worker processes of this one would do.

All of Dask that is used: `Client.get_executor` (a `concurrent.futures.Executor`), events of a topic (`Worker.log_event`,
`Client.subscribe_topic`) for what is heard of a task, the state that a worker keeps of it (`Worker.state.tasks`: "cancelled"
once nobody wants it any more, be it cancelled or its client gone) for what is given up, `Scheduler.identity` for how large
the cluster is and whether it answers. See https://distributed.dask.org (API; Worker State Machine).

Dask's connections over tcp:// are neither encrypted nor authenticated: whoever reaches the scheduler can run anything on
its workers. Those over tls:// are, with the certificates that Dask's own configuration names.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from collections.abc import Iterator
from typing import Any

from synctui.errors import DependencyMissing, OperationFailed, TemporaryFailure, Transient
from synctui.processes.executors import ExecutorRunner
from synctui.processes.topic import Switchboard
from synctui.processes.workers import Progress, Task
from synctui.text import display

_AWAY_S = 90.0
_REMEMBERED_S = 10.0
_CLOSING_S = 2.0
_HINT = 'is it running? cluster = "" below [subtitles] works on this machine'


class Cluster:
    """The Dask cluster of the scheduler at `address`; an async context manager that connects when there is work for it.

    Tasks whose argument `together` is the same go to the worker that had the first of them, if it lives: what that one has
    cached, another machine may have to find out anew. `reach` seconds is how long the scheduler may take to answer. While
    tasks run it is asked every `look` seconds whether it is there; when it has not answered for `patience` seconds, or has
    had no worker for so long, what was asked of it is given up.
    """

    def __init__(
        self, address: str, *, together: str = "", reach: float = 6.0, patience: float = 60.0, look: float = 5.0
    ) -> None:
        self._address, self._together = address, together
        self._reach, self._patience, self._look = reach, patience, look
        self._joining = asyncio.Lock()
        self._link: _Link | None = None
        self._refused: tuple[float, str, str] | None = None
        self._parting: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Cluster:
        return self

    async def __aexit__(self, *raised: object) -> None:
        self._closed = True
        if self._link is not None:
            self._drop(self._link)
        await asyncio.gather(*self._parting)

    @property
    def threads(self) -> int:
        """How many tasks it runs at once; 0 while it is not connected, or has no workers yet."""
        return self._link.threads if self._link is not None else 0

    async def ready(self) -> None:
        """Connect; raises DependencyMissing where Dask is not installed, TemporaryFailure when no scheduler answers."""
        await self._joined()

    async def run(self, task: Task, progress: Progress | None = None, deadline: float | None = None) -> dict[str, Any]:
        """Run `task` on a machine of the cluster and return its result; cancelling kills it there within a second or two.

        Errors are those of `ExecutorRunner.run`; Transient when the cluster does not answer, was lost meanwhile or has no
        workers. When a worker of Dask dies, Dask gives its tasks to another; what has cost several of them
        (`distributed.scheduler.allowed-failures`) fails as OperationFailed `engine_crashed`.
        """
        try:
            async with asyncio.timeout_at(deadline):
                link = await self._joined()
        except TimeoutError as error:
            raise OperationFailed("it took too long and was stopped", code="engine_timeout") from error
        except TemporaryFailure as error:
            raise Transient(f"{error.message}: {error.hint}", after=_AWAY_S) from error
        subject = str(task.arguments.get(self._together, ""))
        with link.at_work():
            work = asyncio.ensure_future(link.runner(subject).run(task, progress, deadline))
            try:
                await asyncio.wait((work, link.lost), return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    self._drop(link)
                    raise Transient(link.lost.result(), after=_AWAY_S)
            finally:
                if not (work.cancel() or work.cancelled()):
                    work.exception()  # taken, also where nobody waits for it any more
        try:
            return work.result()
        except Transient as error:
            if link.there:
                raise
            self._drop(link)
            raise Transient(f"the connection to the cluster {display(self._address, 80)} was lost") from error

    async def _joined(self) -> _Link:
        async with self._joining:
            if self._closed:
                raise RuntimeError("the cluster is closed")
            if self._link is not None and not self._link.there:
                self._drop(self._link)
            if self._link is None:
                if self._refused is not None and time.monotonic() < self._refused[0]:
                    raise TemporaryFailure(self._refused[1], hint=self._refused[2])
                try:
                    self._link = await _Link.to(self._address, self._reach, self._patience, self._look)
                except TemporaryFailure as error:
                    self._refused = (time.monotonic() + _REMEMBERED_S, error.message, error.hint)
                    raise
            return self._link

    def _drop(self, link: _Link) -> None:
        if self._link is link:
            self._link = None
            parting = asyncio.get_running_loop().create_task(link.part(), name="leave-cluster")
            self._parting.add(parting)
            parting.add_done_callback(self._parting.discard)


class _Link:
    """One connection to a cluster, and the watch over it; `lost` becomes done with a sentence when nobody answers there."""

    def __init__(self, address: str, client: Any, threads: int, patience: float, look: float) -> None:
        self.threads = threads
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._client = client
        self._died = (importlib.import_module("distributed").KilledWorker,)
        self._switchboard = Switchboard(client)
        self._running = 0
        self._watch = asyncio.get_running_loop().create_task(self._watched(address, patience, look), name="watch-cluster")

    @classmethod
    async def to(cls, address: str, reach: float, patience: float, look: float) -> _Link:
        """Connect; raises DependencyMissing and TemporaryFailure."""
        shown = display(address, 80)
        try:
            # It takes a second to load.
            distributed = await asyncio.to_thread(importlib.import_module, "distributed")
        except ImportError as error:
            raise DependencyMissing(
                f"Dask is not installed, which the cluster {shown} wants", hint="pip install 'synctui[dask]'"
            ) from error
        try:
            threads = await _threads(address, reach)
            client = await asyncio.to_thread(distributed.Client, address, timeout=reach, set_as_default=False)
        except Exception as error:
            # Of whatever else listens there, Dask takes the first bytes for a length: a MemoryError is one of its answers.
            raise TemporaryFailure(f"no Dask scheduler answers at {shown}{_detail(error)}", hint=_HINT) from error
        return cls(address, client, threads, patience, look)

    @property
    def there(self) -> bool:
        """Tell whether the connection stands, as far as is known."""
        return not self.lost.done() and self._client.status == "running"

    def runner(self, subject: str) -> ExecutorRunner:
        """Return what runs a task about `subject`, where the one before about it ran if that worker lives."""
        place = self._switchboard.place(subject)
        near = {"workers": [place], "allow_other_workers": True} if place else {}
        # `pure` would take two equal requests for one, and cancelling one would cancel both.
        executor = self._client.get_executor(pure=False, **near)
        return ExecutorRunner(executor, self._switchboard.lines(subject), died=self._died)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Count a task that runs: only then it matters whether the cluster answers."""
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    async def _watched(self, address: str, patience: float, look: float) -> None:
        seen = time.monotonic()
        while True:
            await asyncio.sleep(look)
            if self._running:
                try:
                    self.threads = await _threads(address, patience)
                except Exception as error:
                    self.lost.set_result(f"the cluster {display(address, 80)} does not answer any more{_detail(error)}")
                    return
            if self.threads or not self._running:
                seen = time.monotonic()
            elif time.monotonic() - seen >= patience:
                self.lost.set_result(f"the cluster {display(address, 80)} has no worker")
                return

    async def part(self) -> None:
        """Close the connection; Dask gives up what still runs."""
        self._watch.cancel()
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._client.close, _CLOSING_S)


async def _threads(address: str, seconds: float) -> int:
    """Return how many threads the workers of a scheduler have; raises ValueError for what is no scheduler, OSError, …"""
    distributed = importlib.import_module("distributed")
    certificates = distributed.Security().get_connection_args("client")
    async with asyncio.timeout(seconds), distributed.rpc(address, connection_args=certificates) as scheduler:
        identity = await scheduler.identity()
    if not str(identity.get("type", "")).endswith("Scheduler"):
        raise ValueError(f"a {identity.get('type')} is no scheduler")
    return sum(int(worker["nthreads"]) for worker in identity["workers"].values())


def _detail(error: Exception) -> str:
    """Return what an error of Dask says, where it says anything to a person."""
    text = display(str(error), 120)
    return f" ({text})" if text and isinstance(error, OSError | ValueError) else ""
