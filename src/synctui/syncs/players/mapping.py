"""Items as a player calls them, and those that it cannot be told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from synctui.library.paths import Spelling, inside
from synctui.model.library import LibraryKind, LibraryRoot
from synctui.model.players import Look
from synctui.syncs.players.errands import Errand
from synctui.syncs.players.fold import Item
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.units import unit_of

_CONTENTS: dict[str, LibraryKind] = {
    "movie": "movies",
    "movies": "movies",
    "show": "series",
    "tvshows": "series",
    "homevideos": "movies",
}


@dataclass(slots=True)
class Mapped:
    """What a player is told, and what not: by reason code, each with a sentence."""

    errands: list[Errand] = field(default_factory=list)
    left_out: dict[str, list[Item]] = field(default_factory=dict)

    def leave(self, reason: str, item: Item) -> None:
        """Leave an item out."""
        self.left_out.setdefault(reason, []).append(item)

    def hold_back(self, reason: str) -> None:
        """Leave out whatever would be taken out of the player's library."""
        for errand in self.errands:
            if errand.item.change == "removed":
                self.leave(reason, errand.item)
        self.errands = [errand for errand in self.errands if errand.item.change != "removed"]

    def forget(self, before: Mapping[str, str]) -> None:
        """Say nothing of what is left out for the same reason as before (reasons by path)."""
        fresh = {
            reason: [item for item in items if before.get(item.path) != reason] for reason, items in self.left_out.items()
        }
        self.left_out = {reason: items for reason, items in fresh.items() if items}


def mapped(items: Iterable[Item], settings: PlayerSettings, libraries: Sequence[LibraryRoot], look: Look | None) -> Mapped:
    """Return the items as a player calls them; `look` is None when it could not be asked which folders it has."""
    places = [*libraries, *_their_roots(settings, look)]
    found = Mapped()
    for item in items:
        where = _where(item.path, settings, places, look)
        before = None if item.previous is None else _where(item.previous, settings, places, look)
        if isinstance(where, str):
            found.leave(where, item)
            if isinstance(before, tuple) and item.previous is not None:
                # It moved to where the player does not look: for the player it went.
                gone = replace(item, path=item.previous, change="removed", previous=None)
                _add(found, settings, gone, Errand(gone, *before))
        else:
            _add(found, settings, item, Errand(item, *where, *(before if isinstance(before, tuple) else ())))
    found.errands.sort(key=lambda one: (one.unit, one.remote))
    return found


def _add(found: Mapped, settings: PlayerSettings, item: Item, errand: Errand) -> None:
    if item.change == "removed" and not settings.clean_deleted:
        found.leave("kept", item)
    else:
        found.errands.append(errand)


def _where(path: str, settings: PlayerSettings, places: Sequence[LibraryRoot], look: Look | None) -> tuple[str, str] | str:
    """Return what the player calls a file and its unit, or the reason for which it cannot be told of it."""
    remote = settings.maps.theirs(path)
    unit = None if remote is None else settings.maps.theirs(unit_of(path, places))
    if remote is None or unit is None:
        return "unmapped"
    if settings.kind == "plex" and look is not None and not look.roots_known:
        return "folders_unknown"
    roots = look.roots if look is not None and look.roots_known else None
    if ".." in Spelling.of(remote).parts(remote):
        return "outside_roots"
    if roots is not None and not any(inside(remote, root.path) for root in roots):
        return "outside_roots"
    if not _speakable(remote) or (settings.kind == "kodi" and "\\" in path):
        return "unspeakable"
    return remote, unit


def _speakable(path: str) -> bool:
    """Tell whether a path is text: JSON holds no other names."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in path


def _their_roots(settings: PlayerSettings, look: Look | None) -> list[LibraryRoot]:
    """Return the player's own folders as libraries of ours: a unit never lies above one of them."""
    roots = look.roots if look is not None else ()
    ours = [(settings.maps.ours(root.path), _CONTENTS.get(root.content, "auto")) for root in roots]
    return [LibraryRoot("", path.rstrip("/") or "/", kind) for path, kind in ours if path is not None]
