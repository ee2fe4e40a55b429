"""Path maps that suggest themselves: folders of ours and of a player that end alike, or that both call the same."""

from __future__ import annotations

import os
from collections.abc import Sequence

from synctui.config.schema import PathMap
from synctui.library.paths import PathMaps, Spelling, compare
from synctui.model.library import LibraryRoot
from synctui.model.players import PlayerRoot


def suggested(maps: Sequence[PathMap], libraries: Sequence[LibraryRoot], roots: Sequence[PlayerRoot]) -> tuple[PathMap, ...]:
    """Return the maps that would cover libraries of ours which none of `maps` covers, one folder of the player each.

    Where folders are called the same on both sides and there are no maps, none is needed.
    """
    open_ones = _uncovered(maps, libraries, roots)
    free = list(roots)
    found: list[PathMap] = []
    for library in libraries:
        path = os.path.abspath(library.path)
        best = max(free, key=lambda root: _alike(path, library.name, root), default=None)
        if best is None or not _alike(path, library.name, best):
            continue
        if library.path in open_ones:
            found.append(PathMap(path, best.path))
        elif not maps:
            # One map given, and what was the same on both sides before needs one as well.
            found.append(PathMap(path, path))
        free.remove(best)
    if maps:
        return tuple(found)
    return tuple(found) if any(one.source != one.target for one in found) else ()


def _uncovered(maps: Sequence[PathMap], libraries: Sequence[LibraryRoot], roots: Sequence[PlayerRoot]) -> set[str]:
    findings = compare(PathMaps(maps), libraries, roots)
    return {finding.path for finding in findings if finding.side == "ours" and finding.problem}


def _alike(path: str, name: str, root: PlayerRoot) -> int:
    """Return how many last components are the same; 1 also where only the names are."""
    ours = [part.casefold() for part in path.split("/") if part]
    theirs = [part.casefold() for part in Spelling.of(root.path).parts(root.path)]
    same = 0
    for one, other in zip(reversed(ours), reversed(theirs), strict=False):
        if one != other:
            break
        same += 1
    return 2 * same or int(name.casefold() == root.name.casefold() and bool(name))
