"""What was found out about the text tracks of videos, on disk beside their speech."""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from dataclasses import dataclass

from synctui.model.cues import Cue
from synctui.timing.cache import write_whole

_SUFFIX = ".lines"
_LARGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """The lines of a text track where they are in step with the audio; without any, `why` says why it is of no use."""

    cues: tuple[Cue, ...] = ()
    why: str = ""


class Shelf:
    """What was found out about text tracks, in files beside the speech tracks; without a folder nothing is kept.

    A file that is damaged counts as missing. `most` files are kept; the longest unused go first.
    """

    def __init__(self, folder: str, most: int = 4_000) -> None:
        self.folder = folder
        self.most = most

    def get(self, key: str) -> Found | None:
        """Return what was found out, or None."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                raw = file.read(_LARGEST_FILE)
            facts = json.loads(zlib.decompressobj().decompress(raw, _LARGEST_FILE))
            cues = tuple(Cue(int(start), int(end), str(text)) for start, end, text in facts["cues"])
            os.utime(path)
            return Found(cues, str(facts["why"]))
        except (OSError, ValueError, zlib.error, KeyError, TypeError):
            return None

    def put(self, key: str, found: Found) -> None:
        """Keep it; what cannot be written is not kept, and that is no error."""
        if not self.folder:
            return
        facts = {"why": found.why, "cues": [[cue.start, cue.end, cue.text] for cue in found.cues]}
        with contextlib.suppress(OSError):
            write_whole(self._path(key), zlib.compress(json.dumps(facts).encode("utf-8"), 6))
            self._prune()

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key + _SUFFIX)

    def _prune(self) -> None:
        kept: list[tuple[float, str]] = []
        for entry in os.scandir(self.folder):
            if entry.name.endswith(_SUFFIX):
                with contextlib.suppress(FileNotFoundError):
                    kept.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
        for _, path in sorted(kept)[: max(0, len(kept) - self.most)]:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
