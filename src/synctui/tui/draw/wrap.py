"""Text in lines of a width, measured in columns."""

from __future__ import annotations

from synctui.text import cells, clip, display


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
            head = clip(word, room + 1)[:-1] if cells(word) > room + 1 else word[:-1]
            lines.append(f"{line} {head}" if line else head)
            line, word = "", word[len(head) :]
        joined = f"{line} {word}" if line else word
        if cells(joined) > width:
            lines.append(line)
            line = word
        else:
            line = joined
    return [*lines, line] if line or not lines else lines
