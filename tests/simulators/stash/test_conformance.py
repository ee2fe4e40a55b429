"""What was measured of Stash, asked of the simulator, and of a real server where STASH_URL names one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.stash.conftest import Stash

_COUNT = """query($id: Int!, $value: String!, $value2: String, $modifier: CriterionModifier!) {
  found: findScenes(scene_filter: {
    id: { value: $id, modifier: EQUALS }, updated_at: { value: $value, value2: $value2, modifier: $modifier }
  }) { count }
}"""


def _wall(text: str) -> str:
    return text[:19]


def _earlier(text: str) -> str:
    return f"2001{text[4:]}"


def _later(text: str) -> str:
    return f"2999{text[4:]}"


@pytest.mark.parametrize(
    ("value", "modifier", "found"),
    [
        (str, "EQUALS", True),
        (str, "NOT_EQUALS", False),
        (str, "GREATER_THAN", False),
        (str, "LESS_THAN", False),
        (_earlier, "GREATER_THAN", True),
        (_later, "GREATER_THAN", False),
        (_later, "LESS_THAN", True),
        (_wall, "EQUALS", False),
        (_wall, "GREATER_THAN", True),
        (lambda text: text[:10], "GREATER_THAN", True),
        (lambda text: f"{_wall(text)}.000{text[19:]}", "GREATER_THAN", False),
        (lambda _: "", "GREATER_THAN", True),
        (lambda _: "no time at all", "GREATER_THAN", False),
        (lambda _: "2999", "GREATER_THAN", True),
        (lambda _: "2999", "LESS_THAN", False),
        (_earlier, "BETWEEN", True),
        (_earlier, "NOT_BETWEEN", False),
        (_later, "BETWEEN", False),
        (str, "IS_NULL", False),
        (str, "NOT_NULL", True),
    ],
)
async def test_times_are_compared_as_texts(stash: Stash, value: Callable[[str], str], modifier: str, found: bool) -> None:
    number = await stash.make("scene")
    text = await stash.updated_at("scene", number)
    if ".000" in value(text) and text.endswith("Z"):
        found = True
    asked = {"id": int(number), "value": value(text), "modifier": modifier}
    assert (await stash.ask(_COUNT, asked))["found"]["count"] == int(found)


async def test_two_ends_of_a_stretch_of_time(stash: Stash) -> None:
    number = await stash.make("scene")
    text = await stash.updated_at("scene", number)
    asked = {"id": int(number), "value": _wall(text), "value2": text, "modifier": "BETWEEN"}
    assert (await stash.ask(_COUNT, asked))["found"]["count"] == 1
    assert (await stash.ask(_COUNT, {**asked, "value2": _wall(text)}))["found"]["count"] == 0


async def test_other_comparisons_break_the_server(stash: Stash) -> None:
    asked = {"id": 1, "value": "2020-01-01T00:00:00Z", "modifier": "INCLUDES"}
    message, data = await stash.trouble(_COUNT, asked)
    assert (message, data) == ("Internal system error. Error <unsupported date modifier type>", None)


async def test_times_are_whole_seconds_of_the_servers_zone(stash: Stash) -> None:
    text = await stash.updated_at("scene", await stash.make("scene"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", text)
    assert "+00:00" not in text
    logs = (await stash.ask("{ logs { time level message } }"))["logs"]
    assert {entry["time"][-6:].lstrip("0123456789.") for entry in logs if not entry["time"].endswith("Z")} <= {text[-6:]}
    assert logs


async def test_two_edits_in_one_second_look_alike(stash: Stash) -> None:
    for _ in range(3):
        number = await stash.make("scene")
        first = await stash.updated_at("scene", number)
        await stash.ask('mutation($id: ID!) { sceneUpdate(input: { id: $id, details: "other" }) { id } }', {"id": number})
        if await stash.updated_at("scene", number) == first:
            return
    pytest.fail("a change was told by its time alone")


async def _whole(stash: Stash) -> dict[str, str]:
    """Make a scene with all around it, and return the ids by role."""
    made = {role: await stash.make("tag") for role in ("tag", "other", "parent")}
    made["performer"] = await stash.make("performer")
    made["studio"] = await stash.make("studio")
    made["scene"] = await stash.make(
        "scene", tag_ids=[made["tag"]], performer_ids=[made["performer"]], studio_id=made["studio"]
    )
    return made


@pytest.mark.parametrize(
    ("change", "bumped"),
    [
        ("sceneUpdate(input: { id: $scene }) { id }", {"scene"}),
        ("bulkSceneUpdate(input: { ids: [$scene], tag_ids: { ids: [$other], mode: ADD } }) { id }", {"scene"}),
        ("bulkSceneUpdate(input: { ids: [$scene], rating100: 40 }) { id }", {"scene"}),
        ('tagUpdate(input: { id: $tag, description: "renamed" }) { id }', {"tag"}),
        ("tagUpdate(input: { id: $tag, parent_ids: [$parent] }) { id }", {"tag"}),
        ('performerUpdate(input: { id: $performer, details: "renamed" }) { id }', {"performer"}),
        ('studioUpdate(input: { id: $studio, details: "renamed" }) { id }', {"studio"}),
        ("tagDestroy(input: { id: $tag })", set()),
        ("performerDestroy(input: { id: $performer })", set()),
        ("studioDestroy(input: { id: $studio })", set()),
        ("tagsMerge(input: { source: [$tag], destination: $other }) { id }", set()),
        ("sceneAddO(id: $scene) { count }", set()),
        ("sceneAddPlay(id: $scene) { count }", set()),
        ("sceneSaveActivity(id: $scene, resume_time: 1.5, playDuration: 3)", set()),
    ],
)
async def test_what_bumps_and_what_does_not(stash: Stash, change: str, bumped: set[str]) -> None:
    made = await _whole(stash)
    kinds = {"other": "tag", "parent": "tag"}
    gone = {role for role in made if "Destroy" in change and f"${role}" in change} | (
        {"tag"} if "tagsMerge" in change else set()
    )
    left = {role: number for role, number in made.items() if role not in gone}
    before = {role: await stash.updated_at(kinds.get(role, role), number) for role, number in left.items()}
    await stash.next_second()
    used = {role: number for role, number in made.items() if f"${role}" in change}
    declared = ", ".join(f"${role}: ID!" for role in used)
    await stash.ask(f"mutation({declared}) {{ {change} }}", used)
    after = {role: await stash.updated_at(kinds.get(role, role), number) for role, number in left.items()}
    assert {role for role in left if before[role] != after[role]} == bumped


async def test_what_goes_is_gone_from_its_scene(stash: Stash) -> None:
    made = await _whole(stash)
    for kind in ("tag", "performer", "studio"):
        await stash.ask(f"mutation($id: ID!) {{ {kind}Destroy(input: {{ id: $id }}) }}", {"id": made[kind]})
    seen = await stash.ask(
        "query($id: ID!) { it: findScene(id: $id) { tags { id } performers { id } studio { id } } }", {"id": made["scene"]}
    )
    assert seen["it"] == {"tags": [], "performers": [], "studio": None}


async def test_merged_tags_live_on_as_aliases(stash: Stash) -> None:
    name = stash.name("merged")
    source = await stash.make("tag", name=name, aliases=[f"{name} too"])
    into = await stash.make("tag")
    child = await stash.make("tag", parent_ids=[source])
    scene = await stash.make("scene", tag_ids=[source, into])
    document = (
        "mutation($a: ID!, $b: ID!) { it: tagsMerge(input: { source: [$a], destination: $b }) { aliases children { id } } }"
    )
    merged = await stash.ask(document, {"a": source, "b": into})
    assert set(merged["it"]["aliases"]) == {name, f"{name} too"}
    assert merged["it"]["children"] == [{"id": child}]
    assert (await stash.ask("query($id: ID!) { it: findScene(id: $id) { tags { id } } }", {"id": scene}))["it"] == {
        "tags": [{"id": into}]
    }
    assert (await stash.ask("query($id: ID!) { it: findTag(id: $id) { id } }", {"id": source}))["it"] is None


async def test_merged_scenes_leave_their_tags_behind(stash: Stash) -> None:
    tag = await stash.make("tag")
    source, into = await stash.make("scene", tag_ids=[tag]), await stash.make("scene")
    before = await stash.updated_at("scene", into)
    await stash.next_second()
    document = "mutation($a: [ID!]!, $b: ID!) { it: sceneMerge(input: { source: $a, destination: $b }) { tags { id } } }"
    assert (await stash.ask(document, {"a": [source], "b": into}))["it"] == {"tags": []}
    assert await stash.updated_at("scene", into) != before
    message, _ = await stash.trouble(document, {"a": [into], "b": into})
    assert message == "destination scene cannot be in source list"


async def test_tags_are_in_the_order_of_their_names_and_urls_as_they_were_given(stash: Stash) -> None:
    word = stash.name("order")
    tags = [await stash.make("tag", name=f"{word} {letter}") for letter in "bAcD"]
    people = [await stash.make("performer") for _ in range(3)]
    boxes = [{"endpoint": f"https://{name}.example", "stash_id": "1"} for name in "za"]
    number = await stash.make(
        "scene", tag_ids=tags[::-1], performer_ids=people[::-1], urls=["https://z/", "https://a/"], stash_ids=boxes
    )
    document = (
        "query($id: ID!) { it: findScene(id: $id) { tags { id } performers { id } urls stash_ids { endpoint updated_at } } }"
    )
    seen = (await stash.ask(document, {"id": number}))["it"]
    assert [tag["id"] for tag in seen["tags"]] == [tags[1], tags[0], tags[2], tags[3]]
    assert {one["id"] for one in seen["performers"]} == set(people)
    assert seen["urls"] == ["https://z/", "https://a/"]
    assert {box["endpoint"] for box in seen["stash_ids"]} == {"https://a.example", "https://z.example"}
    assert re.fullmatch(r".*T\d\d:\d\d:\d\d\.\d+Z", seen["stash_ids"][0]["updated_at"])


async def test_what_a_new_scene_says_of_itself(stash: Stash) -> None:
    number = await stash.make("scene")
    times = "play_count play_duration resume_time last_played_at"
    fields = f"code details director date rating100 o_counter {times} urls studio {{ id }}"
    seen = await stash.send(f"query($id: ID!) {{ it: findScene(id: $id) {{ {fields} }} }}", {"id": number})
    assert seen.json()["data"]["it"] == {
        "code": "",
        "details": "",
        "director": "",
        "date": None,
        "rating100": None,
        "o_counter": 0,
        "play_count": 0,
        "play_duration": 0,
        "resume_time": 0,
        "last_played_at": None,
        "urls": [],
        "studio": None,
    }
    assert b"0.0" not in seen.content


async def test_pages(stash: Stash) -> None:
    numbers = [await stash.make("scene") for _ in range(27)]
    first, last = int(numbers[0]), int(numbers[-1])
    document = """query($first: Int!, $last: Int!, $page: FindFilterType) { found: findScenes(
      scene_filter: { id: { value: $first, value2: $last, modifier: BETWEEN } }, filter: $page
    ) { count scenes { id } } }"""

    async def page(**page: Any) -> list[str]:
        found = (await stash.ask(document, {"first": first, "last": last, "page": {"sort": "id", **page}}))["found"]
        assert found["count"] == 27
        return [scene["id"] for scene in found["scenes"]]

    assert await page() == numbers[:25]
    assert await page(page=2) == numbers[25:]
    assert await page(page=3) == []
    assert await page(page=0) == await page(page=-3) == numbers[:25]
    assert await page(per_page=-1) == numbers
    assert await page(per_page=0) == []
    assert await page(per_page=2, direction="DESC") == numbers[:-3:-1]
    assert await page(per_page=2, sort="updated_at", direction="DESC") != []


async def test_filters_are_joined(stash: Stash) -> None:
    numbers = [await stash.make("scene") for _ in range(4)]
    first, second, third, last = (int(number) for number in numbers)
    document = 'query($f: SceneFilterType) { found: findScenes(scene_filter: $f, filter: { sort: "id" }) { scenes { id } } }'

    async def found(**wanted: Any) -> list[int]:
        return [int(row["id"]) for row in (await stash.ask(document, {"f": wanted}))["found"]["scenes"]]

    def only(number: int) -> dict[str, Any]:
        return {"id": {"value": number, "modifier": "EQUALS"}}

    ours = {"id": {"value": first, "value2": last, "modifier": "BETWEEN"}}
    assert await found(**ours, NOT=only(second)) == [first, third, last]
    assert await found(**ours, AND=only(third)) == [third]
    assert await found(**only(second), OR=only(last)) == [second, last]
    assert await found(id={"value": first, "value2": second, "modifier": "BETWEEN"}, OR=only(last)) == [first, second, last]


async def test_going_on_behind_an_id_misses_nothing_that_stays(stash: Stash) -> None:
    numbers = [await stash.make("scene") for _ in range(9)]
    document = """query($after: Int!) { found: findScenes(
      scene_filter: { id: { value: $after, modifier: GREATER_THAN } }, filter: { per_page: 3, sort: "id" }
    ) { scenes { id } } }"""
    seen: list[str] = []
    after = int(numbers[0]) - 1
    while rows := (await stash.ask(document, {"after": after}))["found"]["scenes"]:
        seen += [row["id"] for row in rows]
        after = int(rows[-1]["id"])
        await stash.ask("mutation($id: ID!) { sceneDestroy(input: { id: $id }) }", {"id": rows[0]["id"]})
    assert seen == numbers


async def test_ids_are_answered_in_the_order_they_were_asked_for(stash: Stash) -> None:
    numbers = [await stash.make("scene") for _ in range(3)]
    asked = [numbers[2], numbers[0], numbers[1]]
    document = "query($ids: [ID!]) { found: findScenes(ids: $ids, filter: { per_page: 1 }) { count scenes { id } } }"
    found = (await stash.ask(document, {"ids": asked}))["found"]
    assert (found["count"], [scene["id"] for scene in found["scenes"]]) == (3, asked)


@pytest.mark.parametrize("kind", ["scene", "performer", "tag", "studio"])
async def test_one_missing_id_spoils_the_answer(stash: Stash, kind: str) -> None:
    number, root = await stash.make(kind), f"find{kind.capitalize()}"
    message, data = await stash.trouble(
        f"query($ids: [ID!]) {{ {root}s(ids: $ids) {{ count }} }}", {"ids": [number, "99999999"]}
    )
    assert (message, data) == (f"{kind} with id 99999999 not found", None)
    alone = await stash.ask(
        f"query($id: ID!) {{ a: {root}(id: $id) {{ id }} b: {root}(id: 99999999) {{ id }} }}", {"id": number}
    )
    assert alone == {"a": {"id": number}, "b": None}


@pytest.mark.parametrize(
    ("document", "message", "data"),
    [
        ('{ findScenes(ids: ["7", "7"]) { count } }', "validating ids: duplicate id found: 7", None),
        ('{ findScenes(ids: ["x"]) { count } }', 'converting ids: strconv.Atoi: parsing "x": invalid syntax', None),
        ('{ findScene(id: "x") { id } }', 'strconv.Atoi: parsing "x": invalid syntax', {"findScene": None}),
        ('{ findScenes(filter: { sort: "x" }) { count } }', "invalid sort: x", None),
        ('{ findTags(filter: { sort: "x" }) { count } }', "invalid sort: x", None),
        ('{ findFiles(filter: { sort: "mod_time" }) { count } }', "invalid sort: mod_time", None),
        (
            'mutation { sceneUpdate(input: { id: "99999999" }) { id } }',
            "scene with id 99999999 not found",
            {"sceneUpdate": None},
        ),
        ('mutation { sceneDestroy(input: { id: "99999999" }) }', "scene with id 99999999 not found", None),
        ('mutation { tagDestroy(input: { id: "99999999" }) }', "id 99999999 does not exist in tags", None),
    ],
)
async def test_what_the_server_says_of_it(stash: Stash, document: str, message: str, data: Any) -> None:
    assert await stash.trouble(document) == (message, data)


async def test_nothing_is_linked_to_what_is_not_there(stash: Stash) -> None:
    number = await stash.make("scene")
    for links in ('tag_ids: ["99999999"]', 'performer_ids: ["99999999"]', 'studio_id: "99999999"'):
        message, _ = await stash.trouble(
            f"mutation($id: ID!) {{ sceneUpdate(input: {{ id: $id, {links} }}) {{ id }} }}", {"id": number}
        )
        assert message.endswith("FOREIGN KEY constraint failed")


async def test_deleting_several_scenes_is_all_or_nothing(stash: Stash) -> None:
    number = await stash.make("scene")
    document = "mutation($ids: [ID!]!) { scenesDestroy(input: { ids: $ids }) }"
    message, _ = await stash.trouble(document, {"ids": [number, "99999999"]})
    assert message == "scene with id 99999999 not found"
    assert await stash.updated_at("scene", number)


@pytest.mark.parametrize("kind", ["scene", "tag", "performer", "studio"])
async def test_an_id_is_never_given_twice(stash: Stash, kind: str) -> None:
    number = await stash.make(kind)
    await stash.ask(f"mutation($id: ID!) {{ {kind}Destroy(input: {{ id: $id }}) }}", {"id": number})
    assert int(await stash.make(kind)) > int(number)


async def _clash(stash: Stash, kind: str, **fields: Any) -> str:
    document = f"mutation($input: {kind.capitalize()}CreateInput!) {{ {kind}Create(input: $input) {{ id }} }}"
    message, data = await stash.trouble(document, {"input": fields})
    assert data == {f"{kind}Create": None}
    return message


@pytest.mark.parametrize("kind", ["tag", "studio"])
async def test_names_of_tags_and_studios_do_not_clash(stash: Stash, kind: str) -> None:
    name, alias = stash.name("Name"), stash.name("Alias")
    await stash.make(kind, name=name, aliases=[alias])
    assert await _clash(stash, kind, name=name) == f"{kind} with name '{name}' already exists"
    assert await _clash(stash, kind, name=name.upper()) == f"{kind} with name '{name.upper()}' already exists"
    assert await _clash(stash, kind, name=alias.upper()) == f"name '{alias.upper()}' is used as alias for '{name}'"
    other = stash.name()
    assert await _clash(stash, kind, name=other, aliases=[name]) == f"{kind} with name '{name}' already exists"
    assert await _clash(stash, kind, name=other, aliases=[alias]) == f"name '{alias}' is used as alias for '{name}'"


async def test_performers_are_told_apart_by_a_disambiguation(stash: Stash) -> None:
    name = stash.name("Name")
    await stash.make("performer", name=name)
    await stash.make("performer", name=name, disambiguation="the other")
    assert await _clash(stash, "performer", name=name.upper()) == f"performer with name '{name.upper()}' already exists"
    message = await _clash(stash, "performer", name=name, disambiguation="the other")
    assert message == f"performer with name '{name}' and disambiguation 'the other' already exists"
    assert await _clash(stash, "performer", name="") == "performer name must not be blank"
