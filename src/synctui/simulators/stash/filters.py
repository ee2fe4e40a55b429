"""What a filter lets through, as SQLite under a Stash decides it: times are texts, and are compared as texts.

A value that looks like a number is one for SQLite, because of the column's type, and every text is greater than any number:
`GREATER_THAN "2025"` finds every row. A value that is no time at all is taken without complaint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from synctui.simulators.stash.rows import SceneRow
from synctui.simulators.stash.shelf import Refused, Shelf

Test = Callable[[Any], bool]
"""Says whether a row is let through."""
Criterion = Mapping[str, Any]
Kind = Callable[[Shelf, Callable[[Any], Any], Any], Test]

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


class Panic(Refused):
    """The server's code broke; it says so, and lives on."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Internal system error. Error <{what}>")


def test_of(shelf: Shelf, kind: str, wanted: Mapping[str, Any] | None) -> Test | None:
    """Return what a filter of scenes, performers, tags, studios or files lets through; None: everything."""
    if not wanted:
        return None
    tests: list[Test] = []
    joined: list[tuple[str, Test]] = []
    for name, value in wanted.items():
        if value is None:
            continue
        if name in ("AND", "OR", "NOT"):
            inner = test_of(shelf, kind, value)
            joined.append((name, inner or (lambda _: True)))
            continue
        read, make = FIELDS[kind][name]
        tests.append(make(shelf, read, value))
    own = _all(tests)
    if len(joined) > 1:
        raise Refused("only one of AND, OR or NOT can be specified in the same filter")
    for name, inner in joined:
        own = _joined(name, own, inner)
    return own


