"""Probe, performers, tags and studios, and which scenes there are."""

from __future__ import annotations

import pytest

from synctui.errors import BadAnswer, NotReady
from synctui.model.catalog import Entity, Newest, Performer, StashId, Studio, SweptScene, Tag
from synctui.simulators.web import Answer, Ask
from tests.adapters.stash.canned import ASKED, answering, data, errors, found, probe, question, said, stash

WHEN = "2026-11-21T21:34:12-05:00"


# probe


async def test_a_probe_is_one_request() -> None:
    async with stash(data(**probe())) as (client, web):
        told = await client.probe()
        assert len(web.asked) == 1
    assert told.scenes == told.of(Entity.SCENE) == Newest(12, WHEN)
    assert told.performers == Newest(3, WHEN)
    assert told.tags == Newest(2, WHEN)
    assert told.studios == Newest(0)
    assert told.files == Newest(13, WHEN)
    assert told.date == ASKED
    assert told.offset == "-05:00"
    assert told.version == "v0.30.1"


@pytest.mark.parametrize(
    ("logs", "offset"),
    [
        (None, ""),
        ([], ""),
        ("x", ""),
        ([{"time": "2026-11-27T14:00:01.123456789-05:00"}], "-05:00"),
        ([{"time": "2026-11-27T14:00:01Z"}], "+00:00"),
        ([{"time": "2026-07-01T14:00:01+05:30"}, {"time": "2026-12-01T14:00:01+05:45"}], "+05:45"),
        ([{"time": "soon"}, {}, None, 5, {"time": 5}, {"time": "2026-11-27T14:00:01"}], ""),
    ],
)
async def test_the_zone_is_that_of_the_newest_line_of_the_log(logs: object, offset: str) -> None:
    async with stash(data(**probe(logs=logs))) as (client, _):
        assert (await client.probe()).offset == offset


@pytest.mark.parametrize("status", ["SETUP", "NEEDS_MIGRATION"])
async def test_a_server_that_is_not_ready_has_nothing(status: str) -> None:
    async with stash(data(**probe(systemStatus={"status": status}))) as (client, _):
        with pytest.raises(NotReady):
            await client.probe()


@pytest.mark.parametrize(
    "odd",
    [
        {"systemStatus": None},
        {"systemStatus": {"status": "ODD"}},
        {"scenes": None},
        {"tags": {"count": None, "tags": []}},
        {"tags": {"count": -1, "tags": []}},
        {"tags": {"count": "2", "tags": []}},
        {"tags": {"count": 2, "tags": None}},
        {"files": []},
    ],
    ids=str,
)
async def test_a_probe_that_does_not_say_how_many_is_none(odd: dict[str, object]) -> None:
    async with stash(data(**probe(**odd))) as (client, _):
        with pytest.raises(BadAnswer):
            await client.probe()


async def test_an_older_server_is_asked_for_less_and_that_is_remembered() -> None:
    async def say(ask: Ask) -> Answer:
        document = question(ask)["query"]
        if "logs" in document or "findFiles" in document:
            return said({"errors": [{"message": 'Cannot query field "findFiles" on type "Query".'}], "data": None}, 422)
        less = probe()
        del less["files"], less["logs"]
        return data(**less)

    async with answering(say) as (client, web):
        for _ in range(3):
            told = await client.probe()
        assert len(web.asked) == 4
    assert (told.scenes.count, told.files, told.offset) == (12, Newest(0), "")


async def test_a_server_that_refuses_both_is_asked_for_all_the_next_time() -> None:
    async with stash(said({"errors": [{"message": "no"}]}, 422)) as (client, web):
        for _ in range(2):
            with pytest.raises(BadAnswer):
                await client.probe()
    assert ["findFiles" in question(ask)["query"] for ask in web.asked] == [True, False, True, False]


# performers, tags, studios


async def test_performers_are_read() -> None:
    row = {
        "id": "5",
        "name": "Ann",
        "disambiguation": None,
        "alias_list": ["A", "An"],
        "gender": "FEMALE",
        "birthdate": "1990-01-02",
        "death_date": None,
        "country": "DE",
        "details": "tall",
        "rating100": 40,
        "favorite": True,
        "urls": None,
        "stash_ids": [{"endpoint": "https://box.example", "stash_id": "x"}],
        "created_at": WHEN,
        "updated_at": WHEN,
    }
    async with stash(found(row, count=1)) as (client, _):
        answer = await client.named(Entity.PERFORMER)
    assert answer.items == (
        Performer(
            5,
            "Ann",
            aliases=("A", "An"),
            gender="FEMALE",
            birthdate="1990-01-02",
            country="DE",
            details="tall",
            rating100=40,
            favorite=True,
            stash_ids=(StashId("https://box.example", "x"),),
            created_at=WHEN,
            updated_at=WHEN,
        ),
    )
    assert answer.date == ASKED


async def test_tags_may_lie_under_several() -> None:
    row = {"id": 3, "name": "Red", "sort_name": None, "aliases": ["r"], "parents": [{"id": "1"}, {"id": "2"}, {"id": "1"}]}
    async with stash(found(row, count=1)) as (client, _):
        assert (await client.named(Entity.TAG)).items == (Tag(3, "Red", aliases=("r",), parents=(1, 2)),)


