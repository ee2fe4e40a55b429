"""Paths as Kodi spells them: folders with their final slash, several in one, stacked files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from synctui.errors import OperationFailed
from synctui.text import display

MOST_FOLDERS = 200
"""So many folders in one scan, or one filter, have been seen to work."""

_MOST_CHARACTERS = 60_000
_RULE = 64
_WINDOWS = re.compile(r"[A-Za-z]:\\|\\\\[^\\]")
_MULTIPATH = "multipath://"
_STACK = "stack://"


def folder(path: str) -> str:
    """Return a folder's path with its final separator, which Kodi's filters insist on.

    Raises OperationFailed `unsupported_path` for one that no Kodi can be told: empty, not text, or with a backslash in a
    name, which Kodi takes for a slash.
    """
    if not path or "\0" in path:
        raise OperationFailed("this is no path of a folder", code="unsupported_path")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise OperationFailed(
            f"the name {display(path, 80)} is not text, and cannot be sent to Kodi",
            hint="rename the folder",
            code="unsupported_path",
        ) from None
    windows = _WINDOWS.match(path) is not None
    if "\\" in path and not windows:
        raise OperationFailed(
            f"Kodi takes the backslash in {display(path, 80)} for a slash", hint="rename the folder", code="unsupported_path"
        )
    separator = "\\" if windows else "/"
    return path if path.endswith((separator, "/")) else path + separator


def portions(folders: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the folders in as few groups as Kodi takes, each for one scan or one filter."""
    groups: list[list[str]] = []
    taken = 0
    for path in dict.fromkeys(folder(path) for path in folders):
        size = max(len(quote(path, safe="")), len(json.dumps(path))) + _RULE
        if not groups or len(groups[-1]) >= MOST_FOLDERS or taken + size > _MOST_CHARACTERS:
            groups.append([])
            taken = 0
        groups[-1].append(path)
        taken += size
    return [tuple(group) for group in groups]


def together(folders: Iterable[str]) -> str:
    """Return one path that stands for all the folders: itself for one, `multipath://` for several."""
    paths = list(dict.fromkeys(folder(path) for path in folders))
    if not paths:
        raise OperationFailed("there is no folder to scan", code="unsupported_path")
    if len(paths) == 1:
        return paths[0]
    return _MULTIPATH + "".join(f"{quote(path, safe='')}/" for path in paths)


def apart(path: str) -> tuple[str, ...]:
    """Return the folders that a path of `multipath://` stands for; itself for any other."""
    if not path.lower().startswith(_MULTIPATH):
        return (path,)
    return tuple(unquote(part) for part in path[len(_MULTIPATH) :].split("/") if part)


def files(path: str) -> tuple[str, ...]:
    """Return the files that a library item's `file` names: several where Kodi stacked them into one film."""
    if not path.startswith(_STACK):
        return (path,) if path else ()
    parts = path.removeprefix(_STACK).split(" , ")
    return tuple(part.replace(",,", ",") for part in parts if part)


def lies_in(path: str) -> str:
    """Return the folder, with its final separator, of a file."""
    windows = _WINDOWS.match(path) is not None
    return path[: max(path.rfind("/"), path.rfind("\\") if windows else -1) + 1]


def key(path: str) -> str:
    """Return what is equal for two spellings of one path: case matters to a disk of Unix alone."""
    return path if path.startswith("/") else path.casefold()
