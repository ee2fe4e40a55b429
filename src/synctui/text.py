"""The only door from outside text (names, titles, answers) to a screen, a log or a terminal."""

from __future__ import annotations

import base64
import os
import unicodedata

_SPECIAL = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "␛", "\x00": "␀", "\x07": "␇", "\x7f": "␡"}
_WIDE = frozenset("WF")
_ZERO_WIDTH = frozenset(("Mn", "Me", "Cf"))


def display(name: str | bytes, limit: int | None = None) -> str:
    """Return `name` as harmless text: control, bidirectional and undecodable characters made visible.

    `limit` cuts to that many terminal cells, with an ellipsis.
    """
    text = os.fsdecode(name) if isinstance(name, bytes) else name
    if not text.isascii() or not text.isprintable():
        text = "".join(_shown(char) for char in text)
    return text if limit is None else clip(text, limit)


def _shown(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if category in ("Cc", "Zl", "Zp") or (category == "Cf" and char != "\u200d"):
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return char


def cells(text: str) -> int:
    """Return how many terminal columns displayed text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def clip(text: str, limit: int) -> str:
    """Return displayed text cut to `limit` columns, the cut marked with an ellipsis."""
    if cells(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - 1
    for char in text:
        width = _cell(char)
        if width > room:
            break
        kept.append(char)
        room -= width
    return "".join(kept) + "…" if limit > 0 else ""


def pad(text: str, width: int) -> str:
    """Return displayed text cut or filled to exactly `width` columns."""
    text = clip(text, width)
    return text + " " * (width - cells(text))


def path_fields(path: str) -> dict[str, str]:
    """Return the JSON fields of a path: `path`, and `path_b64` where the name is not clean UTF-8."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raw = base64.b64encode(os.fsencode(path)).decode("ascii")
        return {"path": path.encode("utf-8", "replace").decode("utf-8"), "path_b64": raw}
    return {"path": path}
