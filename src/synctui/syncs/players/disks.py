"""What the disks say about items just now: never believe that something is gone while its disk is away. Blocks."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from synctui.library.names import SUBTITLE_FOLDERS, fold, kind_of, stem
from synctui.model.library import LibraryRoot
from synctui.store.videos import MOST_VIDEOS
from synctui.syncs.players.fold import Item
from synctui.syncs.players.units import root_of

_ONLY = ("movie.nfo", "poster.", "fanart.", "folder.", "cover.", "banner.", "landscape.", "logo.", "clearlogo.", "clearart.")
"""What belongs to the one film of its folder, whatever that is called."""


@dataclass(slots=True)
class Standing:
    """Items as the disks have them, and those of which nothing can be said because their disk is away."""

    items: list[Item] = field(default_factory=list)
    away: list[Item] = field(default_factory=list)


def stand(items: Iterable[Item], libraries: Sequence[LibraryRoot], mounts: Collection[str] | None = None) -> Standing:
    """Return how items stand: what should be there and is not was removed, what should be gone and is there was not.

    `mounts` are the folders above them at which disks were mounted once (`store.videos.mounts_above`), None: unknown.
    """
    standing = Standing()
    presence = Presence(libraries, mounts)
    for item in items:
        there = look(item.path)
        if there == "there":
            standing.items += _there(item)
        elif there == "away" or not presence.believable(item.path):
            standing.away.append(item)
        elif item.change == "moved" and item.previous is not None:
            # Its new place is empty again: the old one is gone all the same.
            standing.items.append(replace(item, change="removed", previous=None))
            if look(item.previous) == "gone" and presence.believable(item.previous):
                standing.items.append(replace(item, path=item.previous, change="removed", previous=None))
        else:
            standing.items.append(item if item.change == "removed" else replace(item, change="removed"))
    return standing


def look(path: str) -> Literal["there", "gone", "away"]:
    """Return whether a path is there, is not, or cannot be asked for: its disk does not answer, or does not let us look."""
    try:
        os.lstat(path)
    except OSError as error:
        return "gone" if error.errno in (errno.ENOENT, errno.ENOTDIR) else "away"
    except ValueError:
        # A name that no file system can hold.
        return "gone"
    return "there"


def _there(item: Item) -> Iterator[Item]:
    """Yield what is so of a video that is there."""
    if item.change == "removed":
        yield replace(item, change="modified", sidecar=False)
    elif item.change == "moved" and item.previous is not None and look(item.previous) == "there":
        # Copied, or another one has come in its place: what the player knows of that stays.
        yield replace(item, change="created", previous=None)
        yield replace(item, path=item.previous, change="modified", previous=None)
    else:
        yield item


class Presence:
    """Whether the disks are there on which files are missing; remembers what it saw."""

    def __init__(self, libraries: Sequence[LibraryRoot], mounts: Collection[str] | None = None) -> None:
        self._libraries = libraries
        self._mounts = mounts
        self._seen: dict[str, str] = {}

    def believable(self, path: str) -> bool:
        """Tell whether a missing file was removed: not where its library, or a disk once mounted above it, shows nothing."""
        root = root_of(path, self._libraries)
        if root is not None and self._holds(root.path) != "something":
            return False
        above = list(_above(path))
        if any(folder in (self._mounts or ()) and self._holds(folder) != "something" for folder in above):
            return False
        for folder in above:
            holds = self._holds(folder)
            if holds == "nothing":
                # Whoever deletes a film may leave its folder; a place where nothing is mounted looks just the same.
                return self._mounted_above(folder) if root is None else self._mounts is not None
            if holds != "gone":
                return holds == "something"
        return True

    def _mounted_above(self, folder: str) -> bool:
        """Tell whether an empty folder outside every library lies on a disk that is there, other than the system's."""
        return not os.path.ismount(folder) and any(os.path.ismount(one) for one in _above(folder) if one != "/")

    def _holds(self, folder: str) -> str:
        """Return what a folder holds: something, nothing, "gone" where there is no such folder, or "away"."""
        if folder not in self._seen:
            try:
                with os.scandir(folder) as entries:
                    self._seen[folder] = "nothing" if next(entries, None) is None else "something"
            except OSError as error:
                self._seen[folder] = "gone" if error.errno in (errno.ENOENT, errno.ENOTDIR) else "away"
            except ValueError:
                self._seen[folder] = "gone"
        return self._seen[folder]


def _above(path: str) -> Iterator[str]:
    """Yield the folders above a path, the next one first."""
    while (folder := os.path.dirname(path)) != path:
        yield folder
        path = folder


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
    """Yield the videos below a folder, links not followed, at most as many as are asked for at one time."""
    count = 0
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if kind_of(name) == "video":
                yield os.path.join(folder, name)
                count += 1
                if count >= MOST_VIDEOS:
                    return
