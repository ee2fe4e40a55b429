"""The stage of these tests: first a simulated Kodi, then a real one where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from synctui.adapters.kodi import Kodi
from synctui.simulators.kodi.server import KodiSimulator
from tests.players.kodi.real import NoKodi, RealKodi, find
from tests.players.kodi.stage import Stage


@pytest.fixture(scope="session")
def real_kodi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealKodi]:
    """A real Kodi, started by the first test that wants it."""
    try:
        kodi = find(tmp_path_factory.mktemp("kodi"))
    except NoKodi as reason:
        pytest.skip(str(reason))
    yield kodi
    kodi.stop()


@asynccontextmanager
async def simulated(folder: Path) -> AsyncIterator[Stage]:
    """Yield a stage with a simulated Kodi over new folders."""
    films, shows = folder / "films", folder / "series"
    films.mkdir()
    shows.mkdir()
    simulator = KodiSimulator(
        [("Movies", films, "/storage/movies/", "movies"), ("Shows", shows, "/storage/tv/", "tvshows")], password="secret"
    )
    async with simulator:
        auth = ("kodi", "secret")
        stage = Stage(
            simulator.url, auth, simulator.tcp_port, films, shows, "/storage/movies/", "/storage/tv/", simulator=simulator
        )
        yield stage
        await stage.server.close()


@asynccontextmanager
async def real(kodi: RealKodi) -> AsyncIterator[Stage]:
    """Yield a stage with the real Kodi, and leave it as empty as it was."""
    paths = (kodi.movies, kodi.shows, f"{kodi.movies}/", f"{kodi.shows}/")
    stage = Stage(kodi.url, (kodi.user, kodi.password), kodi.tcp_port, *paths, mountable=kodi.own)
    await stage.empty()
    try:
        yield stage
    finally:
        await stage.empty()
        await stage.server.close()


@pytest.fixture(params=["simulator", pytest.param("real", marks=pytest.mark.slow)])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """A Kodi with an empty library, simulated and real."""
    opened = real(request.getfixturevalue("real_kodi")) if request.param == "real" else simulated(tmp_path)
    async with opened as stage:
        yield stage


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[Stage]:
    """The simulated Kodi alone, for what no real one can be brought to do."""
    async with simulated(tmp_path) as stage:
        yield stage


@pytest.fixture
def kodi(stage: Stage) -> Kodi:
    """The adapter to the Kodi on stage."""
    return stage.kodi
