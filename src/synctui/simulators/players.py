"""The three made-up players of the demo: a Kodi, a Jellyfin and a Plex over the made-up library."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from synctui.model.players import PlayerKind
from synctui.simulators.jellyfin.server import TOKEN as JELLYFIN_TOKEN
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.plex.server import TOKEN as PLEX_TOKEN
from synctui.simulators.plex.server import PlexSimulator

AWAY_S = 40.0
"""So long after the start the last of the three is switched off, so that something waits for it."""

SILENCE_S = 3.0
"""What the made-up Jellyfin waits for before it looks; a real one waits for a minute."""


@dataclass(frozen=True, slots=True)
class SimulatedPlayer:
    """How a made-up player is reached; `folders` are pairs of a folder here and what the player calls it."""

    name: str
    kind: PlayerKind
    url: str
    folders: tuple[tuple[str, str], ...]
    username: str = ""
    password: str = ""
    token: str = ""


@asynccontextmanager
async def demo_players(library: Path, *, away_s: float = AWAY_S) -> AsyncIterator[tuple[SimulatedPlayer, ...]]:
    """Start the players over a made-up library, and stop them at the end; the Plex comes on after `away_s` seconds."""
    films, series = library / "Films", library / "Series"
    kodi = KodiSimulator(
        [("Films", films, "smb://nas/films", "movies"), ("Series", series, "smb://nas/series", "tvshows")],
        user="kodi",
        password="made-up",  # noqa: S106 (of a server on loopback that lives as long as the demo)
        notifies=False,
        names=True,
    )
    jellyfin = JellyfinSimulator(
        [("Films", films, "/media/films", "movies"), ("Series", series, "/media/series", "tvshows")],
        name="Attic",
        monitor_delay=SILENCE_S,
    )
    plex = PlexSimulator(
        [("Films", "movie", [(films, "/data/films")]), ("Series", "show", [(series, "/data/series")])], name="Den"
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(kodi)
        await stack.enter_async_context(jellyfin)
        await stack.enter_async_context(plex)
        await kodi.fill()
        await asyncio.to_thread(plex.fill)
        if away_s > 0:
            await plex.stop()
            coming = asyncio.create_task(_come_on(plex, away_s), name="the made-up Plex comes on")
            stack.push_async_callback(_ended, coming)
        yield (
            SimulatedPlayer(
                "Living room",
                "kodi",
                kodi.url,
                ((str(films), "smb://nas/films"), (str(series), "smb://nas/series")),
                username="kodi",
                password="made-up",  # noqa: S106
            ),
            SimulatedPlayer(
                "Attic",
                "jellyfin",
                jellyfin.url,
                ((str(films), "/media/films"), (str(series), "/media/series")),
                token=JELLYFIN_TOKEN,
            ),
            SimulatedPlayer(
                "Den",
                "plex",
                plex.url,
                ((str(films), "/data/films"), (str(series), "/data/series")),
                token=PLEX_TOKEN,
            ),
        )


async def _come_on(plex: PlexSimulator, after: float) -> None:
    await asyncio.sleep(after)
    await plex.start()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
