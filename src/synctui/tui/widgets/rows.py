"""A list of any length of which only the visible rows are ever asked for, and only the changed ones drawn."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol

from rich.segment import Segment
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from synctui.tui.draw.line import Line, Span, strip_of
from synctui.tui.draw.palette import Ground, Palette
from synctui.tui.widgets.sturdy import Sturdy

_GUTTER = 3
_WHEEL = 3


class Rows(Protocol):
    """What a list shows; asked again and again, so answering must not wait for anything.

    Rows that say nothing else are what they are by their place, and nobody marks them.
    """

    def count(self) -> int:
        """Return how many rows there are."""
        ...

    def line(self, index: int, width: int) -> Line:
        """Return a row's line."""
        ...

    def key(self, index: int) -> Hashable:
        """Return what the row is, whatever its place: the cursor stays on it when others come and go; None: unknown."""
        return index

    def find(self, key: Hashable) -> int | None:
        """Return the place of a row, None when it is not known or not there."""
        return key if isinstance(key, int) and key < self.count() else None

    def marked(self, index: int) -> bool:
        """Tell whether the row is marked."""
        return False


class TextRows(Rows):
    """Lines to read."""

    def __init__(self, lines: Sequence[Line] = ()) -> None:
        self.lines = lines

    def count(self) -> int:
        return len(self.lines)

    def line(self, index: int, width: int) -> Line:
        return self.lines[index] if index < len(self.lines) else ()


class RowMessage(Message):
    """Something happened to a row of a list."""

    def __init__(self, rows: RowList, index: int) -> None:
        super().__init__()
        self.rows = rows
        self.index = index

    @property
    def control(self) -> RowList:
        return self.rows


