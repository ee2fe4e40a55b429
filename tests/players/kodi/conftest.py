"""The stage of these tests: first a simulated Kodi, then a real one where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.adapters.kodi import Kodi
from synctui.simulators.kodi.server import KodiSimulator
from tests.players.kodi.real import NoKodi, RealKodi, find
from tests.players.kodi.stage import Stage


@dataclass(slots=True)
class Running:
    """The real Kodi of these tests; one that fell over is started anew, and fails the test that it fell over in alone."""

    folders: pytest.TempPathFactory
    kodi: RealKodi | None = None

    def now(self) -> RealKodi:
        """Return a Kodi that runs. Raises NoKodi."""
        if self.kodi is not None and self.kodi.ended:
            self.stop()
        if self.kodi is None:
            self.kodi = find(self.folders.mktemp("kodi"))
        return self.kodi

    def stop(self) -> None:
        """End it."""
        if self.kodi is not None:
            self.kodi.stop()
            self.kodi = None


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Where a real Kodi is to be had; the first test that wants one starts it."""
    running = Running(tmp_path_factory)
    yield running
    running.stop()


@pytest.fixture
def real_kodi(running: Running) -> RealKodi:
    """A real Kodi."""
    try:
        return running.now()
    except NoKodi as reason:
        pytest.skip(str(reason))


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
    try:
        await stage.empty()
        yield stage
        if not kodi.ended:
            await stage.empty()
    finally:
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
