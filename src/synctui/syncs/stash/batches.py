"""Operations that bring scenes: a page of the sweep, a range of ids, single ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from synctui.model.json import Fields, Json
from synctui.model.plan import Operation
from synctui.words import count

TRACK = LANE = "stash"
STAGES = ("entities", "sweep", "fetch", "delete", "record")
_FETCH_S = 0.3
_SWEEP_S = 0.15


def operation(
    key: str, action: str, stage: str, subject: str, reason: str, payload: Fields, *, estimate: float = 0.0
) -> Operation:
    """Return an operation of the catalogue; none can be undone, the server's word counts."""
    return Operation(
        key=key,
        action=action,
        subject=subject,
        track=TRACK,
        stage=stage,
        reason=reason,
        lane=LANE,
        payload=payload,
        estimate=estimate,
        undoable=False,
    )


def sweep_operation(after: int, seen: int, total: int, shared: Fields) -> Operation:
    """Return the operation that lists a page of ids behind `after`; `seen` were listed before, `total` are counted."""
    payload: Fields = {"after": after, "seen": seen, "count": total, **shared}
    subject = "scenes" if not after else f"scenes behind {after}"
    return operation(f"sweep/{after}", "sweep", "sweep", subject, "list ids", payload, estimate=_SWEEP_S)


def fetch_ranges(ids: Sequence[int], size: int, shared: Fields) -> Iterator[Operation]:
    """Yield operations that fetch every id of a stretch without gaps in between."""
    for place in range(0, len(ids), size):
        batch = ids[place : place + size]
        yield _range(batch, count(len(batch), "scene"), shared)


def fetch_operations(ids: Iterable[int], size: int, reasons: dict[int, str], shared: Fields) -> Iterator[Operation]:
    """Yield operations that fetch these ids (ascending); `reasons` says why, where it is not a change."""
    batch: list[int] = []
    for number in ids:
        batch.append(number)
        if len(batch) == size:
            yield _batch(batch, reasons, shared)
            batch = []
    if batch:
        yield _batch(batch, reasons, shared)


def _batch(batch: Sequence[int], reasons: dict[int, str], shared: Fields) -> Operation:
    sums: dict[str, int] = {}
    for number in batch:
        why = reasons.get(number, "changed")
        sums[why] = sums.get(why, 0) + 1
    told = ", ".join(f"{number:,} {why}" for why, number in sums.items())
    ids: list[Json] = list(batch)
    payload: Fields = {"ids": ids, **shared}
    subject = f"scene {batch[0]}" if len(batch) == 1 else f"{count(len(batch), 'scene')} from {batch[0]} to {batch[-1]}"
    return _fetch(batch, subject, told, payload)


def _range(batch: Sequence[int], told: str, shared: Fields) -> Operation:
    payload: Fields = {"first": batch[0], "last": batch[-1], "count": len(batch), **shared}
    return _fetch(batch, f"scenes {batch[0]} to {batch[-1]}", told, payload)


def _fetch(batch: Sequence[int], subject: str, told: str, payload: Fields) -> Operation:
    key = f"fetch/{batch[0]}-{batch[-1]}"
    return operation(key, "fetch", "fetch", subject, told, payload, estimate=0.05 + _FETCH_S * len(batch) / 500)
