"""What each way of syncing does, and what it leaves alone."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.stash.editing import Editor
from tests.stash.scene import DAY, Scene, scene_in

STATE = ("SELECT * FROM stash_server", "SELECT * FROM stash_state ORDER BY entity")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a server of 60 scenes that was synced once, half a minute ago."""
    async with scene_in(tmp_path, scenes=60, zone="America/New_York") as made:
        async with made.running():
            (await made.sync()).ended()
        made.time.tick(30)
        yield made


def cursor(scene: Scene) -> list[list[tuple[object, ...]]]:
    return [scene.rows(sql) for sql in STATE]


# modes


async def test_a_dry_run_and_a_check_write_nothing(scene: Scene) -> None:
    async with Editor(scene.server.url, "dry") as editor:
        await editor.round()
    before = scene.content()
    for words in ((), ("--mode", "full"), ("--mode", "smart"), ("--force",)):
        ran = await scene.run("--run", "stash", "--dry-run", *words)
        assert (ran.code, ran.planned > 0) == (0, True), ran
        assert scene.content() == before
    assert (await scene.run("--run", "stash", "--check")).code == 14
    assert scene.content() == before


async def test_without_a_yes_nothing_is_written(scene: Scene) -> None:
    scene.library.destroy_tag(3)
    before = scene.content()
    assert (await scene.run("--run", "stash")).code == 10
    assert scene.content() == before


async def test_auto_is_full_first_then_what_changed_and_after_a_day_smart(scene: Scene) -> None:
    def modes() -> list[str]:
        return [row[0] for row in scene.rows("SELECT json_extract(payload, '$.mode') FROM operations WHERE key = 'record'")]

    assert scene.rows("SELECT count(*) FROM jobs") == [(1,)]
    async with scene.running():
        scene.library.update_scene(4, title="changed")
        scene.time.tick()
        told = await scene.sync()
        assert told.actions == ["fetch", "record"]
        assert told.planned[-1].payload["mode"] == "incremental"
        scene.clock.ahead += DAY
        scene.library.add_o(5)
        told = await scene.sync()
        assert told.planned[-1].payload["mode"] == "smart"
        scene.exact()


async def test_smart_writes_only_what_is_different(scene: Scene) -> None:
    async with scene.running():
        for number in range(1, 31):
            scene.library.update_scene(number)
        scene.library.update_scene(31, title="different")
        scene.time.tick()
        told = (await scene.sync("smart")).ended()
        fetched = [one.numbers for one in told.done if one.operation.action == "fetch"]
        assert (sum(one["updated"] for one in fetched), sum(one["skipped"] for one in fetched)) == (1, 30)  # type: ignore[misc]
        scene.exact()


async def test_full_fetches_all_and_finds_nothing_different(scene: Scene) -> None:
    async with scene.running():
        told = (await scene.sync("full")).ended()
        fetched = [one.numbers for one in told.done if one.operation.action == "fetch"]
        assert sum(one["processed"] for one in fetched) == 60  # type: ignore[misc]
        assert sum(one["updated"] for one in fetched) == 0  # type: ignore[misc]
        scene.exact()


async def test_force_writes_everything_anew(scene: Scene) -> None:
    async with scene.running():
        told = (await scene.sync(force=True)).ended()
        fetched = [one.numbers for one in told.done if one.operation.action == "fetch"]
        assert sum(one["updated"] for one in fetched) == 60  # type: ignore[misc]
        scene.exact(order=True)


async def test_force_mends_what_was_broken_here(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.database)) as connection, connection:
        connection.execute("UPDATE stash_scenes SET title = 'broken', rating100 = 1 WHERE id < 20")
        connection.execute("DELETE FROM stash_scene_tags WHERE scene_id = 5")
        connection.execute("UPDATE stash_tags SET name = 'broken' WHERE id = 4")
    assert scene.wrong()
    assert (await scene.command("--force")).code == 0
    scene.exact(order=True)


# narrower


