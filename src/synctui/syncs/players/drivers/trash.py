"""Plex's trash: what Plex did not find when it last looked is in it, and a disk that is away puts everything there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal

from synctui.library.paths import PathMaps, inside, key
from synctui.model.players import PlayerRoot
from synctui.syncs.players.errands import Errand
from synctui.text import display

if TYPE_CHECKING:
    from synctui.adapters.plex import Plex
    from synctui.adapters.plex_answers import PlexItem

_KINDS: dict[str, Literal["movie", "show"]] = {"movie": "movie", "show": "show"}
_PROBES = 3
"""So many items of each folder are asked for, to see whether Plex itself finds what lies in it."""


class Trash:
    """The trash of one library; `roots` are its folders."""

    def __init__(self, client: Plex, maps: PathMaps, roots: Sequence[PlayerRoot]) -> None:
        self._client = client
        self._maps = maps
        self._roots = roots

    async def objection(self, errands: Sequence[Errand]) -> str:
        """Return "", or why it is not emptied: only what these errands took out may be in it, as far as can be seen."""
        ours = [folder for root in self._roots if (folder := self._maps.ours(root.path)) is not None]
        if not ours:
            return "its library has no folder that lies here: the trash is not emptied"
        for folder in ours:
            if not await asyncio.to_thread(_holds_something, folder):
                return f"{display(folder, 120)} is empty or away: the trash is not emptied"
        expected = {key(path) for one in errands for path in _taken(one)}
        kind = _KINDS.get(self._roots[0].content)
        items = [item async for item in self._client.parts(self._roots[0].key, kind)] if kind is not None else []
        others = [item for item in items if item.files and not expected.issuperset(map(key, item.files))]
        gone = await asyncio.to_thread(self._missing, others)
        if gone:
            some = display(others[min(gone)].title, 60)
            more = f" and {len(gone) - 1:,} more" if len(gone) > 1 else ""
            return f"other files of its library are missing as well ({some}{more}): look at the trash in Plex"
        if (lost := await self._lost_by_plex(others)) is not None:
            return f"Plex does not find what is in {display(lost, 120)}: the trash is not emptied"
        return ""

    def _missing(self, items: Sequence[PlexItem]) -> Collection[int]:
        """Return which items have no file any more, as Plex says or as the disk here shows."""
        return {place for place, item in enumerate(items) if all(self._is_missing(item, file) for file in item.files)}

    def _is_missing(self, item: PlexItem, file: str) -> bool:
        here = self._maps.ours(file)
        return file in item.missing or (here is not None and not os.path.lexists(here))

    async def _lost_by_plex(self, items: Sequence[PlexItem]) -> str | None:
        """Return a folder of which Plex finds none of the items that were tried, or None."""
        for root in self._roots:
            held = [item for item in items if any(inside(file, root.path) for file in item.files)][:_PROBES]
            looked = [await self._client.item(item.rating_key) for item in held]
            known = [item for item in looked if item is not None]
            if known and all(set(item.files) <= set(item.missing) for item in known):
                return root.path
        return None


def _taken(errand: Errand) -> list[str]:
    """Return the files that an errand took out."""
    if errand.item.change == "removed":
        return [errand.remote]
    return [errand.previous] if errand.previous is not None else []


def _holds_something(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
