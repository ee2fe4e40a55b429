"""Killed at any moment of telling players, the next start makes up for it: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from multiprocessing import connection
from pathlib import Path

import pytest

from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.web import Answer, Ask
from tests.players.kodi.media import VIDEO, write_film_nfo
from tests.players.sync.kodi import scanned
from tests.players.sync.scene import MOVIES, SHOWS, Scene, scene_in
from tests.players.sync.worker import Worker, started, stored

POINTS = (
    *(f"intent.{when}:{at}" for when in ("before", "after") for at in (1, 2, 3, 4)),
    *(f"outcome.before:{at}" for at in (1, 2, 3, 4, 5, 6, 7)),
    "outcome.after:2",
    "outcome.after:6",
    "op.started:2",
    "op.started:6",
    "submit.after_commit:1",
    "job.before_end:1",
)
WATCHED = (4, "2024-05-06 07:08:09", 7, 61.0)


class Workers:
    """Starts the program over a scene, and may kill it when a server is asked for something."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.folder = scene.media.parent
        self.process: Worker | None = None

    async def run(self, failpoint: str = "") -> int:
        maps = [(str(self.scene.movies), MOVIES), (str(self.scene.tv), SHOWS)]
        (self.folder / "players.json").write_text(stored(self.scene.settings, maps, self.scene.roots))
        errors = self.folder / "errors"
        self.process = await asyncio.to_thread(started, self.folder, errors, failpoint)
        try:
            await asyncio.to_thread(self.process.join, 60)
            assert self.process.exitcode is not None, "it hangs"
        finally:
            self.process.kill()
        assert "Traceback" not in errors.read_text(), errors.read_text()
        return self.process.exitcode

    def kill_when_asked(self, server: KodiSimulator, what: bytes, *, before: bool) -> None:
        """Kill the program when this is asked for the first time, before or after it is done."""
        good = server.web.answer
        killed: list[Ask] = []

        async def answer(ask: Ask) -> Answer:
            if killed or what not in ask.body:
                return await good(ask)
            killed.append(ask)
            if not before:
                await good(ask)
            if self.process is not None:
                self.process.kill()
                await asyncio.to_thread(connection.wait, [self.process.sentinel])
            return Answer(0)

        server.web.answer = answer


class House:
    """A Kodi that has to be told of a new, a renamed, a removed and a changed film, of which two were watched."""

    def __init__(self, scene: Scene, kodi: KodiSimulator) -> None:
        self.scene, self.kodi, self.workers = scene, kodi, Workers(scene)
        self.expected: set[str] = set()

    async def change(self) -> None:
        scene, kodi = self.scene, self.kodi
        changed, renamed, removed, other = scene.films(4)
        await kodi.fill()
        for path in (changed, renamed):
            item = kodi.item("movie", Path(path).name)
            assert item is not None
            kodi.set_playcount(Path(path).name, WATCHED[0])
            item.userrating = WATCHED[2]
            kodi.library.files[item.file].position = WATCHED[3]
        new = scene.film("New (2020)")
        name = scene.moved(renamed, "Renamed (2001)")
        write_film_nfo(Path(changed).parent, Path(changed).stem, plot="Another plot")
        Path(changed).write_bytes(VIDEO + b"more")
        await scene.changed(name, change="moved", previous=renamed)
        await scene.changed(new)
        await scene.changed(scene.removed(removed), change="removed")
        await scene.changed(changed, change="modified")
        self.watched = [Path(changed).name, Path(name).name]
        self.expected = {scene.theirs(path) for path in (changed, name, new, other)}

    async def check(self) -> None:
        scene, kodi = self.scene, self.kodi
        assert scene.files_of(kodi) == self.expected
        for name in self.watched:
            item = kodi.item("movie", name)
            assert item is not None
            kept = kodi.library.files[item.file]
            assert (item.playcount, item.lastplayed, item.userrating, kept.position) == WATCHED, name
        changed = kodi.item("movie", self.watched[0])
        assert changed is not None
        assert changed.nfo.plot == "Another plot"
        assert await scene.states("Living room") == {"confirmed": 4}
        assert (await scene.sync()).job == 0, "nothing is left to be told"
        with closing(sqlite3.connect(scene.media.parent / "synctui.db")) as database:
            assert database.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall() == [("completed", 1)]
            doubled = "SELECT key FROM operations GROUP BY job, key HAVING count(*) > 1"
            assert database.execute(doubled).fetchall() == []


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with scene_in(tmp_path) as scene:
        kodi = await scene.kodi(clean_deleted=True, refresh_changed=True, timeout=2.0)
        made = House(scene, kodi)
        await made.change()
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_point_of_the_program(house: House, point: str) -> None:
    assert await house.workers.run(point) == -signal.SIGKILL
    assert await house.workers.run() == 0
    await house.check()
    assert len(scanned(house.kodi)) == 1 or point == "intent.after:1"


ASKED = (b"VideoLibrary.Scan", b"SetMovieDetails", b"RemoveMovie", b"RefreshMovie", b"Files.GetDirectory")


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False], ids=["not done", "done"])
@pytest.mark.parametrize("what", ASKED)
async def test_killed_while_kodi_does_what_it_was_asked(house: House, what: bytes, before: bool) -> None:
    house.workers.kill_when_asked(house.kodi, what, before=before)
    assert await house.workers.run() == -signal.SIGKILL
    assert await house.workers.run() == 0
    await house.check()
    scans = 1 if what != b"VideoLibrary.Scan" or not before else 2
    assert len(scanned(house.kodi)) <= scans, "a scan whose films are there is not repeated"


@pytest.mark.slow
@pytest.mark.parametrize("points", [("intent.after:2", "reconcile.before:1"), ("intent.after:4", "reconcile.after:1")])
async def test_killed_again_while_it_finds_out_what_happened(house: House, points: tuple[str, ...]) -> None:
    for point in points:
        assert await house.workers.run(point) == -signal.SIGKILL
    assert await house.workers.run() == 0
    await house.check()


@pytest.mark.slow
async def test_killed_while_a_slow_kodi_still_reads_anew(house: House) -> None:
    house.kodi.pace = 0.4
    house.workers.kill_when_asked(house.kodi, b"RefreshMovie", before=False)
    assert await house.workers.run() == -signal.SIGKILL
    assert await house.workers.run() == 0
    house.kodi.pace = 0.0
    await house.check()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
@pytest.mark.parametrize("point", ["intent.before:1", "intent.after:1", "outcome.before:2", "outcome.before:3"])
async def test_killed_while_another_player_is_told(tmp_path: Path, kind: str, point: str) -> None:
    async with scene_in(tmp_path) as scene:
        films = scene.films(3)
        server = await scene.start(kind, clean_deleted=True)
        await scene.changed(*films)
        workers = Workers(scene)
        assert await workers.run(point) == -signal.SIGKILL
        assert await workers.run() == 0
        assert scene.files_of(server) == {scene.theirs(path) for path in films}
        assert await scene.states("It") == {"confirmed": 3}
        assert (await scene.sync()).job == 0


@pytest.mark.slow
async def test_killed_in_the_middle_and_kodi_is_off_at_the_next_start(house: House) -> None:
    house.workers.kill_when_asked(house.kodi, b"RefreshMovie", before=False)
    assert await house.workers.run() == -signal.SIGKILL
    await house.kodi.stop()
    await house.workers.run()
    await house.kodi.start()
    await house.workers.run()
    await house.scene.sync()
    for name in house.watched:
        item = house.kodi.item("movie", name)
        assert item is not None
        assert item.playcount == WATCHED[0], "what was watched waits to be written back"