async def test_a_studio_may_belong_to_another() -> None:
    rows = ({"id": "7", "name": "S", "parent_studio": {"id": "8"}}, {"id": "8", "name": "T", "parent_studio": None})
    async with stash(found(*rows, count=2)) as (client, _):
        assert (await client.named(Entity.STUDIO)).items == (Studio(7, "S", parent=8), Studio(8, "T"))


@pytest.mark.parametrize("entity", [Entity.PERFORMER, Entity.TAG, Entity.STUDIO])
@pytest.mark.parametrize("row", [None, [], "x", {}, {"id": "0"}, {"id": "2", "name": []}, {"id": "1"}])
async def test_one_that_is_odd_spoils_no_other(entity: Entity, row: object) -> None:
    async with stash(found({"id": "1", "name": "A"}, row, {"id": "3", "name": "C"}, count=3)) as (client, _):
        answer = await client.named(entity)
    assert [(item.id, item.name) for item in answer.items] == [(1, "A"), (3, "C")]
    assert len(answer.troubles) == 1
    assert answer.troubles[0].entity is entity


@pytest.mark.parametrize("count", [1, 3, "2"])
async def test_a_list_that_is_not_as_long_as_it_says_is_refused(count: object) -> None:
    async with stash(found({"id": "1", "name": "A"}, {"id": "2", "name": "B"}, count=count)) as (client, _):
        with pytest.raises(BadAnswer) as raised:
            await client.named(Entity.TAG)
    assert raised.value.code == "bad_list"


async def test_a_long_list_comes_in_one_answer() -> None:
    rows = [{"id": str(number), "name": "A", "details": "x" * 1000} for number in range(1, 40_001)]
    async with stash(found(*rows, count=len(rows)), timeout=60.0) as (client, web):
        assert len((await client.named(Entity.PERFORMER)).items) == 40_000
        assert len(web.asked) == 1


async def test_one_is_asked_for_by_itself() -> None:
    async with stash(data(found={"id": "3", "name": "Red"})) as (client, web):
        assert await client.named_one(Entity.TAG, 3) == Tag(3, "Red")
        assert await client.named_one(Entity.TAG, 0) is None
    assert question(web.asked[0])["variables"] == {"id": "3"}
    for gone in (data(found=None), errors("tag with id 3 not found"), errors("sql: no rows in result set")):
        async with stash(gone) as (client, _):
            assert await client.named_one(Entity.TAG, 3) is None
    for wrong in (data(), data(found=[]), data(found={"id": "4", "name": "Blue"}), data(found={"id": "3", "name": {}})):
        async with stash(wrong) as (client, _):
            with pytest.raises(BadAnswer):
                await client.named_one(Entity.TAG, 3)


# which scenes there are


async def test_a_sweep_goes_on_behind_an_id() -> None:
    async with stash(found({"id": "6", "updated_at": WHEN}, {"id": 9, "updated_at": None})) as (client, web):
        assert await client.sweep(5, 2) == (SweptScene(6, WHEN), SweptScene(9, ""))
    asked = question(web.asked[0])
    assert asked["variables"] == {"after": 5, "limit": 2}
    assert "o_counter" not in asked["query"]


async def test_a_sweep_brings_counters_where_they_are_asked_for() -> None:
    row = {"id": "6", "updated_at": WHEN, "o_counter": 1, "play_count": None, "play_duration": 2, "resume_time": 0.5}
    files = [{"id": "3", "updated_at": WHEN}, {"id": "4", "updated_at": None}]
    async with stash(found({**row, "files": files})) as (client, _):
        seen = SweptScene(6, WHEN, 1, 0, 2.0, 0.5, frozenset({(3, WHEN), (4, "")}))
        assert await client.sweep(5, 2, counters=True) == (seen,)


ROWS: list[list[object]] = [
    [{"id": "5"}],
    [{"id": "6"}, {"id": "6"}],
    [{"id": "7"}, {"id": "6"}],
    [{"id": "6"}, {"id": "7"}, {"id": "8"}],
    [{"id": None}],
    [{"id": "x"}],
    [{}],
    [None],
    [[]],
    ["6"],
    [{"id": "6", "updated_at": []}],
]


@pytest.mark.parametrize("rows", ROWS, ids=str)
async def test_a_sweep_out_of_order_is_refused(rows: list[object]) -> None:
    async with stash(found(*rows)) as (client, _):
        with pytest.raises(BadAnswer) as raised:
            await client.sweep(5, 2)
    assert raised.value.code == "bad_list"


async def test_scenes_whose_files_changed() -> None:
    rows = (
        {"id": "6", "files": [{"id": "1", "updated_at": WHEN}, {"id": 2, "updated_at": None}]},
        {"id": "7", "files": "x"},
        {"id": "8", "files": [{"id": "1"}, 5]},
    )
    async with stash(found(*rows)) as (client, web):
        assert await client.changed_files(5, "2026-11-21T20:00:00", 10) == ((6, ((1, WHEN), (2, ""))), (7, ()), (8, ()))
    assert question(web.asked[0])["variables"] == {"after": 5, "since": "2026-11-21T20:00:00", "limit": 10}


@pytest.mark.parametrize("rows", ROWS[:-1], ids=str)
async def test_changed_files_out_of_order_are_refused(rows: list[object]) -> None:
    async with stash(found(*rows)) as (client, _):
        with pytest.raises(BadAnswer):
            await client.changed_files(5, "2026-01-01", 2)
