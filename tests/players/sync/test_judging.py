"""What counts as told, and what as proof: that a file is there says nothing of what nobody was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synctui.jobs.stop import Stop
from synctui.library.paths import inside, key
from synctui.model.clock import SystemClock
from synctui.model.outcome import Outcome
from synctui.model.plan import Request
from synctui.model.players import ItemState, Look, PlayerRoot
from synctui.simulators.jellyfin.server import USER_TOKEN as JELLYFIN_USER
from synctui.simulators.plex.server import PlexSimulator
from synctui.simulators.web import Answer, Ask
from synctui.syncs.players import apply
from synctui.syncs.players.apply import call_of
from synctui.syncs.players.confirm import confirm
from synctui.syncs.players.driver import Call, Driver, Shelf
from synctui.syncs.players.drivers import jellyfin as jellyfin_driver
from synctui.syncs.players.drivers.folders import Holders
from synctui.syncs.players.drivers.opening import open_driver
from synctui.syncs.players.errands import Errand
from synctui.syncs.players.fold import Item, Kind
from tests.players.kodi.media import VIDEO
from tests.players.sync.kodi import asked_id, written
from tests.players.sync.scene import Scene
from tests.players.sync.test_telling import deselected, told_calls


def errand(remote: str, change: Kind = "created", previous: str | None = None, *, unit: str = "") -> Errand:
    """Return an errand whose path here is the player's."""
    return Errand(Item(remote, change, previous), remote, unit or remote.rpartition("/")[0], previous)


def driver_of(scene: Scene, name: str = "It") -> Driver:
    """Return a driver of a player of its own."""
    settings = next(one for one in scene.settings if one.name == name)
    return open_driver(settings, client_id="test", clock=scene.clock, heard=lambda _: None)


# what a shelf says


def test_a_shelf_says_nothing_of_what_was_not_asked_for() -> None:
    shelf = Shelf.of(["/m/a.mkv"])
    assert shelf.settled(errand("/m/a.mkv"))
    assert not shelf.settled(errand("/m/a.mkv", "modified")), "the change has to be told, wherever the file stands"
    assert shelf.fits(errand("/m/a.mkv", "modified"))
    asked = replace(shelf, asked=frozenset(["/m/b.mkv"]))
    assert not asked.settled(errand("/m/a.mkv"))
    assert not asked.settled(errand("/m/c.mkv", "removed"))
    assert asked.settled(errand("/m/b.mkv", "removed"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("z:\\tv\\a.mkv", "Z:/TV/A.mkv"), ("\\\\NAS\\tv\\a", "\\\\nas\\TV\\\\a\\"), ("Z:/TV\\Show/a", "z:\\tv\\show\\a")],
)
def test_spellings_of_windows_are_one_path(one: str, other: str) -> None:
    assert key(one) == key(other)
    assert Shelf.of([one]).has(other)


def test_spellings_of_other_systems_are_what_they_are() -> None:
    assert len({key(path) for path in ("/tv/a", "/TV/a", "smb://nas/a", "smb://NAS/a", "\\\\nas\\a", "nas\\a")}) == 6


def test_who_holds_a_path_is_found_as_by_comparing_it_with_each() -> None:
    folders = ["/data/movies/A", "/data/movies/AB", "Z:\\tv", "\\\\nas\\tv\\Show", "smb://nas/tv"]
    paths = [f"{folder}{rest}" for folder in folders for rest in ("", "/x.mkv", "x.mkv", "/in/x.mkv")]
    paths += ["z:/TV/x", "\\\\NAS\\TV\\show\\x", "/data/movies", "data/movies/A/x", "/"]
    holders = Holders(folders)
    for path in paths:
        assert holders.of(path) == next((one for one in folders if inside(path, one)), None), path


@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
async def test_a_fresh_change_is_told_beside_one_that_is_in_doubt(scene: Scene, kind: str) -> None:
    doubtful, changed, gone, _ = scene.films(4)
    server = await scene.start(kind, clean_deleted=True)
    if isinstance(server, PlexSimulator):
        server.fill()
    await scene.changed(doubtful, change="created")
    await scene.sync()
    await scene.database.write(_in_doubt)
    before = len(told_calls(server))
    await scene.changed(changed, change="modified")
    await scene.changed(scene.removed(gone), change="removed")
    await scene.sync()
    told = {path for call in told_calls(server)[before:] for path in call}
    assert told == {scene.theirs(path) if kind == "jellyfin" else scene.unit(path) for path in (changed, gone)}
    assert await scene.states("It") == {"confirmed": 3}


async def _in_doubt(connection) -> None:  # type: ignore[no-untyped-def]
    await connection.execute("UPDATE player_items SET state = 'accepted'")


