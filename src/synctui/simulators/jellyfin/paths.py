"""Paths as the server spells them, and those that it will not hear of."""

from __future__ import annotations

import os
import re
from pathlib import Path

_DIRECTORIES = (
    "metadata|ps3_update|ps3_vprm|extrafanart|extrathumbs|lost\\+found|subs|temprec|tempsbe|@?eadir|#recycle"
    "|@recycle|\\$recycle\\.bin|system volume information"
)
_IGNORED = re.compile(
    rf"(?:^|[/\\])(?:(?:{_DIRECTORIES}|[^/\\]*\.trickplay)(?:[/\\].*)?|sample[/\\][^/\\]*|(?:[^/\\]*\.)?sample\.[^/\\]{{1,5}}"
    r"|\.[^/\\]*(?:[/\\].*)?|small\.jpg|albumart\.jpg|thumbs\.db|[^/\\]*\.(?:bts|sync))$",
    re.IGNORECASE,
)


def ignored(path: str) -> bool:
    """Return whether a change at a path is dropped without a word."""
    return _IGNORED.search(path) is not None


def separator(path: str) -> str:
    """Return what divides the names of a path."""
    return "\\" if "\\" in path and "/" not in path else "/"


def parent(path: str) -> str:
    """Return the folder of a path, "" above the top; of a path that ends in a separator, the path without it."""
    head, found, _ = path.rpartition(separator(path))
    return head if found else ""


def within(path: str, folder: str) -> bool:
    """Return whether a path lies below a folder."""
    mark = separator(folder)
    return path.startswith(folder.rstrip(mark) + mark)


def spelled(file: Path, folder: Path, path: str) -> str:
    """Return how the server calls a file below `folder`, which it calls `path`."""
    mark = separator(path)
    names = [os.fsencode(name).decode("utf-8", "replace") for name in file.relative_to(folder).parts]
    return mark.join([path.rstrip(mark), *names])
