"""Pairs the subtitles of one folder anew from what the index knows of it; no disk is asked for its files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial

from synctui.library.families import family
from synctui.library.folder import Folder, Known, Listing
from synctui.library.index import standing
from synctui.library.names import SUBTITLE_FOLDERS, kind_of
from synctui.library.targets import DEEPEST
from synctui.model.library import LibraryRoot
from synctui.store.choices import choices
from synctui.store.database import Database
from synctui.store.directories import directory_rows, roots_holding
from synctui.store.index import Family, write_families

_MOST_FILES = 5_000


async def rematch(database: Database, subtitle: str) -> bool:
    """Bring the index in step with what the names in a subtitle's folder say; False when the next scan has to do it.

    That is so for a folder that the index does not know, and for one of very many files.
    """
    folder = os.path.dirname(os.path.abspath(subtitle))
    done = False
    for number, library in await roots_holding(database, folder):
        known = await _known(database, number, folder)
        home = _home(folder, known)
        if home is None or sum(one.files for one in known.values()) > _MOST_FILES:
            continue
        chosen = {path: video for path, video in (await choices(database)).items() if path.startswith(home + "/")}
        rows = await asyncio.to_thread(_family, home, known, library, chosen)
        await database.write(partial(write_families, root=number, families=[rows]))
        done = True
    return done


async def _known(database: Database, root: int, folder: str) -> dict[str, Known]:
    """Return what the index knows of a folder, of those above that it may belong to, and of the subtitle folders in all."""
    above = [folder]
    for _ in range(DEEPEST):
        above.append(os.path.dirname(above[-1]))
    found = await directory_rows(database, root, above)
    known = {path: Known(*row) for path, row in found.items()}
    for _ in range(DEEPEST):
        below = [path for one in known for path in _inside(one, known) if path not in known]
        known |= {path: Known(*row) for path, row in (await directory_rows(database, root, below)).items()}
    return known


def _inside(folder: str, known: Mapping[str, Known]) -> list[str]:
    """Return the folders in one that may hold the subtitles of its videos, or that are inside such a one."""
    deep = _for_subtitles(folder)
    names = known[folder].child_names()
    return [os.path.join(folder, name) for name in names if deep or name.lower() in SUBTITLE_FOLDERS]


def _for_subtitles(folder: str) -> bool:
    return os.path.basename(folder).lower() in SUBTITLE_FOLDERS


def _home(folder: str, known: Mapping[str, Known]) -> str | None:
    """Return the folder whose videos the subtitles in `folder` may belong to, as `library.targets.home_of` does."""
    home = above = folder
    for _ in range(DEEPEST):
        parent, name = os.path.split(above)
        if name.lower() in SUBTITLE_FOLDERS and parent in known and folder in known and not _films(known[folder]):
            home = parent
            break
        above = parent
    return home if home in known else None


def _family(home: str, known: Mapping[str, Known], library: LibraryRoot, chosen: Mapping[str, str]) -> Family:
    inner: list[str] = []
    for path in () if _for_subtitles(home) else _inside(home, known):
        if path in known and not _films(known[path]):
            inner.append(path)
            inner += [deep for deep in _inside(path, known) if deep in known and not _films(known[deep])]
    listings = [Listing(path, known[path], True) for path in (home, *inner)]
    videos, subtitles = listings[0].entries()
    folders = [Folder(one.path, (), one.entries()[1]) for one in listings[1:]]
    return family(Folder(home, videos, subtitles, folders, listings), library.path, library.kind, standing(dict(chosen)))


def _films(known: Known) -> bool:
    return any(kind_of(name) == "video" for name in os.fsdecode(known.names).split("/"))
