"""Lines as subtitle players see them: ended by LF, CRLF or CR and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")


def lines_of(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of every line from `start`, without its line end."""
    size = len(text)
    for match in _LINE.finditer(text, start):
        begin, end = match.span(1)
        if begin == size:
            return
        yield begin, end


def newline_of(text: str) -> str:
    """Return the line end that is used most."""
    pairs = text.count("\r\n")
    counts = {"\r\n": pairs, "\n": text.count("\n") - pairs, "\r": text.count("\r") - pairs}
    best = max(counts, key=lambda end: counts[end])
    return best if counts[best] else "\n"


def untagged(text: str) -> str:
    """Return text without HTML-like tags and `{\\…}` override codes; linear in its length."""
    if "<" in text:
        text = _TAG.sub("", text)
    if "{\\" in text:
        text = _OVERRIDE.sub("", text)
    return text
