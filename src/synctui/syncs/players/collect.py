"""What each player has to be told: the change feed since it was told last, on top of what still waits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from synctui.library.names import kind_of
from synctui.model.library import LibraryRoot
from synctui.model.players import SETTLED
from synctui.store.changes import Entry, changes_after, last_change
from synctui.store.database import Database
from synctui.store.player_items import QueueRow, known, waiting
from synctui.store.videos import videos_below, videos_of
from synctui.syncs.players.disks import videos_beside, videos_within
from synctui.syncs.players.errands import item_of
from synctui.syncs.players.fold import Item, Step, fold, moves

_PAGE = 5000


class Collector:
    """Collects for several players at one time: the feed is read once, up to the line `upto`."""

    def __init__(self, database: Database, libraries: Sequence[LibraryRoot], upto: int) -> None:
        self.upto = upto
        self._database = database
        self._libraries = libraries
        self._steps: list[Step] = []
        self._from: int | None = None

    async def items(self, player: str, cursor: int, *, now: str = "", impatient: bool = False) -> list[Item]:
        """Return the items of a player: new ones and those that wait; with `now`, none whose next try is later.

        With `impatient` the wait does not count.
        """
        changes = list(moves(step for step in await self._since(cursor) if step.item.feed > cursor))
        rows = await known(self._database, player, list({item.path for item in changes}))
        fresh = _untold(changes, rows)
        left = {row.item.path: row for row in await waiting(self._database, player)}
        items = fold(fresh, {path: item_of(row.item) for path, row in left.items()})
        touched = {item.path for item in fresh}
        return [
            item
            for path, item in items.items()
            if impatient or path in touched or path not in left or left[path].item.not_before <= now or not now
        ]

    async def _since(self, cursor: int) -> list[Step]:
        if self._from is None or cursor < self._from:
            entries: list[Entry] = []
            last, until = cursor, self.upto if self._from is None else self._from
            while last < until and (page := await changes_after(self._database, last, _PAGE)):
                entries += [entry for entry in page if entry.id <= until]
                last = page[-1].id
            self._steps = [*await self._read(entries), *self._steps]
            self._from = cursor
        return self._steps

    async def _read(self, entries: Sequence[Entry]) -> list[Step]:
        beside = [entry.change.path for entry in entries if kind_of(os.path.basename(entry.change.path)) != "video"]
        owners = await self._owners(list(dict.fromkeys(beside)))
        steps: list[Step] = []
        for entry in entries:
            change = entry.change
            if change.path not in owners:
                previous = change.previous if change.change == "moved" else None
                item = Item(change.path, change.change, previous, feed=entry.id, at=entry.at)
                steps.append(Step(item, change.stamp))
            else:
                steps += [
                    Step(Item(video, "modified", sidecar=True, feed=entry.id, at=entry.at)) for video in owners[change.path]
                ]
        return steps

    async def _owners(self, paths: Sequence[str]) -> dict[str, Collection[str]]:
        """Return the videos that files beside them belong to, of folders those below."""
        indexed = await videos_of(self._database, paths)
        found: dict[str, Collection[str]] = {path: (video,) for path, video in indexed.items()}
        rest = [path for path in paths if path not in found]
        found.update(await asyncio.to_thread(_from_disk, rest))
        return found


def _untold(changes: Iterable[Item], rows: Mapping[str, QueueRow]) -> list[Item]:
    """Return the changes that a player was not told of; those of a file before it was renamed went with its new name."""
    fresh: list[Item] = []
    for item in changes:
        if not _told(item, rows):
            fresh.append(item)
        elif item.change == "moved":
            fresh = [one for one in fresh if one.path != item.previous]
    return fresh


def _told(item: Item, rows: Mapping[str, QueueRow]) -> bool:
    row = rows.get(item.path)
    return row is not None and row.item.feed >= item.feed


def _from_disk(paths: Iterable[str]) -> dict[str, Collection[str]]:
    found: dict[str, Collection[str]] = {}
    for path in paths:
        found[path] = tuple(videos_within(path)) if os.path.isdir(path) else videos_beside(path)
    return found


async def items_at(database: Database, targets: Sequence[str], player: str) -> list[Item]:
    """Return the items that paths mean, as they stand now: videos, those of other files, and all below folders.

    What the index or the player's queue knows below a path that is gone was removed.
    """
    items: dict[str, Item] = {}
    # What the feed says by now is in what the disk shows: it is not told a second time.
    upto, at = await last_change(database)
    for target in targets:
        path = os.path.abspath(target)
        for video in await _videos_at(database, path):
            there = await asyncio.to_thread(os.path.lexists, video)
            items[video] = Item(video, "modified" if there else "removed", feed=upto, at=at)
    rows = await known(database, player, list(items))
    for path, row in rows.items():
        if row.item.state not in SETTLED and (row.item.change == "moved" or row.item.change == items[path].change):
            items[path] = replace(item_of(row.item), feed=upto)
    return list(items.values())


async def _videos_at(database: Database, path: str) -> Sequence[str]:
    if kind_of(os.path.basename(path)) == "video" and not await asyncio.to_thread(os.path.isdir, path):
        return (path,)
    if await asyncio.to_thread(os.path.isdir, path):
        within = await asyncio.to_thread(lambda: list(videos_within(path)))
        return list(dict.fromkeys([*within, *await videos_below(database, path)]))
    owner = (await videos_of(database, [path])).get(path)
    if owner is not None:
        return (owner,)
    return await asyncio.to_thread(videos_beside, path) or await videos_below(database, path)
