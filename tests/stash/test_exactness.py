"""Sequences of syncs in which something could be taken for known that is not: in the end the catalogue is the server's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synctui.config.schema import PathMap
from synctui.errors import SyncTuiError
from synctui.jobs.stop import Stop
from synctui.model.plan import Request
from synctui.model.states import JobState, Result
from synctui.simulators.stash.rows import SceneRow
from synctui.simulators.web import Answer, Ask, Faults
from synctui.store import catalog_edits as edits
from tests.stash.answers import Data, answering, asked
from tests.stash.scene import HURRIED, Braked, Scene, scene_in

LATER = 7200.0
"""So long after a change no clock that was put back hides the next one."""


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a server of 60 scenes that was synced once, half a minute ago; the program runs."""
    async with scene_in(tmp_path, scenes=60, zone="America/New_York") as made, made.running():
        (await made.sync()).ended()
        made.time.tick(30)
        yield made


def odd(name: str, number: int) -> Callable[[str, Data], None]:
    """Return what makes one row of the answers to a question unreadable, whoever asks for it."""

    def change(question: str, data: Data) -> None:
        found = data.values() if question.endswith("OneByOne") else ()
        rows = data["found"]["rows"] if question.startswith(name) and not found else found
        for row in rows:
            if row is not None and row["id"] == str(number):
                row["title" if name == "Scenes" else "description"] = ["not", "a", "text"]

    return change


def capped(question: str, data: Data) -> None:
    """Hand out no more than five scenes in one answer."""
    if question in ("Scenes", "ScenesById"):
        del data["found"]["rows"][5:]


def told_of(scene: Scene, file: Path) -> list[str]:
    """Return what the change feed says of a file."""
    return [row[0] for row in scene.rows("SELECT change FROM changes WHERE CAST(path AS TEXT) = ? ORDER BY id", str(file))]


def mapped(scene: Scene, more: str = "") -> Path:
    """Let the server's files lie in a library of ours, whose folder is returned."""
    films = scene.home / "films"
    for folder in (films, scene.data):
        folder.mkdir(parents=True, exist_ok=True)
    (scene.data / "settings.toml").write_text(f'[[library]]\nname = "Films"\npath = "{films}"\n{more}')
    scene.settings["path_map"] = (PathMap("/data", str(films)),)
    return films


async def settled(scene: Scene) -> None:
    """See that the next sync leaves nothing wrong."""
    scene.time.tick(30)
    (await scene.sync()).ended()
    scene.exact()


# what went, what came back


@pytest.mark.parametrize("kind", ["performer", "tag"])
async def test_a_scene_whose_tags_were_edited_loses_who_and_what_is_gone(scene: Scene, kind: str) -> None:
    linked = f"SELECT scene_id, {kind}_id FROM catalog_scene_{kind} ORDER BY 2 DESC LIMIT 1"
    ((number, gone),) = scene.rows(linked)
    assert await edits.set_edit(scene.program.database, number, {"tags": [1, 2]})
    getattr(scene.library, f"destroy_{kind}")(gone)
    scene.time.tick(30)
    (await scene.sync(only=[f"{kind}s"])).ended()
    scene.time.tick(30)
    (await scene.sync()).ended()
    await edits.set_edit(scene.program.database, number, {"tags": list(scene.truth.scenes[number].tags)})
    scene.exact()
    assert await edits.edits_of(scene.program.database, [number]) == {}


@pytest.mark.parametrize(
    "narrow", [{"only": ["tags"]}, {"limit": 1}, {"since": "1h"}], ids=["only tags", "limit 1", "since 1h"]
)
async def test_a_restored_backup_is_noticed_by_the_next_whole_sync_though_a_narrow_one_came_first(
    scene: Scene, narrow: dict[str, Any]
) -> None:
    backup = scene.library.snapshot()
    scene.library.destroy_tag(2)
    await settled(scene)
    scene.library.restore(backup)
    scene.time.tick(LATER)
    (await scene.sync(**narrow)).ended()
    await settled(scene)


async def test_a_restored_backup_is_noticed_though_the_scene_that_gave_it_away_was_asked_for_by_itself(scene: Scene) -> None:
    backup = scene.library.snapshot()
    scene.library.destroy_scene(50)
    scene.library.assign_file(scene.library.scenes[3].files[0], 4)
    scene.time.tick(30)
    (await scene.sync("smart")).ended()
    scene.exact()
    scene.library.restore(backup)
    scene.time.tick(LATER)
    (await scene.sync("auto", "50")).ended()
    await settled(scene)


# what was left out


