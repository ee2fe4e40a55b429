"""What an NFO file says, and which files make one film."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from synctui.simulators.kodi.disk import is_video

_PART = re.compile(r"(.*?)[ ._-]*(?:cd|dvd|part|pt|disc|disk)[ ._-]*(\d|[a-d])$", re.IGNORECASE)
_EPISODE = re.compile(r"s(\d{1,3})[ ._-]*e(\d{1,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Nfo:
    """The fields of an NFO that the library keeps."""

    title: str = ""
    plot: str = ""
    playcount: int = 0
    lastplayed: str = ""
    userrating: int = 0
    season: int = -1
    episode: int = -1


@dataclass(frozen=True, slots=True)
class Reel:
    """The files of a film in one folder, in order, and the stem of the NFO that belongs to them."""

    files: tuple[str, ...]
    stem: str

    def path(self, folder: str) -> str:
        """Return what the library calls the file: `stack://` for several."""
        if len(self.files) == 1:
            return folder + self.files[0]
        return "stack://" + " , ".join((folder + name).replace(",", ",,") for name in self.files)


def read(path: Path) -> Nfo | None:
    """Return what an NFO says, None when there is none or it cannot be read."""
    try:
        tree = ElementTree.fromstring(path.read_bytes())
    except (OSError, ElementTree.ParseError):
        return None
    said = {child.tag: (child.text or "").strip() for child in tree}
    day = said.get("lastplayed", "")[:10]
    return Nfo(
        said.get("title", ""),
        said.get("plot", ""),
        _number(said.get("playcount", ""), 0),
        # Kodi keeps the day alone.
        f"{day} 00:00:00" if day else "",
        _number(said.get("userrating", ""), 0),
        _number(said.get("season", ""), -1),
        _number(said.get("episode", ""), -1),
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def reels(names: Iterable[str]) -> list[Reel]:
    """Return the films in a folder's files; `cd1` and `cd2` of one name are one."""
    parts: dict[str, list[str]] = {}
    found: list[Reel] = []
    for name in names:
        if not is_video(name):
            continue
        stem = name.rpartition(".")[0]
        match = _PART.fullmatch(stem)
        if match and match[1]:
            parts.setdefault(match[1], []).append(name)
        else:
            found.append(Reel((name,), stem))
    for base, files in parts.items():
        if len(files) == 1:
            found.append(Reel((files[0],), files[0].rpartition(".")[0]))
        else:
            found.append(Reel(tuple(files), base))
    return found


def episode_number(name: str) -> tuple[int, int] | None:
    """Return season and episode from a file's name."""
    match = _EPISODE.search(name)
    return (int(match[1]), int(match[2])) if match else None
