"""Lists that are not what was asked for: pages without end, ids that do not rise, wrong counts, lists cut short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.stash_answers.cases import Case, each, see, stage_for
from tests.stash_answers.faults import altered
from tests.stash_answers.mirror import NOTHING, check_right
from tests.stash_answers.places import (
    CHANGES,
    FIRST,
    FULL,
    LATELY,
    LIST,
    LIST_AGAIN,
    MIDDLE,
    SWEEP,
    SWEEP_AGAIN,
    SWEEPS,
    Place,
)
from tests.stash_answers.stage import SCENES as ALL
from tests.stash_answers.stage import Stage

AGAIN = [pytest.param(False, id="first"), pytest.param(True, id="again")]


def _rows(change: Callable[[list[Any]], object]) -> Callable[[Any], None]:
    def alter(found: Any) -> None:
        change(found["data"]["found"]["rows"])

    return alter


def _reverse(rows: list[Any]) -> None:
    rows.reverse()


def _repeat(rows: list[Any]) -> None:
    rows.insert(2, rows[1])


def _at(place: int, row: object) -> Callable[[list[Any]], None]:
    def change(rows: list[Any]) -> None:
        # The page that says that there is no more has no such row.
        if place < len(rows):
            rows[place] = row

    return change


def _too_many(rows: list[Any]) -> None:
    rows[:] = [{"id": str(number), "updated_at": "2026-01-01T00:00:00Z"} for number in range(1, 5002)]


def _stranger(rows: list[Any]) -> None:
    rows.append({**rows[-1], "id": "10"})


def _count(value: object) -> Callable[[Any], None]:
    def alter(found: Any) -> None:
        for lists in found["data"].values():
            if isinstance(lists, dict) and "count" in lists:
                lists["count"] = value

    return alter


BOTH = (SWEEP, LATELY, SWEEP_AGAIN)
CASES = (
    Case("ids_fall", altered(_rows(_reverse)), "bad_list", BOTH),
    Case("id_repeated", altered(_rows(_repeat)), "bad_list", (SWEEP_AGAIN,)),
    Case("id_repeated_once", altered(_rows(_repeat)), "bad_list", BOTH, lasts="once"),
    Case("row_null", altered(_rows(_at(7, None))), "bad_list", (SWEEP,)),
    Case("row_text", altered(_rows(_at(0, "1"))), "bad_list", (SWEEP_AGAIN,)),
    Case("row_list", altered(_rows(_at(34, []))), "bad_list", (SWEEP,)),
    Case("id_missing", altered(_rows(_at(7, {"updated_at": "x"}))), "bad_list", (SWEEP_AGAIN,)),
    Case("id_0", altered(_rows(_at(0, {"id": "0", "updated_at": "x"}))), "bad_list", (SWEEP,)),
    Case("id_2**63", altered(_rows(_at(34, {"id": str(2**63), "updated_at": "x"}))), "bad_list", (SWEEP_AGAIN,)),
    Case("id_abc", altered(_rows(_at(3, {"id": "abc", "updated_at": "x"}))), "bad_list", (SWEEP,)),
    Case("id_float", altered(_rows(_at(3, {"id": 4.0, "updated_at": "x"}))), "bad_list", (SWEEP_AGAIN,)),
    Case("updated_at_row", altered(_rows(_at(3, {"id": "4", "updated_at": {}}))), "bad_list", (SWEEP,)),
    Case("too_many", altered(_rows(_too_many)), "bad_list", (SWEEP_AGAIN,)),
    Case("page_twice", altered(_rows(_stranger)), "bad_list", (MIDDLE,), lasts="there", helped=True),
    Case("count_null", altered(_count(None)), "bad_list", (FIRST,)),
    Case("count_text", altered(_count("many")), "bad_list", (FIRST,)),
    Case("count_-1", altered(_count(-1)), "bad_list", (FIRST,)),
    Case("count_2**70", altered(_count(2**70)), "bad_list", (FIRST,)),
    Case("count_nan", altered(_count(float("nan"))), "bad_list", (FIRST,)),
    Case("count_more", altered(_count(500)), "bad_list", (LIST, LIST_AGAIN)),
)


@pytest.mark.parametrize(("case", "place"), each(CASES))
def test_bad_answer(case: Case, place: Place, request: pytest.FixtureRequest) -> None:
    see(case, place, stage_for(place, request))


def _stage(again: bool, request: pytest.FixtureRequest) -> Stage:
    stage: Stage = request.getfixturevalue("known" if again else "fresh")
    return stage


@pytest.mark.parametrize("again", AGAIN)
def test_bad_answer_of_a_page_without_end(again: bool, request: pytest.FixtureRequest) -> None:
    """The same page comes for ever, whatever is asked; the server counts ten times as many."""
    stage = _stage(again, request)
    before = stage.catalogue()
    first: list[Any] = []

    def same(found: Any) -> None:
        rows = found["data"]["found"]["rows"]
        first[:] = first or rows[:20]
        rows[:] = first

    stage.wrong(altered(same), SWEEPS)
    stage.wrong(altered(_count(10 * ALL)), FIRST.where)
    ran = stage.run(*(CHANGES if again else FULL))
    assert ran.code == 5, ran.stdout
    assert len(stage.front.asked) < 30
    check_right(stage.catalogue(), before, stage.truth())
    assert stage.deleted() == []
    stage.front.calm()
    assert (stage.resume() if ran.planned else stage.run(*CHANGES)).code in (0, 3)
    assert stage.run(*CHANGES).code == 0
    assert stage.catalogue() == stage.truth()


@pytest.mark.parametrize("again", AGAIN)
def test_bad_answer_of_fewer_rows_than_asked_for(again: bool, request: pytest.FixtureRequest) -> None:
    """A server (or a proxy) that hands out seven rows at once at most: all come, and nothing counts as deleted."""
    stage = _stage(again, request)

    def cut(found: Any) -> None:
        del found["data"]["found"]["rows"][7:]

    stage.wrong(altered(cut), lambda question: question.name in ("Sweep", "Scenes"))
    ran = stage.run(*(CHANGES if again else FULL))
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()


@pytest.mark.parametrize("total", [pytest.param(0, id="0"), pytest.param(3, id="fewer"), pytest.param(5000, id="more")])
@pytest.mark.parametrize("again", AGAIN)
def test_bad_answer_of_a_total_that_is_another(again: bool, total: int, request: pytest.FixtureRequest) -> None:
    """Whatever the server counts: nothing wrong comes of it, nothing is deleted that is there."""
    stage = _stage(again, request)
    before = stage.catalogue()
    stage.wrong(altered(lambda found: found["data"]["scenes"].update(count=total)), FIRST.where)
    ran = stage.run(*(CHANGES if again else FULL))
    assert ran.code in (0, 3, 5, 10), ran.stdout
    check_right(stage.catalogue(), before, stage.truth())
    stage.front.calm()
    assert stage.run().code == 0
    assert stage.catalogue() == stage.truth()


@pytest.mark.parametrize(
    "kept", [pytest.param(0, id="nothing"), pytest.param(3, id="three"), pytest.param(34, id="all_but_one")]
)
def test_bad_answer_of_a_sweep_cut_short(kept: int, known: Stage) -> None:
    """A list with fewer than the server counts deletes nothing: somebody is asked (exit 10)."""
    before = known.catalogue()

    def cut(found: Any) -> None:
        rows = found["data"]["found"]["rows"]
        rows[:] = [row for row in rows if int(row["id"]) <= kept]

    known.wrong(altered(cut), SWEEPS)
    ran = known.run(*CHANGES)
    assert ran.code == 10, ran.stdout
    assert not ran.planned
    assert "would be marked as deleted" in ran.stderr
    assert "--allow-mass-change" in ran.stderr
    assert known.catalogue() == before
    known.front.calm()
    assert known.run().code == 0
    assert known.catalogue() == known.truth()


@pytest.mark.parametrize("name", ["Tags", "Performers", "Studios"])
def test_bad_answer_of_a_list_that_is_suddenly_empty(name: str, known: Stage) -> None:
    before = known.catalogue()

    def empty(found: Any) -> None:
        found["data"]["found"] = {"count": 0, "rows": []}

    known.wrong(altered(empty), lambda question: question.name == name)
    ran = known.run(*CHANGES)
    assert ran.code == 10, ran.stdout
    assert "would be marked as deleted" in ran.stderr
    assert known.catalogue() == before
    known.front.calm()
    assert known.run().code == 0
    assert known.catalogue() == known.truth()


def test_bad_answer_of_scenes_that_are_left_out_of_their_page(fresh: Stage) -> None:
    """Scenes that were listed and do not come are not lost: the next sync has them."""

    def cut(found: Any) -> None:
        rows = found["data"]["found"]["rows"]
        rows[:] = [row for row in rows if row["id"] != "15"]

    fresh.wrong(altered(cut), lambda question: question.name in ("Scenes", "ScenesById"))
    fresh.run()
    check_right(fresh.catalogue(), NOTHING, fresh.truth())
    fresh.front.calm()
    assert fresh.run("--mode", "incremental").code == 0
    assert fresh.catalogue() == fresh.truth()
