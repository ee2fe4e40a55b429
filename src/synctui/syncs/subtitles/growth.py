"""Is a video still being written?"""

from __future__ import annotations

import os

from synctui.errors import OperationFailed


class Growth:
    """Looks at a video before its audio is read and again afterwards.

    What changed in between is a download that goes on: the alignment of half a film is not to be trusted. One that has just
    ended is not put off.
    """

    def __init__(self, video: str) -> None:
        self._video = video
        self._before = _look(video)

    def check(self) -> None:
        """Raise OperationFailed `still_growing` when the video changed since."""
        if _look(self._video) != self._before:
            raise OperationFailed("the video was written to while its audio was read", code="still_growing")


def _look(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
