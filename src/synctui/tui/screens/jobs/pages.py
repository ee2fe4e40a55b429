"""Rows that are read by the page when they come into sight, and forgotten when they have long been out of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
PAGE = 64
_MOST = 64


class Pages(Generic[T]):
    """The rows of a long list, by page: `read(offset, limit)` fetches one, `arrived(places)` is told what came.

    `start` runs a reading beside the screen. What is asked for and not there yet is None.
    """

    def __init__(
        self,
        read: Callable[[int, int], Awaitable[list[T]]],
        arrived: Callable[[Iterable[int]], None],
        start: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._read = read
        self._arrived = arrived
        self._start = start
        self._pages: OrderedDict[int, list[T]] = OrderedDict()
        self._asked: set[int] = set()
        self._edition = 0

    def get(self, index: int) -> T | None:
        """Return a row, or None after having asked for its page."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None or (place >= len(page)):
            self.ask(number)
            return None
        self._pages.move_to_end(number)
        return page[place]

    def ask(self, number: int) -> None:
        """Read a page, unless that is under way."""
        if number not in self._asked:
            self._asked.add(number)
            self._start(self._fetch(number, self._edition))

    async def _fetch(self, number: int, edition: int) -> None:
        try:
            found = await self._read(number * PAGE, PAGE)
        finally:
            self._asked.discard(number)
        if edition != self._edition:
            return
        before = self._pages.get(number, [])
        self._pages[number] = found
        self._pages.move_to_end(number)
        while len(self._pages) > _MOST:
            self._pages.popitem(last=False)
        changed = [place for place, row in enumerate(found) if place >= len(before) or before[place] != row]
        if changed:
            self._arrived([number * PAGE + place for place in changed])

    async def load(self, places: range) -> None:
        """Read the pages of these places and return when they are there."""
        if places:
            for number in range(places.start // PAGE, (places.stop - 1) // PAGE + 1):
                await self._fetch(number, self._edition)

    def again(self, places: range) -> None:
        """Read the pages of these places again: what they say may have changed; others are read when they are asked for."""
        numbers = set(range(places.start // PAGE, max(places.start, places.stop - 1) // PAGE + 1)) if places else set()
        for number in [number for number in self._pages if number not in numbers]:
            del self._pages[number]
        for number in numbers:
            self.ask(number)

    def forget(self) -> None:
        """Forget everything: it is another list now."""
        self._edition += 1
        self._pages.clear()
        self._asked.clear()
