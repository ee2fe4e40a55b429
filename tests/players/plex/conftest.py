"""A Plex over a small library on disk, and the adapter that speaks with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.adapters.plex import Plex, plex_server
from synctui.simulators.plex.server import TOKEN, PlexSimulator

FILMS = ("A (2020)/A (2020).mkv", "B (2021)/B (2021).mkv")
EPISODES = ("Show/Season 01/Show - S01E01 - Pilot.mkv", "Show/Season 01/Show - S01E02.mkv")


def put(folder: Path, name: str) -> Path:
    """Put a file there that looks like a video to those who only look at names."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"video")
    return path


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    for name in FILMS:
        put(folder, name)
    return folder


@pytest.fixture
def shows(tmp_path: Path) -> Path:
    folder = tmp_path / "shows"
    for name in EPISODES:
        put(folder, name)
    return folder


@pytest.fixture
async def server(films: Path, shows: Path) -> AsyncIterator[PlexSimulator]:
    """A server that has just looked at everything."""
    folders: list[tuple[Path, str]] = [(films, "/data/films")]
    server = PlexSimulator([("Films", "movie", folders), ("Shows", "show", [(shows, "/data/shows")])])
    server.fill()
    async with server:
        yield server


@pytest.fixture
async def plex(server: PlexSimulator) -> AsyncIterator[Plex]:
    connection = plex_server(server.url, TOKEN, client_id="test-client", timeout=5.0)
    yield Plex(connection)
    await connection.close()
