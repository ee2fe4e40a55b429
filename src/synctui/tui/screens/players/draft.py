"""A player that is being filled in: what is known so far, what is missing, and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, cast, get_args

from synctui.config.schema import PathMap, settings_of
from synctui.config.secrets import MASK, Secret
from synctui.config.values import Wrong, convert
from synctui.library.paths import PathMaps
from synctui.model.players import TITLES, PlayerKind
from synctui.syncs.players.settings import PlayerSettings

Field = Literal["kind", "name", "url", "username", "password", "token", "path_map"]
KINDS: tuple[PlayerKind, ...] = get_args(PlayerKind)
SECRETS: tuple[Field, ...] = ("password", "token")
_LABELS: dict[Field, str] = {
    "kind": "kind",
    "name": "name",
    "url": "address",
    "username": "user",
    "password": "password",
    "token": "token",
    "path_map": "path map",
}
_EXAMPLES: dict[PlayerKind, str] = {
    "kodi": "http://192.168.1.20:8080",
    "jellyfin": "http://nas:8096",
    "emby": "http://nas:8096",
    "plex": "http://nas:32400",
}


@dataclass(frozen=True, slots=True)
class PlayerDraft:
    """What was filled in; secrets are texts here, and nowhere else on the screens."""

    kind: PlayerKind = "kodi"
    name: str = ""
    url: str = ""
    username: str = ""
    password: Secret = field(default_factory=Secret)
    token: Secret = field(default_factory=Secret)
    path_map: tuple[PathMap, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields that this kind wants, in their order."""
        secret: tuple[Field, ...] = ("username", "password") if self.kind == "kodi" else ("token",)
        return ("kind", "name", "url", *secret, "path_map")

    @property
    def missing(self) -> Field | None:
        """Return the first field without which nothing can be tested."""
        return next((one for one in ("name", "url") if not getattr(self, one)), None)

    @property
    def settings(self) -> PlayerSettings:
        """Return it as a player that can be asked; of another kind's credentials nothing."""
        kodi = self.kind == "kodi"
        return PlayerSettings(
            self.name or self.kind,
            self.kind,
            self.url,
            username=self.username if kodi else "",
            password=self.password if kodi else Secret(),
            token=Secret() if kodi else self.token,
            maps=PathMaps(self.path_map),
            timeout=15.0,
        )

    @property
    def table(self) -> dict[str, object]:
        """Return the keys that are written down."""
        given = {name: getattr(self, name) for name in self.fields if name != "name" and getattr(self, name)}
        return {name: value.reveal() if isinstance(value, Secret) else value for name, value in given.items()}

    def with_text(self, name: Field, text: str) -> PlayerDraft:
        """Return it with a field filled in; only after `wrong_with` has found nothing."""
        value = convert(settings_of("player")[name], text.strip())
        return replace(self, **{name: value})  # type: ignore[arg-type]

    def shown(self, name: Field) -> str:
        """Return what may be shown of a field."""
        if name == "kind":
            return TITLES[self.kind]
        if name == "path_map":
            return ", ".join(f"{one.source} → {one.target}" for one in self.path_map)
        value = getattr(self, name)
        return (MASK if value else "") if isinstance(value, Secret) else cast(str, value)

    def empty(self, name: Field) -> str:
        """Return what stands where nothing was filled in."""
        match name:
            case "name":
                return "what you call it, as in Living room"
            case "url":
                return f"as in {_EXAMPLES[self.kind]}"
            case "username" | "password":
                return "where Kodi wants one"
            case "token":
                return "a token" if self.kind == "plex" else "an API key of its administrator"
        return "none: is suggested when it was tested"


def label(name: Field) -> str:
    """Return what a field is called."""
    return _LABELS[name]


def wrong_with(name: Field, text: str, taken: set[str]) -> str:
    """Return what is wrong with a text for a field, "" for nothing; `taken` are the names of other players."""
    text = text.strip()
    try:
        convert(settings_of("player")[name], text)
    except Wrong as wrong:
        return f"{wrong.message}; {wrong.hint}" if wrong.hint else wrong.message
    if name in ("name", "url") and not text:
        return "it wants a name" if name == "name" else "it wants an address"
    return "there is a player with this name" if name == "name" and text in taken else ""
