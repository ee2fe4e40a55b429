"""One folder as a scan found it: its videos, its subtitles, and those in the subtitle folders below it."""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from synctui.library.ignore import FILE_NAME
from synctui.library.names import KINDS, extension
from synctui.model.library import FileStamp, MediaFile

Entry = tuple[str, int, int]
"""A file in a folder: name, size in bytes, modification time in nanoseconds; a bare tuple because there are so many."""


class Known(NamedTuple):
    """What an earlier scan found in one directory, packed.

    `names` are the names of its media files (and of its ignore file), sorted and joined by slashes, `stamps` size and
    modification time of each as 64-bit integers, `children` the names of the directories that were entered. A time of 0
    stands for a directory that has to be listed again.
    """

    mtime_ns: int
    ctime_ns: int
    mount: bool
    rules: str
    names: bytes
    stamps: bytes
    children: bytes

    @property
    def files(self) -> int:
        """Return how many media files it held."""
        return self.names.count(b"/") + 1 if self.names else 0

    def same_files(self, other: Known) -> bool:
        """Return whether both hold the same files with the same stamps."""
        return self.names == other.names and self.stamps == other.stamps

    def entries(self) -> tuple[list[Entry], list[Entry]]:
        """Return (videos, subtitles)."""
        videos: list[Entry] = []
        subtitles: list[Entry] = []
        if not self.names:
            return videos, subtitles
        stamps = array("q", self.stamps)
        for index, name in enumerate(os.fsdecode(self.names).split("/")):
            if name != FILE_NAME:
                kept = videos if KINDS[extension(name)] == "video" else subtitles
                kept.append((name, stamps[2 * index], stamps[2 * index + 1]))
        return videos, subtitles

    def child_names(self) -> list[str]:
        """Return the names of its directories."""
        return os.fsdecode(self.children).split("/") if self.children else []


class Listing(NamedTuple):
    """A directory as it is now; `changed` says that the index has to learn something.

    `found` are its (videos, subtitles) when it was listed just now.
    """

    path: str
    state: Known
    changed: bool
    found: tuple[list[Entry], list[Entry]] | None = None

    def entries(self) -> tuple[list[Entry], list[Entry]]:
        """Return (videos, subtitles)."""
        return self.found or self.state.entries()


@dataclass(frozen=True, slots=True)
class Folder:
    """What one folder holds; `inner` are its `Subs/`, `Subtitles/` and the folders in these, with subtitles only.

    `listings` are the directories that it was read from.
    """

    path: str
    videos: Sequence[Entry] = ()
    subtitles: Sequence[Entry] = ()
    inner: Sequence[Folder] = ()
    listings: Sequence[Listing] = ()

    def media(self, entry: Entry) -> MediaFile:
        """Return one of the folder's own entries as a file."""
        name, size, mtime_ns = entry
        return MediaFile(os.path.join(self.path, name), FileStamp(size, mtime_ns))
