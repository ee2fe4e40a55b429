"""Completing a path that somebody types; names that cannot be typed are written, and understood, as they are displayed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from synctui.text import display

_MOST_ENTRIES = 20_000
_MOST_FOUND = 200


def meant(text: str) -> str:
    """Return the path that a text means: `~` is home, a part that no file is called is one by how it is displayed.

    Touches the disk: call it in a thread. What leads nowhere is returned as it was written.
    """
    path = os.path.expanduser(text.strip() if not os.path.lexists(text) else text)
    if "\x00" in path or not os.path.isabs(path) or os.path.lexists(path):
        return os.path.normpath(path) if path else path
    found = os.sep
    for part in Path(os.path.normpath(path)).parts[1:]:
        here = os.path.join(found, part)
        if not os.path.lexists(here):
            named = [name for name, _ in _entries(found) if display(name) == part]
            here = os.path.join(found, named[0]) if len(named) == 1 else here
        found = here
    return found


def completions(text: str, *, wanted: Callable[[str], bool] | None = None) -> Sequence[str]:
    """Return what a text can be completed to, as it is displayed: folders with a slash, and files that are `wanted`.

    Hidden names only where the text begins with a dot. Touches the disk: call it in a thread.
    """
    if not text:
        return ("/", "~/")
    if text.startswith("~") and "/" not in text:
        return ("~/",) if text == "~" else ()
    above, _, begun = text.rpartition("/")
    folder = meant(above or "/")
    if not os.path.isabs(folder):
        return ()
    found = [name for name in _offered(folder, wanted) if name.startswith(begun)]
    if not found:
        found = [name for name in _offered(folder, wanted) if name.casefold().startswith(begun.casefold())]
    visible = [name for name in found if begun.startswith(".") or not name.startswith(".")]
    return tuple(f"{above}/{name}" for name in sorted(visible, key=str.casefold)[:_MOST_FOUND])


def _offered(folder: str, wanted: Callable[[str], bool] | None) -> list[str]:
    """Return the displayed names; one that two files share could not be understood again and is left out."""
    shown = Counter(
        display(name) + ("/" if is_folder else "")
        for name, is_folder in _entries(folder)
        if is_folder or (wanted is not None and wanted(name))
    )
    return [name for name, files in shown.items() if files == 1]


def _entries(folder: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return [(entry.name, _is_folder(entry)) for entry in islice(entries, _MOST_ENTRIES)]
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
