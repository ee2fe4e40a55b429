"""What is left of many changes: one item for each video, with what a player has to be told about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from synctui.model.library import FileStamp

Kind = Literal["created", "modified", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class Item:
    """A video, by its path here, and what became of it since a player was told last.

    `feed` is the number of the newest line of the change feed that is in it, `at` when that was (RFC 3339). `sidecar` says
    that only files beside the video changed, such as a subtitle; `previous` is where a moved one was.
    """

    path: str
    change: Kind
    previous: str | None = None
    sidecar: bool = False
    feed: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the change feed about a video; `stamp` is that of the file, where it is known."""

    item: Item
    stamp: FileStamp | None = None


def fold(changes: Iterable[Item], waiting: Mapping[str, Item]) -> dict[str, Item]:
    """Return one item per path: those `waiting` from before, and the changes in their order, each on top of the last."""
    items = dict(waiting)
    for item in changes:
        if item.change == "moved" and item.previous is not None:
            _move(items, item)
        else:
            before = items.get(item.path)
            items[item.path] = _onto(before, item)
            if item.change == "removed":
                _gone_from(items, before, item)
    followed = {item.previous: item.path for item in items.values() if item.change == "moved"}
    for old, new in followed.items():
        gone = items.get(old or "")
        if gone is not None and gone.change == "removed":
            # Who follows a move takes the old entry out itself.
            del items[gone.path]
            items[new] = replace(items[new], feed=max(items[new].feed, gone.feed))
    for path, item in waiting.items():
        # Nothing that waits is forgotten: what was renamed and then went is looked for under its old name.
        if path not in items and path not in followed:
            items[path] = replace(item, change="removed", previous=None, sidecar=False)
    return items


def _move(items: dict[str, Item], item: Item) -> None:
    before = items.pop(item.previous or "", None)
    if before is not None and before.change == "moved" and before.previous not in (None, item.path):
        # What the player knows is where it was at first; where it was in between it may have seen by itself.
        items[before.path] = replace(before, change="removed", previous=None, feed=item.feed, at=item.at)
        item = replace(item, previous=before.previous)
    over = items.get(item.path)
    items[item.path] = item
    _gone_from(items, over, item)


def _gone_from(items: dict[str, Item], before: Item | None, now: Item) -> None:
    """Let what had moved here, and is not here any more, be gone from where the player knows it, too."""
    if before is None or before.change != "moved" or before.previous in (None, now.path, now.previous):
        return
    where = before.previous or ""
    if where not in items:
        items[where] = Item(where, "removed", feed=now.feed, at=now.at)


def _onto(old: Item | None, new: Item) -> Item:
    if old is None:
        return new
    base = replace(new, feed=max(old.feed, new.feed))
    if new.change == "removed":
        return base
    if old.change == "removed":
        return replace(base, change="modified", sidecar=False)
    if new.sidecar or old.change in ("created", "moved"):
        return replace(old, feed=base.feed, at=new.at)
    return replace(base, change="modified", sidecar=old.sidecar and new.sidecar)


Better = Callable[[Collection[str], Collection[str]], Mapping[str, str]]
"""Returns which of the videos that came replaces which of those that went."""


def moves(steps: Iterable[Step], better: Better | None = None) -> Iterator[Item]:
    """Yield what the steps say: a video that went and one that came, of one size and time, is one that moved.

    Only where one of each fits. The rest may be `better` versions of what went, which are as good as moved.
    """
    listed = list(steps)
    gone: dict[FileStamp, list[Item]] = {}
    came: dict[FileStamp, list[Item]] = {}
    for step in listed:
        if step.stamp is not None and step.item.change in ("removed", "created"):
            (gone if step.item.change == "removed" else came).setdefault(step.stamp, []).append(step.item)
    pairs: dict[str, Item] = {}
    for stamp, here in came.items():
        there = gone.get(stamp, [])
        if len(here) == 1 and len(there) == 1 and here[0].path != there[0].path:
            pairs[here[0].path] = there[0]
    if better is not None and (went := _ended(listed, "removed", "created")):
        taken = {old.path for old in pairs.values()}
        new = {path for path in _ended(listed, "created", "removed") if path not in pairs}
        lasts = {step.item.path: step.item for step in listed if step.item.change == "removed"}
        pairs |= {path: lasts[old] for path, old in better(went - taken, new).items()}
    moved = {old.path for old in pairs.values()}
    for step in listed:
        item = step.item
        if item.change == "created" and (old := pairs.get(item.path)) is not None:
            yield replace(item, change="moved", previous=old.path, feed=max(item.feed, old.feed))
        elif not (item.change == "removed" and item.path in moved):
            yield item


def _ended(steps: Iterable[Step], change: Kind, other: Kind) -> set[str]:
    """Return the files to which one of two opposite things happened, and the other never."""
    found, not_them = set[str](), set[str]()
    for step in steps:
        if step.item.change == change:
            found.add(step.item.path)
        elif step.item.change == other:
            not_them.add(step.item.path)
    return found - not_them
