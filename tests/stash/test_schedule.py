"""The catalogue brought in step by itself: by a cron expression, at intervals, and soon after the server has made a scan."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from synctui.jobs.attendance import Attendance
from synctui.jobs.schedule import Schedule
from synctui.jobs.stop import Stop
from synctui.model.plan import Request
from synctui.store import jobs
from tests.stash.scene import Scene, scene_in


@asynccontextmanager
async def attended(scene: Scene) -> AsyncIterator[Schedule]:
    """Execute what is due while somebody is there, as `synctui worker` does."""
    opened, stop = scene.program, Stop()
    schedule = Schedule(opened.engine, opened.schedule, hints=opened.hints)
    tasks = [asyncio.create_task(Attendance(opened.engine).run(stop)), asyncio.create_task(schedule.run(stop))]
    try:
        yield schedule
    finally:
        stop.graceful()
        await asyncio.gather(*tasks)


async def until(scene: Scene, sql: str, expected: object, patience: float = 30.0) -> None:
    """Wait until the database says so."""
    found: object = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            while True:
                with contextlib.suppress(Exception):
                    found = scene.rows(sql)[0][0]
                    if found == expected:
                        return
                await asyncio.sleep(0.05)
    raise AssertionError(f"{found} instead of {expected}: {sql}")


async def repeated(act: Callable[[], None]) -> None:
    """Do something again and again."""
    while True:
        act()
        await asyncio.sleep(0.2)


LIVE = "SELECT count(*) FROM catalog_scene WHERE deleted = 0"


async def test_what_is_configured_is_due(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=5, full_schedule="30 4 * * 0", incremental_interval=15) as scene, scene.running():
        entries = {entry.name: entry for entry in scene.program.schedule}
        assert (entries["stash: everything"].cron, entries["stash: everything"].request.options) == (
            "30 4 * * 0",
            {"mode": "full"},
        )
        assert entries["stash: what changed"].every == 900
        assert all(entry.alone and entry.request.origin == "schedule" for entry in entries.values())
        assert scene.program.hints == ()


async def test_nothing_is_due_without_a_server_or_a_wish(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=0) as scene, scene.running():
        assert scene.program.schedule == ()


async def test_an_interval_brings_the_first_sync_and_the_next_ones_leave_one_line(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=5, incremental_interval=1, speed=300) as scene, scene.running():
        async with attended(scene):
            await until(scene, LIVE, 5)
            await until(scene, "SELECT count(*) >= 1 FROM jobs WHERE total = 0 AND state = 'completed'", 1)
            first = scene.rows("SELECT max(id) FROM jobs")[0][0]
            await until(scene, f"SELECT max(id) > {first} + 1 FROM jobs", 1)
        # What had nothing to do is said once, and not every minute.
        assert scene.rows("SELECT count(*) FROM jobs WHERE total = 0 AND state = 'completed'")[0][0] <= 2
        scene.exact()


async def test_a_scan_of_the_server_is_followed_soon(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=5, on_scan=True, speed=20) as scene, scene.running():
        (await scene.sync()).ended()
        scene.time.tick(30)
        async with attended(scene):
            scene.library.scan_found("/data/new.mp4", size=1, fingerprints={"oshash": "00"})
            scene.time.tick(30)
            # Whoever begins to listen later than that hears the next one.
            saying = asyncio.create_task(repeated(scene.server.scan_completed))
            await until(scene, LIVE, 6)
            saying.cancel()
        scene.exact()


async def test_what_the_brake_holds_back_by_itself_waits_for_a_person(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=40) as scene, scene.running():
        (await scene.sync()).ended()
        scene.time.tick(30)
        for number in range(1, 31):
            scene.library.destroy_scene(number)
        scene.library.update_scene(35, title="changed meanwhile")
        scene.time.tick(30)
        engine = scene.program.engine
        await engine.enqueue_once(Request("stash", origin="schedule"))
        await engine.execute(None, stop=Stop())
        assert scene.rows(LIVE) == [(40,)]
        assert scene.rows("SELECT title FROM catalog_scene WHERE id = 35") == [("changed meanwhile",)]
        assert scene.rows("SELECT held_back FROM stash_server") == [(30,)]
        last = await jobs.last_attempt(scene.program.database, "stash")
        assert last is not None and last.counts["skipped"] == 1
