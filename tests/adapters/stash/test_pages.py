"""Scenes by the page and by id: each comes once, and one that is gone is said to be."""

from __future__ import annotations

import pytest

from synctui.adapters import http
from synctui.errors import BadAnswer, ServerFailed
from synctui.simulators.web import Answer, Ask
from tests.adapters.stash.canned import ASKED, MISSING, answering, data, errors, found, question, scene, stash

# pages


async def test_pages_go_on_behind_the_last_id_and_each_scene_comes_once() -> None:
    pages = [found(scene(2), scene(5)), found(scene(6), scene(9)), found(scene(10))]
    async with stash(*pages) as (client, web):
        answer = await client.scenes_between(1, 20, 2)
    assert [item.id for item in answer.scenes] == [2, 5, 6, 9, 10]
    assert [question(ask)["variables"] for ask in web.asked] == [
        {"first": first, "last": 20, "limit": 2} for first in (1, 6, 10)
    ]


async def test_nothing_is_asked_for_no_ids() -> None:
    async with stash(found(scene(1))) as (client, web):
        assert (await client.scenes_between(5, 4)).scenes == ()
        assert (await client.scenes([])).scenes == ()
        assert await client.existing([]) == frozenset()
        assert web.asked == []


async def test_a_page_that_repeats_itself_is_no_loop() -> None:
    async with stash(found(scene(2), scene(5))) as (client, web):
        with pytest.raises(BadAnswer) as raised:
            await client.scenes_between(1, 20, 2)
        assert len(web.asked) == 2
    assert raised.value.code == "bad_list"


async def test_a_full_page_without_a_usable_id_is_no_loop() -> None:
    async with stash(found({}, {})) as (client, web):
        with pytest.raises(BadAnswer):
            await client.scenes_between(1, 20, 2)
        assert len(web.asked) == 1


async def test_scenes_that_nobody_asked_for_are_refused() -> None:
    async with stash(found(scene(21))) as (client, _):
        with pytest.raises(BadAnswer):
            await client.scenes_between(1, 20)


async def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones() -> None:
    there = {1: 10, 2: 10, 3: http.LARGEST, 4: 10, 5: 10}

    async def say(ask: Ask) -> Answer:
        asked = question(ask)["variables"]
        first = asked.get("first", asked.get("after", 0) + 1)
        numbers = [number for number in there if number >= first][: asked["limit"]]
        if "after" in asked:
            return found(*({"id": str(number), "updated_at": ""} for number in numbers))
        return found(*(scene(number, details="x" * there[number]) for number in numbers))

    async with answering(say, timeout=30.0) as (client, _):
        answer = await client.scenes_between(1, 9, 4)
    assert [item.id for item in answer.scenes] == [1, 2, 4, 5]
    assert [trouble.id for trouble in answer.troubles] == [3]


# by id


async def test_scenes_are_asked_for_by_id_in_one_request() -> None:
    async with stash(found(scene(3), scene(1))) as (client, web):
        answer = await client.scenes([3, 1, 3])
    assert [item.id for item in answer.scenes] == [1, 3]
    assert (answer.missing, answer.troubles) == ((), ())
    assert [question(ask)["variables"] for ask in web.asked] == [{"ids": ["1", "3"]}]


async def test_one_that_is_gone_spoils_no_other() -> None:
    async with stash(errors(MISSING), data(s1=scene(1), s2=None, s3=scene(3))) as (client, web):
        answer = await client.scenes([1, 2, 3])
    assert [item.id for item in answer.scenes] == [1, 3]
    assert answer.missing == (2,)
    assert answer.date == ASKED
    assert len(web.asked) == 2


async def test_ids_that_cannot_be_are_missing_and_not_asked_for() -> None:
    async with stash(found(scene(1))) as (client, web):
        answer = await client.scenes([0, -5, 1, 2**63])
    assert answer.missing == (-5, 0, 2**63)
    assert question(web.asked[0])["variables"] == {"ids": ["1"]}


async def test_one_that_was_left_out_is_asked_for_by_itself_before_it_is_missing() -> None:
    async with stash(found(scene(1), scene(2, id=None)), data(s2=scene(2), s3=None)) as (client, _):
        answer = await client.scenes([1, 2, 3])
    assert [item.id for item in answer.scenes] == [1, 2]
    assert answer.missing == (3,)
    assert answer.troubles == ()


@pytest.mark.parametrize("row", [[], "x", {}, {"id": "9"}, scene(2, id=None)])
async def test_one_that_cannot_be_read_is_not_missing(row: object) -> None:
    async with stash(errors(MISSING), data(s1=scene(1), s2=row)) as (client, _):
        if row == {"id": "9"}:
            with pytest.raises(BadAnswer):
                await client.scenes([1, 2])
            return
        answer = await client.scenes([1, 2])
    assert [item.id for item in answer.scenes] == [1]
    assert answer.missing == ()
    assert [trouble.id for trouble in answer.troubles] == [2]


async def test_one_of_which_nothing_is_said_is_not_missing() -> None:
    async with stash(errors(MISSING), data(s1=scene(1))) as (client, _):
        with pytest.raises(BadAnswer):
            await client.scenes([1, 2])


async def test_another_error_is_not_taken_for_a_missing_one() -> None:
    async with stash(errors("context deadline exceeded")) as (client, _):
        with pytest.raises(ServerFailed):
            await client.scenes([1, 2])


async def test_many_ids_are_asked_for_in_portions() -> None:
    async def say(ask: Ask) -> Answer:
        return found(*(scene(int(number)) for number in question(ask)["variables"]["ids"]))

    async with answering(say) as (client, web):
        answer = await client.scenes(range(1, 1201))
    assert [item.id for item in answer.scenes] == list(range(1, 1201))
    assert len(web.asked) == 3


async def test_which_are_there() -> None:
    async with stash(data(s1={"id": "1"}, s2=None, s3={"id": 3})) as (client, web):
        assert await client.existing([3, 2, 1, 0]) == {1, 3}
        assert len(web.asked) == 1
    for wrong in (data(s1={"id": "1"}), data(s1={"id": "2"}, s2=None), data(s1=[], s2=None)):
        async with stash(wrong) as (client, _):
            with pytest.raises(BadAnswer):
                await client.existing([1, 2])
