"""The baselines: a bare virtual list of 100,000 rows, and beside it lines of progress, in Textual and nothing else.

`python benchmarks/bare.py list` shows the list; `python benchmarks/bare.py lines` shows it with 20 lines that 200 events a
second change, drawn 4 times a second, while a niced process is busy.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.events import Key
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

ROWS = 100_000
JOBS = 20
_CURSOR, _PLAIN = Style(bgcolor="#24405a"), Style()


class List(ScrollView, can_focus=True):
    """Rows in a list of strings, drawn when they are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.names = [f"Show {number:05d} of the Evening - S01E01 - A Title of Some Words" for number in range(ROWS)]
        self.cursor = 0

    def on_mount(self) -> None:
        self.virtual_size = Size(1, len(self.names))

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self.size.width
        if index >= len(self.names):
            return Strip.blank(width)
        at = index == self.cursor
        text = (" > " if at else "   ") + self.names[index]
        return Strip([Segment(text[:width].ljust(width), _CURSOR if at else _PLAIN)], width)

    def on_key(self, event: Key) -> None:
        step = {"j": 1, "k": -1}.get(event.key, 0)
        if step:
            before, self.cursor = self.cursor, max(0, min(len(self.names) - 1, self.cursor + step))
            for index in (before, self.cursor):
                self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))


class Lines(Widget):
    """Progress of 20 jobs; only lines that changed are drawn."""

    DEFAULT_CSS = f"Lines {{ height: {JOBS}; }}"

    def __init__(self) -> None:
        super().__init__()
        self.done = [0] * JOBS
        self.dirty: set[int] = set()

    def on_mount(self) -> None:
        self.set_interval(1 / 4, self.draw)

    def draw(self) -> None:
        """Draw what changed."""
        dirty, self.dirty = self.dirty, set()
        for y in dirty:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, done = self.size.width, self.done[y]
        bar = "█" * (done % 40) + "░" * (40 - done % 40)
        return Strip([Segment(f"   job {y:02d}  {bar}  {done:>6}"[:width].ljust(width), _PLAIN)], width)


class Bare(App[None]):
    """The list, and the lines below it when `lines` is set."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, lines: bool) -> None:
        super().__init__()
        self._with_lines = lines

    def compose(self) -> ComposeResult:
        yield List()
        if self._with_lines:
            yield Lines()

    def on_mount(self) -> None:
        self.query_one(List).focus()
        if self._with_lines:
            self._events = asyncio.get_running_loop().create_task(self._feed())

    async def _feed(self) -> None:
        lines, turn = self.query_one(Lines), 0
        while True:
            await asyncio.sleep(1 / 200)
            lines.done[turn % JOBS] += 1
            lines.dirty.add(turn % JOBS)
            turn += 1


def burn() -> None:
    """Be busy, at the lowest priority, until the parent is gone."""
    os.nice(15)
    parent = os.getppid()
    while os.getppid() == parent:
        sum(number * number for number in range(100_000))


if __name__ == "__main__":
    busy = sys.argv[1:] == ["lines"]
    if busy:
        multiprocessing.get_context("fork").Process(target=burn, daemon=True).start()
    Bare(busy).run()
