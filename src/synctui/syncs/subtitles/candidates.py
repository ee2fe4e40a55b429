"""Every subtitle that a request may mean, as found on the disks now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import islice

from synctui.library.index import refresh
from synctui.library.listing import Problem
from synctui.library.targets import Neighbours, pairings_at
from synctui.model.library import FileStamp, MediaFile, Pairing
from synctui.model.plan import Notice
from synctui.store.choices import choices
from synctui.store.targets import subtitles
from synctui.syncs.subtitles.targets import Scope
from synctui.syncs.subtitles.tools import Tools

Found = Pairing | Problem | Notice
_BATCH = 200


async def candidates(
    tools: Tools, scope: Scope, *, allow_mass_change: bool = False, look: bool = False
) -> AsyncIterator[Found]:
    """Yield what a scope that is no file holds: pairings, what could not be read, and the brake of a root that changed.

    A configured library is read through its index, which is brought up to date first: what did not change costs nothing.
    """
    chosen = await choices(tools.database)
    if scope.library is None:
        items = pairings_at(scope.path, choices=chosen, ignore=tools.settings.ignore)
        while batch := await asyncio.to_thread(_take, items):
            for item in batch:
                yield item
        return
    report = await refresh(
        tools.database, scope.library, ignore=tools.settings.ignore, allow_mass_change=allow_mass_change, keep=look
    )
    for problem in report.problems:
        yield problem
    if report.brakes:
        for brake in report.brakes:
            yield brake
        return
    neighbours: Neighbours | None = None
    below = scope.library.path if scope.node is None else None
    async for indexed in subtitles(tools.database, node=scope.node, below=below):
        pairing = indexed.pairing
        if look and not await asyncio.to_thread(os.path.lexists, pairing.subtitle.path):
            continue
        if _incomplete(pairing, chosen):
            if neighbours is None:
                neighbours = await asyncio.to_thread(Neighbours, chosen)
            completed: Pairing | None = await asyncio.to_thread(neighbours.pairing, pairing.subtitle.path)
            pairing = completed or pairing
        yield pairing


async def of_files(tools: Tools, paths: Sequence[str]) -> AsyncIterator[tuple[str, list[Pairing | Problem]]]:
    """Yield what each of some files means, whatever the configuration ignores: nothing for a video without subtitles.

    Files of one folder that follow one another cost one look at it.
    """
    neighbours = await asyncio.to_thread(Neighbours, await choices(tools.database))
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        found = await asyncio.to_thread(list, map(neighbours.named, batch))
        for path, items in zip(batch, found, strict=True):
            yield path, items


def _take(items: Iterator[Found]) -> list[Found]:
    return list(islice(items, _BATCH))


def _incomplete(pairing: Pairing, chosen: Mapping[str, str]) -> bool:
    """Return whether something is missing that the index does not keep: candidates, or a chosen video's stamp."""
    outside = pairing.video is not None and not pairing.video.stamp.size and pairing.subtitle.path in chosen
    return pairing.reason == "needs_choice" or outside


def media_file(path: str) -> MediaFile | None:
    """Return a file with its stamp, or None when it is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return MediaFile(path, FileStamp(found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev))
