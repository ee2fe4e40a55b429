"""A few lines of text at a fixed place: the top line, the answer, the rule, the hints."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from synctui.tui.draw.line import Line, span_at, strip_of, text_of
from synctui.tui.draw.palette import Palette
from synctui.tui.widgets.sturdy import Sturdy


class Lines(Sturdy, Widget):
    """Shows lines; only those that changed are drawn again."""

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"

    class Clicked(Message):
        """Something was clicked that means a command."""

        def __init__(self, does: str) -> None:
            super().__init__()
            self.does = does

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

    def on_click(self, event: Click) -> None:
        event.stop()
        span = span_at(self._lines[event.y], event.x) if event.y < len(self._lines) else None
        if span is not None and span.does:
            self.post_message(self.Clicked(span.does))

    def render_line(self, y: int) -> Strip:
        palette: Palette = self.app.palette  # type: ignore[attr-defined]
        line = self._lines[y] if y < len(self._lines) else ()
        return strip_of(line, self.size.width, palette, ascii=self.app.ascii)  # type: ignore[attr-defined]
