"""What is found by filter, order and page.

As measured: 25 a page when nothing is said, all for less than 0, none for 0 (but counted); a page below 1 is the first; ids
are answered in the order in which they were asked for, and one that is not there spoils the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from synctui.simulators.stash.filters import Test, test_of
from synctui.simulators.stash.rows import SceneRow
from synctui.simulators.stash.shelf import Refused, Shelf, natural
from synctui.simulators.stash.tables import Table

_PER_PAGE = 25
_ENDLESS = 2**62
Key = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page, and how many there are on all; `everything` has them."""

    count: int
    rows: Sequence[Any]
    everything: Sequence[Any]


def number_of(text: str, what: str = "") -> int:
    """Return an id as a number; Refused with Go's words when it is none."""
    if not (text.lstrip("+-").isascii() and text.lstrip("+-").isdecimal()):
        prefix = f"converting {what}: " if what else ""
        raise Refused(f'{prefix}strconv.Atoi: parsing "{text}": invalid syntax')
    return int(text)


def find(shelf: Shelf, kind: str, asked: Mapping[str, Any]) -> Found:
    """Return what a question (`ids`, `filter`, `scene_filter` …) finds among scenes, performers, tags, studios or files."""
    table: Table[Any] = getattr(shelf, kind)
    single = kind[:-1]
    ids = [number_of(text, "ids") for text in asked.get("ids") or ()]
    ids = ids or list(asked.get(f"{single}_ids") or ())
    if ids:
        return _by_ids(table, single, ids)
    wanted = dict(asked.get(f"{single}_filter") or {})
    page = asked.get("filter") or {}
    rows = _candidates(table, wanted)
    tests = [test for test in (test_of(shelf, kind, wanted), _search(shelf, kind, page.get("q"))) if test]
    for test in tests:
        rows = [row for row in rows if test(row)]
    return _page(_sorted(shelf, kind, rows, page), page)


def _candidates(table: Table[Any], wanted: dict[str, Any]) -> list[Any]:
    """Return the rows that a filter on `id` leaves, which is taken out of the filter: pages go on behind an id."""
    by_id = wanted.get("id")
    modifier = by_id and by_id["modifier"]
    if by_id is None or modifier not in ("GREATER_THAN", "BETWEEN") or wanted.get("OR"):
        return list(table)
    del wanted["id"]
    if modifier == "GREATER_THAN":
        return table.between(by_id["value"] + 1, _ENDLESS)
    return table.between(by_id["value"], by_id.get("value2") or 0)


def _by_ids(table: Table[Any], single: str, ids: list[int]) -> Found:
    if len(set(ids)) < len(ids):
        twice = next(number for place, number in enumerate(ids) if number in ids[:place])
        raise Refused(f"validating ids: duplicate id found: {twice}")
    rows = []
    for number in ids:
        row = table.get(number)
        if row is None and single == "file":
            raise Refused(f"getting file by id {number}: sql: no rows in result set")
        if row is None:
            raise Refused(f"{single} with id {number} not found")
        rows.append(row)
    return Found(len(rows), rows, rows)


def _page(rows: list[Any], page: Mapping[str, Any]) -> Found:
    size = page.get("per_page")
    size = _PER_PAGE if size is None else size
    if size < 0:
        return Found(len(rows), rows, rows)
    first = (max(1, page.get("page") or 1) - 1) * size
    return Found(len(rows), rows[first : first + size], rows)


def _sorted(shelf: Shelf, kind: str, rows: list[Any], page: Mapping[str, Any]) -> list[Any]:
    sort = page.get("sort") or ("name" if kind in ("performers", "tags", "studios") else None)
    if sort is None:
        return rows
    down = page.get("direction") == "DESC"
    if sort == "random" or sort.startswith("random_"):
        Random(sort).shuffle(rows)
        return rows
    if sort == "id":
        return rows[::-1] if down else rows
    key = _key(shelf, kind, sort)
    return sorted(rows, key=key, reverse=down)


def _key(shelf: Shelf, kind: str, sort: str) -> Key:
    key = _KEYS.get(sort) if sort in _SORTS[kind] else None
    if key is None:
        raise Refused(f"invalid sort: {sort}")
    if sort == "title":
        return lambda row: natural(_display_name(shelf, row))
    if sort == "path":
        return lambda row: min((shelf.files[one].path for one in row.files), default="") if kind == "scenes" else row.path
    return key


def _display_name(shelf: Shelf, row: SceneRow) -> str:
    return row.title or (shelf.files[row.files[0]].basename if row.files else "")


_KEYS: dict[str, Key] = {
    "updated_at": lambda row: row.updated_at,
    "created_at": lambda row: row.created_at,
    "name": lambda row: natural(row.name),
    "title": lambda row: row.title,
    "path": lambda row: row.path,
    "date": lambda row: row.date or "",
    "rating": lambda row: -1 if row.rating100 is None else row.rating100,
    "play_count": lambda row: len(row.plays),
    "o_counter": lambda row: len(row.os),
    "tag_count": lambda row: len(row.tags),
    "performer_count": lambda row: len(row.performers),
    "last_played_at": lambda row: row.last_played_at or "",
    "organized": lambda row: row.organized,
}
_COMMON = {"updated_at", "created_at"}
_SORTS: dict[str, set[str]] = {
    "scenes": set(_KEYS) - {"name"},
    "performers": {*_COMMON, "name", "rating", "tag_count"},
    "tags": {*_COMMON, "name"},
    "studios": {*_COMMON, "name", "rating", "tag_count"},
    "files": {*_COMMON, "path"},
}


def _search(shelf: Shelf, kind: str, text: str | None) -> Test | None:
    if not text or not text.strip():
        return None
    words = text.casefold().split()

    def read(row: Any) -> str:
        if kind == "scenes":
            files = " ".join(shelf.files[one].path for one in row.files)
            return f"{row.title} {row.details} {files}".casefold()
        if kind == "files":
            path: str = row.path
            return path.casefold()
        return " ".join((row.name, *row.aliases)).casefold()

    return lambda row: all(word in read(row) for word in words)
