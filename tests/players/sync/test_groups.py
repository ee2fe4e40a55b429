"""Players in groups: one after the other where that is wanted, and what becomes of the next when one is not told."""

from __future__ import annotations

import pytest

from synctui.simulators.web import Answer, Faults
from synctui.syncs.players.settings import Chain
from tests.players.sync.scene import Scene

NAMES = ("First", "Second", "Third")


async def three(scene: Scene, *, chained: bool = True, continue_on_error: bool = True) -> list[str]:
    """Start three players, in one sequential group if wanted, and return a film that they were not told of."""
    await scene.jellyfin("First")
    await scene.kodi("Second")
    await scene.plex("Third")
    if chained:
        scene.chains = (Chain("Home", NAMES, continue_on_error),)
    films = scene.films(2)
    await scene.changed(*films)
    return films


def order(ends: dict[str, tuple[str, str]]) -> list[str]:
    """Return the players in the order in which they were told."""
    return sorted(ends, key=lambda name: ends[name])


async def test_one_is_told_after_the_other(scene: Scene) -> None:
    await three(scene)
    told = await scene.sync()
    spans = {}
    for name in NAMES:
        mine = [one for one in told.operations if one.operation.track == name]
        spans[name] = (min(one.started_at or "" for one in mine), max(one.finished_at or "" for one in mine))
    assert order(spans) == list(NAMES)
    assert spans["First"][1] <= spans["Second"][0] <= spans["Second"][1] <= spans["Third"][0]
    for name in NAMES:
        assert await scene.states(name) == {"confirmed": 2}


@pytest.mark.parametrize("fault", ["off", "broken", "refused"])
async def test_the_next_is_told_though_the_one_before_was_not(scene: Scene, fault: str) -> None:
    await three(scene)
    await _spoil(scene, fault)
    await scene.sync()
    assert await scene.states("First") == {"pending": 2}
    assert await scene.states("Second") == await scene.states("Third") == {"confirmed": 2}


@pytest.mark.parametrize("fault", ["off", "broken", "refused"])
async def test_the_next_is_left_out_when_the_one_before_was_not_told_and_that_is_wanted(scene: Scene, fault: str) -> None:
    await three(scene, continue_on_error=False)
    await _spoil(scene, fault)
    told = await scene.sync()
    assert set(told.of("Second").values()) == set(told.of("Third").values()) == {"skipped after_failed"}
    assert await scene.states("Second") == {}
    await _mend(scene)
    await scene.sync(force=True)
    for name in NAMES:
        assert await scene.states(name) == {"confirmed": 2}, "what was left out waited"
    assert (await scene.sync()).job == 0


async def _spoil(scene: Scene, fault: str) -> None:
    scene.reconfigure("First", retry_attempts=0)
    server = scene.servers["First"]
    if fault == "off":
        await server.stop()
    else:
        server.faults = Faults(answer=Answer(500 if fault == "broken" else 401))


async def _mend(scene: Scene) -> None:
    server = scene.servers["First"]
    server.faults = Faults()
    await server.stop()
    await server.start()


async def test_without_a_group_nobody_waits_for_anybody(scene: Scene) -> None:
    await three(scene, chained=False)
    scene.servers["First"].faults = Faults(delay=0.3)
    told = await scene.sync()
    ends = {name: max(one.finished_at or "" for one in told.operations if one.operation.track == name) for name in NAMES}
    assert ends["Second"] < ends["First"]
    assert ends["Third"] < ends["First"]


async def test_a_player_in_the_middle_that_fails_does_not_undo_the_one_before(scene: Scene) -> None:
    await three(scene, continue_on_error=False)
    await scene.servers["Second"].stop()
    told = await scene.sync()
    assert await scene.states("First") == {"confirmed": 2}
    assert await scene.states("Second") == {"pending": 2}
    assert set(told.of("Third").values()) == {"skipped after_failed"}
