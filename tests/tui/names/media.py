"""Real libraries whose files, folders and shows have every hostile name that a disk takes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from synctui.simulators.containers import Copier, Sound
from synctui.simulators.pack import read_pack
from tests.hostile_names import FILE_NAMES, HostileName
from tests.tiny_library import film, put_subtitle

_LONGEST = 255
_VIDEO, _SUBTITLE = b".mkv", b".en.srt"
LATE = 12_300
FILMS_FOLDER = "Films \x1b]0;x\x07\n[red]"
SERIES_FOLDER = "Series \u202e[@click=app.quit]"
SERIES_NAME = "[red]S\u202e[/]"
FILMS_NAME = "[@click=app.quit]F [b $x]"


def is_text(name: str) -> bool:
    """Tell whether a name is text at all, as files of text have it."""
    return "\x00" not in name and not any("\ud800" <= char <= "\udfff" for char in name)


def stem(entry: HostileName) -> bytes:
    """Return a name without its ending, short enough for those of a video and its subtitle."""
    raw = entry.raw
    for ending in (b".mkv", b".srt", b".exe"):
        raw = raw.removesuffix(ending)
    while len(raw) > _LONGEST - len(_SUBTITLE) - len(b".bak"):
        raw = raw[:-1]
    return raw.decode("utf-8", "ignore").encode() if len(entry.raw) > 200 else raw


def put(folder: str, *parts: bytes) -> Path:
    """Return the path of a name in a folder that is there."""
    path = Path(os.fsdecode(b"/".join((os.fsencode(folder), *parts))))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def put_films(folder: str, data: bytes) -> list[Path]:
    """Make a flat folder in which every hostile name is a video with a subtitle; returns the subtitles."""
    found: list[Path] = []
    for entry in FILE_NAMES:
        name = stem(entry)
        os.link(film().path, put(folder, name + _VIDEO))
        found.append(put_subtitle(put(folder, name + _SUBTITLE), data))
    return found


def put_shows(folder: str, data: bytes) -> None:
    """Make a folder in which every hostile name is a show with a season of one episode."""
    for number, entry in enumerate(FILE_NAMES, 1):
        season = b"Season 01 " + stem(entry)[:40] if number % 2 else b"Season 01"
        episode = b"S01E%02d " % number
        name = episode + stem(entry)[: 200 - len(episode)]
        os.link(film().path, put(folder, stem(entry), season, name + _VIDEO))
        put_subtitle(put(folder, stem(entry), season, name + _SUBTITLE), data)
        put_subtitle(put(folder, stem(entry), season, name + b".de.forced.srt"), data)


def config(libraries: Mapping[str, str], more: str = "") -> str:
    """Return a configuration with libraries of any name at any path that is text."""
    tables = "".join(
        f"[[library]]\nname = {json.dumps(name, ensure_ascii=False)}\npath = {json.dumps(path, ensure_ascii=False)}\n\n"
        for name, path in libraries.items()
    )
    return tables.replace("\x7f", "\\u007f") + more


def put_tracks(path: str, titles: Sequence[str]) -> None:
    """Make a video with an audio track of each title, a second long, and a subtitle beside it."""
    sounds = [Sound(range(40), "eng", title) for title in titles]
    Copier(read_pack()).write(Path(path + ".mkv"), titles[0], "the-long-orbit", sounds)
    put_subtitle(Path(path + ".en.srt"), b"1\n00:00:01,000 --> 00:00:02,000\nHello\n")
