"""The sources of the simulated Kodi: real folders under Kodi's own names, and what it remembers of their listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

Content = Literal["movies", "tvshows"]

VIDEOS = frozenset((".mkv", ".mp4", ".avi", ".m4v", ".ts", ".mov", ".webm", ".wmv"))


@dataclass(frozen=True, slots=True)
class Source:
    """A folder on disk that Kodi calls `path`."""

    label: str
    folder: Path
    path: str
    content: Content

    @property
    def root(self) -> str:
        """Return its path with the final slash."""
        return slashed(self.path)


@dataclass(frozen=True, slots=True)
class Listed:
    """The names in a folder, in order, without hidden ones."""

    folders: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(slots=True)
class Disk:
    """The folders of the sources, and the listings that are remembered until the folder is listed again."""

    sources: Sequence[Source]
    _remembered: dict[str, frozenset[str]] = field(default_factory=dict)

    def source(self, path: str) -> Source | None:
        """Return the source in which a path lies."""
        return next((source for source in self.sources if slashed(path).startswith(source.root)), None)

    def place(self, path: str) -> Path | None:
        """Return where a path is on the disk, None when it lies in no source."""
        source = self.source(path)
        if source is None:
            return None
        parts = [part for part in path[len(source.root) :].split("/") if part]
        return None if ".." in parts else source.folder.joinpath(*parts)

    def listing(self, path: str) -> Listed | None:
        """Look at a folder and remember what is in it; None when it is not there."""
        place = self.place(path)
        if place is None or "\0" in path:
            return None
        try:
            entries = sorted(entry for entry in place.iterdir() if not entry.name.startswith("."))
        except OSError:
            return None
        folders = tuple(entry.name for entry in entries if entry.is_dir())
        self._remembered[slashed(path)] = frozenset(folders)
        return Listed(folders, tuple(entry.name for entry in entries if not entry.is_dir()))

    def exists(self, path: str) -> bool:
        """Return whether there is such a folder, by what is remembered of its parent, if anything is."""
        above, _, name = slashed(path)[:-1].rpartition("/")
        names = self._remembered.get(above + "/")
        if names is not None:
            return name in names
        place = self.place(path)
        return place is not None and place.is_dir()

    def forget(self) -> None:
        """Remember nothing, as after a restart."""
        self._remembered.clear()

    def fingerprint(self, path: str, listed: Listed) -> str:
        """Return what Kodi compares to see that nothing changed: for a folder of files no more than its whole second."""
        place = self.place(path)
        if place is None:
            return ""
        if not listed.folders:
            return str(int(place.stat().st_mtime))
        stats = [(name, (place / name).stat()) for name in (*listed.folders, *listed.files)]
        return repr([(name, stat.st_size, int(stat.st_mtime)) for name, stat in stats])


def slashed(path: str) -> str:
    """Return a path with its final slash."""
    return path if path.endswith("/") else path + "/"


def apart(path: str) -> list[str]:
    """Return the folders of a `multipath://`, or the one path; a backslash is a slash to Kodi."""
    if path.startswith("multipath://"):
        return [unquote(part) for part in path.removeprefix("multipath://").split("/") if part]
    return [path.replace("\\", "/")]


def is_video(name: str) -> bool:
    """Return whether a file looks like a video by its name."""
    return any(name.lower().endswith(suffix) for suffix in VIDEOS)
