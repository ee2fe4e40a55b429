"""What a person decides about subtitles: leave this one alone, that is its video, look again."""

from __future__ import annotations

import asyncio
import heapq
import os
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial

from synctui.errors import TargetNotFound, UsageError
from synctui.library.matching import MOST_CANDIDATES
from synctui.library.names import fold, kind_of
from synctui.library.rematch import rematch
from synctui.library.targets import home_of, pairing_of
from synctui.model.clock import rfc3339
from synctui.model.library import Choice, Strike
from synctui.store import verdicts
from synctui.store.choices import choice_of, forget_choice, write_choices
from synctui.store.database import Database
from synctui.store.ignored import write_ignored
from synctui.store.strikes import write_strikes
from synctui.store.targets import paths_of
from synctui.text import display

_CHUNK = 500


async def ignore(database: Database, paths: Sequence[str], on: bool) -> None:
    """Leave subtitles alone from now on, or with `on` false no longer."""
    at = rfc3339(database.clock.now())
    for chunk in _chunks(paths):
        await database.write(partial(write_ignored, paths=chunk, on=on, at=at))


async def forget_verdicts(database: Database, paths: Sequence[str]) -> None:
    """Forget what is known about subtitles, so that they are looked at again.

    Verdicts go, what was taken back included, and so do the failures of engines.
    """
    at = rfc3339(database.clock.now())
    for chunk in _chunks(paths):
        names = await asyncio.to_thread(_with_targets, chunk)

        await database.write(partial(verdicts.forget_verdicts, paths=names))
        failures = [Strike(name, "", "", clear=True) for name in names]
        await database.write(partial(write_strikes, rows=failures, at=at))


async def choose_video(database: Database, subtitle: str, video: str | None) -> None:
    """Remember which video a subtitle belongs to; None: forget it, so that its name says so again, at once in the index.

    Raises TargetNotFound when there is no such video, UsageError when it can be none.
    """
    if video is None:
        await database.write(partial(forget_choice, subtitle=subtitle))
        await rematch(database, subtitle)
        return
    if kind_of(os.path.basename(video)) == "subtitle":
        raise UsageError(f"{display(video)} is a subtitle, not a video")
    if not await asyncio.to_thread(os.path.isfile, video):
        raise TargetNotFound(f"{display(video)}: there is no such file")
    at = rfc3339(database.clock.now())
    await database.write(partial(write_choices, rows=[Choice(subtitle, video)], at=at))


async def video_candidates(database: Database, subtitle: str) -> list[str]:
    """Return the videos that a subtitle may belong to: the chosen one, those that its name suggests, the others near it.

    Near are its folder, the one whose videos its folder is for, and the one above, each in natural order. At most
    `MOST_CANDIDATES` of each kind.
    """
    chosen = await choice_of(database, subtitle)
    found = await asyncio.to_thread(_candidates, subtitle)
    return list(dict.fromkeys((chosen, *found))) if chosen else found


async def paths_below(database: Database, *, nodes: Sequence[int] = (), videos: Sequence[int] = ()) -> AsyncIterator[str]:
    """Yield, each once, the subtitles below nodes of the tree and those of lines: of a video, or a lone subtitle itself."""
    async for page in paths_of(database, nodes=nodes, videos=videos):
        for path in page:
            yield path


def _candidates(subtitle: str) -> list[str]:
    subtitle = os.path.abspath(subtitle)
    pairing = pairing_of(subtitle)
    found: list[str] = []
    if pairing is not None:
        found += [pairing.video.path] if pairing.video is not None else pairing.candidates
    folder = os.path.dirname(subtitle)
    home = home_of(folder)
    near = [path for place in dict.fromkeys((folder, home, os.path.dirname(home))) for path in _videos_in(place)]
    return list(dict.fromkeys((*found, *near)))[: len(found) + MOST_CANDIDATES]


def _videos_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in entries if kind_of(entry.name) == "video" and _is_file(entry))
            return [os.path.join(folder, name) for name in heapq.nsmallest(MOST_CANDIDATES, names, key=natural)]
    except OSError:
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


_DIGITS = re.compile(r"([0-9]{1,18})")


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Return the key under which names sort as people count: `2` before `10`, without case."""
    parts = _DIGITS.split(fold(name))
    return tuple((bool(at % 2), int(part) if at % 2 else 0, part) for at, part in enumerate(parts))


def _with_targets(paths: Iterable[str]) -> list[str]:
    """Return paths with the files that they lead to: what was taken back is remembered by both."""
    return list(dict.fromkeys(name for path in paths for name in (path, os.path.realpath(path))))


def _chunks(paths: Sequence[str]) -> Iterable[Sequence[str]]:
    return (paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK))
