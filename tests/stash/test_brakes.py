"""Before much is marked as deleted a person is asked; what is marked is kept; servers that went back in time are noticed."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from synctui.model.states import JobState
from synctui.simulators.stash.library import Library
from synctui.simulators.web import Answer, Ask
from tests.stash.comparing import compare
from tests.stash.editing import Editor
from tests.stash.scene import HURRIED, Braked, Scene, scene_in


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a server of 60 scenes that was synced once, half a minute ago."""
    async with scene_in(tmp_path, scenes=60, zone="America/New_York") as made:
        async with made.running():
            (await made.sync()).ended()
        made.time.tick(30)
        yield made


def live(scene: Scene) -> int:
    return int(scene.rows("SELECT count(*) FROM catalog_scene WHERE deleted = 0")[0][0])


async def braked(scene: Scene, *words: str) -> None:
    """See that a run asks first and changes nothing."""
    before = scene.content()
    ran = await scene.command(*words)
    assert ran.code == 10, ran
    assert ran.of("plan")[0]["brakes"]
    assert not ran.of("job_start")
    assert scene.content() == before


@pytest.mark.parametrize("mode", ["auto", "incremental", "smart", "full"])
async def test_an_empty_server(scene: Scene, mode: str) -> None:
    scene.library.wipe()
    await braked(scene, "--mode", mode)
    assert live(scene) == 60
    ran = await scene.command("--mode", mode, "--allow-mass-change")
    assert ran.code == 0, ran
    assert live(scene) == 0
    assert scene.rows("SELECT count(*) FROM catalog_scene WHERE deleted = 1") == [(60,)]
    assert scene.wrong() == []
    assert (await scene.command()).planned == 0


@pytest.mark.parametrize("mode", ["auto", "full"])
async def test_more_than_half_of_it_vanished(scene: Scene, mode: str) -> None:
    scene.library.destroy_scenes(range(1, 37))
    await braked(scene, "--mode", mode)
    assert (await scene.command("--mode", mode, "--allow-mass-change")).code == 0
    assert live(scene) == 24
    assert scene.wrong() == []


@pytest.mark.parametrize("kind", ["tags", "performers", "studios"])
async def test_all_of_one_kind_vanished(scene: Scene, kind: str) -> None:
    table = getattr(scene.library, kind)
    destroy = getattr(scene.library, f"destroy_{kind.removesuffix('s')}")
    for number in table.ids():
        destroy(number)
    await braked(scene)
    assert (await scene.command("--allow-mass-change")).code == 0
    assert scene.wrong() == []


def cut_listing(scene: Scene, behind: int) -> None:
    """Have every list of scenes end after an id, as if the server had no more, while it counts all."""
    good = scene.server.web.answer

    async def answer(ask: Ask) -> Answer:
        said = await good(ask)
        if b"query Sweep" not in ask.body:
            return said
        told = json.loads(gzip.decompress(said.body))
        told["data"]["found"]["rows"] = [row for row in told["data"]["found"]["rows"] if int(row["id"]) <= behind]
        return replace(said, body=gzip.compress(json.dumps(told).encode()))

    scene.server.web.answer = answer


@pytest.mark.parametrize("mode", ["auto", "incremental", "smart", "full"])
@pytest.mark.parametrize("behind", [0, 50, 57, 59])
async def test_a_listing_that_was_cut_short(tmp_path: Path, behind: int, mode: str) -> None:
    """Even one scene that is missing there proves nothing, however few they are."""
    async with scene_in(tmp_path, scenes=60, speed=HURRIED) as scene, scene.running():
        (await scene.sync()).ended()
        scene.time.tick(30)
        good = scene.server.web.answer
        cut_listing(scene, behind)
        scene.library.update_scene(1, title="to be looked at")
        before = scene.content()
        with pytest.raises(Braked):
            await scene.sync(mode)
        assert scene.content() == before
        await scene.sync(mode, allow=True)
        assert live(scene) == 60, "they are asked for one by one before they are marked"
        scene.server.web.answer = good
        scene.time.tick()
        (await scene.sync(mode)).ended()
        assert scene.wrong() == []


@pytest.mark.parametrize("again", [True, False], ids=["again", "resumed"])
@pytest.mark.parametrize("behind", [0, 30, 59])
async def test_a_first_listing_that_was_cut_short(tmp_path: Path, behind: int, again: bool) -> None:
    """What was not listed is not thought to be here: the next sync looks again."""
    async with scene_in(tmp_path, scenes=60, speed=HURRIED) as scene, scene.running():
        good = scene.server.web.answer
        cut_listing(scene, behind)
        told = await scene.sync()
        scene.server.web.answer = good
        scene.time.tick()
        if told.state is JobState.PAUSED and not again:
            (await scene.resume(told.job)).ended()
        else:
            (await scene.sync()).ended()
        assert scene.wrong() == []


async def test_a_few_that_vanished_are_nothing_to_ask_about(scene: Scene) -> None:
    scene.library.destroy_scenes([1, 2, 3, 4, 5])
    assert (await scene.command()).code == 0
    assert live(scene) == 55


