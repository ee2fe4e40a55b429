"""Folders as players spell them: those that hold the others."""

from __future__ import annotations

from collections.abc import Iterable

from synctui.syncs.players.paths import Spelling, inside


def outermost(folders: Iterable[str]) -> list[str]:
    """Return the folders without those that lie in another one of them, sorted: who reads that one reads them as well."""
    kept: list[str] = []
    for folder in sorted(set(folders), key=lambda one: Spelling.of(one).parts(one)):
        if not kept or not inside(folder, kept[-1]):
            kept.append(folder)
    return sorted(kept)
