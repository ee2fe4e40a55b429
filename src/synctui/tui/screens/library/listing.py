"""What the list on the screen shows: an outline with its marks, and a range that is being drawn."""

from __future__ import annotations

from collections.abc import Hashable
from typing import cast

from synctui.tui.draw.line import Line
from synctui.tui.screens.library.columns import line_of
from synctui.tui.screens.library.marks import Marks
from synctui.tui.screens.library.outline import Outline
from synctui.tui.screens.library.sources import Key


class Listing:
    """The rows of an outline, as a RowList wants them; `range` are the rows from a range's beginning to the cursor."""

    def __init__(self, outline: Outline | None, marks: Marks) -> None:
        self.outline = outline
        self.marks = marks
        self.range: range | None = None

    def count(self) -> int:
        return self.outline.count if self.outline is not None else 0

    def line(self, index: int, width: int) -> Line:
        return line_of(self.outline.row(index), width) if self.outline is not None else ()

    def key(self, index: int) -> Hashable:
        return self.outline.row(index).key if self.outline is not None and index < self.outline.count else None

    def find(self, key: Hashable) -> int | None:
        return self.outline.find(cast("Key", key)) if self.outline is not None else None

    def marked(self, index: int) -> bool:
        if self.outline is None:
            return False
        return self.in_range(index) or self.marks.covers(self.outline.row(index))

    def in_range(self, index: int) -> bool:
        """Tell whether a row is in the range; an open row is when all that is open below it is as well."""
        if self.range is None or self.outline is None or index not in self.range:
            return False
        below = self.outline.row(index).below
        return below is None or index + below.size in self.range
