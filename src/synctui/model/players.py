"""Media players in values: what a look at one finds, and how each item stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synctui.model.states import Shown

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


class ItemState(Shown):
    """How an item stands with one player."""

    PENDING = "pending", "waiting", "·"
    SENT = "sent", "sent", "→"
    ACCEPTED = "accepted", "accepted", "→"
    CONFIRMED = "confirmed", "confirmed", "✓"
    UNCONFIRMED = "unconfirmed", "not confirmed", "?"
    FAILED = "failed", "failed", "!"
    SKIPPED = "skipped", "skipped", "-"


SETTLED = (ItemState.CONFIRMED, ItemState.SKIPPED)
"""Nothing is to be done about an item any more, until its file changes again."""


class PlayerState(Shown):
    """How a player stands, as last seen."""

    UNKNOWN = "unknown", "not asked yet", "·"
    ONLINE = "online", "online", "✓"
    OFFLINE = "offline", "offline", "○"
    REFUSED = "refused", "refuses us", "!"
    FAILING = "failing", "failing", "!"


ItemChange = Literal["created", "modified", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class PlayerItem:
    """A row: how an item stands with a player.

    `path` is ours, `remote` what the player calls it (None: no path map covers it), `previous` where a moved one was.
    `feed` is the number of the newest line of the change feed in it, `changed_at` when that was. `sidecar` says that only
    files beside the video changed. `not_before` (RFC 3339) holds the next try back.
    """

    player: str
    path: str
    change: ItemChange
    state: ItemState
    remote: str | None = None
    previous: str | None = None
    sidecar: bool = False
    group: str = ""
    reason: str = ""
    message: str = ""
    feed: int = 0
    changed_at: str = ""
    not_before: str = ""


@dataclass(frozen=True, slots=True)
class PlayerSeen:
    """A row: what asking a player came to. Texts that are None stay as they were.

    `refused` is the digest of credentials that were refused, "" when they hold. `failed` True counts a failure in a row,
    which keeps the player alone until `not_before`; False ends the row. `answers` are seconds.
    """

    player: str
    state: PlayerState
    version: str | None = None
    title: str | None = None
    code: str = ""
    message: str = ""
    refused: str | None = None
    failed: bool | None = None
    not_before: str | None = None
    answers: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayerSynced:
    """A row: a player's part of a job has ended; the change feed was told up to `cursor` (0: not that far).

    `confirmed` items took `waited_s` in all from sending to confirmation, the whole took `busy_s`.
    """

    player: str
    cursor: int = 0
    good: bool = True
    items: int = 0
    confirmed: int = 0
    failed: int = 0
    waited_s: float = 0.0
    busy_s: float = 0.0
