"""Where the filter is typed: in place of the answer line, with what it finds at the right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from synctui.tui.draw.line import Line, Span
from synctui.tui.widgets.field import Field
from synctui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui


HINT = "is:off is:refused is:unchecked lang:de"


class FilterBar(Horizontal):
    """A field; while it is shown the answer line is not. What is typed is searched for as fast as the store answers."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; }
    FilterBar > #filter-sign { width: 3; }
    FilterBar > #filter-text { width: 1fr; }
    FilterBar > #filter-found { width: 36; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.found: Sequence[int] = ()
        self.at = -1
        self._hunt: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="filter-sign")
        yield Field(id="filter-text", select_on_focus=False)
        yield Lines(id="filter-found")

    @property
    def typing(self) -> bool:
        """Tell whether the filter is being typed."""
        return bool(self.display)

    @property
    def field(self) -> Input:
        """Return the field."""
        return self.query_one(Input)

    def begin(self) -> None:
        """Show the field, with what was typed last as long as it holds."""
        self.query_one("#filter-sign", Lines).show((Span(" / ", "accent"),))
        self._swap(on=True)
        # At once: what is typed right behind the key is meant for the field.
        self.screen.set_focus(self.field)
        if not self.field.value.strip():
            self.tell((Span(HINT, "dim"),))

    def end(self) -> None:
        """Hide the field; the filter stays."""
        if self.display:
            self._swap(on=False)

    def clear(self) -> None:
        """Forget what was typed."""
        self.text = ""
        with self.field.prevent(Input.Changed):
            self.field.value = ""

    def remember(self, found: Sequence[int]) -> None:
        """Keep what was found, for going from one find to the next without the filter."""
        self.found, self.at = found, -1

    def _swap(self, *, on: bool) -> None:
        self.display = on
        self.screen.query_one("#frame-answer").display = not on

    def tell(self, line: Line) -> None:
        """Say what was found."""
        self.query_one("#filter-found", Lines).show(line)

    def changed(self, home: SyncTui, search: Callable[[str], Awaitable[None]]) -> None:
        """Search for what stands in the field now, one search after the other."""
        if self.text == self.field.value:
            return
        self.text = self.field.value
        if not self.searching:
            self._hunt = home.start(self._search(search), name="search")

    @property
    def searching(self) -> bool:
        """Tell whether what was typed is still being searched for."""
        return self._hunt is not None and not self._hunt.done()

    async def settled(self) -> None:
        """Wait until what was typed is what was searched for."""
        if self._hunt is not None:
            await asyncio.wait({self._hunt})

    async def _search(self, search: Callable[[str], Awaitable[None]]) -> None:
        searched: str | None = None
        while searched != self.text:
            searched = self.text
            await search(searched)
