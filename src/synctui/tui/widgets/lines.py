"""A few lines of text at a fixed place: the top line, the answer, the rule, the hints."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from synctui.tui.draw.line import Line, strip_of, text_of
from synctui.tui.draw.palette import Palette
from synctui.tui.widgets.sturdy import Sturdy


class Lines(Sturdy, Widget):
    """Shows lines; only those that changed are drawn again."""

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"

    def __init__(self, *, height: int | None = 1, id: str | None = None) -> None:
        super().__init__(id=id)
        if height is not None:
            self.styles.height = height
        self._lines: tuple[Line, ...] = ()

    def show(self, *lines: Line) -> None:
        """Show these lines."""
        before, self._lines = self._lines, lines
        for y in range(max(len(before), len(lines))):
            if y >= len(before) or y >= len(lines) or before[y] != lines[y]:
                self.refresh(Region(0, y, max(1, self.size.width), 1))

    @property
    def shown(self) -> Sequence[str]:
        """Return what stands there, as plain text."""
        return [text_of(line).rstrip() for line in self._lines]

    def render_line(self, y: int) -> Strip:
        palette: Palette = self.app.palette  # type: ignore[attr-defined]
        line = self._lines[y] if y < len(self._lines) else ()
        return strip_of(line, self.size.width, palette, ascii=self.app.ascii)  # type: ignore[attr-defined]
