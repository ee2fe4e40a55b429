"""When the screens look at the jobs: at `refresh_hz` while one runs here, once a second otherwise; never for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

_SLOW = 1.0


class Pulse:
    """Calls `look` again and again; `look` returns whether something runs here, which makes it beat faster."""

    def __init__(self, look: Callable[[], Awaitable[bool]], hertz: float) -> None:
        self._look = look
        self.hertz = hertz
        self._task: asyncio.Task[None] | None = None
        self._now = asyncio.Event()

    def begin(self) -> None:
        """Start beating."""
        self._task = asyncio.get_running_loop().create_task(self._beat(), name="pulse")

    def poke(self) -> None:
        """Look now: something was asked for."""
        self._now.set()

    def end(self) -> None:
        """Stop beating."""
        if self._task is not None:
            self._task.cancel()

    async def _beat(self) -> None:
        while True:
            self._now.clear()
            running = await self._look()
            wait = 1 / self.hertz if running else max(_SLOW, 1 / self.hertz)
            try:
                async with asyncio.timeout(wait):
                    await self._now.wait()
            except TimeoutError:
                continue
            # What was just asked for needs a moment to be stored; a burst of requests is one look.
            await asyncio.sleep(0.02)