@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
async def test_a_newer_change_of_what_is_in_doubt_is_told(scene: Scene, kind: str) -> None:
    film, _ = scene.films(2)
    server = await scene.start(kind)
    await scene.changed(film)
    await scene.sync()
    await scene.database.write(_in_doubt)
    before = len(told_calls(server))
    await scene.changed(film)
    await scene.sync()
    assert len(told_calls(server)) == before + 1


# what counts as told


@pytest.mark.parametrize(("kind", "call"), [("kodi", "refresh/0"), ("jellyfin", "tell/0"), ("plex", "scan/0")])
async def test_a_change_that_was_taken_out_of_the_plan_is_not_confirmed_by_the_file(
    scene: Scene, kind: str, call: str
) -> None:
    film, _ = scene.films(2)
    await scene.start(kind, refresh_changed=kind == "kodi")
    await scene.changed(film)
    await scene.sync()
    await scene.changed(film, change="modified")
    await deselected(scene, call)
    assert await scene.states("It") == {"pending": 1}
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 1}


async def test_what_could_not_be_written_back_stays_failed(scene: Scene) -> None:
    films = scene.films(2)
    kodi = await scene.kodi("It", refresh_changed=True)
    await kodi.fill()
    kodi.set_playcount(Path(films[0]).name, 3)
    Path(films[0]).write_bytes(VIDEO + b"more")
    await scene.changed(films[0], change="modified")
    good = kodi.web.answer

    async def forgetful(ask: Ask) -> Answer:
        if b"SetMovieDetails" in ask.body:
            return Answer(200, b'{"id": %d, "jsonrpc": "2.0", "result": "OK"}' % asked_id(ask))
        return await good(ask)

    kodi.web.answer = forgetful
    told = await scene.sync()
    assert told.of("It")["refresh/0"] == "failed not_done"
    row = (await scene.standing("It", films[0]))[films[0]]
    assert row.item.state is ItemState.FAILED
    assert "watched" in row.item.message


async def test_a_subtitle_beside_a_film_needs_no_call_and_is_confirmed_by_a_look(scene: Scene) -> None:
    films = scene.films(2)
    kodi = await scene.kodi("It", refresh_changed=True)
    await kodi.fill()
    await scene.changed(scene.file(Path(films[0]).with_suffix(".en.srt")), change="modified")
    told = await scene.sync()
    assert not written(kodi)
    assert told.of("It")["confirm/0"] == "done confirmed"
    assert await scene.states("It") == {"confirmed": 1}


# after a crash


@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
async def test_a_crash_before_the_request_loses_no_change(scene: Scene, kind: str) -> None:
    film, _ = scene.films(2)
    server = await scene.start(kind)
    if isinstance(server, PlexSimulator):
        server.fill()
    await scene.changed(film, change="modified")
    operations, _ = await scene.plan()
    (call,) = [call_of(one) for one in operations if one.action in ("tell", "scan")]
    driver = driver_of(scene)
    try:
        await driver.look()
        assert not await driver.recover(call, {})
        (one,) = call.errands
        created = replace(call, errands=(replace(one, item=replace(one.item, change="created")),))
        assert await driver.recover(created, {}), "what is there need not be told again"
        assert not await driver.recover(Call("full", "all", "", ()), {}), "over nothing, nothing is known"
    finally:
        await driver.close()


# what changes between the plan and the call


@pytest.mark.parametrize("kind", ["kodi", "jellyfin"])
async def test_a_moved_file_that_is_back_keeps_its_old_entry(scene: Scene, kind: str) -> None:
    films = scene.films(3)
    server = await scene.start(kind, clean_deleted=True)
    await scene.changed(*films)
    await scene.sync()
    new = scene.moved(films[1], "Renamed (2001)")
    await scene.changed(new, change="moved", previous=films[1])

    async def back() -> None:
        scene.film(Path(films[1]).parent.name)

    told = await scene.sync(between=back)
    assert scene.theirs(films[1]) in scene.files_of(server)
    assert "conflict changed_since_plan" in told.ends.values()
    await scene.sync()
    assert scene.files_of(server) == {scene.theirs(path) for path in (*films, new)}
    assert set(await scene.states("It")) == {"confirmed"}


async def test_what_another_sync_has_told_meanwhile_is_not_told_again(scene: Scene) -> None:
    server = await scene.start("jellyfin")
    films = scene.films(2)
    await scene.changed(*films)
    engine = scene.engine()
    async with await engine.plan(Request("players", origin="user")) as draft:
        job = await engine.submit(draft)
    await scene.sync()
    assert len(told_calls(server)) == 1
    await engine.execute([job], stop=Stop())
    assert len(told_calls(server)) == 1
    told = await scene.told(job)
    assert told.of("It") == {
        "discover": "done online",
        "tell/0": "unchanged confirmed",
        "confirm/0": "done confirmed",
        "record": "done noted",
    }
    assert await scene.states("It") == {"confirmed": 2}


# players that say less, or go wrong


