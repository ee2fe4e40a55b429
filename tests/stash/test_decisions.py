"""What a person edited and decided, while the server goes on changing: nothing is lost, and nothing stale comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from synctui.model.catalog import Conflict, Edit, Strategy
from synctui.model.json import Json
from synctui.simulators.web import Answer, Ask
from synctui.store import catalog_edits as edits
from synctui.store.database import Database
from tests.stash.scene import Scene, scene_in

NUMBER = 6


@pytest.fixture
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a server of 20 scenes that was synced once; the program runs, with the strategy of the parameter."""
    strategy: Strategy = getattr(request, "param", "remote_wins")
    async with scene_in(tmp_path, scenes=20, conflict=strategy) as made, made.running():
        (await made.sync()).ended()
        made.time.tick(30)
        yield made


async def synced(scene: Scene, **fields: Any) -> None:
    """Change the scene on the server, and sync."""
    scene.library.update_scene(NUMBER, **fields)
    scene.time.tick(30)
    (await scene.sync()).ended()


async def edit(scene: Scene, **values: Json) -> None:
    """Change the scene here."""
    assert await edits.set_edit(database(scene), NUMBER, values)


async def edited(scene: Scene) -> list[Edit]:
    return (await edits.edits_of(database(scene), [NUMBER])).get(NUMBER, [])


async def clash(scene: Scene) -> Conflict:
    """Return the one conflict, decided or not."""
    (found,) = await edits.conflicts(database(scene), only_open=False)
    return found


def database(scene: Scene) -> Database:
    return scene.program.database


def title(scene: Scene) -> str:
    return str(scene.rows("SELECT title FROM catalog_scene WHERE id = ?", NUMBER)[0][0])


def tags(scene: Scene) -> set[str]:
    sql = "SELECT t.name FROM catalog_scene_tag r JOIN catalog_tag t ON t.id = r.tag_id WHERE r.scene_id = ?"
    return {row[0] for row in scene.rows(sql, NUMBER)}


async def disputed(scene: Scene) -> Conflict:
    """Let the title be edited here and changed there, and then once more there, to `D`."""
    await edit(scene, title="mine")
    await synced(scene, title="B")
    found = await clash(scene)
    await synced(scene, title="D")
    return found


async def test_who_decides_for_the_server_gets_what_it_says_now(scene: Scene) -> None:
    found = await disputed(scene)
    assert title(scene) == "D"
    await edits.decide(database(scene), found.id, "remote")
    assert title(scene) == "D"
    scene.exact()


async def test_who_decides_for_an_edit_can_take_it_back_to_what_the_server_says_now(scene: Scene) -> None:
    found = await disputed(scene)
    assert await edits.decide(database(scene), found.id, "local")
    assert title(scene) == "mine"
    assert [one.base for one in await edited(scene)] == ["D"]
    await synced(scene, details="something else")
    assert title(scene) == "mine", "the server did not change it again"
    await edit(scene, title="D")
    assert await edited(scene) == []
    scene.exact()


@pytest.mark.parametrize("scene", ["manual"], indirect=True)
async def test_a_conflict_is_over_when_the_server_comes_to_say_the_same(scene: Scene) -> None:
    await edit(scene, title="mine")
    await synced(scene, title="B")
    assert (await clash(scene)).state == "open"
    assert title(scene) == "mine"
    await synced(scene, title="mine")
    assert await edits.open_conflicts(database(scene)) == 0
    assert await edited(scene) == []
    await edits.decide(database(scene), (await clash(scene)).id, "remote")
    assert title(scene) == "mine", "it is the server's as well"
    scene.exact()


@pytest.mark.parametrize(
    ("scene", "shown"), [("remote_wins", "B"), ("local_wins", "C"), ("manual", "C")], indirect=["scene"]
)
async def test_an_edit_made_while_its_scene_is_being_read_is_weighed_against_what_is_read(scene: Scene, shown: str) -> None:
    """The answer refers to a tag that nobody has seen yet: asking for that takes a moment, in which the edit comes."""
    good = scene.server.web.answer

    async def answer(ask: Ask) -> Answer:
        if b"query ScenesById" in ask.body:
            new = scene.library.create_tag(name="brand new")
            scene.library.update_scene(NUMBER, title="B", tags=[1, new])
        elif b"query OneByOne" in ask.body:
            await edit(scene, title="C")
        return await good(ask)

    scene.library.update_scene(NUMBER, details="to be read")
    scene.time.tick(30)
    scene.server.web.answer = answer
    (await scene.sync()).ended()
    scene.server.web.answer = good
    assert title(scene) == shown
    assert (await clash(scene)).remote == "B"
    assert [one.base for one in await edited(scene)] == (["B"] if shown == "C" else [])
    await edit(scene, title="B")
    assert await edited(scene) == []
    scene.time.tick(30)
    (await scene.sync()).ended()
    scene.exact()


async def test_a_tag_that_exists_here_alone_stays_itself_when_the_server_gets_it(scene: Scene) -> None:
    """Another one that is made later is never taken for it, in an old conflict either."""
    first = scene.truth.tags[1].name
    number = await edits.tag_named(database(scene), "Fresh")
    await edit(scene, tags=[1, number])
    assert tags(scene) == {first, "Fresh"}
    await synced(scene, tags=[2, 3])
    found = await clash(scene)
    assert tags(scene) == {scene.truth.tags[2].name, scene.truth.tags[3].name}
    scene.library.create_tag(name="Fresh")
    scene.time.tick(30)
    (await scene.sync()).ended()
    assert await edits.tag_named(database(scene), "Other") != number
    assert await edits.decide(database(scene), found.id, "local")
    assert tags(scene) == {first, "Fresh"}


@pytest.mark.parametrize("side", ["local", "remote"])
async def test_a_decision_about_a_scene_that_is_gone_does_not_let_it_be_found_again(scene: Scene, side: str) -> None:
    await edit(scene, title="Zugzwang")
    await synced(scene, title="Zwischenzug")
    found = await clash(scene)
    scene.library.destroy_scene(NUMBER)
    scene.time.tick(30)
    (await scene.sync()).ended()
    await edits.decide(database(scene), found.id, side)
    sql = "SELECT count(*) FROM stash_search WHERE stash_search MATCH 'zugzwang OR zwischenzug'"
    assert scene.rows(sql) == [(0,)]
    scene.exact()
