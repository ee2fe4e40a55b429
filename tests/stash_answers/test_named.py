"""Performers, tags and studios that are not as they should be, in the first sync and in a later one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.stash_answers.faults import altered
from tests.stash_answers.mirror import NOTHING, check_right
from tests.stash_answers.places import CHANGES, FULL
from tests.stash_answers.stage import Stage

LISTS = {"tag": "Tags", "performer": "Performers", "studio": "Studios"}
AGAIN = (False, True)


@dataclass(frozen=True, slots=True)
class Odd:
    """What is done to the second row of a list; `nameless` says that nobody can tell which one it is."""

    name: str
    change: Callable[[dict[str, Any]], object]
    nameless: bool = False


def _set(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda row: row.update(fields) or row


ODD = (
    Odd("row_null", lambda row: None, nameless=True),
    Odd("row_text", lambda row: "tag", nameless=True),
    Odd("id_missing", lambda row: {key: value for key, value in row.items() if key != "id"}, nameless=True),
    Odd("id_0", _set(id=0), nameless=True),
    Odd("id_2**70", _set(id=2**70), nameless=True),
    Odd("id_abc", _set(id="abc"), nameless=True),
    Odd("name_row", _set(name={})),
    Odd("urls_or_aliases_text", _set(aliases="x", alias_list="x")),
    Odd("stash_ids_of_texts", _set(stash_ids=["x"])),
    Odd("favorite_text", _set(favorite="very")),
)


def _matrix() -> list[Any]:
    entities = list(LISTS)
    return [
        pytest.param(odd, entity, again, id=f"{odd.name}-{entity}-{'again' if again else 'first'}")
        for number, odd in enumerate(ODD)
        for place, entity in enumerate(entities)
        for again in AGAIN
        if odd.name == "row_null" or (place == number % 3 and again is (number % 2 == 0))
    ]


def _where(entity: str) -> Callable[[Any], bool]:
    return lambda question: question.name == LISTS[entity]


@pytest.mark.parametrize(("odd", "entity", "again"), _matrix())
def test_bad_answer(odd: Odd, entity: str, again: bool, request: pytest.FixtureRequest) -> None:
    stage: Stage = request.getfixturevalue("known" if again else "fresh")
    before, truth = stage.catalogue(), stage.truth()

    def alter(found: Any) -> None:
        rows = found["data"]["found"]["rows"]
        rows[1] = odd.change(rows[1])

    stage.wrong(altered(alter), _where(entity))
    ran = stage.run(*(CHANGES if again else FULL), *(("--force",) if again else ()))

    assert ran.code == 3, ran.stdout
    assert ran.end["state"] == "completed"
    errors = [error for error in ran.errors if error["kind"] == entity]
    assert len(errors) == 1
    assert (errors[0]["id"] == "0") is odd.nameless
    assert errors[0]["message"]
    assert errors[0]["timestamp"]
    now = stage.catalogue()
    check_right(replace(now, **{f"{entity}s": {}}), NOTHING, truth)
    assert now.scenes == truth.scenes
    if again:
        assert getattr(now, f"{entity}s").keys() == getattr(before, f"{entity}s").keys()
    stage.front.calm()
    assert stage.run().code == 0
    assert stage.catalogue() == truth


def _name(value: str) -> Callable[[list[Any]], None]:
    def change(rows: list[Any]) -> None:
        rows[1]["name"] = value

    return change


def _same_names(rows: list[Any]) -> None:
    rows[1]["name"] = rows[2]["name"]


def _same_aliases(rows: list[Any]) -> None:
    for row in rows[1:4]:
        row["alias_list" if "alias_list" in row else "aliases"] = ["The Same", "the same", rows[0]["name"]]


def _nulls(rows: list[Any]) -> None:
    for name in rows[1]:
        if name not in ("id", "name", "updated_at"):
            rows[1][name] = None


KEPT = {
    "name_empty": _name(""),
    "name_null": lambda rows: rows[1].update(name=None),
    "name_long": _name("long " * 20_000),
    "name_markup": _name("[/red]\x1b[31m[@click=app.quit]x"),
    "name_nul": _name("a\0b\ud800"),
    "names_same": _same_names,
    "aliases_same": _same_aliases,
    "all_null": _nulls,
}


def _kept() -> list[Any]:
    entities = list(LISTS)
    return [
        pytest.param(odd, entity, id=f"{odd}-{entity}")
        for number, odd in enumerate(KEPT)
        for place, entity in enumerate(entities)
        if place == number % 3 or odd in ("name_empty", "names_same", "aliases_same")
    ]


@pytest.mark.parametrize(("odd", "entity"), _kept())
def test_bad_answer_that_is_kept(odd: str, entity: str, fresh: Stage) -> None:
    """What is odd and readable is kept: nothing else suffers, and nothing is fatal."""
    fresh.wrong(altered(lambda found: KEPT[odd](found["data"]["found"]["rows"])), _where(entity))
    ran = fresh.run()
    assert ran.code == 0, ran.stdout
    now, truth = fresh.catalogue(), fresh.truth()
    assert now.scenes == truth.scenes
    assert getattr(now, f"{entity}s").keys() == getattr(truth, f"{entity}s").keys()
    found = fresh.command("status", "stash")
    assert found.code == 0
    fresh.front.calm()
    assert fresh.run("--mode", "full").code == 0
    assert fresh.catalogue() == truth


@pytest.mark.parametrize("again", [pytest.param(False, id="first"), pytest.param(True, id="again")])
@pytest.mark.parametrize("entity", LISTS)
def test_bad_answer_with_a_row_twice(entity: str, again: bool, request: pytest.FixtureRequest) -> None:
    """One of both is kept, and it is said."""
    stage: Stage = request.getfixturevalue("known" if again else "fresh")

    def repeat(found: Any) -> None:
        lists = found["data"]["found"]
        lists["rows"].append(lists["rows"][1])
        lists["count"] += 1

    stage.wrong(altered(repeat), _where(entity))
    ran = stage.run(*(CHANGES if again else FULL), *(("--force",) if again else ()))
    assert ran.code == 3
    assert any("twice" in error["message"] for error in ran.errors)
    assert stage.catalogue() == stage.truth()
