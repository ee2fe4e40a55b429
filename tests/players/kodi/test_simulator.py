"""What tests may ask of the simulated Kodi besides being one."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.adapters.http import Server
from synctui.adapters.kodi import Kodi
from synctui.adapters.kodi_events import KodiEvents
from synctui.errors import Unreachable
from synctui.simulators.kodi.server import KodiSimulator
from tests.players.kodi.media import make_episode, make_film
from tests.players.kodi.stage import Stage, eventually


async def test_it_remembers_what_it_was_asked(fake: Stage) -> None:
    simulator = fake.simulator
    assert simulator is not None
    await fake.kodi.scan([f"{fake.movies_path}A"])
    await fake.kodi.notify("Title", "Message")
    assert [method for method, _ in simulator.calls] == ["VideoLibrary.Scan", "GUI.ShowNotification"]
    assert simulator.called("VideoLibrary.Scan") == [{"directory": "/storage/movies/A/", "showdialogs": False}]
    assert simulator.called("VideoLibrary.Clean") == []
    assert simulator.notices == [("Title", "Message")]


async def test_somebody_watches(fake: Stage) -> None:
    simulator = fake.simulator
    assert simulator is not None
    film = make_film(fake.movies, "Salt (2019)")
    episode = make_episode(fake.shows, "The Long Orbit", 1, 2)
    await simulator.fill()
    assert [item.title for item in (*simulator.movies(), *simulator.episodes())] == ["Salt", "Part 1.2"]
    simulator.set_playcount("Salt (2019).mkv", 3)
    simulator.set_playcount(episode.name, 1)
    assert [item.watched.playcount for item in await fake.items(film, episode.parent)] == [3, 1]
    simulator.playing = True
    assert (await fake.kodi.state()).playing
    assert await fake.kodi.playing()


async def test_somebody_else_scans(fake: Stage) -> None:
    simulator = fake.simulator
    assert simulator is not None
    for number in range(20):
        make_film(fake.movies, f"Film {number}")
    simulator.pace = 0.05
    await simulator.scan()
    assert await fake.kodi.scanning()

    async def begun() -> bool:
        return bool(simulator.movies())

    await eventually(begun)
    await fake.kodi.scan([fake.movies_path])
    assert not simulator.scanning
    assert 0 < len(simulator.movies()) < 20
    assert [event for event, _ in simulator.told if "Scan" in event] == ["OnScanStarted", "OnScanFinished"]


async def test_after_a_restart_the_library_is_there_and_listings_are_forgotten(fake: Stage) -> None:
    simulator = fake.simulator
    assert simulator is not None
    old = make_film(fake.movies, "Old")
    await simulator.fill()
    new = make_film(fake.movies, "New")
    await fake.scan(new)
    assert [item.title for item in await fake.items(old, new)] == ["Old"]
    await simulator.stop()
    with pytest.raises(Unreachable):
        await fake.kodi.look()
    await simulator.start()
    await fake.scan(new)
    assert [item.title for item in await fake.items(old, new)] == ["Old", "New"]


async def test_it_may_be_open_to_all_and_tell_nothing(tmp_path: Path) -> None:
    async with KodiSimulator([("Movies", tmp_path, "smb://nas/Movies/", "movies")], notifies=False) as simulator:
        film = make_film(tmp_path, "Salt (2019)")
        server = Server(simulator.url)
        kodi = Kodi(server)
        assert [root.path for root in (await kodi.look()).roots] == ["smb://nas/Movies/"]
        await kodi.scan([f"smb://nas/Movies/{film.name}"])
        await simulator.idle()
        assert [item.file for item in await kodi.items(["smb://nas/movies/SALT (2019)"])] == [
            "smb://nas/Movies/Salt (2019)/Salt (2019).mkv"
        ]
        async with KodiEvents("127.0.0.1", simulator.tcp_port) as events:
            assert not events.available
        await server.close()
