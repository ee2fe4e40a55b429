"""Open rows and the lines in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synctui.store.jumps import Spot
    from synctui.store.tree import SubtitleLine
    from synctui.tui.screens.library.sources import Entry, Key, Source


@dataclass(eq=False, slots=True)
class Branch:
    """An open row (or the top): how many lines it has, and which of them are open themselves.

    `at` is its row's place among the lines of `parent`. Without a source its lines are the subtitles of its row, a video.
    `size` counts the lines with all that is open below them.
    """

    key: Key | None
    source: Source | None
    depth: int = 0
    total: int = 0
    parent: Branch | None = None
    at: int = 0
    opened: list[Branch] = field(default_factory=list)
    size: int = 0

    def grow(self, by: int) -> None:
        """Take over that there are so many lines more."""
        here: Branch | None = self
        while here is not None:
            here.size += by
            here = here.parent

    def locate(self, index: int) -> tuple[Branch, int]:
        """Return whose line stands so many rows below, all that is open counted, and which of its lines it is."""
        branch, at = self, index
        while True:
            for one in branch.opened:
                if at <= one.at:
                    return branch, at
                if at <= one.at + one.size:
                    at -= one.at + 1
                    branch = one
                    break
                at -= one.size
            else:
                return branch, at

    def index_of(self, at: int) -> int:
        """Return the place of one of the lines among all rows from the top on."""
        branch, index = self, at
        while True:
            index += sum(one.size for one in branch.opened if one.at < at)
            if branch.parent is None:
                return index
            at = branch.at
            index += at + 1
            branch = branch.parent

    def open_nodes(self) -> tuple[Any, ...]:
        """Return the nodes that are open below, each a pair of its number and those that are open in it."""
        return tuple((one.key[1], one.open_nodes()) for one in self.opened if one.key is not None and one.key[0] == "node")

    def child(self, at: int) -> Branch | None:
        """Return what is open at one of the lines."""
        return next((one for one in self.opened if one.at == at), None)

    def shape(self) -> list[tuple[Key | None, int, int]]:
        """Return what is open below, with its places and sizes: equal shapes look the same."""
        below = [one for branch in self.opened for one in branch.shape()]
        return [(self.key, self.at, self.total), *below]

    def chain(self) -> Iterator[Branch]:
        """Yield this branch and those above it, without the top."""
        here = self
        while here.parent is not None:
            yield here
            here = here.parent


@dataclass(frozen=True, slots=True)
class Row:
    """A line: where it stands, what is there (None: not read yet), and what is open below it."""

    branch: Branch
    at: int
    entry: Entry | None
    subtitle: SubtitleLine | None = None
    below: Branch | None = None

    @property
    def key(self) -> Key | None:
        """Return what it is."""
        if self.subtitle is not None:
            return ("subtitle", self.subtitle.path)
        return self.entry.key if self.entry is not None else None

    @property
    def can_open(self) -> bool:
        """Tell whether opening it gives lines."""
        if self.entry is None or self.subtitle is not None:
            return False
        if self.entry.key[0] == "node":
            return self.entry.row.rows > 0
        return len(self.entry.row.subtitles) > 1

    def nodes(self) -> tuple[int, ...]:
        """Return the nodes above it, from the library down."""
        above = [int(one.key[1]) for one in self.branch.chain() if one.key is not None and one.key[0] == "node"]
        return tuple(reversed(above)) or (self.entry.nodes if self.entry is not None else ())

    def spot(self) -> Spot | None:
        """Return its place in the store's tree."""
        from synctui.store.jumps import Spot

        if self.entry is None:
            return None
        nodes = self.nodes()
        if self.entry.key[0] == "node":
            return Spot((*nodes, self.entry.row.id))
        return Spot(nodes, self.entry.row.id) if nodes else None