@pytest.mark.parametrize(
    ("mode", "left_out"), [("auto", "fetch/"), ("smart", "fetch/"), ("smart", "delete/scenes"), ("full", "tags")]
)
async def test_what_was_taken_out_of_the_plan_is_done_by_the_next_sync(scene: Scene, mode: str, left_out: str) -> None:
    for number in range(1, 41):
        scene.library.update_scene(number, title=f"new {number}")
    scene.library.destroy_scene(50)
    scene.library.update_tag(5, name="renamed")
    scene.time.tick(30)
    success = "SELECT last_success FROM stash_state WHERE entity = ?"
    entity = "tag" if left_out == "tags" else "scene"
    before = scene.rows(success, entity)
    scene.clock.ahead += 60
    engine = scene.program.engine
    request = Request("stash", (), {"mode": mode})
    async with engine.executing(what="a test"), await engine.plan(request) as draft:
        keys = [one.operation.key for one in await draft.page(0, 1000)]
        await draft.select([next(key for key in keys if key.startswith(left_out))], False)
        job = await engine.submit(draft)
        await engine.execute([job], stop=Stop())
    assert scene.wrong(), "something was left out"
    assert scene.rows(success, entity) == before, "it was left out, and not a success"
    scene.time.tick(LATER)
    assert (await scene.sync()).ended().job
    scene.exact()


async def test_a_tag_that_could_not_be_read_is_read_by_the_next_sync(scene: Scene) -> None:
    scene.library.update_tag(5, name="renamed")
    scene.time.tick(30)
    with answering(scene, odd("Tags", 5)):
        await scene.sync()
    assert scene.rows("SELECT deleted FROM catalog_tag WHERE id = 5") == [(0,)]
    scene.time.tick(LATER)
    assert (await scene.sync()).ended().job, "it is not as if nothing had changed"
    scene.exact()


async def test_a_server_that_hands_out_few_scenes_at_once_is_asked_until_all_have_come(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=60, page_size=30) as scene, scene.running():
        with answering(scene, capped):
            (await scene.sync()).ended()
            scene.exact()
            for number in range(1, 61, 2):
                scene.library.update_scene(number, title=f"changed {number}")
            scene.time.tick(30)
            (await scene.sync()).ended()
        scene.exact()


async def test_a_file_is_found_under_its_new_name_on_a_server_that_lists_no_files(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=30) as scene:
        good = scene.server.web.answer
        refusal = {"message": "Cannot query field", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}

        async def older(ask: Ask) -> Answer:
            if b"findFiles" in ask.body:
                return Answer(422, json.dumps({"errors": [refusal], "data": None}).encode())
            return await good(ask)

        scene.server.web.answer = older
        async with scene.running():
            (await scene.sync()).ended()
            scene.time.tick(LATER)
            scene.library.rename_file(7, "/data/renamed.mp4")
            scene.time.tick(LATER)
            (await scene.sync()).ended()
            scene.exact()


# within a second


async def test_a_scene_that_changes_again_while_a_slow_answer_is_written_is_read_again(scene: Scene) -> None:
    """The server's clock is read at the end of an answer: by then the second of the change is long over."""
    good = scene.server.web.answer
    slow = [True]

    async def answer(ask: Ask) -> Answer:
        said = await good(ask)
        if asked(ask) == "ScenesById" and slow:
            slow.clear()
            scene.library.update_scene(7, title="twice in a second")
            await asyncio.sleep(1.1)
            scene.time.tick(2)
            headers = tuple(one for one in said.headers if one[0] != "Date")
            return replace(said, headers=(*headers, ("Date", scene.library.clock.http())))
        return said

    scene.server.web.answer = answer
    scene.library.update_scene(7, title="once")
    (await scene.sync()).ended()
    await settled(scene)


async def test_scenes_that_change_in_the_second_of_their_page_are_read_again(tmp_path: Path) -> None:
    """A batch that comes in several answers is no older than its first one, and no younger than its last."""
    async with scene_in(tmp_path, scenes=20, page_size=20) as scene, scene.running():

        def change(question: str, data: Data) -> None:
            capped(question, data)
            if question == "Scenes" and data["found"]["rows"]:
                last = int(data["found"]["rows"][-1]["id"])
                scene.library.update_scene(last, title="twice in a second")
                scene.time.tick(10)
                if last < 20:
                    scene.library.update_scene(last + 5, title="once")

        scene.library.update_scene(5, title="once")
        with answering(scene, change):
            (await scene.sync()).ended()
        await settled(scene)


# servers that are not what they were


async def test_a_job_that_waits_does_not_go_on_with_another_server(tmp_path: Path) -> None:
    async with (
        scene_in(tmp_path / "one", scenes=60, page_size=10, speed=HURRIED) as scene,
        scene_in(tmp_path / "other", scenes=60, seed=9) as other,
    ):
        other.library.update_scenes(range(1, 61), {"title": "of the other"})
        async with scene.running():
            scene.during(8, lambda: setattr(scene.server, "faults", Faults(answer=Answer(500))))
            told = await scene.sync()
        assert told.state is JobState.PAUSED
        scene.server.faults = Faults()
        scene.url = other.server.url
        async with scene.running():
            with suppress(SyncTuiError):
                await scene.resume(told.job)
        assert scene.rows("SELECT count(*) FROM stash_scenes WHERE title = 'of the other'") == [(0,)]
        scene.url = ""
        async with scene.running():
            (await scene.sync()).ended()
        scene.exact()


