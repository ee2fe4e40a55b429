"""A library of empty files for the tests of the tree: what counts here are names, and what was found out about them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from synctui.model.json import Json
from synctui.model.library import FileStamp, Verdict
from synctui.model.states import SubtitleState
from synctui.services import Services
from synctui.store.verdicts import write_verdicts

LONG_AGO = 1_700_000_000


def put_files(folder: Path, *names: str) -> list[Path]:
    """Make empty files that have been there for long."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / name for name in names]
    for path in made:
        path.touch()
        os.utime(path, (LONG_AGO, LONG_AGO))
    os.utime(folder, (LONG_AGO, LONG_AGO))
    return made


def put_shows(library: Path) -> None:
    """Make two shows: one of two seasons, and one whose episode has three subtitles, beside a subtitle without a video."""
    for season in (1, 2):
        stems = [f"The Long Orbit S{season:02d}E{number:02d} Part {number}" for number in range(1, 5)]
        put_files(library / "The Long Orbit" / f"Season {season:02d}", *(f"{stem}.mkv" for stem in stems))
        put_files(library / "The Long Orbit" / f"Season {season:02d}", *(f"{stem}.en.srt" for stem in stems))
    stem = "Winter Harbour S01E01 Ice"
    names = (f"{stem}.mkv", f"{stem}.en.srt", f"{stem}.de.srt", f"{stem}.en.forced.srt", "Winter Harbour S01E09 Lost.srt")
    put_files(library / "Winter Harbour" / "Season 01", *names)


async def find(
    services: Services, path: Path, state: SubtitleState, reason: str = "", numbers: Mapping[str, Json] | None = None
) -> None:
    """Let it be known how a subtitle stands, as the end of an operation does."""
    about = path.stat()
    video = next(one for one in path.parent.glob("*.mkv") if path.name.startswith(one.stem + "."))
    seen = video.stat()
    verdict = Verdict(
        str(path),
        state,
        reason,
        "fingerprint",
        FileStamp(about.st_size, about.st_mtime_ns),
        video=str(video),
        video_stamp=FileStamp(seen.st_size, seen.st_mtime_ns),
        engine="builtin",
        numbers=numbers or {},
    )
    await services.database.write(partial(write_verdicts, verdicts=[verdict], job=0, at="2026-01-02T03:04:05.678Z"))
