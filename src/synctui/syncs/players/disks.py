"""What the disks say about items just now: never believe that something is gone while its disk is away. Blocks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from synctui.library.names import SUBTITLE_FOLDERS, fold, kind_of, stem
from synctui.model.library import LibraryRoot
from synctui.syncs.players.fold import Item
from synctui.syncs.players.units import root_of

_MOST_VIDEOS = 20_000
_ONLY = ("movie.nfo", "poster.", "fanart.", "folder.", "cover.", "banner.", "landscape.", "logo.", "clearlogo.", "clearart.")
"""What belongs to the one film of its folder, whatever that is called."""


@dataclass(slots=True)
class Standing:
    """Items as the disks have them, and those of which nothing can be said because their disk is away."""

    items: list[Item] = field(default_factory=list)
    away: list[Item] = field(default_factory=list)


def stand(items: Iterable[Item], libraries: Sequence[LibraryRoot]) -> Standing:
    """Return how items stand: what should be there and is not was removed, what should be gone and is there was not."""
    standing = Standing()
    presence = Presence(libraries)
    for item in items:
        there = os.path.lexists(item.path)
        if there:
            standing.items += _there(item)
        elif not presence.believable(item.path):
            standing.away.append(item)
        elif item.change == "moved" and item.previous is not None:
            # Its new place is empty again: the old one is gone all the same.
            standing.items.append(replace(item, change="removed", previous=None))
            if not os.path.lexists(item.previous) and presence.believable(item.previous):
                standing.items.append(replace(item, path=item.previous, change="removed", previous=None))
        else:
            standing.items.append(item if item.change == "removed" else replace(item, change="removed"))
    return standing


def _there(item: Item) -> Iterator[Item]:
    """Yield what is so of a video that is there."""
    if item.change == "removed":
        yield replace(item, change="modified", sidecar=False)
    elif item.change == "moved" and item.previous is not None and os.path.lexists(item.previous):
        # Copied, or another one has come in its place: what the player knows of that stays.
        yield replace(item, change="created", previous=None)
        yield replace(item, path=item.previous, change="modified", previous=None)
    else:
        yield item


class Presence:
    """Whether the disks are there on which files are missing; remembers what it saw."""

    def __init__(self, libraries: Sequence[LibraryRoot]) -> None:
        self._libraries = libraries
        self._seen: dict[str, bool] = {}

    def believable(self, path: str) -> bool:
        """Tell whether a missing file was removed: only where its library, and the next folder above it, hold something."""
        root = root_of(path, self._libraries)
        if root is not None and not self._holds(root.path):
            return False
        folder = os.path.dirname(path)
        while folder != os.path.dirname(folder):
            if os.path.isdir(folder):
                return self._holds(folder)
            folder = os.path.dirname(folder)
        return True

    def _holds(self, folder: str) -> bool:
        if folder not in self._seen:
            try:
                with os.scandir(folder) as entries:
                    self._seen[folder] = next(entries, None) is not None
            except OSError:
                self._seen[folder] = False
        return self._seen[folder]


def videos_beside(path: str) -> list[str]:
    """Return the videos that a file beside them, or in their subtitle folder, belongs to, as its name says."""
    folder, name = os.path.split(path)
    home = folder
    while os.path.basename(home).lower() in SUBTITLE_FOLDERS and os.path.dirname(home) != home:
        home = os.path.dirname(home)
    try:
        with os.scandir(home) as entries:
            videos = [entry.name for entry in entries if kind_of(entry.name) == "video"]
    except OSError:
        return []
    folded = fold(name)
    begun = [video for video in videos if folded.startswith(fold(stem(video)))]
    if begun:
        longest = max(len(fold(stem(video))) for video in begun)
        return [os.path.join(home, video) for video in begun if len(fold(stem(video))) == longest]
    if len(videos) == 1 and (folder != home or folded.startswith(_ONLY)):
        return [os.path.join(home, videos[0])]
    return []


def videos_within(path: str) -> Iterator[str]:
    """Yield the videos below a folder, links not followed, at most 20,000."""
    count = 0
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if kind_of(name) == "video":
                yield os.path.join(folder, name)
                count += 1
                if count >= _MOST_VIDEOS:
                    return
