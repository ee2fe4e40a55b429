"""What Plex takes a file for, by its name. Simpler than the real scanners: no agents, no extras, no dates as episodes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

SectionKind = Literal["movie", "show"]

VIDEOS = frozenset(("avi", "m4v", "mkv", "mov", "mp4", "mpg", "ts", "webm", "wmv"))
_YEAR = re.compile(r"^(.+?)[ ._]*[(\[]?\b((?:19|20)\d\d)\b[)\]]?")
_EPISODE = re.compile(r"[Ss](\d{1,4})[ ._-]?[Ee](\d{1,4})(?:-?[Ee](\d{1,4}))?")
_ABSOLUTE = re.compile(r" - (\d{2,3})(?=[ .\[(]|$)")
_PART = re.compile(r"[ ._-]+(?:cd|disc|disk|dvd|part|pt)[ ._-]*\d$", re.IGNORECASE)


class Name(NamedTuple):
    """A film, or an episode of `show` in its folder; files with the same name are versions of one item."""

    title: str
    year: int | None = None
    show: str = ""
    season: int = 0
    number: int = 0


def is_video(name: str) -> bool:
    """Return whether Plex looks at a file at all; what has no UTF-8 name it does not."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return not name.startswith(".") and name.rpartition(".")[2].lower() in VIDEOS and "." in name


def version(name: str) -> str:
    """Return what the parts of one film in several files have in common."""
    return _PART.sub("", name.rpartition(".")[0])


def names(kind: SectionKind, path: Sequence[str]) -> list[Name]:
    """Return what a file is, by its path below a library's folder: one film, or one or more episodes, or nothing."""
    return [_film(path)] if kind == "movie" else _episodes(path)


def _film(path: Sequence[str]) -> Name:
    stem = version(path[-1])
    candidates = [stem, *reversed(path[:-1])]
    for text in candidates:
        if match := _YEAR.match(text):
            return Name(match[1].replace(".", " ").strip(" -"), int(match[2]))
    return Name(stem)


def _episodes(path: Sequence[str]) -> list[Name]:
    match = _EPISODE.search(path[-1])
    if match is None:
        return _absolute(path)
    show = path[0] if len(path) > 1 else path[-1][: match.start()].strip(" ._-")
    first, last = int(match[2]), int(match[3] or match[2])
    title = path[-1].rpartition(".")[0][match.end() :].strip(" ._-")
    return [Name(title or f"Episode {number}", None, show, int(match[1]), number) for number in range(first, last + 1)]


def _absolute(path: Sequence[str]) -> list[Name]:
    """Return the episode that a file in a show's folder is by a number alone, as of series without seasons."""
    match = _ABSOLUTE.search(path[-1]) if len(path) > 1 else None
    return [] if match is None else [Name(f"Episode {int(match[1])}", None, path[0], 1, int(match[1]))]
