"""A line to type into, into which nothing can be pasted that a terminal would obey."""

from __future__ import annotations

import unicodedata

from textual.events import Key
from textual.widgets import Input

_UNSEEN = frozenset(("Cc", "Cs", "Cf", "Zl", "Zp"))
_JOINERS = "\u200c\u200d"


class Field(Input):
    """Textual's own, which draws whatever it holds as it is: here control and formatting characters are left out."""

    def validate_value(self, value: str) -> str:
        """Return the text without what cannot be seen."""
        return seen(value)

    def take_ahead(self, event: Key) -> None:
        """Take a key that came past the field: it was typed before the field had the focus, and is meant for it."""
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self.insert_text_at_cursor(event.character)


def seen(text: str) -> str:
    """Return a text as a field holds it: without what cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in _JOINERS or not _unseen(char))


def _unseen(char: str) -> bool:
    code = ord(char)
    return unicodedata.category(char) in _UNSEEN or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
