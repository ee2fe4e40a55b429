"""The smallest folder that a player can be told to look into: a film's, a show's, the root for what lies in it directly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache

from synctui.library.episodes import locate, place
from synctui.model.library import LibraryKind, LibraryRoot


def unit_of(path: str, roots: Sequence[LibraryRoot]) -> str:
    """Return the unit of a video: never above its film's or its show's folder, never above a root.

    A new season or episode is only found by way of its show (measured on Kodi 20.1).
    """
    folder, file = os.path.split(path)
    root = root_of(path, roots)
    base = root.path.rstrip("/") if root is not None else ""
    inner = folder[len(base) :].strip("/")
    if not inner:
        return folder
    depth = _depth(tuple(inner.split("/")), file, root.kind if root is not None else "auto")
    return "/".join([base, *inner.split("/")[:depth]])


def root_of(path: str, roots: Sequence[LibraryRoot]) -> LibraryRoot | None:
    """Return the innermost root that holds a path."""
    holding = [root for root in roots if path == root.path or path.startswith(root.path.rstrip("/") + "/")]
    return max(holding, key=lambda root: len(root.path), default=None)


def _depth(folders: tuple[str, ...], file: str, kind: LibraryKind) -> int:
    where, _ = locate(file, folders, kind)
    if not where.key:
        return len(folders)
    # What has a folder of its own inside a season's hangs below the season's show all the same.
    return min(_season_depth(folders), where.key.count("/") + 1, len(folders))


@lru_cache(maxsize=4096)
def _season_depth(folders: tuple[str, ...]) -> int:
    """Return how many folders lead to the show of the first season's folder, all of them where there is none."""
    for depth in range(2, len(folders) + 1):
        found = place(folders[:depth], "auto")
        if found.key and found.season is not None:
            return max(1, min(found.key.count("/") + 1, depth))
    return len(folders)


def outermost(folders: Iterable[str]) -> list[str]:
    """Return the folders without those that lie in another one of them, sorted."""
    kept: list[str] = []
    for folder in sorted(set(folders), key=lambda one: one.rstrip("/") + "/"):
        if not kept or not (folder.rstrip("/") + "/").startswith(kept[-1].rstrip("/") + "/"):
            kept.append(folder)
    return kept
