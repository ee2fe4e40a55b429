"""A Jellyfin and a Plex on loopback, a folder of films, and a configuration that names them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from synctui.simulators.jellyfin.server import TOKEN as JELLYFIN_TOKEN
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.plex.server import TOKEN as PLEX_TOKEN
from synctui.simulators.plex.server import PlexSimulator
from tests.cli.command import Ran, synctui

__all__ = ["Shop"]


@dataclass
class Shop:
    """The films, the two players, and the command that speaks of them."""

    folder: Path
    jellyfin: JellyfinSimulator
    plex: PlexSimulator
    tables: list[str] = field(default_factory=list)
    general: str = ""

    @property
    def films(self) -> Path:
        return self.folder / "films"

    @property
    def options(self) -> tuple[str, ...]:
        return ("--config", str(self.folder / "config.toml"), "--data-dir", str(self.folder / "data"))

    def film(self, name: str) -> Path:
        file = self.films / name / f"{name}.mkv"
        file.parent.mkdir(parents=True)
        file.write_text("x")
        return file

    def configure(self, general: str = "", *, plex_token: str = PLEX_TOKEN, more: str = "") -> None:
        """Write the configuration."""
        maps = f'path_map = [{{from = "{self.films}", to = "/data/films"}}]'
        text = f"""
[[library]]
name = "Films"
path = "{self.films}"
kind = "movies"
[players]
{general}
[[player]]
name = "Attic"
kind = "jellyfin"
url = "{self.jellyfin.url}"
token = "{JELLYFIN_TOKEN}"
{maps}
[[player]]
name = "Den"
kind = "plex"
url = "{self.plex.url}"
token = "{plex_token}"
{maps}
{more}
"""
        config = self.folder / "config.toml"
        config.write_text(text)
        os.chmod(config, 0o600)

    async def run(self, *words: str | Path, env: dict[str, str] | None = None) -> Ran:
        """Run the command beside the players."""
        return await asyncio.to_thread(synctui, *words, *self.options, env=env)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """The shop, with one film that everybody knows."""
    films = tmp_path / "films"
    (films / "Known (2000)").mkdir(parents=True)
    (films / "Known (2000)" / "Known (2000).mkv").write_text("x")
    jellyfin = JellyfinSimulator([("Films", films, "/data/films", "movies")], monitor_delay=0.1)
    plex = PlexSimulator([("Films", "movie", [(films, "/data/films")])])
    plex.scans.starts_after = plex.scans.takes = 0.01
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(jellyfin)
        await stack.enter_async_context(plex)
        plex.fill()
        made = Shop(tmp_path, jellyfin, plex)
        made.configure()
        yield made