@pytest.mark.parametrize("named", [True, False], ids=["named", "only failed"])
async def test_single_scenes_of_an_emptied_server_are_asked_about_first(scene: Scene, named: bool) -> None:
    scene.library.update_scene(7, title="cannot be read")
    scene.time.tick(3)
    with answering(scene, odd("Scenes", 7)):
        await scene.sync()
    targets = ("3", "7") if named else ()
    scene.library.wipe()
    live = "SELECT count(*) FROM catalog_scene WHERE deleted = 0"
    with pytest.raises(Braked):
        await scene.sync("auto", *targets, only_failed=not named)
    assert scene.rows(live) == [(60,)]
    (await scene.sync("auto", *targets, allow=True, only_failed=not named)).ended()
    assert scene.rows(live) == [(60 - (len(targets) or 1),)]


async def test_a_scene_with_an_absurd_number_is_trouble_by_itself(scene: Scene) -> None:
    number = 2**61
    stamp = scene.library.clock.stamp()
    scene.library.scenes.add(SceneRow(number, stamp, stamp, title="far away"))
    scene.library.update_scene(5, title="changed")
    scene.time.tick(30)
    told = await scene.sync()
    assert told.state is JobState.COMPLETED
    assert told.warnings or any(one.result is Result.FAILED for one in told.done), "one is left out, and that is said"
    assert [one for one in scene.wrong() if not any(str(far) in one for far in (number, 4 * number))] == []


# what others are told


async def test_a_scene_that_can_never_be_read_does_not_keep_news_from_the_feed(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=20) as scene:
        films = mapped(scene)
        with answering(scene, odd("Scenes", 3)):
            async with scene.running():
                await scene.sync()
                assert scene.rows("SELECT count(*) FROM changes") == [(0,)], "a first sync is no news"
                scene.time.tick(30)
                scene.library.scan_found("/data/new.mp4", fingerprints={"oshash": "0123456789abcdef"})
                scene.time.tick(30)
                await scene.sync()
        assert told_of(scene, films / "new.mp4") == ["created"]


async def test_a_file_that_goes_from_one_scene_to_another_is_not_told_as_removed(tmp_path: Path) -> None:
    """Whichever of them is stored first: both are read before either is written. What lies nowhere any more is told."""
    async with scene_in(tmp_path, scenes=60, page_size=20) as scene:
        films, library = mapped(scene), scene.library
        async with scene.running():
            (await scene.sync()).ended()
            scene.time.tick(30)
            moved = []
            for place in range(10):
                giver, taker = (1 + place, 41 + place) if place % 2 else (41 + place, 1 + place)
                (number,) = library.scenes[giver].files[:1]
                moved.append(films / library.files[number].path.removeprefix("/data/"))
                moved[-1].parent.mkdir(parents=True, exist_ok=True)
                moved[-1].touch()
                library.assign_file(number, taker)
            gone = films / library.files[15].path.removeprefix("/data/")
            library.remove_file(15)
            for number in {*range(1, 21), *range(41, 61)} - {15}:
                library.update_scene(number, title=f"changed {number}")
            scene.time.tick(30)
            good, both = scene.server.web.answer, asyncio.Barrier(2)

            async def answer(ask: Ask) -> Answer:
                said = await good(ask)
                if asked(ask) == "ScenesById":
                    with suppress(TimeoutError, asyncio.BrokenBarrierError):
                        await asyncio.wait_for(both.wait(), 1.0)
                return said

            scene.server.web.answer = answer
            (await scene.sync()).ended()
        assert [file.name for file in moved if "removed" in told_of(scene, file)[-1:]] == []
        assert told_of(scene, gone) == ["removed"]
        scene.exact()


async def test_players_are_told_of_a_sync_only_when_files_changed(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=20) as scene:
        mapped(scene, '[[player]]\nname = "TV"\nkind = "kodi"\nurl = "http://127.0.0.1:9"\nauto_sync = true\n')
        async with scene.running():

            async def told() -> bool:
                """Tell whether a job for players follows, or one is due by itself."""
                due = [await entry.wanted() for entry in scene.program.schedule if entry.request.kind == "players"]
                return any(due) or scene.rows("SELECT count(*) FROM jobs WHERE kind = 'players'") != [(0,)]

            (await scene.sync()).ended()
            scene.time.tick(30)
            scene.library.update_scene(3, title="another title")
            scene.time.tick(30)
            (await scene.sync()).ended()
            assert not await told()
            scene.library.rename_file(3, "/data/renamed.mp4")
            scene.time.tick(30)
            (await scene.sync()).ended()
            assert await told()
