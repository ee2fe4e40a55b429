"""Keeps the list in step with the store: as often as the screens may be drawn, never more than a fifth of the time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synctui.store.database import Database
    from synctui.tui.app import SyncTui

_SHARE = 4


class Following:
    """Calls `look` when something may have changed; `look` is told whether rows may have come or gone."""

    def __init__(self, look: Callable[[bool], Awaitable[None]]) -> None:
        self._look = look
        self._dirty = self._shape = False
        self._task: asyncio.Task[None] | None = None
        self._version = -1
        self._level = asyncio.Event()
        self._level.set()

    @property
    def behind(self) -> bool:
        """Tell whether the list still has to take something over."""
        return not self._level.is_set()

    async def caught_up(self) -> None:
        """Wait until the list shows all that was told so far."""
        await self._level.wait()

    def touch(self, home: SyncTui, *, shape: bool = False) -> None:
        """Take over that something may have changed."""
        self._dirty = True
        self._shape |= shape
        self._level.clear()
        if self._task is None or self._task.done():
            self._task = home.start(self._follow(home), name="following")

    async def news(self, database: Database) -> bool:
        """Tell whether anybody has written since the last time this was asked."""
        before, self._version = self._version, await database.version()
        return before != self._version

    async def _follow(self, home: SyncTui) -> None:
        try:
            while self._dirty and home.is_running:
                shape, self._dirty, self._shape = self._shape, False, False
                began = time.monotonic()
                await self._look(shape)
                took = time.monotonic() - began
                if not self._dirty:
                    self._level.set()
                await asyncio.sleep(max(1 / home.pulse.hertz, _SHARE * took))
        finally:
            self._level.set()
