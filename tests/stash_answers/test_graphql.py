"""What the server itself says instead of an answer: each at the first question, a middle page and the last one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from synctui.simulators.stash.scope import State
from synctui.simulators.web import Answer
from tests.stash_answers.cases import Case, each, see, stage_for
from tests.stash_answers.faults import altered, complains, rewritten, says, values
from tests.stash_answers.front import Question
from tests.stash_answers.places import (
    FILES_AGAIN,
    FIRST,
    FIRST_AGAIN,
    LAST,
    LAST_AGAIN,
    LATELY,
    LIST,
    LIST_AGAIN,
    MIDDLE,
    MIDDLE_AGAIN,
    SWEEP,
    SWEEP_AGAIN,
    Place,
)

PANIC = "Internal system error. Error <runtime error: invalid memory address or nil pointer dereference>"
PLANNED = (FIRST, LIST_AGAIN, LATELY, SWEEP_AGAIN, FILES_AGAIN)


def _with_error(found: Any) -> None:
    found["errors"] = [{"message": "sql: something broke", "path": ["found", "rows", 3]}]


def _without_rows(instead: object) -> Any:
    def change(found: Any) -> None:
        for lists in found["data"].values():
            if isinstance(lists, dict):
                lists.update({name: instead for name, value in lists.items() if isinstance(value, list)})

    return change


def _nothing_found(found: Any) -> None:
    found["data"] = {
        name: None if isinstance(value, dict) and name != "systemStatus" else value for name, value in found["data"].items()
    }


CASES = (
    Case("errors_and_data", altered(_with_error), "graphql_error", (*PLANNED, LIST, SWEEP, MIDDLE, MIDDLE_AGAIN)),
    Case("errors_and_data_once", altered(_with_error), "graphql_error", (LIST, MIDDLE, LAST, LAST_AGAIN), lasts="once"),
    Case("errors_and_data_there", altered(_with_error), "graphql_error", (MIDDLE, LAST), lasts="there", helped=True),
    Case("error_null", complains("something broke"), "graphql_error", (FIRST_AGAIN, SWEEP, MIDDLE)),
    Case("errors_text", values({"errors": "it broke", "data": None}), "graphql_error", (FIRST, LIST, MIDDLE_AGAIN)),
    Case("errors_odd", values({"errors": [None, 7], "data": {}}), "graphql_error", (FIRST_AGAIN, SWEEP_AGAIN, MIDDLE)),
    Case(
        "not_found_there",
        complains("scene with id 12 not found"),
        "",
        (MIDDLE, LAST, MIDDLE_AGAIN, LAST_AGAIN),
        0,
        "there",
        True,
    ),
    Case("locked", complains("database is locked"), "database_locked", (*PLANNED, LIST, SWEEP, MIDDLE, LAST, LAST_AGAIN)),
    Case(
        "locked_once",
        complains("database is locked"),
        "database_locked",
        (FIRST, LIST, SWEEP, MIDDLE, LAST_AGAIN),
        5,
        "once",
    ),
    Case(
        "422",
        complains('Cannot query field "found"', None, 422, code="GRAPHQL_VALIDATION_FAILED"),
        "refused_query",
        (*PLANNED, MIDDLE, LAST),
    ),
    Case(
        "422_syntax",
        complains("Expected Name", None, 422, code="GRAPHQL_PARSE_FAILED"),
        "refused_query",
        (FIRST_AGAIN, LIST, MIDDLE_AGAIN),
    ),
    Case(
        "400", complains("json request body could not be decoded", None, 400), "refused_query", (FIRST, SWEEP, MIDDLE, LAST)
    ),
    Case(
        "400_transport",
        says(400, b'{"errors":[{"message":"transport not supported"}],"data":null}', ("Content-Type", "text/plain")),
        "refused_query",
        (FIRST, MIDDLE_AGAIN, LAST_AGAIN),
    ),
    Case("400_text", says(400, b"no", ("Content-Type", "text/plain")), "refused_query", (FIRST, MIDDLE, LAST)),
    Case("data_missing", values({}), "not_it", (*PLANNED, LIST, SWEEP, MIDDLE, LAST)),
    Case("data_null", values({"data": None}), "not_it", (FIRST_AGAIN, SWEEP, MIDDLE_AGAIN, LAST_AGAIN)),
    Case("data_list", values({"data": []}), "not_it", (FIRST, LIST_AGAIN, MIDDLE, LAST)),
    Case("data_text", values({"data": "x"}), "not_it", (FIRST, LIST, MIDDLE, LAST)),
    Case("answer_list", values([1, 2]), "not_it", (FIRST, SWEEP_AGAIN, MIDDLE, LAST)),
    Case("answer_number", values(7), "not_it", (FIRST_AGAIN, FILES_AGAIN, MIDDLE_AGAIN)),
    Case("data_twice", rewritten(lambda body: body[:-1] + b',"data":null}'), "not_it", (FIRST, SWEEP_AGAIN, MIDDLE, LAST)),
    Case("found_null", altered(_nothing_found), "bad_list", (*PLANNED, LIST, SWEEP, MIDDLE)),
    Case("found_null_there", altered(_nothing_found), "bad_list", (MIDDLE, LAST), lasts="there", helped=True),
    Case("scenes_null", altered(_without_rows(None)), "bad_list", (*PLANNED, LIST, SWEEP, MIDDLE)),
    Case("scenes_text", altered(_without_rows("none")), "bad_list", (FIRST, LIST_AGAIN, SWEEP_AGAIN, MIDDLE)),
    Case("scenes_row", altered(_without_rows({"id": "1"})), "bad_list", (FIRST_AGAIN, LIST, SWEEP, MIDDLE)),
    Case("scenes_null_once", altered(_without_rows(None)), "bad_list", (LIST, SWEEP, MIDDLE, LAST_AGAIN), lasts="once"),
    Case("panic_once", complains(PANIC), "graphql_error", (LIST, SWEEP, MIDDLE, LAST_AGAIN), lasts="once"),
)


def _becomes(state: State) -> list[Any]:
    places = (FIRST, SWEEP, MIDDLE, SWEEP_AGAIN, LAST_AGAIN)
    return [pytest.param(state, place, id=f"{state.lower()}-{place.name}") for place in places]


@pytest.mark.parametrize(("case", "place"), each(CASES))
def test_bad_answer(case: Case, place: Place, request: pytest.FixtureRequest) -> None:
    see(case, place, stage_for(place, request))


@pytest.mark.parametrize(("state", "place"), [*_becomes("SETUP"), *_becomes("NEEDS_MIGRATION")])
def test_bad_answer_of_a_server_that_waits_for_its_owner(state: State, place: Place, request: pytest.FixtureRequest) -> None:
    stage = stage_for(place, request)

    async def restarted(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        stage.stash.state = state
        return await question.answer()

    before = stage.catalogue()
    stage.wrong(restarted, place.where, times=1)
    ran = stage.run(*place.words)
    assert ran.code == 5, ran.stdout
    stage.check_waiting(ran, "not_ready", planning=place.planning)
    assert "open Stash in a browser" in (ran.stderr if place.planning else ran.paused["message"])
    stage.stash.state = "OK"
    assert stage.deleted() == []
    assert stage.catalogue().scenes.keys() >= before.scenes.keys()
    ran = stage.resume() if ran.planned else stage.run(*place.words)
    assert ran.code == 0
    assert stage.catalogue() == stage.truth()
