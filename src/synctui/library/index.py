"""Keeps the index in step with the disks, a root at a time; never believes that much is gone."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from functools import partial

from synctui.library.families import family
from synctui.library.folder import Folder, Known
from synctui.library.listing import Problem
from synctui.library.scan import Item, Scan, Unchanged
from synctui.model.clock import rfc3339
from synctui.model.library import LibraryRoot
from synctui.model.plan import Notice
from synctui.store.changes import publish_found
from synctui.store.choices import choices
from synctui.store.database import Database
from synctui.store.index import (
    Family,
    Written,
    finish_root,
    known_directories,
    put_root,
    remove_directories,
    was_scanned,
    write_families,
)

# A batch is one transaction: large enough that commits cost nothing, small enough for the memory and for those who wait.
_BATCH_FILES = 12_000
_BATCH_SECONDS = 1.0


@dataclass(slots=True)
class Refreshed:
    """What a pass over a root found; `brakes` say why nothing was removed. `complete` is False after a stop or a brake."""

    root: int = 0
    files: int = 0
    written: Written = field(default_factory=Written)
    problems: list[Problem] = field(default_factory=list)
    brakes: list[Notice] = field(default_factory=list)
    complete: bool = False


async def refresh(
    database: Database,
    library: LibraryRoot,
    *,
    ignore: Sequence[str] = (),
    allow_mass_change: bool = False,
    keep: bool = False,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Refreshed:
    """Scan a configured library and bring its index up to date.

    What was added or changed is written as it is found; what vanished is removed at the end, when the root was read whole
    and no brake stands against it. With `keep` it is not: somebody only looks. The change feed is told of all of it at the
    end, so that what was renamed is not torn in two. `progress` is called with the files seen so far.
    """
    library = _absolute(library)
    root = await database.write(lambda connection: put_root(connection, library))
    # What a first scan finds was there before: that is no news to anybody.
    telling = await database.write(lambda one: was_scanned(one, root))
    known = await _known(database, root)
    scan = Scan(library.path, known=known, ignore=ignore, stop=stop, believe_losses=allow_mass_change)
    passing = _Pass(library, known, await asyncio.to_thread(standing, await choices(database)))
    report = Refreshed(root)
    async with aclosing(_batches(passing, scan)) as batches:
        async for batch in batches:
            report.problems += batch.problems
            report.brakes += batch.brakes
            if batch.families:
                report.written.add(await _write(database, root, batch.families, telling))
            if progress is not None:
                progress(scan.files)
    report.files = scan.files
    report.complete = scan.complete and not report.brakes
    if report.complete and not keep:
        await _remove(database, root, report, passing.lossy, scan.vanished(), telling)
    elif telling:
        at = rfc3339(database.clock.now())
        await database.write(lambda connection: publish_found(connection, root, at=at))
    return report


async def _batches(passing: _Pass, scan: Scan) -> AsyncGenerator[_Batch, None]:
    """Yield the batches of a scan, reading the next one in a thread while the last one is being written."""
    items = iter(scan)
    coming = asyncio.create_task(asyncio.to_thread(passing.take, items))
    try:
        while batch := await coming:
            coming = asyncio.create_task(asyncio.to_thread(passing.take, items))
            yield batch
    finally:
        scan.halt()
        await asyncio.wait([coming])


async def _write(database: Database, root: int, families: Sequence[Family], telling: bool) -> Written:
    return await database.write(lambda connection: write_families(connection, root, families, telling=telling))


async def _remove(
    database: Database, root: int, report: Refreshed, lossy: list[Family], vanished: list[str], telling: bool
) -> None:
    """Write the families that lost files, remove the directories that are gone, and tell what the pass found."""
    for start in range(0, len(lossy), 200):
        report.written.add(await _write(database, root, lossy[start : start + 200], telling))
    for start in range(0, len(vanished), 500):
        report.written.removed += await database.write(
            partial(remove_directories, root=root, paths=vanished[start : start + 500], telling=telling)
        )
    prune = bool(report.written.removed or report.written.changed)
    at = rfc3339(database.clock.now())
    await database.write(lambda connection: finish_root(connection, root, at=at, prune=prune))


@dataclass(slots=True)
class _Batch:
    families: list[Family] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    brakes: list[Notice] = field(default_factory=list)


class _Pass:
    """Takes a scan's items in batches, in a thread; families that lost files are kept for the end."""

    def __init__(self, library: LibraryRoot, known: Mapping[str, Known], choices: Mapping[str, str]) -> None:
        self.lossy: list[Family] = []
        self._library = library
        self._known = known
        self._choices = choices

    def take(self, items: Iterator[Item]) -> _Batch | None:
        """Return the next batch, or None when there is nothing more."""
        with _uncollected():
            return self._take(items)

    def _take(self, items: Iterator[Item]) -> _Batch | None:
        batch = _Batch()
        files, until, empty = 0, time.monotonic() + _BATCH_SECONDS, True
        for item in items:
            empty = False
            match item:
                case Folder():
                    rows = family(item, self._library.path, self._library.kind, self._choices)
                    files += len(rows.files)
                    (self.lossy if self._lost(item) else batch.families).append(rows)
                case Problem():
                    batch.problems.append(item)
                case Notice():
                    batch.brakes.append(item)
                case Unchanged():
                    pass
            if files >= _BATCH_FILES or time.monotonic() > until:
                break
        return None if empty else batch

    def _lost(self, folder: Folder) -> bool:
        for one in folder.listings:
            before = self._known.get(one.path)
            if before is not None and before.names and before.names != one.state.names:
                now = set(one.state.names.split(b"/"))
                if any(name not in now for name in before.names.split(b"/")):
                    return True
        return False


async def _known(database: Database, root: int) -> dict[str, Known]:
    found: dict[str, Known] = {}
    async for _, path, mtime_ns, ctime_ns, mount, rules, names, stamps, children in known_directories(database, root):
        found[_path(path)] = Known(mtime_ns, ctime_ns, bool(mount), rules, names, stamps, children)
    return found


def standing(chosen: dict[str, str]) -> dict[str, str]:
    """Return the choices whose video is still there."""
    return {subtitle: video for subtitle, video in chosen.items() if os.path.exists(video)}


def _absolute(library: LibraryRoot) -> LibraryRoot:
    return LibraryRoot(library.name, os.path.abspath(library.path), library.kind)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the collector of cycles back for the seconds that a batch takes.

    A batch is some ten thousands of tuples without a cycle; looking through them again and again costs a tenth of the scan.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _path(raw: bytes) -> str:
    return os.fsdecode(raw.rstrip(b"/") or b"/")
