"""The rows of a plan as a list shows them: read from the draft in pages, a few of which are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Iterable
from dataclasses import replace
from typing import Any

from synctui.errors import UsageError
from synctui.jobs.draft import Draft, PlannedOperation
from synctui.model.plan import Operation
from synctui.tui.draw.line import Line, Span
from synctui.tui.widgets.rows import Rows

_PAGE = 100
_KEPT = 20
_MOST_WANTED = 4

Start = Callable[[Coroutine[Any, Any, Any]], object]


class PlannedRows(Rows):
    """Rows of a plan that may still be growing.

    `draw` makes a row's line, `arrived` is told of the places whose rows were read, `start` runs the reading.
    """

    def __init__(
        self, draw: Callable[[PlannedOperation, int], Line], arrived: Callable[[Iterable[int]], None], start: Start
    ) -> None:
        self.draft: Draft | None = None
        self._draw = draw
        self._arrived = arrived
        self._start = start
        self._pages: OrderedDict[int, list[PlannedOperation]] = OrderedDict()
        self._wanted: dict[int, None] = {}
        self._ticking: dict[str, list[bool]] = {}
        self._reading = False

    def use(self, draft: Draft | None) -> None:
        """Show another plan, or none."""
        self.draft = draft
        self.forget()

    def forget(self) -> None:
        """Read everything anew when it is looked at: it was changed."""
        self._pages.clear()
        self._wanted.clear()

    def row(self, index: int) -> PlannedOperation | None:
        """Return a row, None when it is not read yet; then it will be."""
        number, place = divmod(index, _PAGE)
        page = self._pages.get(number, ())
        if place < len(page):
            self._pages.move_to_end(number)
            return page[place]
        self._ask(number)
        return None

    def knows(self, such: Callable[[Operation], bool]) -> bool:
        """Tell whether there is such an operation among the rows that were read."""
        return any(such(one.operation) for page in self._pages.values() for one in page)

    def tick(self, index: int, on: bool) -> None:
        """Take over that a row is being taken into the plan or out of it, until `settled` says that it was."""
        number, place = divmod(index, _PAGE)
        page = self._pages.get(number, [])
        if place < len(page):
            page[place] = replace(page[place], selected=on)
            self._ticking.setdefault(page[place].operation.key, []).append(on)

    def settled(self, key: str) -> None:
        """Take over that the oldest of what `tick` was told of a row has happened."""
        waiting = self._ticking.get(key, [])
        if len(waiting) > 1:
            del waiting[0]
        else:
            self._ticking.pop(key, None)

    def tick_all(self, on: bool) -> None:
        """Take over that all rows were."""
        for page in self._pages.values():
            page[:] = [replace(one, selected=on) for one in page]

    # what a list asks

    def count(self) -> int:
        return 0 if self.draft is None else self.draft.count

    def line(self, index: int, width: int) -> Line:
        planned = self.row(index)
        return (Span("    ·", "dim"),) if planned is None else self._draw(planned, width)

    def key(self, index: int) -> Hashable:
        number, place = divmod(index, _PAGE)
        page = self._pages.get(number, ())
        return page[place].operation.key if place < len(page) else None

    def find(self, key: Hashable) -> int | None:
        for number, page in self._pages.items():
            for place, one in enumerate(page):
                if one.operation.key == key:
                    return number * _PAGE + place
        return None

    # reading

    def _ask(self, number: int) -> None:
        if self.draft is None or not self.draft.open:
            return
        self._wanted.pop(number, None)
        self._wanted[number] = None
        while len(self._wanted) > _MOST_WANTED:
            # Scrolled past before it could be read.
            del self._wanted[next(iter(self._wanted))]
        if not self._reading:
            self._reading = True
            self._start(self._read())

    async def _read(self) -> None:
        try:
            while self._wanted and (draft := self.draft) is not None:
                number, _ = self._wanted.popitem()
                try:
                    page = await draft.page(number * _PAGE, _PAGE)
                except UsageError:
                    if draft.open:
                        raise
                    continue
                if draft is self.draft and page:
                    self._keep(number, page)
        finally:
            self._reading = False

    def _keep(self, number: int, page: list[PlannedOperation]) -> None:
        before = len(self._pages.get(number, ()))
        # It was read before what was ticked meanwhile was written.
        self._pages[number] = [self._as_ticked(one) for one in page] if self._ticking else page
        self._pages.move_to_end(number)
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        self._arrived(range(number * _PAGE + (before if before < len(page) else 0), number * _PAGE + len(page)))

    def _as_ticked(self, planned: PlannedOperation) -> PlannedOperation:
        waiting = self._ticking.get(planned.operation.key)
        return replace(planned, selected=waiting[-1]) if waiting else planned
