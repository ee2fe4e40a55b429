"""Is a video still being written?"""

from __future__ import annotations

import asyncio
import os

from synctui.errors import OperationFailed


class Growth:
    """Looks at a video before its audio is read (`begin`) and again afterwards (`check`).

    What changed in between is a download that goes on: the alignment of half a film is not to be trusted. One that has just
    ended is not put off.
    """

    def __init__(self, video: str, before: tuple[int, int] | None) -> None:
        self._video = video
        self._before = before

    @classmethod
    async def begin(cls, video: str) -> Growth:
        """Look at a video."""
        return cls(video, await asyncio.to_thread(_look, video))

    async def check(self) -> None:
        """Raise OperationFailed `still_growing` when the video changed since."""
        if await asyncio.to_thread(_look, self._video) != self._before:
            raise OperationFailed("the video was written to while its audio was read", code="still_growing")


def _look(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
