"""Every subtitle that a request may mean, as found on the disks now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

from synctui.library.folder import Folder
from synctui.library.index import refresh
from synctui.library.listing import Problem
from synctui.library.matching import match
from synctui.library.scan import Item, scan
from synctui.model.library import FileStamp, MediaFile, Pairing
from synctui.model.plan import Notice
from synctui.store.choices import choices
from synctui.store.pairings import pairings_of
from synctui.syncs.subtitles.targets import Scope
from synctui.syncs.subtitles.tools import Tools

Found = Pairing | Problem | Notice
_BATCH = 64


@dataclass(slots=True)
class Candidates:
    """Finds them; `believe_losses` lifts the brake on a library that shrank."""

    tools: Tools
    chosen: dict[str, str]

    @classmethod
    async def of(cls, tools: Tools) -> Candidates:
        """Return one that knows what people have chosen."""
        return cls(tools, await choices(tools.database))

    async def within(self, scope: Scope) -> AsyncIterator[Found]:
        """Yield what a scope covers: pairings, what could not be read, and brakes."""
        source = self._indexed(scope) if scope.library is not None else self._scanned(scope)
        async for found in source:
            if not isinstance(found, Pairing):
                yield found
            elif scope.covers(pairing := self._choose(found)):
                yield pairing

    def _choose(self, pairing: Pairing) -> Pairing:
        video = self.chosen.get(pairing.subtitle.path)
        if video is None:
            return pairing
        file = media_file(video)
        return pairing if file is None else replace(pairing, video=file, reason="", candidates=())

    async def _indexed(self, scope: Scope) -> AsyncIterator[Found]:
        assert scope.library is not None
        report = await refresh(self.tools.database, scope.library, ignore=self.tools.settings.ignore)
        for brake in report.brakes:
            yield brake
        for problem in report.problems:
            yield problem
        if report.brakes:
            return
        async for pairing in pairings_of(self.tools.database, report.root):
            if pairing.reason == "needs_choice":
                yield await asyncio.to_thread(_with_candidates, pairing)
            else:
                yield pairing

    async def _scanned(self, scope: Scope) -> AsyncIterator[Found]:
        items = iter(scan(scope.folder, ignore=self.tools.settings.ignore))
        alone = bool(scope.only)
        while batch := await asyncio.to_thread(_take, items, 1 if alone else _BATCH):
            for item in batch:
                if isinstance(item, Folder):
                    for pairing in match(item):
                        yield pairing
                elif isinstance(item, Problem | Notice):
                    yield item
                if alone and isinstance(item, Folder):
                    return


def _take(items: Iterator[Item], most: int) -> list[Item]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) >= most:
            break
    return batch


def _with_candidates(pairing: Pairing) -> Pairing:
    """Return the pairing with the videos to choose from, which the index does not keep."""
    folder = os.path.dirname(pairing.subtitle.path)
    for _ in range(3):
        for item in scan(folder):
            if isinstance(item, Folder):
                for one in match(item):
                    if one.subtitle.path == pairing.subtitle.path and one.candidates:
                        return one
            break
        folder = os.path.dirname(folder)
    return pairing


def media_file(path: str) -> MediaFile | None:
    """Return a file with its stamp, or None when it is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return MediaFile(path, FileStamp(found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev))
