"""A wire between a client and a server on loopback that breaks in the middle of what is said."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Self

_PIECE = 4096


class Wire:
    """Passes on bytes; each connection breaks after as many bytes of answers as `allowance` grants it (None: never)."""

    def __init__(self, host: str, port: int) -> None:
        self.allowance: Callable[[], int | None] = lambda: None
        self.breaks = 0
        self._far = (host, port)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Return the near end's address."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far_in, far_out = await asyncio.open_connection(*self._far)
            asking = asyncio.create_task(_pass(near_in, far_out))
            try:
                await self._answer(far_in, near_out)
            finally:
                asking.cancel()
                far_out.close()
                near_out.transport.abort()

    async def _answer(self, far: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        left = self.allowance()
        while piece := await far.read(_PIECE):
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            near.write(piece)
            await near.drain()
            if left == 0:
                self.breaks += 1
                return


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