class RowList(Sturdy, Widget, can_focus=True):
    """Shows rows with a cursor. It draws in whole lines: moving the cursor sends two of them."""

    DEFAULT_CSS = "RowList { height: 1fr; width: 1fr; }"

    class Moved(RowMessage):
        """The cursor stands on another row."""

    class Pressed(RowMessage):
        """A row was clicked twice: as if it was opened with a key."""

    def __init__(self, source: Rows, *, id: str | None = None, gutter: bool = True) -> None:
        super().__init__(id=id)
        self.source = source
        self.cursor = 0
        self.top = 0
        self._gutter = gutter
        self._count = 0
        self._last = Size(0, 0)
        self._key: Hashable = None

    # what the screen does with it

    @property
    def page(self) -> int:
        """Return how many rows are visible."""
        return max(1, (self.size or self._last).height)

    def on_screen(self) -> range:
        """Return the places of the rows on the screen."""
        return range(self.top, min(self._count, self.top + self.page))

    def move_to(self, index: int, *, settle: bool = False) -> None:
        """Put the cursor on a row; `settle` brings the row near the middle when it was not on the screen."""
        if index >= self._count:
            self.grow()
        count = self._count
        index = max(0, min(index, count - 1)) if count else 0
        before, self.cursor = self.cursor, index
        self._key = self.source.key(index) if count else None
        # Before it has a size nothing is out of sight; `on_resize` brings the cursor into view.
        if self.size.height and index not in range(self.top, self.top + self.page):
            edge = index if index < self.top else index - self.page + 1
            self._show_from(index - self.page // 2 if settle else edge)
        elif before != index:
            self.redraw((before, index))
        if before != index:
            self.post_message(self.Moved(self, index))

    def stand(self, cursor: int, top: int) -> None:
        """Take rows over with the cursor on one of them and `top` as the first that is visible, and tell nobody."""
        self._count = self.source.count()
        self.cursor = max(0, min(cursor, self._count - 1)) if self._count else 0
        self._key = self.source.key(self.cursor) if self._count else None
        self.top = max(0, top) if not self.size.height else self._bounded(top)
        self.refresh()

    @property
    def line_width(self) -> int:
        """Return how wide the lines of rows are."""
        width = (self.size or self._last).width
        return width - (1 if self._count > self.page else 0) - (_GUTTER if self._gutter else 0)

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.move_to(self.cursor + by)

    def reload(self, *, keep: bool = True) -> None:
        """Take over that rows came, went or changed; the cursor stays on its row where that is known."""
        self._count = self.source.count()
        index = self.cursor
        if keep and self._key is not None and (found := self.source.find(self._key)) is not None:
            # The row under the hand must not move on the screen.
            self.top += found - index
            index = found
        elif not keep:
            index, self.top = 0, 0
        moved = index != self.cursor
        self.cursor = max(0, min(index, self._count - 1)) if self._count else 0
        self._key = self.source.key(self.cursor) if self._count else None
        self.top = self._bounded(self.top)
        if self.size.height and self.cursor not in range(self.top, self.top + self.page):
            self.top = self._bounded(self.cursor - self.page // 2)
        self.refresh()
        if moved or not keep:
            self.post_message(self.Moved(self, self.cursor))

    def grow(self) -> None:
        """Take over that rows were added at the end: only what looks different by that is drawn."""
        before, count = self._count, self.source.count()
        if count == before:
            return
        if count < before or not before or (before > self.page) != (count > self.page):
            self.reload()
            return
        bar = [self._thumb(y) for y in range(self.page)]
        self._count = count
        moved = {self.top + y for y in range(self.page) if bar[y] != self._thumb(y)}
        self.redraw({*moved, *range(max(before, self.top), min(count, self.top + self.page))})

    def redraw(self, places: Iterable[int] | None = None) -> None:
        """Draw rows again (None: all that are visible), because what they say changed."""
        if places is None:
            self.refresh()
            return
        for index in set(places):
            if self.top <= index < self.top + self.page:
                self.refresh(Region(0, index - self.top, self.size.width, 1))

    # drawing

    def render_line(self, y: int) -> Strip:
        palette: Palette = self.app.palette  # type: ignore[attr-defined]
        ascii: bool = self.app.ascii  # type: ignore[attr-defined]
        width, index = self.size.width, self.top + y
        if index >= self._count:
            return strip_of((), width, palette)
        at = index == self.cursor
        room = width - 1 if self._count > self.page else width
        line: list[Span] = []
        ground: Ground = "cursor" if at else "plain"
        try:
            if self._gutter:
                marked = self.source.marked(index)
                # Without colours the sign alone tells where the cursor is.
                line.append(Span((" >" if at else "  ") + ("●" if marked else " "), "accent", _GUTTER))
            line.extend(self.source.line(index, room - (_GUTTER if self._gutter else 0)))
            strip = strip_of(line, room, palette, ground=ground, ascii=ascii)
        except Exception as error:
            # One row that cannot be drawn must not take the screen with it.
            self.app.fault(error, once=f"row of {type(self.source).__name__}")  # type: ignore[attr-defined]
            strip = strip_of((Span("   could not be drawn", "error"),), room, palette, ground=ground, ascii=ascii)
        if room == width:
            return strip
        bar = (
            Segment("▐" if not ascii else "|", palette.style("rule"))
            if self._thumb(y)
            else Segment(" ", palette.style("text"))
        )
        return Strip([*strip, bar], width)

    def _thumb(self, y: int) -> bool:
        height, count = self.page, self._count
        size = max(1, height * height // count)
        start = round((height - size) * self.top / max(1, count - height))
        return start <= y < start + size

    def _bounded(self, top: int) -> int:
        return max(0, min(top, self._count - self.page))

    def _show_from(self, top: int) -> None:
        self.top = self._bounded(top)
        self.refresh()

    # hand

    def on_resize(self, event: Resize) -> None:
        if event.size:
            # While the screen is taken down it has no size any more, and its last one still counts.
            self._last = event.size
        before, self.top = self.top, self._bounded(self.top)
        if self._count and self.cursor not in range(self.top, self.top + self.page):
            self.top = self._bounded(self.cursor - self.page + 1)
        if self.top != before:
            self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self._wheel(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self._wheel(-_WHEEL)

    def _wheel(self, by: int) -> None:
        self._show_from(self.top + by)
        self.move_to(max(self.top, min(self.cursor, self.top + self.page - 1)))

    def on_click(self, event: Click) -> None:
        index = self.top + event.y
        if index >= self._count:
            return
        again = index == self.cursor and event.chain > 1
        self.move_to(index)
        if again:
            self.post_message(self.Pressed(self, index))
