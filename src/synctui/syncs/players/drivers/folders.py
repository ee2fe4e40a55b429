"""Folders as players spell them: those that hold the others."""

from __future__ import annotations

from collections.abc import Iterable

from synctui.library.paths import Spelling, inside, key


def outermost(folders: Iterable[str]) -> list[str]:
    """Return the folders without those that lie in another one of them, sorted: who reads that one reads them as well."""
    kept: list[str] = []
    for folder in sorted(set(folders), key=lambda one: (key(one)[:1], Spelling.of(one).parts(key(one)))):
        if not kept or not inside(folder, kept[-1]):
            kept.append(folder)
    return sorted(kept)


class Holders:
    """Folders none of which lies in another, to be asked which of them holds a path."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = {_place(folder): folder for folder in folders}

    def of(self, path: str) -> str | None:
        """Return the folder that is the path, or holds it."""
        front, parts = _place(path)
        for length in range(len(parts), -1, -1):
            if (folder := self._folders.get((front, parts[:length]))) is not None:
                return folder
        return None


def _place(path: str) -> tuple[str, tuple[str, ...]]:
    """Return where a path lies: what it begins with, and its components."""
    known, spelling = key(path), Spelling.of(path)
    front = known[:1] if known.startswith(("/", "\\")) else ""
    return f"{spelling.separator}{front}", tuple(spelling.parts(known))
