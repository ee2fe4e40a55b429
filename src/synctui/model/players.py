"""Media players in values: what a look at one finds, and how each item stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PlayerKind = Literal["kodi", "jellyfin", "emby", "plex"]

TITLES: dict[PlayerKind, str] = {"kodi": "Kodi", "jellyfin": "Jellyfin", "emby": "Emby", "plex": "Plex"}
"""What a person calls them."""


@dataclass(frozen=True, slots=True)
class PlayerRoot:
    """A folder in which a player looks for media, spelled as the player does.

    `key` names the player's library that holds it (a Plex section's key, a Jellyfin folder's id, "" for Kodi), `content` is
    what it holds as the player says (`movie`, `show`, …), "" where it does not say.
    """

    path: str
    name: str = ""
    key: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a player found: its version, the name it gives itself, its folders.

    `roots_known` is false where it would not say which folders it has (no administrator).
    """

    version: str
    name: str = ""
    roots: tuple[PlayerRoot, ...] = ()
    roots_known: bool = True