async def test_a_jellyfin_that_does_not_say_which_folders_it_has_is_told_all_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await scene.jellyfin("It", clean_deleted=True)
    films = scene.films(3)
    await scene.changed(*films)
    await scene.sync()
    good = server.web.answer

    async def keyless(ask: Ask) -> Answer:
        reply = await good(ask)
        if ask.path.endswith("/VirtualFolders"):
            return replace(reply, body=reply.body.replace(b'"ItemId"', b'"NoId"'))
        return reply

    server.web.answer = keyless
    await scene.changed(scene.removed(films[0]), change="removed")
    told = await scene.sync()
    told.no_bug()
    assert await scene.states("It") == {"confirmed": 3}
    driver = driver_of(scene)
    try:
        await driver.look()
        assert (await driver.shelf([errand(scene.theirs(films[1]))])).has(scene.theirs(films[1]))
    finally:
        await driver.close()


async def test_a_token_without_rights_lists_everything(scene: Scene) -> None:
    await scene.jellyfin("It")
    film, _ = scene.films(2)
    await scene.changed(film)
    await scene.sync()
    from synctui.config.secrets import Secret

    scene.reconfigure("It", token=Secret(JELLYFIN_USER))
    driver = driver_of(scene)
    try:
        assert not (await driver.look()).roots_known
        assert (await driver.shelf([errand(scene.theirs(film))])).has(scene.theirs(film))
    finally:
        await driver.close()


async def test_a_fault_while_one_player_is_looked_at_leaves_out_that_one_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.kodi("Good")
    await scene.jellyfin("Bad")
    await scene.changed(*scene.films(2))

    async def broken(self: object) -> Look:
        raise ZeroDivisionError

    monkeypatch.setattr(jellyfin_driver.JellyfinDriver, "look", broken)
    operations, notices = await scene.plan()
    assert {one.track for one in operations} == {"Good"}
    assert ["failed unexpectedly" in one.message for one in notices if one.subject == "Bad"] == [True]


# spellings


@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
async def test_a_windows_player_that_spells_its_drive_otherwise_confirms(
    scene: Scene, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver is asked about paths as the map spells them, the player answers in its own spelling."""
    await scene.start(kind)
    driver = driver_of(scene)
    root = PlayerRoot("Z:\\TV", "TV", "1" if kind == "plex" else "0" * 32, "movie")
    new, gone = "z:\\tv\\Salt\\salt.mkv", "z:\\tv\\Old\\old.mkv"

    async def look() -> Look:
        return Look("1", "It", (root,))

    async def listing(*_: object, **__: object):  # type: ignore[no-untyped-def]
        from synctui.adapters.plex_answers import PlexItem

        for number, path in enumerate(("Z:\\TV\\Salt\\Salt.mkv", "Z:\\TV\\Old\\Old.mkv")):
            yield PlexItem(str(number), "", (path,)) if kind == "plex" else (path, str(number))

    async def item(rating_key: str) -> object:
        async for one in listing():
            if one.rating_key == rating_key:
                return one
        return None

    client = driver._client  # type: ignore[attr-defined]
    monkeypatch.setattr(client, "look", look)
    monkeypatch.setattr(client, "parts" if kind == "plex" else "listing", listing)
    if kind == "plex":
        monkeypatch.setattr(client, "item", item)
    try:
        await driver.look()
        errands = [errand(new, unit="z:\\tv\\Salt"), errand(gone, "removed", unit="z:\\tv\\Old")]
        shelf = await driver.shelf(errands)
        assert [shelf.settled(one) for one in errands] == [True, False], "the removed one is still there"
    finally:
        await driver.close()


# time, and the ends of things


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
async def test_a_clock_that_jumps_ends_no_waiting(scene: Scene, jump: float, monkeypatch: pytest.MonkeyPatch) -> None:
    class Jumping(SystemClock):
        ahead = 0.0

        def now(self):  # type: ignore[no-untyped-def]
            from datetime import timedelta

            return super().now() + timedelta(seconds=self.ahead)

    clock = Jumping()
    scene.clock = clock
    await scene.jellyfin("It", delay=0.5)

    async def jumping(*given: Any) -> Outcome:
        clock.ahead = jump
        return await confirm(*given)

    monkeypatch.setattr(apply, "confirm", jumping)
    await scene.changed(scene.film("Salt (2019)"))
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 1}


@pytest.mark.parametrize("left", [(), ("notify",), ("record",)])
async def test_a_session_ends_with_its_track_or_with_the_next_job(scene: Scene, left: Sequence[str]) -> None:
    await scene.kodi("It", send_notifications=True)
    engine = scene.engine()
    sync = scene.syncs[-1]
    for number in range(2):
        await scene.changed(scene.film(f"Film {number} (2001)"))
        async with await engine.plan(Request("players", origin="user")) as draft:
            await draft.select([f"It/{name}" for name in left if number == 0], False)
            job = await engine.submit(draft)
        await engine.execute([job], stop=Stop())
    assert not sync._sessions._open
