"""Paths as they can be pasted: nothing in them may run, move the cursor or be lost on the way."""

from __future__ import annotations

import os

from synctui.text import display

_NAMED = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x1B: "\\E", 0x27: "\\'", 0x5C: "\\\\"}

_STYLES = dict.fromkeys((0xFE0E, 0xFE0F))
"""Selectors of how a sign is drawn, as in many names with a heart: not shown, as terminals disagree, but no harm."""


def pasted(path: str) -> str:
    """Return a path itself when every character of it can be seen, otherwise as a shell writes it: `$'a\\nb\\xff'`.

    A newline in a name would run what stands before it, and bytes that are not UTF-8 have no other text (bash and zsh:
    ANSI-C quoting).
    """
    seen = path.translate(_STYLES)
    return path if display(seen) == seen else shell_form(path)


def shell_form(path: str) -> str:
    """Return a path in ANSI-C quotes, every byte that is not plain ASCII as an escape."""
    raw = os.fsencode(path) if _on_disk(path) else path.encode("utf-8", "replace")
    return "$'" + "".join(_NAMED.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}") for byte in raw) + "'"


def _on_disk(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
