"""Which new video is a better version of one that went: who has watched the old one has watched the new one. Blocks."""

from __future__ import annotations

import os
from collections.abc import Collection, Hashable, Mapping, Sequence

from synctui.library.episodes import heading, locate
from synctui.library.names import is_sample, kind_of, stem
from synctui.model.library import LibraryRoot
from synctui.syncs.players.units import root_of


class Upgrades:
    """Tells by names and folders which videos are the same film or episode."""

    def __init__(self, libraries: Sequence[LibraryRoot]) -> None:
        self._libraries = libraries

    def pairs(self, went: Collection[str], came: Collection[str]) -> Mapping[str, str]:
        """Return what was replaced, by what replaces it: where of a film or an episode just one went and one came."""
        if not went or not came:
            return {}
        old, new = self._by_place(went), self._by_place(came)
        found: dict[str, str] = {}
        for place, here in new.items():
            there = old.get(place, [])
            if len(here) == 1 and len(there) == 1 and (place[0] == "episode" or self._one_film(there[0], here[0])):
                found[here[0]] = there[0]
        return found

    def _by_place(self, paths: Collection[str]) -> dict[tuple[Hashable, ...], list[str]]:
        found: dict[tuple[Hashable, ...], list[str]] = {}
        for path in paths:
            if (place := self._place(path)) is not None:
                found.setdefault(place, []).append(path)
        return found

    def _place(self, path: str) -> tuple[Hashable, ...] | None:
        """Return the episode that a path names, or the folder of a film; None for what is neither."""
        folder, name = os.path.split(path)
        if kind_of(name) != "video" or is_sample(stem(name)):
            return None
        root = root_of(path, self._libraries)
        base = root.path.rstrip("/") if root is not None else ""
        inner = folder[len(base) :].strip("/")
        where, numbers = locate(name, tuple(inner.split("/")) if inner else (), root.kind if root is not None else "auto")
        if numbers is not None:
            return ("episode", base, where.key, where.season, numbers.episodes)
        return None if where.key else ("film", folder)

    def _one_film(self, old: str, new: str) -> bool:
        """Tell whether two videos of a folder are the same film: by their names, or because it is a folder for one film."""
        if heading(stem(os.path.basename(old))) == heading(stem(os.path.basename(new))):
            return True
        folder, name = os.path.split(new)
        root = root_of(new, self._libraries)
        if root is None or folder == root.path.rstrip("/"):
            return False
        try:
            with os.scandir(folder) as entries:
                videos = [one.name for one in entries if kind_of(one.name) == "video" and not is_sample(stem(one.name))]
        except OSError:
            return False
        return videos == [name]
