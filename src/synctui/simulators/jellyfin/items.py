"""What the server makes of a folder on disk: films, shows with seasons and episodes, and folders of neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from synctui.simulators.jellyfin.paths import ignored, spelled

VIDEOS = frozenset((".mkv", ".mp4", ".avi", ".m4v", ".mov", ".ts", ".webm", ".mpg", ".wmv", ".ogv"))
_SUBTITLES = frozenset((".srt", ".ass", ".ssa", ".sub", ".idx", ".vtt", ".sup", ".smi"))
_METADATA = frozenset((".nfo", ".jpg", ".jpeg", ".png", ".webp"))
_SEASON = re.compile(r"(?:season|series|staffel|saison|stagione|s)[ ._-]*\d+|specials", re.IGNORECASE)
_FOLDERS = frozenset(("CollectionFolder", "Folder", "Series", "Season"))

Signature = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A library of one folder: its name, the real folder, what the server calls that folder, and what it holds."""

    name: str
    folder: Path
    path: str
    content: str = "movies"


@dataclass(slots=True)
class Item:
    """Something that the server knows; `versions` are further files of the same film."""

    id: str
    kind: str
    path: str
    file: Path
    versions: tuple[str, ...] = ()
    created: datetime = datetime.min
    saved: datetime = datetime.min
    signature: Signature = ()

    @property
    def is_folder(self) -> bool:
        """True where other items may lie in it."""
        return self.kind in _FOLDERS

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.file.name if self.is_folder else self.file.stem


@dataclass(frozen=True, slots=True)
class Found:
    """Something on disk that is an item, with what tells whether it has changed."""

    kind: str
    file: Path
    path: str
    versions: tuple[str, ...] = ()
    signature: Signature = field(default=(), compare=False)


def read(library: LibraryFolder, at: Path) -> Iterator[Found]:
    """Yield what lies at and below a folder of a library."""
    if at == library.folder:
        yield Found("Folder", at, library.path)
    yield from (_shows if library.content == "tvshows" else _films)(library, at)


def signature(file: Path, own_folder: bool) -> Signature:
    """Return what tells that an item changed: the times of its video and its metadata, the names of its subtitles."""
    parts = []
    for beside in sorted(file.parent.iterdir()):
        ours = beside == file or beside.stem.startswith(file.stem)
        kind = beside.suffix.lower()
        if beside == file or ((ours or own_folder) and kind in _METADATA):
            parts.append((beside.name, beside.stat().st_mtime_ns))
        elif ours and kind in _SUBTITLES:
            parts.append((beside.name, 0))
    return tuple(parts)


def _entries(library: LibraryFolder, at: Path) -> tuple[list[Path], list[Path]]:
    """Return the videos and the folders in a folder that are looked at."""
    try:
        entries = sorted(at.iterdir())
    except OSError:
        return [], []
    seen = [entry for entry in entries if not ignored(spelled(entry, library.folder, library.path))]
    videos = [entry for entry in seen if entry.suffix.lower() in VIDEOS and entry.is_file()]
    return videos, [entry for entry in seen if entry.is_dir() and not (entry / ".ignore").exists()]


def _films(library: LibraryFolder, at: Path) -> Iterator[Found]:
    kind = "Movie" if library.content == "movies" else "Video"
    videos, folders = _entries(library, at)
    top = at == library.folder
    paths = [spelled(video, library.folder, library.path) for video in videos]
    if videos and not top and (len(videos) == 1 or all(video.stem.startswith(at.name) for video in videos)):
        yield Found(kind, videos[0], paths[0], tuple(paths[1:]), signature(videos[0], True))
        return
    if not top:
        yield Found("Folder", at, spelled(at, library.folder, library.path))
    for video, path in zip(videos, paths, strict=True):
        yield Found(kind, video, path, (), signature(video, False))
    for folder in folders:
        yield from _films(library, folder)


def _shows(library: LibraryFolder, at: Path) -> Iterator[Found]:
    videos, folders = _entries(library, at)
    depth = len(at.relative_to(library.folder).parts)
    if depth > 0:
        yield Found("Series" if depth == 1 else "Season", at, spelled(at, library.folder, library.path))
        for video in videos:
            yield Found("Episode", video, spelled(video, library.folder, library.path), (), signature(video, False))
    for folder in folders:
        if depth == 0 or (depth == 1 and _SEASON.fullmatch(folder.name)):
            yield from _shows(library, folder)
