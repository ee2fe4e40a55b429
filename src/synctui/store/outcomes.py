"""The operations of a job as a person reads them: what went wrong first, then what was refused, then the rest.

A list of any length is kept as the numbers of its rows, which mostly are one range; their contents are read page by page.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from synctui.store.blobs import clean
from synctui.store.database import Database
from synctui.store.history import OperationRecord, record
from synctui.store.operations import WITH_QUEUE

Only = Literal["", "wrong", "refused"]
"""Which operations: all, those that failed or conflicted, those that were refused."""

_CHOSEN: dict[str, tuple[str, ...]] = {"wrong": ("failed", "conflict"), "refused": ("refused",)}
_PAGE = 5000


@dataclass(frozen=True)
class Order:
    """Numbers of operations in reading order: `first` (what went wrong, then what was refused), then the others of `all`.

    `all` is in plan order; `first` lies within it.
    """

    all: Sequence[int] = ()
    first: Sequence[int] = ()
    wrong: int = 0
    _places: Sequence[int] = field(default=())
    _gaps: Sequence[int] = field(default=())

    @classmethod
    def of(cls, all: Sequence[int], wrong: Sequence[int], refused: Sequence[int]) -> Order:
        """Return the order of all numbers, of which some went wrong and some were refused; each ascending."""
        places = sorted(bisect_left(all, one) for one in (*wrong, *refused))
        gaps = [place - before for before, place in enumerate(places)]
        return cls(all, (*wrong, *refused), len(wrong), places, gaps)

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, index: int) -> int:
        """Return the number of the operation at a place."""
        if index < len(self.first):
            return self.first[index]
        rest = index - len(self.first)
        return self.all[rest + bisect_right(self._gaps, rest)]

    def find(self, number: int) -> int | None:
        """Return the place of an operation, None when it is not in the list."""
        if number in self.first:
            return self.first.index(number)
        place = bisect_left(self.all, number)
        if place >= len(self.all) or self.all[place] != number:
            return None
        return len(self.first) + place - bisect_left(self._places, place)


async def order(database: Database, job: int, *, only: Only = "", search: str = "") -> Order:
    """Return the order of a job's operations.

    `search` is part of the key, subject or message, in any case of ASCII letters, or an outcome (`refused`).
    """
    where, parameters = _where(job, search)
    special = {
        name: await _numbers(database, f"{where} AND o.result IN ({', '.join('?' * len(codes))})", (*parameters, *codes))
        for name, codes in _CHOSEN.items()
    }
    if only:
        chosen = special[only]
        return Order.of(chosen, chosen, ()) if only == "wrong" else Order.of(chosen, (), chosen)
    return Order.of(await _all(database, job, where, parameters, search), special["wrong"], special["refused"])


async def records(database: Database, numbers: Sequence[int]) -> dict[int, OperationRecord]:
    """Return operations by their numbers; those that are gone are missing."""
    marks = ", ".join("?" * len(numbers))
    rows = await database.rows(f"{WITH_QUEUE} WHERE o.id IN ({marks})", tuple(numbers)) if numbers else []
    return {row["id"]: record(row) for row in rows}


def _where(job: int, search: str) -> tuple[str, tuple[object, ...]]:
    if not search:
        return "o.job = ?", (job,)
    like = "%" + clean(search).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    columns = ("CAST(o.subject AS TEXT)", "CAST(o.key AS TEXT)", "o.message")
    found = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns)
    return f"o.job = ? AND ({found} OR o.result = ?)", (job, *[like] * len(columns), clean(search).lower())


async def _all(database: Database, job: int, where: str, parameters: tuple[object, ...], search: str) -> Sequence[int]:
    if not search:
        # A plan is stored in one go: its numbers are one range unless operations were added later.
        row = await database.row("SELECT min(id), max(id), count(*) FROM operations WHERE job = ?", (job,))
        if row is None or not row[2]:
            return ()
        if row[1] - row[0] + 1 == row[2]:
            return range(row[0], row[1] + 1)
    return await _numbers(database, where, parameters)


async def _numbers(database: Database, where: str, parameters: tuple[object, ...]) -> Sequence[int]:
    found = array("q")
    while True:
        after = found[-1] if found else 0
        rows = await database.rows(
            f"SELECT o.id FROM operations o WHERE {where} AND o.id > ? ORDER BY o.id LIMIT ?", (*parameters, after, _PAGE)
        )
        found.extend(row[0] for row in rows)
        if len(rows) < _PAGE:
            return found
