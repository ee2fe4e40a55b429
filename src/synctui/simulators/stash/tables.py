"""Tables of rows by their ids, always in the order of their ids."""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    """A row that has an id."""

    id: int


Row = TypeVar("Row", bound=Numbered)


class Table(Generic[Row]):
    """Rows by id; new ids are always greater than all before, so that the rows stay in order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: dict[int, Row] = {}
        self._ids: list[int] | None = None
        self._last = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def __getitem__(self, number: int) -> Row:
        return self._rows[number]

    def get(self, number: int) -> Row | None:
        """Return a row, None when it is not there."""
        return self._rows.get(number)

    def ids(self) -> list[int]:
        """Return all ids, in order; not to be changed."""
        if self._ids is None:
            self._ids = list(self._rows)
        return self._ids

    def between(self, first: int, last: int) -> list[Row]:
        """Return the rows whose ids lie in a range, both ends included."""
        ids = self.ids()
        rows = self._rows
        return [rows[number] for number in ids[bisect_left(ids, first) : bisect_right(ids, last)]]

    def next_id(self) -> int:
        """Return an id that was never given before."""
        self._last += 1
        return self._last

    def give_back(self, number: int) -> None:
        """Take back the id that was given last, because nothing came of its row."""
        self._last = number - 1

    def add(self, row: Row) -> Row:
        """Take in a row that has an id of `next_id`."""
        self._rows[row.id] = row
        if self._ids is not None:
            self._ids.append(row.id)
        return row

    def remove(self, number: int) -> Row:
        """Take a row out; KeyError when it is not there."""
        self._ids = None
        return self._rows.pop(number)

    def clone(self) -> Table[Row]:
        """Return the table as it is now, rows copied; their values cannot be changed and are shared."""
        other: Table[Row] = Table(self.name)
        other._rows = {number: copy.copy(row) for number, row in self._rows.items()}
        other._last = self._last
        return other
