"""Each player as it is configured: its own keys, and those of [players] where it has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from synctui.config.schema import Config, Player
from synctui.config.secrets import Secret
from synctui.library.paths import PathMaps
from synctui.model.json import digest
from synctui.model.players import PlayerKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlayerSettings:
    """A player that is to be told; `timeout` in seconds, `sync_interval` in minutes, `group` the first that it is in."""

    name: str
    kind: PlayerKind
    url: str
    username: str = ""
    password: Secret = field(default_factory=Secret)
    token: Secret = field(default_factory=Secret)
    enabled: bool = True
    maps: PathMaps = field(default_factory=PathMaps)
    group: str = ""
    auto_sync: bool = False
    sync_interval: int = 0
    targeted_updates: bool = True
    clean_deleted: bool = False
    send_notifications: bool = False
    batch_size: int = 100
    timeout: float = 30.0
    retry_attempts: int = 3
    refresh_changed: bool = False
    empty_trash: bool = False

    @property
    def credentials(self) -> str:
        """Return a text that changes with the credentials and does not tell them."""
        return digest([self.kind, self.url, self.username, self.password.identity(), self.token.identity()])


@dataclass(frozen=True, slots=True)
class Chain:
    """A sequential group: its players one after the other, and whether the next one is told when one fails."""

    name: str
    players: tuple[str, ...]
    continue_on_error: bool


def player_settings(config: Config) -> tuple[PlayerSettings, ...]:
    """Return every configured player, those with a lower priority number first."""
    groups = {name: group.name for group in reversed(config.group) for name in group.players}
    ordered = sorted(config.player, key=lambda player: player.priority)
    return tuple(_settings(config, player, groups.get(player.name, "")) for player in ordered)


def chains(config: Config) -> tuple[Chain, ...]:
    """Return the sequential groups, each in the order of priorities."""
    order = [player.name for player in sorted(config.player, key=lambda player: player.priority)]
    return tuple(
        Chain(group.name, tuple(name for name in order if name in group.players), group.continue_on_error)
        for group in config.group
        if group.mode == "sequential"
    )


def _settings(config: Config, player: Player, group: str) -> PlayerSettings:
    general = config.players
    return PlayerSettings(
        name=player.name,
        kind=player.kind,
        url=player.url,
        username=player.username,
        password=player.password,
        token=player.token,
        enabled=player.enabled,
        maps=PathMaps(player.path_map),
        group=group,
        auto_sync=_or(player.auto_sync, general.auto_sync),
        sync_interval=_or(player.sync_interval, general.sync_interval),
        targeted_updates=_or(player.targeted_updates, general.targeted_updates),
        clean_deleted=_or(player.clean_deleted, general.clean_deleted),
        send_notifications=_or(player.send_notifications, general.send_notifications),
        batch_size=_or(player.batch_size, general.batch_size),
        timeout=_or(player.timeout, general.timeout),
        retry_attempts=_or(player.retry_attempts, general.retry_attempts),
        refresh_changed=_or(player.refresh_changed, general.refresh_changed),
        empty_trash=_or(player.empty_trash, general.empty_trash),
    )


def _or(own: T | None, general: T) -> T:
    return general if own is None else own
