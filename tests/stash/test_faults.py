"""Wires that break, servers that fail, drip, restart or are not ready: nothing is deleted, all is there in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from synctui.errors import ServerFailed
from synctui.model.states import JobState
from synctui.simulators.web import Answer, Ask, Faults
from tests.stash.editing import Editor
from tests.stash.scene import HURRIED, Scene, Told, scene_in
from tests.stash.wire import Wire

SCENES = 120
_PATIENCE = 40


@asynccontextmanager
async def faulty(folder: Path, first: bool, story: object) -> AsyncIterator[tuple[Scene, Wire]]:
    """Yield a scene that was never synced, or one that was and was edited since; the program runs, over a wire."""
    async with (
        scene_in(folder, scenes=SCENES, zone="America/New_York", speed=HURRIED, timeout=1.0, page_size=10) as scene,
        Wire(scene.server.web.host, scene.server.web.port) as wire,
    ):
        scene.url = wire.url
        async with scene.running():
            if not first:
                async with Editor(scene.server.url, f"faults {story}") as editor:
                    (await scene.sync()).ended()
                    await editor.update_scenes(await editor.some("scenes", 30))
                    await editor.round()
            scene.time.tick()
            yield scene, wire


async def through(scene: Scene, over: Callable[[], None] = lambda: None) -> int:
    """Sync again and again, as cron would, until it gets through; return how often it did not.

    `over` is called when it did not: the fault may be over then.
    """
    there = set(scene.library.scenes.ids())
    job, failed = 0, 0
    while failed < _PATIENCE:
        told: Told | None = None
        with suppress(ServerFailed):
            told = await (scene.resume(job) if job else scene.sync())
        if scene.database.exists():
            marked = {row[0] for row in scene.rows("SELECT id FROM catalog_scene WHERE deleted = 1")}
            assert not marked & there, "what is there is never marked as deleted"
        if told is not None and told.state in (None, JobState.COMPLETED):
            return failed
        failed += 1
        job = told.job if told is not None else 0
        over()
    raise AssertionError("it never got through")


async def settled(scene: Scene) -> None:
    """See that the catalogue is as the server once nothing is wrong any more, and that this is known."""
    scene.time.tick()
    (await scene.sync()).ended()
    assert scene.wrong() == []
    scene.time.tick(7205)
    await scene.sync()
    assert (await scene.sync()).asked == 1


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("seed", range(1, 4))
async def test_connections_that_break_after_some_bytes(tmp_path: Path, seed: int, first: bool) -> None:
    chance = Random(f"wire {seed}")

    def lengths() -> Iterator[int | None]:
        for _ in range(15):
            yield chance.choice((1, chance.randrange(1, 300), chance.randrange(1, 3000), chance.randrange(1, 30_000)))
        while True:
            yield None

    allowed = lengths()
    async with faulty(tmp_path, first, seed) as (scene, wire):
        wire.allowance = lambda: next(allowed)
        await through(scene)
        wire.allowance = lambda: None
        await settled(scene)
        assert wire.breaks


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("seed", range(1, 3))
async def test_failures_at_random(tmp_path: Path, seed: int, first: bool) -> None:
    chance = Random(f"500 {seed}")
    async with faulty(tmp_path, first, seed) as (scene, _):
        good = scene.server.web.answer

        async def answer(ask: Ask) -> Answer:
            if chance.random() < 0.2:
                status = chance.choice((500, 502, 503, 504, 429, 0))
                return Answer(status, b"<html>no</html>", (("Retry-After", "2"),) if status == 429 else ())
            return await good(ask)

        scene.server.web.answer = answer
        await through(scene)
        scene.server.web.answer = good
        await settled(scene)


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("number", [3])
async def test_a_server_that_drips(tmp_path: Path, number: int, first: bool) -> None:
    async with faulty(tmp_path, first, number) as (scene, _):

        def drip() -> None:
            scene.server.faults = Faults(drip=0.05, times=3)

        scene.during(number, drip)()
        if number > 1:
            scene.during(number, drip)
        await through(scene)
        await settled(scene)


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("seed", range(1, 3))
async def test_a_server_that_restarts(tmp_path: Path, seed: int, first: bool) -> None:
    chance = Random(f"restarts {seed}")
    async with faulty(tmp_path, first, seed) as (scene, _):
        restarts: list[asyncio.Task[None]] = []

        async def restart() -> None:
            await scene.server.stop()
            await asyncio.sleep(chance.choice((0.0, 0.05, 0.3)))
            await scene.server.start()

        def begin() -> None:
            restarts.append(asyncio.get_running_loop().create_task(restart()))
            if len(restarts) < 4:
                scene.during(chance.randrange(2, 6), begin)

        scene.during(chance.randrange(1, 8), begin)
        await through(scene)
        await asyncio.gather(*restarts)
        assert restarts
        await settled(scene)


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("locked", [1, 3, 30])
@pytest.mark.parametrize("number", [1, 5])
async def test_a_database_that_is_locked_for_a_while(tmp_path: Path, locked: int, number: int, first: bool) -> None:
    async with faulty(tmp_path, first, locked) as (scene, _):

        def lock() -> None:
            scene.server.locked = locked

        scene.during(number, lock)
        await through(scene)
        await settled(scene)


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("state", ["SETUP", "NEEDS_MIGRATION"])
@pytest.mark.parametrize("number", [1, 4, 12])
async def test_a_server_that_is_not_ready_in_the_middle(tmp_path: Path, number: int, state: str, first: bool) -> None:
    async with faulty(tmp_path, first, state) as (scene, _):

        def turn() -> None:
            scene.server.state = state  # type: ignore[assignment]

        def over() -> None:
            scene.server.state = "OK"

        scene.during(number, turn)
        await through(scene, over)
        over()
        await settled(scene)


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("number", [1, 2, 4, 8])
async def test_a_server_that_is_gone_and_comes_back_empty(tmp_path: Path, number: int, first: bool) -> None:
    """Between two questions of one sync all it has is lost: what was here stays until somebody says so."""
    async with faulty(tmp_path, first, number) as (scene, _):
        backup = scene.library.snapshot()
        here = 0 if first else scene.rows("SELECT count(*) FROM catalog_scene WHERE deleted = 0")[0][0]
        gone = 0 if first else len({*_known(scene)} - {*scene.library.scenes.ids()})
        late = scene.during(number, scene.library.wipe)
        with suppress(ServerFailed):
            await scene.sync(origin="schedule")
        late()
        left = scene.rows("SELECT count(*) FROM catalog_scene WHERE deleted = 0")[0][0]
        assert left >= here - gone
        scene.library.restore(backup)
        await through(scene)
        await settled(scene)


def _known(scene: Scene) -> list[int]:
    return [row[0] for row in scene.rows("SELECT id FROM catalog_scene WHERE deleted = 0")]


@pytest.mark.slow
async def test_a_server_that_is_gone_for_good_is_exit_5_and_gone_on_with_later(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=SCENES) as scene:
        stops: list[asyncio.Task[None]] = []
        scene.during(9, lambda: stops.append(asyncio.get_running_loop().create_task(scene.server.stop())))
        ran = await scene.command()
        assert ran.code == 5, ran
        assert ran.lines[-1]["resume"]
        assert 0 < len(_known(scene)) < SCENES
        await asyncio.gather(*stops)
        await scene.server.start()
        ran = await scene.run("--run", "stash", "--resume")
        assert ran.code == 0, ran
        scene.exact(order=True)
        assert (await scene.command()).planned == 0
