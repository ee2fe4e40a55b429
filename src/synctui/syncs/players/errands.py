"""What a player is told about one video, and how an operation carries it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from synctui.model.json import Fields, Json
from synctui.model.players import ItemState, PlayerItem
from synctui.syncs.players.fold import Item, Kind


@dataclass(frozen=True, slots=True)
class Errand:
    """An item as the player calls it: its path, its unit (the folder to look into), and where a moved one was."""

    item: Item
    remote: str
    unit: str
    previous: str | None = None
    previous_unit: str | None = None

    def row(self, player: str, state: ItemState, *, group: str = "", reason: str = "", message: str = "") -> PlayerItem:
        """Return the row that says how it stands."""
        return item_row(self.item, player, state, remote=self.remote, group=group, reason=reason, message=message)


def item_row(
    item: Item,
    player: str,
    state: ItemState,
    *,
    remote: str | None = None,
    group: str = "",
    reason: str = "",
    message: str = "",
    not_before: str = "",
) -> PlayerItem:
    """Return the row that says how an item stands."""
    return PlayerItem(
        player,
        item.path,
        item.change,
        state,
        remote=remote,
        previous=item.previous,
        sidecar=item.sidecar,
        group=group,
        reason=reason,
        message=message,
        feed=item.feed,
        changed_at=item.at,
        not_before=not_before,
    )


def item_of(row: PlayerItem) -> Item:
    """Return the item of such a row."""
    return Item(row.path, row.change, row.previous, row.sidecar, row.feed, row.changed_at)


def packed(errands: Iterable[Errand]) -> list[Json]:
    """Return errands as an operation carries them."""
    return [[*_packed(one.item), one.remote, one.unit, one.previous, one.previous_unit] for one in errands]


def packed_items(items: Iterable[Item]) -> list[Json]:
    """Return items as an operation carries them."""
    return [_packed(item) for item in items]


def _packed(item: Item) -> list[Json]:
    return [item.path, item.change, item.previous, item.sidecar, item.feed, item.at]


def errands_of(payload: Fields) -> tuple[Errand, ...]:
    """Return the errands of an operation."""
    return tuple(
        Errand(_item(row), str(row[6]), str(row[7]), _optional(row[8]), _optional(row[9])) for row in _rows(payload)
    )


def items_of(payload: Fields) -> tuple[Item, ...]:
    """Return the items of an operation, with or without what the player calls them."""
    return tuple(_item(row) for row in _rows(payload))


def _rows(payload: Fields) -> Iterator[Sequence[Json]]:
    rows = payload.get("items", ())
    if isinstance(rows, Sequence):
        yield from (row for row in rows if isinstance(row, Sequence) and not isinstance(row, str))


def _item(row: Sequence[Json]) -> Item:
    previous = _optional(row[2])
    return Item(str(row[0]), cast(Kind, row[1]), previous, bool(row[3]), int(cast(int, row[4])), str(row[5]))


def _optional(value: Json) -> str | None:
    return None if value is None else str(value)


def batches(errands: Sequence[Errand], size: int) -> Iterator[tuple[Errand, ...]]:
    """Yield errands, sorted by unit, in batches of so many units."""
    batch: list[Errand] = []
    units: set[str] = set()
    for errand in sorted(errands, key=lambda one: (one.unit, one.remote)):
        if errand.unit not in units and len(units) == size:
            yield tuple(batch)
            batch, units = [], set()
        units.add(errand.unit)
        batch.append(errand)
    if batch:
        yield tuple(batch)