async def test_a_schedule_holds_deletions_back_and_says_so(scene: Scene) -> None:
    async with scene.running():
        scene.library.destroy_scenes(range(1, 37))
        scene.library.update_scene(50, title="goes on all the same")
        scene.time.tick()
        told = await scene.sync(origin="schedule")
        assert told.state is JobState.COMPLETED
        assert "hold" in told.actions
        assert "delete" not in told.actions
        assert any("36 of 60" in notice.message for notice in told.warnings)
        held = next(one for one in told.done if one.operation.action == "hold")
        assert "36" in held.message
        assert scene.rows("SELECT count(*) FROM journal WHERE type = 'alert'") == [(1,)]
        assert live(scene) == 60
        assert scene.rows("SELECT title FROM catalog_scene WHERE id = 50") == [("goes on all the same",)]
        assert scene.rows("SELECT held_back FROM stash_server") == [(36,)]
        scene.time.tick(7200)
        again = await scene.sync(origin="schedule")
        assert "hold" in again.actions, "it is said again until somebody answers"
        with pytest.raises(Braked):
            await scene.sync()
        (await scene.sync(allow=True)).ended()
        assert scene.wrong() == []
        scene.time.tick(7200)
        assert (await scene.sync(origin="schedule")).asked == 1


async def test_a_schedule_over_an_empty_server_leaves_everything(scene: Scene) -> None:
    async with scene.running():
        scene.library.wipe()
        for mode in ("auto", "incremental", "smart", "full"):
            told = await scene.sync(mode, origin="schedule")
            assert "delete" not in told.actions
            assert live(scene) == 60
            assert scene.rows("SELECT count(*) FROM catalog_tag WHERE deleted = 1") == [(0,)]


async def test_what_came_back_between_plan_and_deed_is_not_marked(scene: Scene) -> None:
    async with scene.running():
        backup = scene.library.snapshot()
        scene.library.destroy_scenes([1, 2, 3])
        scene.time.tick()
        told = await scene.sync(between=lambda: scene.library.restore(backup))
        assert live(scene) == 60
        assert told.state is JobState.COMPLETED
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []


# other servers, other times


async def test_a_server_whose_backup_was_restored(scene: Scene) -> None:
    """Newest times and counts go back, and ids that were seen already are given out anew."""
    async with Editor(scene.server.url, "backup") as editor, scene.running():
        backup = scene.library.snapshot()
        await editor.round()
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []
        scene.library.restore(backup)
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []
        await editor.create_scenes(4)
        await editor.round()
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []


TAKEN_BACK: dict[str, Callable[[Library], None]] = {
    "a file renamed": lambda library: library.rename_file(7, "/data/renamed.mp4"),
    "a tag destroyed": lambda library: library.destroy_tag(2),
    "tags merged": lambda library: library.merge_tags([2], 3),
    "a performer destroyed": lambda library: library.destroy_performer(2),
    "a studio destroyed": lambda library: library.destroy_studio(2),
    "a scene changed": lambda library: library.update_scene(7, title="changed"),
}


@pytest.mark.parametrize("what", TAKEN_BACK)
async def test_a_restored_backup_takes_back_what_no_scene_has_noted(scene: Scene, what: str) -> None:
    library = scene.library
    async with scene.running():
        backup = library.snapshot()
        TAKEN_BACK[what](library)
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []
        library.restore(backup)
        scene.time.tick(7200)
        (await scene.sync()).ended()
        assert scene.wrong() == []


async def test_a_restored_backup_whose_new_rows_have_old_ids_and_old_times(scene: Scene) -> None:
    """A scene with a known id is another one now; only that its text differs gives it away."""
    async with scene.running():
        backup = scene.library.snapshot()
        number = scene.library.create_scene(title="before the restore")
        scene.time.tick()
        (await scene.sync()).ended()
        scene.library.restore(backup)
        scene.time.tick(60)
        assert scene.library.create_scene(title="after it", tags=[1, 2]) == number
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []


async def test_another_server_at_another_address_is_asked_about(scene: Scene, tmp_path: Path) -> None:
    async with scene_in(tmp_path / "other", scenes=60, seed=9) as other:
        scene.url = other.server.url
        await braked(scene)
        assert (await scene.command("--allow-mass-change")).code == 0
        truth = other.truth
    assert compare(scene.database, truth) == []


async def test_the_same_server_at_another_address_is_no_news(scene: Scene) -> None:
    scene.url = scene.server.url.replace("127.0.0.1", "localhost")
    ran = await scene.command()
    assert ran.code == 0, ran
    assert scene.wrong() == []


async def test_what_is_gone_is_kept_and_marked_and_can_return(scene: Scene) -> None:
    async with scene.running():
        backup = scene.library.snapshot()
        title = scene.truth.scenes[7].title
        scene.library.destroy_scene(7)
        scene.library.destroy_tag(2)
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.rows("SELECT title, deleted FROM catalog_scene WHERE id = 7") == [(title, 1)]
        assert scene.rows("SELECT deleted FROM catalog_tag WHERE id = 2") == [(1,)]
        assert scene.rows("SELECT count(*) FROM catalog_scene_tag WHERE scene_id = 7") == [(0,)]
        assert scene.wrong() == []
        scene.library.restore(backup)
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.rows("SELECT deleted FROM catalog_scene WHERE id = 7") == [(0,)]
        assert scene.wrong() == []
        log = [row[0] for row in scene.rows("SELECT what FROM stash_log WHERE scene_id = 7 ORDER BY id")]
        assert log[-2:] == ["deleted", "returned"]
