"""What each player has to be told: the change feed since it was told last, on top of what still waits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from synctui.library.names import kind_of
from synctui.model.library import LibraryRoot
from synctui.model.players import ItemState
from synctui.store.changes import Entry, changes_after, last_change
from synctui.store.database import Database
from synctui.store.player_items import QueueRow, known, paths_below, waiting
from synctui.store.videos import videos_below, videos_of
from synctui.syncs.players.disks import look, videos_beside, videos_within
from synctui.syncs.players.errands import item_of
from synctui.syncs.players.fold import Item, Step, fold, moves
from synctui.syncs.players.upgrades import Upgrades

_PAGE = 5000


class Collector:
    """Collects for several players at one time: the feed is read once, up to the line `upto`."""

    def __init__(self, database: Database, libraries: Sequence[LibraryRoot], upto: int) -> None:
        self.upto = upto
        self._database = database
        self._upgrades = Upgrades(libraries)
        self._steps: list[Step] = []
        self._from: int | None = None
        self._reading = asyncio.Lock()

    async def items(self, player: str, cursor: int, *, now: str = "", impatient: bool = False) -> list[Item]:
        """Return the items of a player: new ones and those that wait; with `now`, none whose next try is later.

        With `impatient` the wait does not count.
        """
        items, touched, left = await self._folded(player, cursor)
        return [
            item
            for path, item in items.items()
            if impatient or path in touched or path not in left or left[path].item.not_before <= now or not now
        ]

    async def items_at(self, player: str, cursor: int, targets: Sequence[str], *, only_failed: bool = False) -> list[Item]:
        """Return the items of a player at paths: what it has to be told there, and that each video there may have changed.

        Paths mean videos, those of other files, and all below folders. What the index or the player's queue knows there and
        is gone was removed. With `only_failed`, only what has failed before.
        """
        paths = [os.path.abspath(target) for target in targets]
        named = {video: None for path in paths for video in await _videos_at(self._database, path, player)}
        folded, _, _ = await self._folded(player, cursor)
        below = tuple(path.rstrip("/") + "/" for path in paths)

        def meant(path: str | None) -> bool:
            return path is not None and (path in named or path in paths or path.startswith(below))

        items = {path: item for path, item in folded.items() if meant(path) or meant(item.previous)}
        if only_failed:
            rows = await known(self._database, player, list(items))
            failed = (ItemState.FAILED, ItemState.UNCONFIRMED)
            return [item for path, item in items.items() if path in rows and rows[path].item.state in failed]
        _, at = await last_change(self._database)
        followed = {item.previous for item in items.values()}
        states = await asyncio.to_thread(lambda: {video: look(video) for video in named})
        for video, state in states.items():
            if video in items:
                items[video] = replace(items[video], sidecar=False)
            elif video not in followed:
                items[video] = Item(video, "removed" if state == "gone" else "modified", feed=self.upto, at=at)
        return list(items.values())

    async def _folded(self, player: str, cursor: int) -> tuple[dict[str, Item], set[str], dict[str, QueueRow]]:
        """Return a player's items, which paths are in what is new of them, and what waits."""
        steps = [step for step in await self._since(cursor) if step.item.feed > cursor]
        changes = await asyncio.to_thread(lambda: list(moves(steps, self._upgrades.pairs)))
        rows = await known(self._database, player, list({item.path for item in changes}))
        fresh = _untold(changes, rows)
        left = {row.item.path: row for row in await waiting(self._database, player)}
        items = fold(fresh, {path: item_of(row.item) for path, row in left.items()})
        return items, {item.path for item in fresh}, left

    async def _since(self, cursor: int) -> list[Step]:
        # Several players are planned for at one time: what one of them is reading, no other one reads as well.
        async with self._reading:
            return await self._read_since(cursor)

    async def _read_since(self, cursor: int) -> list[Step]:
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


def _untold(changes: Sequence[Item], rows: Mapping[str, QueueRow]) -> list[Item]:
    """Return the changes that a player was not told of; those of a file before it was renamed went with its new name."""
    followed: dict[str, tuple[int, int]] = {}
    for number, item in enumerate(changes):
        if item.change == "moved" and item.previous is not None and _told(item, rows):
            followed[item.previous] = number, rows[item.path].item.feed
    fresh: list[Item] = []
    for number, item in enumerate(changes):
        until, feed = followed.get(item.path, (-1, -1))
        gone = item.change == "removed" and item.feed <= feed
        if number > until and not gone and not _told(item, rows):
            fresh.append(item)
    return fresh


def _told(item: Item, rows: Mapping[str, QueueRow]) -> bool:
    row = rows.get(item.path)
    return row is not None and row.item.feed >= item.feed


def _from_disk(paths: Iterable[str]) -> dict[str, Collection[str]]:
    found: dict[str, Collection[str]] = {}
    for path in paths:
        found[path] = tuple(videos_within(path)) if os.path.isdir(path) else videos_beside(path)
    return found


async def _videos_at(database: Database, path: str, player: str) -> Sequence[str]:
    folder = await asyncio.to_thread(os.path.isdir, path)
    if kind_of(os.path.basename(path)) == "video" and not folder:
        return (path,)
    if not folder:
        owner = (await videos_of(database, [path])).get(path)
        beside = (owner,) if owner is not None else await asyncio.to_thread(videos_beside, path)
        if beside:
            return beside
    within = await asyncio.to_thread(lambda: list(videos_within(path)))
    return list(dict.fromkeys([*within, *await videos_below(database, path), *await paths_below(database, path, player)]))
