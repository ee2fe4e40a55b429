"""Text from outside as bytes: names that are not UTF-8 fit no TEXT column."""

from __future__ import annotations

import os
import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def to_blob(text: str) -> bytes:
    """Return text, with or without surrogate escapes, as the bytes it stood for."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def from_blob(raw: bytes) -> str:
    """Return the text of such bytes."""
    return raw.decode("utf-8", "surrogateescape")


def path_to_blob(path: str | None) -> bytes | None:
    """Return a path as the file system knows it; what no file system can hold is kept as text."""
    if path is None:
        return None
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return to_blob(path)


def path_from_blob(raw: bytes | None) -> str | None:
    """Return the path of such bytes."""
    return None if raw is None else os.fsdecode(raw)


def clean(text: str) -> str:
    """Return text that a TEXT column takes: surrogates become U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
