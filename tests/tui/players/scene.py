"""A library, simulated players over it, and the screens: what the tests of players look at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synctui.model.clock import rfc3339
from synctui.model.library import Change
from synctui.simulators.jellyfin.server import TOKEN as JELLYFIN_TOKEN
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.plex.server import TOKEN as PLEX_TOKEN
from synctui.simulators.plex.server import PlexSimulator
from synctui.store.rows import write_rows
from tests.tui.stage import Stage, stage

MOVIES, SHOWS = "/data/movies", "/data/tv"
PASSWORD = "made-up password"


@dataclass
class Scene:
    """The folder `media` with `movies` and `tv`, which players call /data/movies and /data/tv; `config` names them."""

    folder: Path
    stack: AsyncExitStack
    tables: dict[str, str] = field(default_factory=dict)
    on: Stage = field(init=False)

    @property
    def movies(self) -> Path:
        return self.folder / "media" / "movies"

    @property
    def tv(self) -> Path:
        return self.folder / "media" / "tv"

    @property
    def libraries(self) -> dict[str, Path]:
        return {"Films": self.movies, "Series": self.tv}

    @property
    def config(self) -> str:
        """The tables of all players."""
        return "".join(self.tables.values())

    def film(self, name: str) -> str:
        """Make a film in a folder of its own and return its path."""
        path = self.movies / name / f"{name}.mkv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        return str(path)

    # players

    async def kodi(self, name: str = "Living room", **keys: object) -> KodiSimulator:
        """Start a Kodi and name it in the configuration."""
        sources = [("Films", self.movies, MOVIES, "movies"), ("Series", self.tv, SHOWS, "tvshows")]
        one = KodiSimulator(sources, password=PASSWORD, pace=0.002, notifies=False, names=True)  # type: ignore[arg-type]
        await self.stack.enter_async_context(one)
        self.player(name, "kodi", one.url, username="kodi", password=PASSWORD, **keys)
        return one

    async def plex(self, name: str = "Den", **keys: object) -> PlexSimulator:
        """Start a Plex and name it in the configuration."""
        one = PlexSimulator([("Films", "movie", [(self.movies, MOVIES)]), ("Series", "show", [(self.tv, SHOWS)])])
        one.scans.starts_after = one.scans.takes = 0.02
        await self.stack.enter_async_context(one)
        self.player(name, "plex", one.url, token=PLEX_TOKEN, **keys)
        return one

    async def jellyfin(self, name: str = "Attic", **keys: object) -> JellyfinSimulator:
        """Start a Jellyfin and name it in the configuration."""
        folders = [("Films", self.movies, MOVIES, "movies"), ("Series", self.tv, SHOWS, "tvshows")]
        one = JellyfinSimulator(folders, monitor_delay=0.1)
        await self.stack.enter_async_context(one)
        self.player(name, "jellyfin", one.url, token=JELLYFIN_TOKEN, **keys)
        return one

    def player(self, name: str, kind: str, url: str, **keys: object) -> None:
        """Name a player in the configuration."""
        maps = [{"from": str(self.movies), "to": MOVIES}, {"from": str(self.tv), "to": SHOWS}]
        given = {"kind": kind, "url": url, "path_map": maps, **keys}
        self.tables[name] = f"[[player]]\nname = {_toml(name)}\n" + "".join(
            f"{key} = {_toml(value)}\n" for key, value in given.items()
        )

    def group(self, name: str, *players: str, **keys: object) -> None:
        """Name a group in the configuration."""
        given = {"players": list(players), **keys}
        self.tables[f"group {name}"] = f"[[group]]\nname = {_toml(name)}\n" + "".join(
            f"{key} = {_toml(value)}\n" for key, value in given.items()
        )

    # while the screens are open

    async def changed(self, *paths: str, change: str = "created") -> None:
        """Tell the change feed."""
        rows = [Change(path, change, "test") for path in paths]  # type: ignore[arg-type]
        services = self.on.services
        at = rfc3339(services.players.tools.clock.now())
        await services.database.write(lambda connection: write_rows(connection, rows, job=0, at=at))

    async def go(self) -> Stage:
        """Go to the players."""
        await self.on.press("P")
        await self.on.sees("queue")
        return self.on

    def row_of(self, name: str) -> str:
        """Return the line of a player."""
        return next(line for line in self.on.lines()[3:] if name in line)


@asynccontextmanager
async def scene_in(folder: Path) -> AsyncIterator[Scene]:
    """Yield an empty scene: players are added before `opened`."""
    scene_folder = folder
    async with AsyncExitStack() as stack:
        scene = Scene(scene_folder, stack)
        for library in scene.libraries.values():
            library.mkdir(parents=True)
            (library / "readme.txt").write_text("something is here")
        yield scene


@asynccontextmanager
async def opened(scene: Scene, *, size: tuple[int, int] = (80, 24), config: str = "", **launch: Any) -> AsyncIterator[Stage]:
    """Open the screens over a scene."""
    config = scene.config + config
    async with stage(
        scene.folder, size=size, libraries=scene.libraries, config=config, films=(), scanned=False, **launch
    ) as on:
        scene.on = on
        await on.until(lambda: on.scanned)
        yield on


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
