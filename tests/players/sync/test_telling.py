"""What is told, how often, and how each file stands: no call too many, nothing told twice, nothing left untold."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from math import ceil
from typing import Any, cast
from urllib.parse import unquote

import pytest

from synctui.jobs.stop import Stop
from synctui.library.paths import inside
from synctui.model.plan import Request
from synctui.model.players import ItemState
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.plex.server import PlexSimulator
from synctui.simulators.web import Faults
from synctui.syncs.players.drivers import jellyfin
from synctui.syncs.players.drivers.plex import PlexDriver
from tests.players.sync.kodi import scanned
from tests.players.sync.scene import MOVIES, HurriedClock, Scene, Simulator

UPDATED = ("POST", "/Library/Media/Updated")
KINDS = ["kodi", "jellyfin", "plex"]


def told_calls(server: Simulator) -> list[list[str]]:
    """Return the paths that each call named by which a player was told of something."""
    if isinstance(server, KodiSimulator):
        calls = []
        for directory in scanned(server):
            parts = (
                directory.removeprefix("multipath://").split("/") if directory.startswith("multipath://") else [directory]
            )
            calls.append([unquote(part).rstrip("/") for part in parts if part])
        return calls
    if isinstance(server, JellyfinSimulator):
        bodies = [body for method, path, body in server.calls if method == "POST" and path == "/Library/Media/Updated"]
        return [[update["Path"] for update in body["Updates"]] for body in bodies]  # type: ignore[index]
    return [
        [value for name, value in query if name == "path"] for _, path, query in server.calls if path.endswith("/refresh")
    ]


# once


@pytest.mark.parametrize("kind", KINDS)
async def test_a_second_sync_has_nothing_to_say(scene: Scene, kind: str) -> None:
    server = await scene.start(kind)
    films = scene.films(3)
    await scene.changed(*films)
    await scene.sync()
    asked = len(server.web.asked)
    assert (await scene.sync()).job == 0
    assert len(server.web.asked) == asked, "it is not even asked"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_that_changes_while_it_is_told_is_told_once_more(scene: Scene, kind: str) -> None:
    server = await scene.start(kind, refresh_changed=kind == "kodi")
    film, other = scene.films(2)
    await scene.changed(film, other)

    async def change() -> None:
        scene.film(film.split("/")[-2], plot="new")
        await scene.changed(film, change="modified")

    await scene.sync(between=change)
    before = len(told_calls(server))
    again = await scene.sync()
    items: list[Any] = [row for one in again.operations for row in cast(Any, one.operation.payload.get("items", ()))]
    assert {row[0] for row in items} == {film}
    assert len(told_calls(server)) == before + (kind != "kodi")
    assert (await scene.sync()).job == 0


async def test_a_path_told_by_hand_is_not_told_again_by_the_feed(scene: Scene) -> None:
    server = await scene.start("jellyfin")
    films = scene.films(2)
    await scene.changed(*films)
    await scene.sync(films[0])
    assert told_calls(server) == [[scene.theirs(films[0])]]
    assert await scene.states("It") == {"confirmed": 1, "pending": 1}
    await scene.sync()
    assert told_calls(server)[1:] == [[scene.theirs(films[1])]]
    assert (await scene.sync()).job == 0


async def test_a_job_that_waited_while_more_changed_does_not_settle_the_newer_change(scene: Scene) -> None:
    await scene.start("jellyfin")
    film, other = scene.films(2)
    await scene.changed(film)
    engine = scene.engine()
    async with await engine.plan(Request("players")) as draft:
        job = await engine.submit(draft)
    await scene.changed(film, change="modified")
    await scene.changed(other)
    await scene.sync(other)
    await engine.execute([job], stop=Stop())
    assert (await scene.standing("It", film))[film].item.state is not ItemState.CONFIRMED
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 2}
    assert (await scene.sync()).job == 0


@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
async def test_what_was_told_and_not_confirmed_is_asked_for_before_it_is_told_again(
    hurried: Scene, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await hurried.start(kind, retry_attempts=0)
    films = hurried.films(2)
    await hurried.changed(*films)
    good = server.web.answer

    async def off_after_told() -> None:
        async def answer(ask):  # type: ignore[no-untyped-def]
            reply = await good(ask)
            if told_calls(server) and len(told_calls(server)) >= (2 if kind == "plex" else 1):
                server.faults = Faults(mute=True)
            return reply

        server.web.answer = answer

    hurried.reconfigure("It", timeout=0.3)
    await hurried.sync(between=off_after_told)
    told = len(told_calls(server))
    server.web.answer, server.faults = good, Faults()
    await (server.settle() if isinstance(server, JellyfinSimulator) else server.idle())
    hurried.reconfigure("It", timeout=10.0)
    await hurried.sync(force=True)
    assert await hurried.states("It") == {"confirmed": 2}
    assert len(told_calls(server)) == told


# few calls


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
async def test_no_call_more_than_there_must_be_and_none_above_a_film_or_a_show(scene: Scene, kind: str, seed: int) -> None:
    chance = random.Random(f"calls {kind} {seed}")
    size = chance.choice((2, 5, 100))
    server = await scene.start(kind, batch_size=size)
    paths = scene.films(chance.randint(1, 7))
    for show in range(chance.randint(1, 3)):
        for number in range(chance.randint(1, 4)):
            paths.append(scene.episode(f"Show {show}", 1 + number % 2, number + 1))
    chance.shuffle(paths)
    await scene.changed(*paths)
    told = await scene.sync()
    assert await scene.states("It") == {"confirmed": len(paths)}
    units = {scene.unit(path) for path in paths}
    calls = told_calls(server)
    if kind == "kodi":
        assert len(calls) == ceil(len(units) / size)
    elif kind == "jellyfin":
        assert len(calls) == ceil(len(paths) / size)
    else:
        assert len(calls) == len(units)
    for named in calls:
        for path in named:
            assert any(inside(path, unit) for unit in units), f"{path} is above what changed"
    assert len([path for named in calls for path in named]) == len({path for named in calls for path in named})
    assert told.results["failed"] == 0


@pytest.mark.parametrize("kind", ["kodi", "plex"])
async def test_a_folder_inside_another_one_is_not_named_beside_it(scene: Scene, kind: str) -> None:
    server = await scene.start(kind)
    film = scene.film("Salt (2019)")
    loose = scene.loose("Loose (2001)")
    await scene.changed(film, loose)
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 2}
    assert told_calls(server) == [[MOVIES]]


@pytest.mark.parametrize("kind", KINDS)
async def test_one_connection_does_for_a_whole_job(scene: Scene, kind: str) -> None:
    server = await scene.start(kind, send_notifications=True)
    paths = [*scene.films(4), scene.episode("Show", 1, 1)]
    await scene.changed(*paths)
    seen: list[int] = []

    async def planned() -> None:
        seen.append(server.web.connections)

    await scene.sync(between=planned)
    assert server.web.connections == seen[0] + 1


async def test_every_library_of_plex_that_holds_a_folder_is_told(scene: Scene) -> None:
    plex = PlexSimulator([(name, "movie", [(scene.movies, MOVIES)]) for name in ("Films", "Films for children")])
    await scene.stack.enter_async_context(plex)
    await scene.start("plex")
    scene.reconfigure("It", url=plex.url)
    await scene.changed(scene.film("Salt (2019)"))
    await scene.sync()
    assert len(told_calls(plex)) == 2


# how each file stands


async def test_a_file_goes_from_waiting_to_confirmed_with_its_times(scene: Scene) -> None:
    server = await scene.start("kodi")
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    await server.stop()
    await scene.sync()
    row = (await scene.standing("It", film))[film]
    assert (row.item.state, row.item.reason, row.sent_at, row.processed_at, row.tries) == (
        "pending",
        "offline",
        None,
        None,
        0,
    )
    await server.start()
    await scene.sync()
    row = (await scene.standing("It", film))[film]
    assert (row.item.state, row.item.reason, row.item.remote) == ("confirmed", "confirmed", scene.theirs(film))
    assert row.sent_at
    assert row.created_at <= row.sent_at <= (row.processed_at or "")
    assert row.last_synced == row.processed_at


async def test_what_was_sent_long_ago_says_nothing_about_this_time(scene: Scene) -> None:
    clock = HurriedClock(1.0)
    scene.clock = clock
    await scene.start("kodi")
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    await scene.sync()
    clock.ahead += 30 * 86400
    await scene.changed(film, change="modified")
    told = await scene.sync()
    (confirm,) = [one for one in told.operations if one.operation.action == "confirm"]
    assert "seconds" not in confirm.numbers
    assert (await scene.player("It")).waited_s < 60
    assert (await scene.standing("It", film))[film].sent_at is None


async def test_a_file_that_never_comes_counts_its_tries_and_is_told_again(
    hurried: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlexDriver, "patience", 2.0)
    server = await hurried.plex("It")
    (other,) = hurried.films(1)
    await hurried.changed(other)
    monkeypatch.setattr(server.library, "scan", lambda *_: None)
    for tries in (1, 2):
        await hurried.sync()
        row = (await hurried.standing("It", other))[other]
        assert (row.item.state, row.item.reason, row.tries) == ("unconfirmed", "not_there", tries)
    assert (await hurried.player("It")).failed == 2


# what a person takes out of the plan


async def deselected(scene: Scene, *names: str) -> None:
    """Do a sync without some of its operations."""
    engine = scene.engine()
    async with await engine.plan(Request("players", origin="user")) as draft:
        await draft.select([f"It/{name}" for name in names], False)
        job = await engine.submit(draft)
    await engine.execute([job], stop=Stop())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [("first",), ("first", "confirm/0"), ("confirm/0",), ("record",), ("discover",)])
async def test_what_is_taken_out_of_the_plan_waits_and_is_not_lost(scene: Scene, kind: str, left: Sequence[str]) -> None:
    server = await scene.start(kind)
    films = scene.films(2)
    await scene.changed(*films)
    first = {"kodi": ("scan/0",), "jellyfin": ("tell/0",), "plex": ("scan/0", "scan/1")}[kind]
    names = [name for one in left for name in (first if one == "first" else (one,))]
    await deselected(scene, *names)
    if "first" in left:
        assert not told_calls(server), "what was taken out is not done"
        assert await scene.states("It") == {"pending": 2}
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 2}
    assert (await scene.sync()).job == 0


# servers that go and come back


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("good", range(4, 10))
async def test_a_server_that_restarts_in_the_middle_has_everything_in_the_end(
    hurried: Scene, kind: str, good: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlexDriver, "patience", 20.0)
    monkeypatch.setattr(jellyfin, "_AFTER_SILENCE", 20.0)
    server = await hurried.start(kind)
    paths = [*hurried.films(3), hurried.episode("Show", 1, 1)]
    await hurried.changed(*paths)
    answer = server.web.answer
    seen = 0

    async def restarting(ask):  # type: ignore[no-untyped-def]
        nonlocal seen
        seen += 1
        reply = await answer(ask)
        if seen == good:
            asyncio.get_running_loop().create_task(server.restart())
            await asyncio.sleep(0.01)
        return reply

    async def between() -> None:
        server.web.answer = restarting

    await hurried.sync(between=between)
    server.web.answer = answer
    if kind != "kodi":
        # What waited for silence, or in the queue, is forgotten by the restart: it is told again.
        await hurried.sync(force=True)
    assert await hurried.states("It") == {"confirmed": 4}
    assert (await hurried.sync()).job == 0
