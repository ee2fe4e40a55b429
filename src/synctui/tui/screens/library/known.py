"""The lines of an outline that were read: by the page, the oldest pages forgotten, and where each line stands."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synctui.tui.screens.library.branch import Branch
    from synctui.tui.screens.library.sources import Entry, Key

PAGE = 64
_MOST_PAGES = 96
_MOST_PLACES = 4 * PAGE * _MOST_PAGES


@dataclass(slots=True)
class _Page:
    entries: list[Entry]
    stamp: int


class Known:
    """Pages of lines; after `age` all of them may say something else by now, and are given with that remark."""

    def __init__(self) -> None:
        self._stamp = 0
        self._pages: OrderedDict[tuple[Branch, int], _Page] = OrderedDict()
        self._places: dict[Key, tuple[Branch, int]] = {}

    def age(self) -> None:
        """Take over that lines may say something else now."""
        self._stamp += 1

    def entry(self, branch: Branch, at: int) -> Entry | None:
        """Return one of a branch's lines as it was read last, None when it was not."""
        number, within = divmod(at, PAGE)
        page = self._pages.get((branch, number))
        if page is None or within >= len(page.entries):
            return None
        self._pages.move_to_end((branch, number))
        return page.entries[within]

    def fresh(self, branch: Branch, number: int) -> bool:
        """Tell whether a page was read since anything may have changed."""
        page = self._pages.get((branch, number))
        return page is not None and page.stamp == self._stamp

    def keep(self, branch: Branch, number: int, entries: list[Entry]) -> dict[int, Entry]:
        """Keep a page; returns which of its lines say something new, by their places in it."""
        before = self._pages.pop((branch, number), None)
        known = before.entries if before is not None else []
        self._pages[branch, number] = _Page(entries, self._stamp)
        for offset, entry in enumerate(entries):
            self._places[entry.key] = (branch, number * PAGE + offset)
        self._forget()
        return {at: entry for at, entry in enumerate(entries) if at >= len(known) or known[at] != entry}

    def _forget(self) -> None:
        while len(self._pages) > _MOST_PAGES:
            (owner, _), page = self._pages.popitem(last=False)
            for entry in page.entries:
                if self._places.get(entry.key, (None, 0))[0] is owner:
                    del self._places[entry.key]
        if len(self._places) > _MOST_PLACES:  # subtitles of videos that were opened
            self._places = {key: place for key, place in self._places.items() if key[0] != "subtitle"}

    def place(self, key: Key) -> tuple[Branch, int] | None:
        """Return where a line stood when it was read."""
        return self._places.get(key)

    def stands(self, key: Key, branch: Branch, at: int) -> None:
        """Take over where a line stands that is part of another."""
        self._places[key] = (branch, at)
