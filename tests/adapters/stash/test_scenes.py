"""Scenes: read as they are sent, one that is odd spoils no other, and one that is gone is said to be."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from synctui.adapters.stash_fields import LONGEST_LIST, LONGEST_TEXT
from synctui.adapters.stash_scenes import SceneBook
from synctui.model.catalog import Entity, Scene, SceneFile, StashId
from synctui.simulators.web import Answer
from tests.adapters.stash.canned import ASKED, found, scene, stash, video


async def read(*rows: object, last: int = 2**63 - 1) -> Any:
    async with stash(found(*rows)) as (client, _):
        return await client.scenes_between(1, last)


async def single(**more: object) -> Scene:
    answer = await read(scene(1, **more))
    assert answer.troubles == ()
    (only,) = answer.scenes
    assert isinstance(only, Scene)
    return only


# as it should be


async def test_a_scene_is_read_with_all_that_it_has() -> None:
    answer = await read(scene(1))
    assert answer.scenes == (
        Scene(
            1,
            title="Scene 1",
            details="what happens",
            date="2026-01-02",
            rating100=80,
            organized=True,
            studio=7,
            o_counter=1,
            play_count=2,
            play_duration=12.5,
            created_at="2026-11-20T21:34:12-05:00",
            updated_at="2026-11-21T21:34:12-05:00",
            urls=("https://example.org/1",),
            stash_ids=(StashId("https://box.example/graphql", "abc"),),
            files=(
                SceneFile(
                    1,
                    "/media/1.mp4",
                    size=123_456_789_012,
                    duration=61.5,
                    mod_time="2026-11-19T21:34:12-05:00",
                    updated_at="2026-11-20T21:34:12-05:00",
                    width=1920,
                    height=1080,
                    video_codec="h264",
                    audio_codec="aac",
                    frame_rate=25.0,
                    bit_rate=5_000_000,
                    fingerprints=(("oshash", "30cf8100187704f9"),),
                ),
            ),
            performers=(5, 4),
            tags=(3, 1),
        ),
    )
    assert answer.names == {
        (Entity.STUDIO, 7): "Studio",
        (Entity.PERFORMER, 5): "Ann",
        (Entity.PERFORMER, 4): "Bea",
        (Entity.TAG, 3): "Red",
        (Entity.TAG, 1): "Blue",
    }
    assert answer.troubles == ()
    assert answer.date == ASKED


@pytest.mark.parametrize(
    ("told", "date"),
    [
        ("Fri, 27 Nov 2026 14:00:00 -0500", ASKED),
        ("yesterday", ""),
        ("", ""),
        ("Fri, 99 Nov 99999 19:00:00 GMT", ""),
    ],
)
async def test_the_servers_clock_is_taken_where_it_tells_one(told: str, date: str) -> None:
    answer = Answer(200, found(scene(1)).body, (("Date", told),))
    async with stash(answer) as (client, _):
        assert (await client.scenes_between(1, 5)).date == date


async def test_texts_are_stored_as_they_are() -> None:
    hostile = "[bold]x[/bold] \x1b[31m ‮ 한글 🎬 " + "y" * 100_000
    assert (await single(title=hostile)).title == hostile


# as it may be


@pytest.mark.parametrize(
    "key", ["title", "code", "details", "director", "date", "created_at", "updated_at", "last_played_at"]
)
@pytest.mark.parametrize(("value", "read_as"), [(None, ""), ("", ""), (5, "5"), (1.5, "1.5"), (10**20, str(10**20))])
async def test_a_text_may_be_missing_or_a_number(key: str, value: object, read_as: str) -> None:
    assert getattr(await single(**{key: value}), key) == read_as


@pytest.mark.parametrize("key", ["o_counter", "play_count"])
@pytest.mark.parametrize(("value", "read_as"), [(None, 0), ("7", 7), (7.0, 7), (-1, -1)])
async def test_a_number_may_be_a_text(key: str, value: object, read_as: int) -> None:
    assert getattr(await single(**{key: value}), key) == read_as


@pytest.mark.parametrize("key", ["play_duration", "resume_time"])
@pytest.mark.parametrize(
    ("value", "read_as"), [(None, 0.0), ("7.5", 7.5), (7, 7.0), (float("nan"), 0.0), (float("inf"), 0.0), ("1e999", 0.0)]
)
async def test_a_time_is_always_finite(key: str, value: object, read_as: float) -> None:
    assert getattr(await single(**{key: value}), key) == read_as


@pytest.mark.parametrize(
    ("value", "read_as"),
    [(None, None), (1, 1), (100, 100), (0, None), (101, None), (-5, None), ("60", 60), (60.0, 60), (True, None), ([], None)],
)
async def test_a_rating_is_one_to_a_hundred_or_none(value: object, read_as: int | None) -> None:
    assert (await single(rating100=value)).rating100 == read_as


@pytest.mark.parametrize(("value", "read_as"), [(None, False), (1, True), (0, False), ("true", True), ("false", False)])
async def test_yes_and_no_may_be_said_otherwise(value: object, read_as: bool) -> None:
    assert (await single(organized=value)).organized is read_as


async def test_what_is_missing_is_empty_and_what_is_more_is_passed_over() -> None:
    answer = await read({"id": "1", "novelty": {"deep": [1]}}, scene(2, novelty=5))
    assert [item.id for item in answer.scenes] == [1, 2]
    assert answer.scenes[0] == Scene(1)
    assert answer.troubles == ()


@pytest.mark.parametrize("key", ["urls", "stash_ids", "files", "performers", "tags"])
async def test_a_list_that_is_nothing_is_empty(key: str) -> None:
    assert getattr(await single(**{key: None}), key) == ()
    assert getattr(await single(**{key: []}), key) == ()
    assert getattr(await single(**{key: [None]}), key) == ()


@pytest.mark.parametrize("number", [1, "1", 2**31 - 1, str(2**31 - 1)])
async def test_an_id_may_be_a_number_or_its_text(number: object) -> None:
    answer = await read(scene(1, id=number))
    assert [item.id for item in answer.scenes] == [int(str(number))]


async def test_a_file_may_be_odd_as_well() -> None:
    odd = {"id": 9, "path": "/x", "size": "5", "duration": "2.5", "bit_rate": None, "fingerprints": None}
    assert (await single(files=[odd])).files == (SceneFile(9, "/x", size=5, duration=2.5),)


async def test_what_is_said_twice_within_a_scene_counts_once() -> None:
    twice = await single(
        tags=[{"id": "3", "name": "Red"}] * 2,
        performers=[{"id": "5", "name": "Ann"}] * 2,
        files=[video(1), video(2), video(1, path="/other")],
    )
    assert (twice.tags, twice.performers) == ((3,), (5,))
    assert [file.path for file in twice.files] == ["/media/1.mp4", "/media/2.mp4"]


async def test_names_that_are_missing_leave_the_links_alone() -> None:
    answer = await read(scene(1, tags=[{"id": "3", "name": None}, {"id": 4}], studio={"id": "7"}))
    assert answer.scenes[0].tags == (3, 4)
    assert answer.scenes[0].studio == 7
    assert set(answer.names) == {(Entity.PERFORMER, 5), (Entity.PERFORMER, 4)}


# as it cannot be meant


@pytest.mark.parametrize("row", [None, [], "x", 5, True, {}, {"title": "x"}])
async def test_a_row_that_is_none_spoils_no_other(row: object) -> None:
    answer = await read(scene(1), row, scene(3))
    assert [item.id for item in answer.scenes] == [1, 3]
    assert [(trouble.entity, trouble.id) for trouble in answer.troubles] == [(Entity.SCENE, 0)]
    assert answer.troubles[0].message


@pytest.mark.parametrize(
    "number", [None, "", "x", 0, "0", -1, "-1", 2**63, str(2**63), "1_0", " 1", "１", 1.5, True, [], {}]
)
async def test_a_row_without_a_usable_id_spoils_no_other(number: object) -> None:
    answer = await read(scene(1, id=number), scene(3))
    assert [item.id for item in answer.scenes] == [3]
    assert len(answer.troubles) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"files": "x"},
        {"files": {}},
        {"files": ["x"]},
        {"files": [video(0)]},
        {"files": [video(1, path=[])]},
        {"files": [video(1, size=2**63)]},
        {"files": [video(1, width={})]},
        {"files": [video(1, fingerprints=["x"])]},
        {"files": [video(1, fingerprints="x")]},
        {"tags": "x"},
        {"tags": ["3"]},
        {"tags": [{"name": "no id"}]},
        {"performers": [[]]},
        {"performers": [{"id": [], "name": "x"}]},
        {"studio": "x"},
        {"studio": {"id": "0"}},
        {"urls": "x"},
        {"urls": [[]]},
        {"stash_ids": [5]},
        {"title": []},
        {"title": True},
        {"details": {}},
        {"o_counter": "many"},
        {"o_counter": 2**64},
        {"o_counter": 1.5},
        {"play_duration": "long"},
        {"play_duration": 10**400},
        {"organized": "perhaps"},
    ],
    ids=str,
)
async def test_a_scene_of_a_wrong_shape_spoils_no_other(odd: dict[str, object]) -> None:
    answer = await read(scene(1), scene(2, **odd), scene(3))
    assert [item.id for item in answer.scenes] == [1, 3]
    assert [trouble.id for trouble in answer.troubles] == [2]
    assert next(iter(odd)) in answer.troubles[0].message


async def test_of_two_with_one_id_nobody_knows_which_is_right() -> None:
    for second in (scene(1, title="other"), {"id": 1}):
        answer = await read(scene(1), second, scene(2))
        assert [item.title for item in answer.scenes] == ["Scene 2"]
        assert [(trouble.id, trouble.message) for trouble in answer.troubles] == [(1, "it is in the answer twice")]


@pytest.mark.parametrize("raw", [b'"a\\ud800b"', b'"a\\uDFFFb"', b'"a\xed\xa0\x80b"', b'"a\\u0000b"'])
async def test_what_cannot_be_written_is_replaced(raw: bytes) -> None:
    body = (
        b'{"data": {"found": {"rows": [{"id": "1", "title": ' + raw + b', "files": [{"id": "1", "path": ' + raw + b"}]}]}}}"
    )
    async with stash(Answer(200, body)) as (client, _):
        (only,) = (await client.scenes_between(1, 5)).scenes
    for text in (only.title, only.files[0].path):
        assert set(text) == {"a", "b", "\ufffd"}
        text.encode()


async def test_a_real_pair_of_surrogates_is_a_character() -> None:
    body = b'{"data": {"found": {"rows": [{"id": "1", "title": "\\ud83c\\udfac"}]}}}'
    async with stash(Answer(200, body)) as (client, _):
        assert (await client.scenes_between(1, 5)).scenes[0].title == "🎬"


@pytest.mark.parametrize("piece", ["x", '"', "\\", "é"])
async def test_a_text_without_end_is_cut(piece: str) -> None:
    answer = await read(scene(1, details=piece * (2 * LONGEST_TEXT)), scene(2))
    assert [len(item.details) for item in answer.scenes] == [LONGEST_TEXT, 12]


async def test_a_list_without_end_is_cut() -> None:
    assert len((await single(urls=["x"] * (LONGEST_LIST + 5))).urls) == LONGEST_LIST


# how fast


def test_many_scenes_a_second_are_read() -> None:
    rows = json.loads(found(*(scene(number) for number in range(1, 5001))).body)["data"]["found"]["rows"]
    best = 1e9
    for _ in range(5):
        book = SceneBook()
        begun = time.process_time()
        book.read(rows)
        best = min(best, time.process_time() - begun)
    assert len(book.scenes) == 5000
    # Half of what is promised, for a machine that is busy.
    assert best < 5000 / 12_500
