"""How changes that are told become refreshes: after a time of silence, and often wider than what was told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from synctui.model.clock import Clock
from synctui.simulators.jellyfin.paths import ignored, parent, separator, within


class Monitor:
    """Gathers told paths; `act` gets the paths of one refresher when `delay` seconds passed without another one."""

    def __init__(self, delay: Callable[[], float], clock: Clock, act: Callable[[list[str]], Awaitable[None]]) -> None:
        self._delay = delay
        self._clock = clock
        self._act = act
        self._refreshers: list[_Refresher] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> list[str]:
        """Return the path of every refresher that waits for silence."""
        return [refresher.path for refresher in self._refreshers]

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """Return what waits for silence or is being done."""
        return self._tasks

    def tell(self, path: str) -> None:
        """Take note of a change."""
        if ignored(path):
            return
        for refresher in self._refreshers:
            if _same(path, refresher.path):
                pass
            elif within(path, refresher.path):
                refresher.add(path)
            elif within(refresher.path, path):
                refresher.widen(path)
            elif parent(path) == parent(refresher.path):
                refresher.widen(parent(path), path)
            else:
                continue
            self._restart(refresher)
            return
        refresher = _Refresher(path)
        self._refreshers.append(refresher)
        self._restart(refresher)

    async def close(self) -> None:
        """Forget everything that waits."""
        tasks = list(self._tasks)
        self._refreshers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _restart(self, refresher: _Refresher) -> None:
        if refresher.task is not None:
            refresher.task.cancel()
        refresher.task = asyncio.create_task(self._wait(refresher))
        self._tasks.add(refresher.task)
        refresher.task.add_done_callback(self._tasks.discard)

    async def _wait(self, refresher: _Refresher) -> None:
        await self._clock.sleep(self._delay())
        self._refreshers.remove(refresher)
        await self._act(refresher.affected)


class _Refresher:
    def __init__(self, path: str) -> None:
        self.path = path
        self.affected = [path]
        self.task: asyncio.Task[None] | None = None

    def add(self, path: str) -> None:
        if path not in self.affected:
            self.affected.append(path)

    def widen(self, path: str, told: str | None = None) -> None:
        self.path = path
        self.add(path)
        if told is not None:
            self.add(told)


def _same(one: str, other: str) -> bool:
    return one.rstrip(separator(one)) == other.rstrip(separator(other))
