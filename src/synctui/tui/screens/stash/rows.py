"""The rows of the catalogue: groups with how many scenes they have, scenes with their date, length and rating."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from synctui import words
from synctui.model.catalog import Entity
from synctui.store.catalog_browse import GroupLine, SceneLine
from synctui.text import clip, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.screens.stash.shelves import Shelves, Spot
from synctui.tui.widgets.rows import Rows

_COUNT, _KIND = 16, 10
_FLAG, _DATE, _LENGTH, _RATING = 9, 11, 9, 4
_NARROW = 46
_DEEPEST = 12


class CatalogueRows(Rows):
    """What stands on the screen: the shelves, or nothing yet. `count_of` tells how many scenes a group has."""

    def __init__(self, count_of: Callable[[GroupLine], int | None]) -> None:
        self.shelves: Shelves | None = None
        self._count_of = count_of

    def spot(self, index: int) -> Spot | None:
        """Return a row, None beyond the last."""
        return self.shelves.spot(index) if self.shelves is not None and 0 <= index < self.shelves.count else None

    def count(self) -> int:
        return self.shelves.count if self.shelves is not None else 0

    def line(self, index: int, width: int) -> Line:
        spot = self.spot(index)
        if spot is None:
            return ()
        indent = 2 * min(spot.shelf.depth, _DEEPEST)
        head = Span(" " * indent)
        if spot.line is None:
            return (head, Span("  …", "dim"))
        if isinstance(spot.line, SceneLine):
            return (head, Span("  "), *scene_line(spot.line, width - indent - 2))
        # A group that a search found is gone to, it is not opened where it stands.
        found = spot.at >= len(spot.shelf.groups)
        sign = "→ " if found else "▾ " if spot.below is not None else "▸ "
        count = None if found else self._count_of(spot.line)
        return (head, Span(sign, "dim"), *group_line(spot.line, width - indent - 2, count, kind=found))

    def key(self, index: int) -> Hashable:
        spot = self.spot(index)
        return spot.key if spot is not None else None

    def find(self, key: Hashable) -> int | None:
        return self.shelves.find(key) if self.shelves is not None else None


def group_line(group: GroupLine, width: int, count: int | None, *, kind: bool = False) -> Line:
    """Return the row of a studio, performer or tag; `kind` says in words which it is."""
    told = group.entity.value if kind else "" if count is None else words.count(count, "scene")
    taken = _KIND if kind else _COUNT
    role: Role = "dim" if group.deleted or (group.entity is Entity.STUDIO and not group.id) else "text"
    name = clip(display(group.name) or f"{group.entity.value} {group.id}", max(1, width - taken - 1))
    return (
        Span(name, role, max(1, width - taken)),
        Span("gone" if group.deleted and kind else told, "dim", taken, right=True),
    )


def scene_line(scene: SceneLine, width: int) -> Line:
    """Return the row of a scene."""
    flag, role = _flag(scene)
    wide = width > _NARROW
    taken = _FLAG + (_DATE + _LENGTH + _RATING if wide else 0)
    name = clip(display(scene.name), max(1, width - taken - 1))
    line: list[Span] = [
        Span(name, "dim" if scene.deleted else "text", max(1, width - taken)),
        Span(flag, role, _FLAG),
    ]
    if wide:
        line += [
            Span(scene.date, "dim", _DATE),
            Span(length(scene.duration), "dim", _LENGTH - 1, right=True),
            Span(" "),
            Span("" if scene.rating is None else f"{scene.rating}", "text", _RATING, right=True),
        ]
    return tuple(line)


def length(seconds: float) -> str:
    """Return how long a video is, "" when that is not known."""
    return words.clock_time(seconds) if 0 < seconds < 1e7 else ""


def _flag(scene: SceneLine) -> tuple[str, Role]:
    if scene.deleted:
        return "gone", "dim"
    if scene.conflict:
        return "conflict", "warn"
    return ("edited", "accent") if scene.edited else ("", "dim")
