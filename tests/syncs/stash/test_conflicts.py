"""What becomes of an edit when the server's value changes: three ways, field by field, and nothing lost silently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synctui.model.catalog import Edit, NamedSynced, Scene, ScenesSynced, Strategy, Tag
from synctui.model.conflicts import settle, unedited, value_of, with_edits
from synctui.model.json import Json
from synctui.store import catalog_edits as edits
from synctui.store import catalog_marks as marks
from synctui.store.catalog import checksum
from synctui.store.database import Database
from synctui.store.rows import write_rows

AT = "2026-11-27T12:00:00.000Z"
SCENE = Scene(7, title="Salt", details="A film", rating100=40, tags=(1, 2), updated_at="2026-11-27T06:00:00-05:00")


def edit(field: str, value: Json, base: Json | None = None) -> Edit:
    """Return an edit of the scene, made when the server had what it has above."""
    return Edit(7, field, value, value_of(SCENE, field) if base is None else base, AT)


@pytest.mark.parametrize(
    "field, value", [("title", "Mine"), ("details", ""), ("rating", 90), ("rating", None), ("tags", [2, 3])]
)
def test_an_edit_stands_while_the_server_says_what_it_said(field: str, value: Json) -> None:
    own = edit(field, value)
    assert settle(own, SCENE, "remote_wins") is None
    assert value_of(with_edits(SCENE, [own], []), field) == value
    assert unedited(with_edits(SCENE, [own], []), [own]) == SCENE


def test_what_the_server_came_to_say_as_well_is_no_edit_any_more() -> None:
    settled = settle(edit("tags", [2, 3]), replace(SCENE, tags=(3, 2)), "manual")
    assert settled is not None
    assert (settled.keep, settled.conflict) == (False, None)


def test_tags_in_another_order_are_the_same_tags() -> None:
    assert settle(edit("tags", [5]), replace(SCENE, tags=(2, 1)), "remote_wins") is None


@pytest.mark.parametrize(
    "strategy, changed, state",
    [
        ("remote_wins", "2026-11-27T08:00:00-05:00", "remote"),
        ("local_wins", "2026-11-27T08:00:00-05:00", "local"),
        ("manual", "2026-11-27T08:00:00-05:00", "open"),
        # 08:00 in New York is an hour after the edit at 12:00 UTC, though the text sorts before it.
        ("newest", "2026-11-27T08:00:00-05:00", "remote"),
        ("newest", "2026-11-27T06:59:59-05:00", "local"),
        ("newest", "2026-11-27T17:29:59+05:30", "local"),
    ],
)
def test_both_changed_it(strategy: Strategy, changed: str, state: str) -> None:
    remote = replace(SCENE, title="Theirs", updated_at=changed)
    settled = settle(edit("title", "Mine"), remote, strategy)
    assert settled is not None and settled.conflict is not None
    assert (settled.conflict.state, settled.keep, settled.base) == (state, state != "remote", "Theirs")
    assert (settled.conflict.base, settled.conflict.local, settled.conflict.remote) == ("Salt", "Mine", "Theirs")
    counts = with_edits(remote, [edit("title", "Mine")], [settled])
    assert counts.title == ("Theirs" if state == "remote" else "Mine")


def test_one_field_in_conflict_leaves_the_others_alone() -> None:
    remote = replace(SCENE, title="Theirs")
    own = [edit("title", "Mine"), edit("rating", 90)]
    settled = [one for each in own if (one := settle(each, remote, "remote_wins")) is not None]
    counts = with_edits(remote, own, settled)
    assert (counts.title, counts.rating100) == ("Theirs", 90)


async def _store(database: Database, *rows: object) -> None:
    await database.write(lambda connection: write_rows(connection, rows, job=1, at=AT))  # type: ignore[arg-type]


def _synced(*scenes: Scene, strategy: Strategy = "remote_wins") -> ScenesSynced:
    return ScenesSynced(scenes, checksums={scene.id: checksum(scene) for scene in scenes}, strategy=strategy)


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    """Return a catalogue of one scene."""
    opened = await Database.open(tmp_path / "synctui.db")
    await _store(opened, NamedSynced((Tag(1, "Drama"), Tag(2, "Sea", aliases=("Ocean",)))), _synced(SCENE))
    return opened


async def test_an_edit_counts_at_once_and_the_servers_value_is_kept_beside(database: Database) -> None:
    assert await edits.set_edit(database, 7, {"title": "Mine", "rating": None})
    scene = (await marks.whole_scenes(database, [7]))[7]
    assert (scene.title, scene.rating100) == ("Mine", None)
    own = {one.field: (one.value, one.base) for one in (await edits.edits_of(database, [7]))[7]}
    assert own == {"title": ("Mine", "Salt"), "rating": (None, 40)}
    assert [line.text for line in await edits.log_of(database, 7)] == ["rating: 40 → nothing", "title: Salt → Mine"]
    await database.close()


async def test_an_edit_back_to_what_the_server_has_is_none(database: Database) -> None:
    await edits.set_edit(database, 7, {"title": "Mine"})
    await edits.set_edit(database, 7, {"title": "Salt"})
    assert await edits.edits_of(database, [7]) == {}
    assert not await edits.set_edit(database, 8, {"title": "of nothing"})
    await database.close()


async def test_an_edit_that_was_made_while_an_answer_was_on_its_way_is_settled_with_it(database: Database) -> None:
    await edits.set_edit(database, 7, {"details": "Mine"})
    await _store(database, _synced(replace(SCENE, title="Theirs"), strategy="local_wins"))
    scene = (await marks.whole_scenes(database, [7]))[7]
    assert (scene.title, scene.details) == ("Theirs", "Mine")
    await edits.set_edit(database, 7, {"title": "Mine"})
    await _store(database, _synced(replace(SCENE, title="Newer"), strategy="local_wins"))
    assert (await marks.whole_scenes(database, [7]))[7].title == "Mine"
    (clash,) = await edits.conflicts(database, only_open=False)
    assert (clash.base, clash.local, clash.remote, clash.state) == ("Theirs", "Mine", "Newer", "local")
    await edits.set_edit(database, 7, {"title": "Newer"})
    assert "title" not in {one.field for one in (await edits.edits_of(database, [7]))[7]}
    await database.close()


async def test_a_decision_of_long_ago_brings_no_value_of_long_ago(database: Database) -> None:
    await edits.set_edit(database, 7, {"title": "Mine"})
    await _store(database, _synced(replace(SCENE, title="Theirs"), strategy="manual"))
    await _store(database, _synced(replace(SCENE, title="Later"), strategy="remote_wins"))
    (clash,) = await edits.conflicts(database, only_open=False)
    await _store(database, _synced(replace(SCENE, title="Latest"), strategy="remote_wins"))
    assert await edits.decide(database, clash.id, "remote")
    assert (await marks.whole_scenes(database, [7]))[7].title == "Latest"
    assert await edits.decide(database, clash.id, "local")
    (own,) = (await edits.edits_of(database, [7]))[7]
    assert (own.value, own.base) == ("Mine", "Latest")
    await database.close()


async def test_a_conflict_is_over_when_the_server_comes_to_say_the_same(database: Database) -> None:
    await edits.set_edit(database, 7, {"title": "Mine"})
    await _store(database, _synced(replace(SCENE, title="Theirs"), strategy="manual"))
    assert await edits.open_conflicts(database) == 1
    await _store(database, _synced(replace(SCENE, title="Mine"), strategy="manual"))
    assert (await edits.open_conflicts(database), await edits.edits_of(database, [7])) == (0, {})
    await database.close()


@pytest.mark.parametrize("strategy, title", [("manual", "Mine"), ("local_wins", "Mine"), ("remote_wins", "Theirs")])
async def test_a_decision_can_be_taken_either_way_and_taken_back(database: Database, strategy: Strategy, title: str) -> None:
    await edits.set_edit(database, 7, {"title": "Mine"})
    remote = replace(SCENE, title="Theirs")
    await _store(database, _synced(remote, strategy=strategy))
    (clash,) = await edits.conflicts(database, only_open=False)
    assert (await marks.whole_scenes(database, [7]))[7].title == title
    assert await edits.open_conflicts(database) == (strategy == "manual")
    for side, counts in (("local", "Mine"), ("remote", "Theirs"), ("local", "Mine")):
        assert await edits.decide(database, clash.id, side)
        assert (await marks.whole_scenes(database, [7]))[7].title == counts
        assert await edits.open_conflicts(database) == 0
    (own,) = (await edits.edits_of(database, [7]))[7]
    assert (own.value, own.base) == ("Mine", "Theirs")
    assert settle(own, remote, "remote_wins") is None
    await database.close()


async def test_tags_are_named_by_number_name_alias_and_else_made_here(database: Database) -> None:
    assert [await edits.tag_named(database, text) for text in ("2", "drama", "OCEAN", "New", "new")] == [2, 1, 2, -1, -1]
    await edits.set_edit(database, 7, {"tags": [1, -1]})
    await _store(database, NamedSynced((Tag(3, "Newer", aliases=("NEW",)),)))
    assert (await marks.whole_scenes(database, [7]))[7].tags == (1, 3)
    (own,) = (await edits.edits_of(database, [7]))[7]
    assert own.value == [1, 3]
    assert await edits.tag_named(database, "New") == 3
    await database.close()