def _all(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _joined(name: str, own: Test, inner: Test) -> Test:
    if name == "OR":
        return lambda row: own(row) or inner(row)
    if name == "NOT":
        return lambda row: own(row) and not inner(row)
    return lambda row: own(row) and inner(row)


def _column(value: str) -> tuple[int, str]:
    """Return a value as SQLite compares it with a text column of numeric affinity: numbers come before all texts."""
    return (0, "") if _NUMBER.fullmatch(value) else (1, value)


def _time(shelf: Shelf, read: Callable[[Any], Any], criterion: Criterion) -> Test:
    value = _column(criterion["value"])
    given = criterion.get("value2")
    upper = _column(given if given is not None else shelf.clock.text(shelf.clock.now() + 86_400))
    compare: dict[str, Callable[[tuple[int, str]], bool]] = {
        "EQUALS": lambda text: text == value,
        "NOT_EQUALS": lambda text: text != value,
        "GREATER_THAN": lambda text: text > value,
        "LESS_THAN": lambda text: text < value,
        "BETWEEN": lambda text: value <= text <= upper,
        "NOT_BETWEEN": lambda text: not value <= text <= upper,
    }
    return _nullable(read, criterion["modifier"], compare, lambda text: (1, text), "unsupported date modifier type")


def _whole(_: Shelf, read: Callable[[Any], Any], criterion: Criterion) -> Test:
    value, upper = criterion["value"], criterion.get("value2") or 0
    compare: dict[str, Callable[[int], bool]] = {
        "EQUALS": lambda number: number == value,
        "NOT_EQUALS": lambda number: number != value,
        "GREATER_THAN": lambda number: number > value,
        "LESS_THAN": lambda number: number < value,
        "BETWEEN": lambda number: value <= number <= upper,
        "NOT_BETWEEN": lambda number: not value <= number <= upper,
    }
    modifier = criterion["modifier"]
    return _nullable(read, modifier, compare, lambda number: number, f"unsupported numeric modifier type {modifier}")


def _nullable(
    read: Callable[[Any], Any],
    modifier: str,
    compare: Mapping[str, Callable[[Any], bool]],
    key: Callable[[Any], Any],
    complaint: str,
) -> Test:
    if modifier == "IS_NULL":
        return lambda row: read(row) is None
    if modifier == "NOT_NULL":
        return lambda row: read(row) is not None
    chosen = compare.get(modifier)
    if chosen is None:
        raise Panic(complaint)
    found = chosen

    def test(row: Any) -> bool:
        value = read(row)
        return value is not None and found(key(value))

    return test


def _text(_: Shelf, read: Callable[[Any], Any], criterion: Criterion) -> Test:
    value, modifier = criterion["value"], criterion["modifier"]
    folded = value.casefold()
    words = [word for word in folded.split() if word]
    if modifier in ("MATCHES_REGEX", "NOT_MATCHES_REGEX"):
        try:
            pattern = re.compile(value)
        except re.error as error:
            raise Refused(f"error parsing regexp: {error}") from None
        return lambda row: any(pattern.search(text) for text in _texts(read(row))) is (modifier == "MATCHES_REGEX")
    tests: dict[str, Callable[[list[str]], bool]] = {
        "EQUALS": lambda texts: folded in texts,
        "NOT_EQUALS": lambda texts: folded not in texts,
        "INCLUDES": lambda texts: any(word in text for text in texts for word in words),
        "EXCLUDES": lambda texts: not any(word in text for text in texts for word in words),
        "IS_NULL": lambda texts: not any(text.strip() for text in texts),
        "NOT_NULL": lambda texts: any(text.strip() for text in texts),
    }
    chosen = tests.get(modifier)
    if chosen is None:
        raise Panic("unsupported string filter modifier")
    test = chosen
    return lambda row: test([text.casefold() for text in _texts(read(row))])


def _texts(value: str | Iterable[str] | None) -> list[str]:
    return [value or ""] if value is None or isinstance(value, str) else list(value)


def _yes(_: Shelf, read: Callable[[Any], Any], wanted: bool) -> Test:
    return lambda row: bool(read(row)) is wanted


def _ids(_: Shelf, read: Callable[[Any], Any], criterion: Criterion) -> Test:
    wanted = {int(text) for text in criterion.get("value") or () if text.isdecimal()}
    unwanted = {int(text) for text in criterion.get("excludes") or () if text.isdecimal()}
    tests: dict[str, Callable[[set[int]], bool]] = {
        "INCLUDES": lambda ids: not wanted or not ids.isdisjoint(wanted),
        "INCLUDES_ALL": lambda ids: wanted <= ids,
        "EQUALS": lambda ids: wanted == ids,
        "EXCLUDES": lambda ids: ids.isdisjoint(wanted),
        "IS_NULL": lambda ids: not ids,
        "NOT_NULL": bool,
    }
    chosen = tests.get(criterion["modifier"])
    if chosen is None:
        raise Refused(f"invalid modifier {criterion['modifier']}")
    test = chosen

    def let_through(row: Any) -> bool:
        value = read(row)
        ids = set(value) if isinstance(value, tuple) else {value} - {None}
        return test(ids) and ids.isdisjoint(unwanted)

    return let_through


def _related(kind: str, relation: Callable[[Shelf, Any], Iterable[Any]]) -> Kind:
    def make(shelf: Shelf, _: Callable[[Any], Any], wanted: Mapping[str, Any]) -> Test:
        test = test_of(shelf, kind, wanted) or (lambda _: True)
        return lambda row: any(test(other) for other in relation(shelf, row))

    return make


def _count(relation: str) -> Kind:
    def make(shelf: Shelf, _: Callable[[Any], Any], criterion: Criterion) -> Test:
        counts = shelf.scene_counts(relation)
        return _whole(shelf, lambda row: counts[row.id], criterion)

    return make


def _hash(kind: str) -> Kind:
    def make(shelf: Shelf, _: Callable[[Any], Any], criterion: Criterion) -> Test:
        def hashes(scene: SceneRow) -> list[str]:
            return [value for one in scene.files for name, value in shelf.files[one].fingerprints if name == kind]

        return _text(shelf, hashes, criterion)

    return make


def _paths(shelf: Shelf, _: Callable[[Any], Any], criterion: Criterion) -> Test:
    return _text(shelf, lambda scene: [shelf.files[number].path for number in scene.files], criterion)


def _named(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _length(name: str) -> Callable[[Any], Any]:
    return lambda row: len(getattr(row, name))


def _plain(make: Kind, *names: str) -> dict[str, tuple[Callable[[Any], Any], Kind]]:
    return {name: (_named(name), make) for name in names}


_STAMPS = _plain(_time, "created_at", "updated_at")
FIELDS: dict[str, dict[str, tuple[Callable[[Any], Any], Kind]]] = {
    "scenes": {
        **_STAMPS,
        **_plain(_time, "last_played_at", "date"),
        **_plain(_whole, "id", "rating100"),
        **_plain(_text, "title", "code", "details", "director"),
        **_plain(_yes, "organized", "interactive"),
        **_plain(_ids, "tags", "performers"),
        "url": (_named("urls"), _text),
        "studios": (_named("studio"), _ids),
        "path": (_named("files"), _paths),
        "oshash": (_named("files"), _hash("oshash")),
        "checksum": (_named("files"), _hash("md5")),
        "phash_distance": (_named("files"), _hash("phash")),
        "file_count": (_length("files"), _whole),
        "tag_count": (_length("tags"), _whole),
        "performer_count": (_length("performers"), _whole),
        "o_counter": (_length("os"), _whole),
        "play_count": (_length("plays"), _whole),
        "files_filter": (_named("files"), _related("files", lambda shelf, row: (shelf.files[one] for one in row.files))),
        "tags_filter": (_named("tags"), _related("tags", lambda shelf, row: (shelf.tags[one] for one in row.tags))),
        "performers_filter": (
            _named("performers"),
            _related("performers", lambda shelf, row: (shelf.performers[one] for one in row.performers)),
        ),
        "studios_filter": (
            _named("studio"),
            _related("studios", lambda shelf, row: () if row.studio is None else (shelf.studios[row.studio],)),
        ),
    },
    "performers": {
        **_STAMPS,
        **_plain(_text, "name", "disambiguation", "details", "country", "aliases"),
        **_plain(_yes, "ignore_auto_tag"),
        "filter_favorites": (_named("favorite"), _yes),
        **_plain(_whole, "rating100"),
        **_plain(_ids, "tags"),
        "scene_count": (_named("id"), _count("performers")),
    },
    "tags": {
        **_STAMPS,
        **_plain(_text, "name", "sort_name", "aliases", "description"),
        **_plain(_yes, "favorite", "ignore_auto_tag"),
        **_plain(_ids, "parents"),
        "parent_count": (_length("parents"), _whole),
        "scene_count": (_named("id"), _count("tags")),
    },
    "studios": {
        **_STAMPS,
        **_plain(_text, "name", "details", "aliases"),
        **_plain(_yes, "favorite", "ignore_auto_tag"),
        **_plain(_whole, "rating100"),
        **_plain(_ids, "tags"),
        "parents": (_named("parent"), _ids),
        "scene_count": (_named("id"), _count("studio")),
    },
    "files": {
        **_STAMPS,
        **_plain(_time, "mod_time"),
        **_plain(_text, "path", "basename"),
        "dir": (_named("folder"), _text),
    },
}
"""The fields of each filter: what is read of a row, and how it is compared."""
