"""What the list on the screen shows: an outline with its marks, and a range that is being drawn."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, cast

from synctui.tui.draw.line import Line
from synctui.tui.screens.library.catalogue import KEY, CatalogueRow
from synctui.tui.screens.library.columns import line_of
from synctui.tui.screens.library.marks import Marks

if TYPE_CHECKING:
    from synctui.tui.memory import Memory
    from synctui.tui.screens.library.outline import Outline
    from synctui.tui.screens.library.sources import Key


class Listing:
    """The rows of an outline, as a RowList wants them; `range` are the rows from a range's beginning to the cursor.

    Before there is an outline, `memory` shows what stood there last. Below the tree, while that is shown (`whole`), stands
    the row of the catalogue, where there is one.
    """

    def __init__(self, outline: Outline | None, marks: Marks) -> None:
        self.outline = outline
        self.memory: Memory | None = None
        self.marks = marks
        self.range: range | None = None
        self.catalogue = CatalogueRow()
        self.whole = False

    def count(self) -> int:
        if self.outline is None:
            return self.memory.count if self.memory is not None else 0
        return self.outline.count + (self.whole and self.catalogue.shown)

    def at_catalogue(self, index: int) -> bool:
        """Tell whether a row is that of the catalogue."""
        return self.outline is not None and self.outline.count <= index < self.count()

    def line(self, index: int, width: int) -> Line:
        if self.outline is None:
            return self.memory.shown(index) if self.memory is not None else ()
        if index >= self.outline.count:
            return self.catalogue.line(width)
        return line_of(self.outline.row(index), width)

    def key(self, index: int) -> Hashable:
        if self.at_catalogue(index):
            return KEY
        return self.outline.row(index).key if self.outline is not None and index < self.outline.count else None

    def find(self, key: Hashable) -> int | None:
        if self.outline is None:
            return None
        if key == KEY:
            return self.outline.count if self.at_catalogue(self.outline.count) else None
        return self.outline.find(cast("Key", key))

    def marked(self, index: int) -> bool:
        if self.outline is None or index >= self.outline.count:
            return False
        return self.in_range(index) or self.marks.covers(self.outline.row(index))

    def in_range(self, index: int) -> bool:
        """Tell whether a row is in the range; an open row is when all that is open below it is as well."""
        if self.range is None or self.outline is None or index not in self.range or index >= self.outline.count:
            return False
        below = self.outline.row(index).below
        return below is None or index + below.size in self.range
