"""Films, shows and episodes on disk, with the NFO files from which Kodi takes them in without a network."""

from __future__ import annotations

import itertools
import os
import re
import time
from pathlib import Path
from xml.sax.saxutils import escape

VIDEO = b"\x1a\x45\xdf\xa3" + bytes(2048)
"""What passes for a video with those who read only its NFO."""

_later = itertools.count(2, 2)
_YEAR = re.compile(r"\s*\((\d{4})\)$")


def make_film(root: Path, name: str, *, files: tuple[str, ...] = (), **fields: str | int) -> Path:
    """Make the folder of a film, `Salt (2019)`, and return it.

    `files` are the names of its videos, by default one like the folder; `fields` (plot, playcount, …) go into the NFO.
    """
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in files or (f"{name}.mkv",):
        (folder / file).write_bytes(VIDEO)
        write_film_nfo(folder, Path(file).stem, **fields)
    if len(files) > 1:
        write_film_nfo(folder, name, **fields)
    touch(folder)
    return folder


def write_film_nfo(folder: Path, stem: str, **fields: str | int) -> Path:
    """Write the NFO of a film, over one that is there."""
    year = _YEAR.search(folder.name)
    said: dict[str, str | int] = {"title": _YEAR.sub("", folder.name)}
    if year:
        said["year"] = year[1]
    return _write(folder / f"{stem}.nfo", "movie", {**said, **fields})


def make_show(root: Path, title: str) -> Path:
    """Make the folder of a show and return it."""
    folder = root / title
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "tvshow.nfo").exists():
        _write(folder / "tvshow.nfo", "tvshow", {"title": title})
    return folder


def make_episode(root: Path, show: str, season: int, number: int, **fields: str | int) -> Path:
    """Make an episode, and its show and season where they are missing, and return its file."""
    folder = make_show(root, show) / f"Season {season}"
    folder.mkdir(exist_ok=True)
    file = folder / f"{show} S{season:02}E{number:02}.mkv"
    file.write_bytes(VIDEO)
    said: dict[str, str | int] = {"title": f"Part {season}.{number}", "season": season, "episode": number}
    _write(file.with_suffix(".nfo"), "episodedetails", {**said, **fields})
    touch(folder)
    return file


def touch(folder: Path) -> None:
    """Let a folder have changed in a second of its own: Kodi looks at no more than the second."""
    then = time.time() + next(_later)
    os.utime(folder, (then, then))


def _write(path: Path, root: str, fields: dict[str, str | int]) -> Path:
    body = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    path.write_text(f"<{root}>{body}</{root}>", encoding="utf-8")
    return path
