"""A scene that cannot be read, on the first page, a middle one and the last: the rest is synced, it is named, exit 3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.stash_answers import faults
from tests.stash_answers.faults import NULL, with_field, with_row
from tests.stash_answers.front import Fault, Question
from tests.stash_answers.mirror import NOTHING, check_right
from tests.stash_answers.places import CHANGES, FULL, SCENES
from tests.stash_answers.stage import Stage

FIRST, MIDDLE, LAST = 3, 15, 34
WHERE = {"first": FIRST, "middle": MIDDLE, "last": LAST}


@dataclass(frozen=True, slots=True)
class Odd:
    """A row that cannot be read: what is done to it; `nameless` says that nobody can tell which one it is."""

    name: str
    change: Callable[[dict[str, Any]], object]
    known: bool = False
    nameless: bool = False


def _set(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda row: row.update(fields)


def _in_file(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda row: row["files"][0].update(fields)


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: {key: value for key, value in row.items() if key != name}


ODD = (
    Odd("row_null", lambda row: NULL, nameless=True),
    Odd("row_list", lambda row: [1, 2], nameless=True),
    Odd("row_text", lambda row: "15", nameless=True),
    Odd("row_list_again", lambda row: [], known=True),
    Odd("id_missing", _without("id"), nameless=True),
    Odd("id_missing_again", _without("id"), known=True),
    Odd("id_null", _set(id=None), nameless=True),
    Odd("id_0", _set(id="0"), nameless=True),
    Odd("id_-15", _set(id=-15), nameless=True),
    Odd("id_2**63", _set(id=2**63), nameless=True),
    Odd("id_2**70", _set(id=str(2**70)), nameless=True),
    Odd("id_abc", _set(id="abc"), nameless=True),
    Odd("id_float", _set(id=15.5), nameless=True),
    Odd("id_elsewhere", _set(id="999999")),
    Odd("id_elsewhere_again", _set(id="999999"), known=True),
    Odd("title_row", _set(title={})),
    Odd("title_flag", _set(title=True), known=True),
    Odd("details_list", _set(details=["x"])),
    Odd("updated_at_row", _set(updated_at={}), known=True),
    Odd("organized_text", _set(organized="perhaps")),
    Odd("o_counter_text", _set(o_counter="often"), known=True),
    Odd("play_count_2**63", _set(play_count=2**63)),
    Odd("play_duration_text", _set(play_duration="long"), known=True),
    Odd("urls_text", _set(urls="https://example.org")),
    Odd("stash_ids_text", _set(stash_ids="x"), known=True),
    Odd("studio_list", _set(studio=[1])),
    Odd("studio_without_id", _set(studio={"name": "x"}), known=True),
    Odd("performers_row", _set(performers={"id": "1"})),
    Odd("performers_of_texts", _set(performers=["1", "2"]), known=True),
    Odd("tags_text", _set(tags="1,2")),
    Odd("tags_without_id", _set(tags=[{"name": "x"}]), known=True),
    Odd("files_text", _set(files="/media/a.mp4")),
    Odd("files_of_texts", _set(files=["/media/a.mp4"]), known=True),
    Odd("file_without_id", _in_file(id=None)),
    Odd("file_path_row", _in_file(path={}), known=True),
    Odd("file_size_2**70", _in_file(size=2**70)),
    Odd("fingerprints_of_texts", _in_file(fingerprints=["oshash"]), known=True),
)  # fmt: skip


EVERYWHERE = ("row_null", "id_missing_again", "id_abc", "id_elsewhere", "title_row", "tags_without_id")


def _matrix() -> list[Any]:
    """Return every odd row on one page, and the first of each kind on all three."""
    found = []
    for number, odd in enumerate(ODD):
        for place in WHERE if odd.name in EVERYWHERE else (list(WHERE)[number % 3],):
            found.append(pytest.param(odd, WHERE[place], id=f"{odd.name}-{place}"))
    return found


@pytest.mark.parametrize(("odd", "number"), _matrix())
def test_bad_answer(odd: Odd, number: int, request: pytest.FixtureRequest) -> None:
    stage: Stage = request.getfixturevalue("known" if odd.known else "fresh")
    _see(stage, with_row(number, odd.change), number, known=odd.known, nameless=odd.nameless)
    if odd.name in EVERYWHERE:
        _recovers(stage)


@pytest.mark.parametrize("place", WHERE)
def test_bad_answer_of_a_scene_that_is_too_large(place: str, fresh: Stage) -> None:
    number = WHERE[place]
    bomb = faults.says(200, faults.bomb(), ("Content-Encoding", "gzip"))

    def holds(question: Question) -> bool:
        asked = question.variables
        if question.name == "Scenes":
            return bool(asked["first"] <= number <= min(asked["last"], asked["first"] + asked["limit"] - 1))
        return str(number) in asked.get("ids", ()) or f"s{number}:" in question.ask.body.decode()

    ran = fresh.run()
    assert ran.code == 0
    fresh.library.update_scene(number, title="As large as can be")
    fresh.wrong(bomb, holds)
    ran = fresh.run("--mode", "full")
    _check_told(fresh, ran.code, ran.end, number)


@pytest.mark.parametrize("place", WHERE)
def test_bad_answer_with_the_same_id_twice(place: str, fresh: Stage) -> None:
    number = WHERE[place]
    fresh.wrong(with_field(number, id=str(number + 1)), SCENES)
    ran = fresh.run()
    assert ran.code == 3
    assert [error["id"] for error in ran.errors if error["kind"] == "scene"]
    check_right(fresh.catalogue(), NOTHING, fresh.truth())
    _recovers(fresh)


def _see(stage: Stage, fault: Fault, number: int, *, known: bool, nameless: bool) -> None:
    before, truth = stage.catalogue(), stage.truth()
    stage.wrong(fault, SCENES)

    ran = stage.run(*(CHANGES if known else FULL))

    _check_told(stage, ran.code, ran.end, 0 if nameless else number)
    now = stage.catalogue()
    expected = dict(truth.scenes)
    del expected[number]
    if known:
        expected[number] = before.scenes[number]
    assert now.scenes == expected
    assert (now.tags, now.performers, now.studios) == (truth.tags, truth.performers, truth.studios)


def _check_told(stage: Stage, code: int, end: dict[str, Any], number: int) -> None:
    assert code == 3, end
    assert end["state"] == "completed"
    assert end["failed"] == 1
    errors = [error for error in end["errors"] if error["kind"] != "stash"]
    assert len(errors) == 1, errors
    (error,) = errors
    assert (error["kind"], str(error["id"])) == ("scene", str(number) if number else "0"), error
    assert error["message"]
    assert error["timestamp"].endswith("Z")
    assert stage.rows("SELECT entity, entity_id FROM stash_errors ORDER BY id DESC LIMIT 1") == [("scene", number)]


def _recovers(stage: Stage) -> None:
    stage.front.calm()
    ran = stage.run()
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()
