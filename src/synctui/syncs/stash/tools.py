"""What the catalogue's sync works with, handed in by the wiring."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from synctui.errors import ConfigError
from synctui.model.clock import Clock, SystemClock
from synctui.model.library import LibraryRoot
from synctui.store.database import Database
from synctui.syncs.stash.client import Client
from synctui.syncs.stash.settings import StashSettings


@dataclass(frozen=True, slots=True)
class Tools:
    """Store, settings, and the libraries whose files the change feed is about."""

    database: Database
    settings: StashSettings = field(default_factory=StashSettings)
    libraries: tuple[LibraryRoot, ...] = ()
    clock: Clock = field(default_factory=SystemClock)

    def open(self, heard: Callable[[float], None] | None = None) -> Client:
        """Return a client of the server, to be closed. Raises ConfigError where none is configured."""
        if not self.settings.url:
            raise ConfigError("no Stash server is configured", key="stash.url", hint='[stash] url = "http://localhost:9999"')
        # Deferred: it brings httpx, which a program that asks no server does without.
        from synctui.adapters.stash import Stash

        settings = self.settings
        return Stash(
            settings.url,
            api_key=settings.api_key.reveal(),
            timeout=settings.timeout,
            in_flight=settings.in_flight,
            heard=heard,
        )

    async def scans(self) -> AsyncGenerator[None, None]:
        """Yield whenever the server has ended a scan. Raises ServerFailed, NotAuthorised, ConfigError."""
        from synctui.adapters.stash_socket import scans_completed

        async with aclosing(scans_completed(self.settings.url, api_key=self.settings.api_key.reveal())) as said:
            async for _ in said:
                yield
