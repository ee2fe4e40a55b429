"""Text in lines of a width, measured in columns."""

from __future__ import annotations

from synctui.text import cells, display, head

_JOINERS = "\u200c\u200d"
"""What joins nothing any more at the end of a line."""


def wrapped(text: str, width: int) -> list[str]:
    """Return harmless text in lines of at most `width` columns; a word that is wider is cut into pieces."""
    width = max(6, width)
    lines: list[str] = []
    line = ""
    for word in display(text).split(" "):
        while cells(word) > width:
            room = width - cells(line) - 1 if line else width
            if room < max(2, width // 3):
                lines.append(line)
                line, room = "", width
            piece = head(word, room)
            lines.append(f"{line} {piece}".rstrip(_JOINERS) if line else piece.rstrip(_JOINERS))
            line, word = "", word[len(piece) :]
        joined = f"{line} {word}" if line else word
        if cells(joined) > width:
            lines.append(line)
            line = word
        else:
            line = joined
    return [*lines, line] if line or not lines else lines
