"""What our signs become on a terminal that has ASCII only; names of files are left as they are."""

from __future__ import annotations

_ASCII = str.maketrans(
    {
        "─": "-",
        "│": "|",
        "▶": ">",
        "▸": "+",
        "▾": "-",
        "‖": "=",
        "✓": "+",
        "●": "*",
        "○": "o",
        "◌": "o",
        "█": "#",
        "▓": "#",
        "▒": "=",
        "░": ".",
        "▐": "|",
        "·": ".",
        "…": "~",
        "−": "-",
        "→": ">",
        "↔": "~",
        "✂": "x",
        "∅": "0",
        "≠": "!",
        "×": "x",
        "▁": "_",
        "▂": "_",
        "▃": "-",
        "▄": "-",
        "▅": "=",
        "▆": "=",
        "▇": "#",
        "←": "<",
        "↑": "^",
        "↓": "v",
        "↵": "<",
        "␣": "_",
    }
)


def plain(text: str) -> str:
    """Return text with our signs in ASCII, in the same columns; braille becomes dots by how many are set."""
    if text.isascii():
        return text
    return "".join(_braille(char) if "\u2800" <= char <= "\u28ff" else char for char in text.translate(_ASCII))


def _braille(char: str) -> str:
    dots = (ord(char) - 0x2800).bit_count()
    return " " if not dots else "." if dots < 3 else ":" if dots < 6 else "#"