async def test_since_narrows_and_moves_no_cursor(scene: Scene) -> None:
    async with scene.running():
        scene.library.update_scene(4, title="early")
        scene.library.destroy_scene(9)
        early = scene.time.at
        scene.time.tick(7200)
        scene.library.update_scene(5, title="late")
        scene.time.tick()
        before = cursor(scene)
        since = f"{scene.library.clock.text(early + 3600)}"
        told = (await scene.sync(since=since)).ended()
        assert [one.payload.get("ids") for one in told.planned if one.action == "fetch"] == [[5]]
        after = cursor(scene)
        assert after[0] == before[0], "what the next sync starts from stays"
        assert [row[2] for row in after[1]] == [row[2] for row in before[1]]
        (await scene.sync()).ended()
        assert scene.wrong() == []


async def test_since_with_a_mode_that_compares_everything_makes_no_sense(scene: Scene) -> None:
    assert (await scene.command("--since", "6h", "--mode", "full")).code == 2
    assert (await scene.command("--since", "yesterday-ish")).code == 2


@pytest.mark.parametrize("only", ["scenes", "performers", "tags", "studios", "tags,studios", "scenes,performers"])
async def test_only_some_kinds_of_things(scene: Scene, only: str) -> None:
    """What the rest missed is found by the next whole sync, links to what was marked as deleted meanwhile too."""
    async with Editor(scene.server.url, only) as editor, scene.running():
        for _ in range(2):
            await editor.round()
            scene.time.tick()
            server = scene.rows(STATE[0])
            told = await scene.sync(only=only.split(","))
            assert told.job
            assert scene.rows(STATE[0]) == server, "what the next sync starts from stays"
        kinds = {one.payload["entity"] for one in told.planned if one.action == "pull"}
        assert kinds <= {name.removesuffix("s") for name in only.split(",")}
        scene.time.tick()
        (await scene.sync()).ended()
        assert scene.wrong() == []


async def test_scenes_by_their_numbers(scene: Scene) -> None:
    async with scene.running():
        for number in (3, 4, 5):
            scene.library.update_scene(number, title=f"changed {number}")
        scene.library.destroy_scene(9)
        scene.time.tick()
        before = cursor(scene)
        told = (await scene.sync("auto", "3", "5", "9")).ended()
        assert told.actions == ["fetch", "delete", "record"]
        assert cursor(scene)[0] == before[0]
        titles = dict(scene.rows("SELECT id, title FROM catalog_scene WHERE id IN (3, 4, 5)"))
        assert titles[3] == "changed 3"
        assert titles[5] == "changed 5"
        assert titles[4] != "changed 4", "nobody named it"
        assert scene.rows("SELECT deleted FROM catalog_scene WHERE id = 9") == [(1,)]
        (await scene.sync()).ended()
        assert scene.wrong() == []


async def test_a_number_that_is_no_scene(scene: Scene) -> None:
    before = scene.content()
    ran = await scene.command("3", "777777")
    assert (ran.code, ran.planned) == (4, 0)
    assert (await scene.command("three")).code == 2
    assert scene.content() == before


async def test_a_limit_leaves_the_rest_for_the_next_time(scene: Scene) -> None:
    async with Editor(scene.server.url, "limit") as editor:
        await editor.round()
    scene.time.tick()
    for _ in range(3):
        ran = await scene.command("--limit", "2")
        assert (ran.code, ran.planned <= 2) == (0, True), ran
    assert (await scene.command()).code == 0
    assert scene.wrong() == []


async def test_a_limit_at_the_first_time_of_all(tmp_path: Path) -> None:
    async with scene_in(tmp_path, scenes=60) as scene:
        for number in range(1, 6):
            assert (await scene.command("--limit", str(number))).code == 0
        assert (await scene.command()).code == 0
        assert scene.wrong() == []


async def test_a_wrong_key_is_said_and_nothing_is_touched(scene: Scene) -> None:
    before = scene.content()
    scene.server.api_key = "another"
    assert (await scene.command()).code == 7
    assert scene.content() == before


@pytest.mark.parametrize("state", ["SETUP", "NEEDS_MIGRATION"])
async def test_a_server_that_is_not_ready(scene: Scene, state: str) -> None:
    before = scene.content()
    scene.server.state = state  # type: ignore[assignment]
    assert (await scene.command()).code == 5
    assert scene.content() == before
