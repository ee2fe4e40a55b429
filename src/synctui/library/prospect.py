"""A folder that may become a library: whether it can be one, and what seems to be in it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from synctui.library.episodes import absolute, numbers
from synctui.library.ignore import hidden
from synctui.library.names import is_sample, kind_of, stem
from synctui.model.library import LibraryKind, LibraryRoot
from synctui.text import display

_SECONDS = 1.5
_MOST_VIDEOS = 20_000
_FEW = 0.1
_MANY = 0.5
_ODD = 3


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a look at a folder found; `problem` says why it cannot be a library, "" when it can.

    `videos`, `subtitles` and `numbered` (videos whose names say which episode they are) are counted until time was up:
    then `complete` is False and there are more.
    """

    path: str
    problem: str = ""
    hint: str = ""
    writable: bool = True
    videos: int = 0
    subtitles: int = 0
    numbered: int = 0
    complete: bool = True

    @property
    def kind(self) -> LibraryKind:
        """Return what the names suggest: series, movies, or auto where they are mixed or say nothing."""
        if not self.videos:
            return "auto"
        share = self.numbered / self.videos
        # A few odd names prove nothing; several that do not fit are films beside series.
        if share >= _MANY and self.videos - self.numbered <= _ODD:
            return "series"
        return "movies" if share <= _FEW else "auto"


def look(path: str, *, libraries: Sequence[LibraryRoot] = (), seconds: float = _SECONDS) -> Prospect:
    """Look whether a folder can be a library beside `libraries`, and for at most `seconds` at what is in it.

    Touches the disk: call it in a thread.
    """
    if wrong := _wrong(path):
        return Prospect(path, *wrong)
    for library in libraries:
        if clash := _clash(path, library):
            return Prospect(path, clash, "a folder belongs to one library only")
    return _counted(Prospect(path, writable=os.access(path, os.W_OK)), time.monotonic() + seconds)


def _wrong(path: str) -> tuple[str, str] | None:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8, which a configuration cannot hold", "rename it, or name the folder above it"
    if "\x00" in path or not os.path.isabs(path):
        return "this is no absolute path", "it begins with / or ~"
    if os.path.normpath(path) in (os.sep, os.sep * 2):
        return "this is everything on this machine", "name the folder that holds your series or films"
    if not os.path.isdir(path):
        return _no_folder(path)
    if not os.access(path, os.R_OK | os.X_OK):
        return "this folder cannot be read", "check its permissions"
    return None


def _no_folder(path: str) -> tuple[str, str]:
    if os.path.exists(path):
        return "this is a file", "a library is a folder"
    if os.path.islink(path):
        return "this is a link that leads nowhere", "is its disk mounted?"
    known = os.path.dirname(path)
    while known != os.path.dirname(known) and not os.path.isdir(known):
        known = os.path.dirname(known)
    hint = f"{display(known)} is there; tab completes" if known != os.sep else "tab completes what is there"
    return "there is no such folder", hint


def _clash(path: str, library: LibraryRoot) -> str:
    ours, theirs = os.path.realpath(path), os.path.realpath(library.path)
    name = display(library.name, 60)
    if ours == theirs:
        return f"this is the folder of library {name}"
    if ours.startswith(theirs.rstrip(os.sep) + os.sep):
        return f"this lies in the folder of library {name}"
    if theirs.startswith(ours.rstrip(os.sep) + os.sep):
        return f"the folder of library {name} lies in this one"
    return ""


def _counted(prospect: Prospect, until: float) -> Prospect:
    videos = subtitles = numbered = 0
    complete = True
    waiting = [prospect.path]
    while waiting:
        if time.monotonic() > until or videos >= _MOST_VIDEOS:
            complete = False
            break
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    kind = kind_of(entry.name)
                    if kind == "subtitle":
                        subtitles += 1
                    elif kind == "video" and not is_sample(stem(entry.name)):
                        videos += 1
                        text = stem(entry.name)
                        numbered += numbers(text) is not None or absolute(text) is not None
                    elif kind is None and not hidden(entry.name) and entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue  # a scan says what cannot be read; here it only does not count
    return replace(prospect, videos=videos, subtitles=subtitles, numbered=numbered, complete=complete)
