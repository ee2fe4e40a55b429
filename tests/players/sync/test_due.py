"""When players are due to be told without anybody asking for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from synctui.config.schema import Config, Player, Players
from synctui.config.secrets import Secret
from synctui.jobs.schedule import Schedule
from synctui.jobs.stop import Stop
from synctui.model.plan import Request
from synctui.model.states import Result
from synctui.services import entries, follow_ups
from synctui.simulators.web import Answer, Faults
from synctui.store import jobs
from synctui.syncs.players.due import due, unread
from synctui.syncs.players.sync import PlayersSync
from tests.players.sync.scene import HurriedClock, Scene


def players_sync(scene: Scene) -> PlayersSync:
    sync = scene.engine().syncs["players"]
    assert isinstance(sync, PlayersSync)
    return sync


async def is_due(scene: Scene, *, ahead: float = 0.0) -> tuple[bool, bool]:
    """Return whether something is unread, and whether anything is due."""
    assert isinstance(scene.clock, HurriedClock)
    scene.clock.ahead += ahead
    tools = players_sync(scene).tools
    return await unread(tools, scene.settings), await due(tools, scene.settings)


@pytest.fixture
def still(scene: Scene) -> Scene:
    scene.clock = HurriedClock(1.0)
    return scene


async def test_nothing_is_due_before_anything_changed_nor_after_it_was_told(still: Scene) -> None:
    await still.start("kodi")
    assert await is_due(still) == (False, False)
    await still.changed(still.film("Salt (2019)"))
    assert await is_due(still) == (True, True)
    await still.sync()
    assert await is_due(still, ahead=100_000) == (False, False)


async def test_a_player_that_was_off_is_asked_again_by_itself_less_and_less_often(still: Scene) -> None:
    server = await still.start("kodi")
    await still.changed(still.film("Salt (2019)"))
    await server.stop()
    asked = 0
    for _ in range(24 * 12):
        if (await is_due(still, ahead=300))[0]:
            asked += 1
            await still.sync()
    assert 20 < asked < 40, "in a day: about every hour, more often in the beginning"
    await server.start()
    while not (await is_due(still, ahead=60))[0]:
        pass
    await still.sync()
    assert await still.states("It") == {"confirmed": 1}
    assert await is_due(still, ahead=100_000) == (False, False)


async def test_a_player_that_is_left_alone_or_refuses_us_is_not_due(still: Scene) -> None:
    server = await still.start("kodi", retry_attempts=0)
    await still.changed(still.film("Salt (2019)"))
    await still.sync(faults=(server, Faults(answer=Answer(500))))
    assert await is_due(still) == (False, False)
    assert await is_due(still, ahead=3600) == (True, True)
    await still.sync(faults=(server, Faults(answer=Answer(401))))
    await still.changed(still.film("Pepper (2020)"))
    assert await is_due(still, ahead=3600) == (False, False)
    still.reconfigure("It", password=Secret("another"))
    assert await is_due(still) == (True, True)


async def test_what_never_comes_makes_nothing_due_by_itself(still: Scene) -> None:
    await still.start("kodi")
    film = still.film("Salt (2019)")
    Path(film).with_suffix(".nfo").unlink()
    await still.changed(film)
    await still.sync()
    assert await still.states("It") == {"unconfirmed": 1}
    assert await is_due(still, ahead=100_000) == (False, True)


# the wiring


def config(scene: Scene, **general: object) -> Config:
    one = scene.settings[0]
    player = Player(name="It", kind=one.kind, url=one.url, username=one.username, password=one.password, token=one.token)
    return Config(player=(player,), players=Players(**general))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Over:
    """A job that has ended."""

    kind: str = "subtitles"
    request: Request = field(default_factory=lambda: Request("subtitles"))
    counts: Mapping[str, int] = field(default_factory=lambda: {Result.DONE: 1})


async def test_players_follow_a_job_that_changed_subtitles(scene: Scene) -> None:
    await scene.start("kodi")
    wanted = config(scene, auto_sync=True)
    (request,) = follow_ups(wanted, Over())
    assert (request.kind, request.origin, request.options) == ("players", "follow_up", {"players": ["It"]})
    assert not follow_ups(wanted, Over(counts={Result.UNCHANGED: 3}))
    assert not follow_ups(wanted, Over(kind="players"))
    assert not follow_ups(config(scene), Over())
    assert not follow_ups(config(scene, auto_sync=True, enabled=False), Over())


async def test_a_feed_that_grew_is_told_and_one_that_did_not_is_not(scene: Scene) -> None:
    server = await scene.start("kodi", auto_sync=True)
    engine = scene.engine()
    sync = engine.syncs["players"]
    assert isinstance(sync, PlayersSync)
    timetable = Schedule(engine, tuple(entries(config(scene, auto_sync=True), sync)))
    await timetable._look()
    assert not await jobs.list_jobs(scene.database)
    await scene.changed(scene.film("Salt (2019)"))
    await timetable._look()
    await engine.execute(stop=Stop())
    assert await scene.states("It") == {"confirmed": 1}
    assert server.web.asked
    for _ in range(3):
        timetable._rest = 0.0
        await timetable._look()
    assert len(await jobs.list_jobs(scene.database)) == 1
