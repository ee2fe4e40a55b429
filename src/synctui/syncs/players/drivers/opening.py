"""Makes the driver of a configured player, with its one kept-alive client."""

from __future__ import annotations

from collections.abc import Callable

from synctui.model.clock import Clock
from synctui.syncs.players.driver import Driver
from synctui.syncs.players.settings import PlayerSettings

Heard = Callable[[float], None]


def open_driver(settings: PlayerSettings, *, client_id: str, clock: Clock, heard: Heard) -> Driver:
    """Return the driver of a player; nothing is asked of it yet. Raises NotAuthorised and ConfigError for its secrets."""
    # Deferred: an HTTP client takes a third of a second to import, and only whoever asks a player needs one.
    if settings.kind == "kodi":
        return _kodi(settings, clock, heard)
    if settings.kind == "plex":
        return _plex(settings, client_id, heard)
    return _jellyfin(settings, client_id, clock, heard)


def _kodi(settings: PlayerSettings, clock: Clock, heard: Heard) -> Driver:
    from urllib.parse import urlsplit

    from synctui.adapters.http import Server
    from synctui.adapters.kodi import Kodi
    from synctui.adapters.kodi_events import KodiEvents
    from synctui.syncs.players.drivers.kodi import KodiDriver

    auth = (settings.username, settings.password.reveal()) if settings.username or settings.password else None
    server = Server(settings.url, timeout=settings.timeout, auth=auth, heard=heard)
    events = KodiEvents(urlsplit(settings.url).hostname or "")
    return KodiDriver(server, Kodi(server), events, settings, clock)


def _jellyfin(settings: PlayerSettings, client_id: str, clock: Clock, heard: Heard) -> Driver:
    from synctui.adapters.jellyfin import Flavour, Jellyfin, jellyfin_server
    from synctui.syncs.players.drivers.jellyfin import JellyfinDriver

    flavour: Flavour = "emby" if settings.kind == "emby" else "jellyfin"
    server = jellyfin_server(
        settings.url,
        settings.token.reveal(),
        device_id=client_id,
        timeout=settings.timeout,
        heard=heard,
        flavour=flavour,
    )
    return JellyfinDriver(server, Jellyfin(server, flavour=flavour, clock=clock), settings)


def _plex(settings: PlayerSettings, client_id: str, heard: Heard) -> Driver:
    from synctui.adapters.plex import Plex, plex_server
    from synctui.syncs.players.drivers.plex import PlexDriver

    server = plex_server(settings.url, settings.token.reveal(), client_id=client_id, timeout=settings.timeout, heard=heard)
    return PlexDriver(server, Plex(server), settings)
