"""What is marked for the next command; a mark on a node means all that is below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synctui.tui.screens.library.branch import Row
    from synctui.tui.screens.library.sources import Key


class Marks:
    """The marked rows, by what they are: they survive whatever happens to the list."""

    def __init__(self) -> None:
        self._keys: dict[Key, None] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return what is marked, in the order it was."""
        return tuple(self._keys)

    def add(self, keys: Iterable[Key]) -> None:
        """Mark."""
        self._keys |= dict.fromkeys(keys)

    def remove(self, keys: Iterable[Key]) -> None:
        """Take marks away."""
        for key in keys:
            self._keys.pop(key, None)

    def clear(self) -> None:
        """Take all marks away."""
        self._keys.clear()

    def covers(self, row: Row) -> bool:
        """Tell whether a row is marked, itself or with something that it is in."""
        if not self._keys:
            return False
        key = row.key
        return key is not None and (key in self._keys or self.holder(row) is not None)

    def holder(self, row: Row) -> Key | None:
        """Return the marked row that a row is in, the innermost one."""
        if row.subtitle is not None and row.entry is not None and row.entry.key in self._keys:
            return row.entry.key
        above: list[Key] = [("node", node) for node in reversed(row.nodes())]
        return next((key for key in above if key in self._keys), None)
