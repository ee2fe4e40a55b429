"""Fields of a row that Stash sent, read with tolerance: what is meant without doubt is taken, what is absurd is `Odd`.

Nothing that is read here can trouble a database or a screen later: numbers fit 64 bits and are finite, lists have an end,
and `cleaned` leaves no text that cannot be written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from synctui.errors import BadAnswer
from synctui.model.catalog import StashId

LARGEST_ID = 2**31 - 1
"""Ids are asked for as GraphQL's Int, which has 32 bits."""

LARGEST_NUMBER = 2**63 - 1
LONGEST_TEXT = 1024 * 1024
LONGEST_LIST = 10_000

Row = Mapping[str, object]

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_REAL = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?([eE][+-]?[0-9]{1,3})?")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf]")
_BLOCK = LONGEST_TEXT // 2
_END_OF_TEXT = re.compile(rb'[^\\]"')


class Odd(Exception):
    """Raised for a row that cannot be read; its text says what is wrong with it."""


def row_of(value: object) -> Row:
    """Return a row. Raises Odd for what is none."""
    if not isinstance(value, dict):
        raise Odd(f"it is {_kind(value)}, not a row")
    return value


def identifier(value: object) -> int:
    """Return an id, from a number or its text. Raises Odd for what the server's database could not have given."""
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdecimal():
        value = int(value)
    if type(value) is not int or not 0 < value <= LARGEST_ID:
        raise Odd("it has no usable id")
    return value


def beyond_ids(row: object) -> bool:
    """Tell whether a row has an id that is a number, and larger than any that can be asked for."""
    value = row.get("id") if isinstance(row, dict) else None
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdecimal():
        value = int(value)
    return type(value) is int and LARGEST_ID < value <= LARGEST_NUMBER


def text(row: Row, key: str) -> str:
    """Return a text, empty where there is none; a number as it is written. Raises Odd."""
    value = row.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _odd(key, value)


def whole(row: Row, key: str) -> int:
    """Return a whole number of 64 bits, 0 where there is none. Raises Odd."""
    value = row.get(key)
    if value is None:
        return 0
    if (isinstance(value, str) and _WHOLE.fullmatch(value)) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if type(value) is not int or not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise _odd(key, value)
    return value


def real(row: Row, key: str) -> float:
    """Return a number, 0 where there is none or none that is finite. Raises Odd."""
    value = row.get(key)
    if value is None:
        return 0.0
    if isinstance(value, str) and _REAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _odd(key, value)
    try:
        number = float(value)
    except OverflowError:
        raise _odd(key, value) from None
    return number if math.isfinite(number) else 0.0


def flag(row: Row, key: str) -> bool:
    """Return yes or no, no where nothing is said. Raises Odd."""
    value = row.get(key)
    if value is None or value in (0, "false"):
        return False
    if value in (1, "true"):
        return True
    raise _odd(key, value)


def rating(row: Row) -> int | None:
    """Return a rating from 1 to 100, None for any other."""
    try:
        value = whole(row, "rating100")
    except Odd:
        return None
    return value if 1 <= value <= 100 else None


def items(row: Row, key: str) -> list[object]:
    """Return what a list holds, up to its longest length; empty where there is none. Raises Odd."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _odd(key, value)
    return [item for item in value[:LONGEST_LIST] if item is not None]


def rows(row: Row, key: str) -> list[Row]:
    """Return the rows of a list. Raises Odd."""
    found = items(row, key)
    for item in found:
        if not isinstance(item, dict):
            raise _odd(key, item)
    return [item for item in found if isinstance(item, dict)]


def texts(row: Row, key: str) -> tuple[str, ...]:
    """Return the texts of a list. Raises Odd."""
    return tuple(text({key: item}, key) for item in items(row, key))


def references(row: Row, key: str) -> tuple[int, ...]:
    """Return the ids of the rows in a list, each once. Raises Odd."""
    return once(_reference(key, item) for item in rows(row, key))


def reference(row: Row, key: str) -> int | None:
    """Return the id of the one row that is referred to, None where there is none. Raises Odd."""
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _odd(key, value)
    return _reference(key, value)


def stash_ids(row: Row) -> tuple[StashId, ...]:
    """Return what it is called in stash-boxes. Raises Odd."""
    return tuple(StashId(text(item, "endpoint"), text(item, "stash_id")) for item in rows(row, "stash_ids"))


def once(numbers: Iterable[int]) -> tuple[int, ...]:
    """Return numbers in their order, each once."""
    return tuple(dict.fromkeys(numbers))


def _reference(key: str, row: Row) -> int:
    try:
        return identifier(row.get("id"))
    except Odd:
        raise Odd(f"something in `{key}` has no usable id") from None


def _odd(key: str, value: object) -> Odd:
    return Odd(f"its `{key}` is {_kind(value)}")


def _kind(value: object) -> str:
    kinds = {dict: "a row", list: "a list", str: "a text", bool: "yes or no", int: "a number", float: "a number"}
    return kinds.get(type(value), "nothing")


# what no database or screen could hold


def suspicious(body: bytes) -> bool:
    """Return whether an answer may hold texts that cannot be written, or that are too long; mostly one look is enough."""
    return (
        (b"\\u" in body and _ESCAPED.search(body) is not None)
        # Surrogates that were written as if they were characters, and any other encoding than UTF-8.
        or (b"\xed" in body and _SURROGATE.search(body) is not None)
        or b"\0" in body
        or _has_long_text(body)
    )


def cleaned(value: object) -> object:
    """Return JSON values whose texts can be written: NUL and surrogates become U+FFFD, what is too long is cut.

    Raises BadAnswer for what is nested too deeply.
    """
    try:
        return _cleaned(value)
    except RecursionError:
        raise BadAnswer(
            "its answer is nested too deeply", hint="does `url` lead to Stash itself?", code="not_json"
        ) from None


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        short = value[:LONGEST_TEXT]
        return short if short.isascii() and "\0" not in short else _UNWRITABLE.sub("\ufffd", short)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    return value


def _has_long_text(body: bytes) -> bool:
    """Return whether a block lies within one text: no quote in it ends a text, all are escaped."""
    return any(
        _END_OF_TEXT.search(body, start, start + _BLOCK) is None for start in range(0, len(body) - LONGEST_TEXT, _BLOCK)
    )
