"""Items as a player calls them, and those that it cannot be told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from synctui.model.library import LibraryKind, LibraryRoot
from synctui.model.players import Look
from synctui.syncs.players.errands import Errand
from synctui.syncs.players.fold import Item
from synctui.syncs.players.paths import inside
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


def mapped(items: Iterable[Item], settings: PlayerSettings, libraries: Sequence[LibraryRoot], look: Look | None) -> Mapped:
    """Return the items as a player calls them; `look` is None when it could not be asked which folders it has."""
    roots = look.roots if look is not None and look.roots_known else None
    places = [*libraries, *_their_roots(settings, look)]
    found = Mapped()
    for item in items:
        remote = settings.maps.theirs(item.path)
        unit = None if remote is None else settings.maps.theirs(unit_of(item.path, places))
        if remote is None or unit is None:
            found.leave("unmapped", item)
        elif roots is not None and not any(inside(remote, root.path) for root in roots):
            found.leave("outside_roots", item)
        elif not _speakable(remote) or (settings.kind == "kodi" and "\\" in item.path):
            found.leave("unspeakable", item)
        elif item.change == "removed" and not settings.clean_deleted:
            found.leave("kept", item)
        else:
            previous, previous_unit = _previous(item, settings, places)
            found.errands.append(Errand(item, remote, unit, previous, previous_unit))
    found.errands.sort(key=lambda one: (one.unit, one.remote))
    return found


def _speakable(path: str) -> bool:
    """Tell whether a path is text: JSON holds no other names."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in path


def _previous(item: Item, settings: PlayerSettings, places: Sequence[LibraryRoot]) -> tuple[str | None, str | None]:
    if item.previous is None:
        return None, None
    return settings.maps.theirs(item.previous), settings.maps.theirs(unit_of(item.previous, places))


def _their_roots(settings: PlayerSettings, look: Look | None) -> list[LibraryRoot]:
    """Return the player's own folders as libraries of ours: a unit never lies above one of them."""
    roots = look.roots if look is not None else ()
    ours = [(settings.maps.ours(root.path), _CONTENTS.get(root.content, "auto")) for root in roots]
    return [LibraryRoot("", path.rstrip("/") or "/", kind) for path, kind in ours if path is not None]
