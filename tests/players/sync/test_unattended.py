"""What nobody waits for: a brake, news that concern no video, a job that was interrupted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from synctui.jobs.execution import can_run
from synctui.jobs.stop import Stop
from synctui.model.clock import rfc3339
from synctui.model.plan import Origin, Request
from synctui.model.states import JobState
from synctui.store import jobs
from synctui.syncs.players.due import unread
from tests.players.sync.scene import Scene


async def planned(scene: Scene, origin: Origin = "hook") -> tuple[list[str], list[str]]:
    """Return the keys of what would be done, and what is said about it, for a request that nobody waits for."""
    engine = scene.engine()
    async with await engine.plan(Request("players", (), {}, origin=origin)) as draft:
        keys = [one.operation.key for one in await draft.page(0, 1000)]
        return keys, [notice.level for notice in draft.totals.notices]


async def removed(scene: Scene, files: Sequence[str]) -> None:
    for file in files:
        shutil.rmtree(os.path.dirname(file))
    await scene.changed(*files, change="removed")


async def test_too_many_removals_hold_up_nobody_when_nobody_is_asked(scene: Scene) -> None:
    kodi = await scene.kodi(clean_deleted=True)
    await scene.plex(clean_deleted=False)
    old = [scene.film(f"Old {number} (2001)") for number in range(12)]
    await kodi.fill()
    await removed(scene, old)
    new = scene.film("New (2002)")
    await scene.changed(new)
    keys, levels = await planned(scene)
    assert "Living room/skip/braked" in keys and "Living room/scan/0" in keys
    assert not any("remove" in key for key in keys)
    assert "brake" not in levels
    engine = scene.engine()
    async with await engine.plan(Request("players", (), {}, origin="hook")) as draft:
        job = await engine.submit(draft)
    await engine.execute([job], stop=Stop())
    told = await scene.told(job)
    assert any("until somebody says so" in str(alert["message"]) for alert in told.said("alert"))
    assert len(kodi.movies()) == 13 and (await scene.standing("Living room", new))[new].item.state == "confirmed"
    assert (await planned(scene))[0] == [], "it is not said again and again"
    keys, levels = await planned(scene, "user")
    assert "brake" in levels and any("remove" in key for key in keys), "a person is asked"


async def test_news_that_concern_no_video_are_noted_once(scene: Scene) -> None:
    await scene.plex()
    await scene.changed(scene.file(scene.movies / "poster.jpg"))
    assert (await planned(scene))[0] == ["Den/record"]
    await scene.sync()
    assert (await planned(scene))[0] == []
    assert not await unread(scene.syncs[-1].tools, scene.settings)


async def test_what_nobody_asked_for_goes_on_by_itself_after_an_interruption(scene: Scene) -> None:
    at = rfc3339(scene.clock.now())
    wants: dict[Origin, bool] = {"hook": True, "schedule": True, "follow_up": True, "user": False}
    for origin, wanted in wants.items():
        request = Request("players", (), {}, origin=origin)

        number = await scene.database.write(partial(jobs.insert, request=request, state=JobState.PAUSED, at=at))
        record = await jobs.get(scene.database, number)
        assert record is not None
        interrupted = replace(record, pause_reason="interrupted")
        assert can_run(interrupted, at) is wanted
        assert not can_run(replace(interrupted, paused_by_person=True), at)


async def test_a_clock_that_was_put_back_holds_nothing_up(scene: Scene) -> None:
    request = Request("players", (), {}, origin="schedule")
    later, now = "2031-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"

    first = await scene.database.write(partial(jobs.insert, request=request, state=JobState.COMPLETED, at=later))
    second = await scene.database.write(partial(jobs.insert_once, request=request, at=now, spacing_s=60.0))
    assert second is not None and second != first


async def test_a_plex_that_does_not_say_where_its_folders_lie_is_not_told_forever(scene: Scene) -> None:
    plex = await scene.plex()
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    for section in plex.library.sections.values():
        section.locations = ()
    operations, notices = await scene.plan()
    assert [one.action for one in operations] == ["discover", "skip", "record"]
    assert any("owner" in notice.message for notice in notices)
    await scene.sync()
    assert (await scene.sync()).job == 0
