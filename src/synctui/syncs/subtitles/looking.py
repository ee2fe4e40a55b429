"""Runs in a worker what a person is waiting to see, without spending more than one worker on it."""

from __future__ import annotations

import asyncio
from typing import Any

from synctui.errors import OperationFailed, TemporaryFailure, Transient
from synctui.processes.workers import Task, TaskRunner

_PATIENCE_S = 60.0


class Looking:
    """One look at a time, in the order asked; who looks away before his turn costs nothing.

    A look that has begun is let finish: cancelling it would end the worker, and a hand that runs over a list would start one
    after the other.
    """

    def __init__(self, workers: TaskRunner) -> None:
        self._workers = workers
        self._turn = asyncio.Lock()
        self._begun: asyncio.Future[dict[str, Any]] | None = None

    async def run(self, task: Task) -> dict[str, Any]:
        """Return a task's result. Raises its errors, TemporaryFailure when it has to wait or takes too long."""
        async with self._turn:
            if self._begun is not None:
                await asyncio.wait((self._begun,))
            deadline = asyncio.get_running_loop().time() + _PATIENCE_S
            self._begun = asyncio.ensure_future(self._workers.run(task, deadline=deadline))
            self._begun.add_done_callback(_seen)
            begun = self._begun
            try:
                return await asyncio.shield(begun)
            except Transient as error:
                raise TemporaryFailure(error.message) from error
            except OperationFailed as error:
                if error.code == "engine_timeout":
                    raise TemporaryFailure("it took too long: the disk or every worker is busy") from error
                raise


def _seen(done: asyncio.Future[dict[str, Any]]) -> None:
    """Take the error of a look that nobody waits for any more."""
    if not done.cancelled():
        done.exception()
