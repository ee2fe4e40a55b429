"""Values that are not as they should be, though it is clear what is meant: taken, on every page, and nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from synctui.model.catalog import Scene
from tests.stash_answers.faults import rewritten, with_row
from tests.stash_answers.places import ANYWHERE, CHANGES, FULL, SCENES
from tests.stash_answers.stage import Stage

WHERE = {"first": 3, "middle": 15, "last": 34}
LONG = "Very long " * 10_000
MARKUP = "[/red][@click=app.quit]x[/] \x1b]0;owned\x07\x1b[31m [link=x]"


@dataclass(frozen=True, slots=True)
class Odd:
    """A value as it comes, and what it is taken for (None: as it is on the server)."""

    name: str
    change: Callable[[dict[str, Any]], object]
    taken: Callable[[Scene], Scene] | None = None


def _set(name: str, value: object, taken: object) -> Odd:
    fields: dict[str, Any] = {name: taken}
    return Odd("", lambda row: row.update({name: value}), lambda scene: replace(scene, **fields))


def _named(name: str, odd: Odd) -> Odd:
    return replace(odd, name=name)


def _in_file(name: str, value: object, taken: object) -> Odd:
    def change(row: dict[str, Any]) -> None:
        row["files"][0][name] = value

    def take(scene: Scene) -> Scene:
        first, *others = scene.files
        fields: dict[str, Any] = {name: taken}
        return replace(scene, files=(replace(first, **fields), *others))

    return Odd("", change, take)


def _twice(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: row.update({name: [*row[name], *row[name]]})


def _with_null(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: row.update({name: [None, *row[name], None]})


ODD = (
    _named("rating_0", _set("rating100", 0, None)),
    _named("rating_101", _set("rating100", 101, None)),
    _named("rating_-5", _set("rating100", -5, None)),
    _named("rating_text", _set("rating100", "80", 80)),
    _named("rating_2**70", _set("rating100", 2**70, None)),
    _named("rating_row", _set("rating100", {}, None)),
    _named("title_null", _set("title", None, "")),
    _named("title_number", _set("title", 5, "5")),
    _named("title_long", _set("title", LONG, LONG)),
    _named("title_markup", _set("title", MARKUP, MARKUP)),
    _named("title_surrogate", _set("title", "a\ud800b", "a\ufffdb")),
    _named("title_nul", _set("title", "a\0b", "a\ufffdb")),
    _named("date_number", _set("date", 2026, "2026")),
    _named("organized_1", _set("organized", 1, True)),
    _named("o_counter_null", _set("o_counter", None, 0)),
    _named("play_count_text", _set("play_count", "7", 7)),
    _named("play_duration_text", _set("play_duration", "1.5", 1.5)),
    _named("urls_null", _set("urls", None, ())),
    _named("tags_null", _set("tags", None, ())),
    _named("performers_null", _set("performers", None, ())),
    _named("files_null", _set("files", None, ())),
    Odd("urls_with_null", _with_null("urls")),
    Odd("tags_with_null", _with_null("tags")),
    Odd("performers_twice", _twice("performers")),
    Odd("tags_twice", _twice("tags")),
    Odd("files_twice", _twice("files")),
    Odd("fields_more", lambda row: row.update(unheard_of={"a": [1, 2]}, __typename="Scene")),
    Odd("id_number", lambda row: row.update(id=int(row["id"]))),
    _named("file_size_text", _in_file("size", "123", 123)),
    _named("file_duration_null", _in_file("duration", None, 0.0)),
    _named("fingerprints_null", _in_file("fingerprints", None, ())),
    _named("file_path_nul", _in_file("path", "/media/a\0b.mp4", "/media/a\ufffdb.mp4")),
    _named("file_path_surrogate", _in_file("path", "/media/\udc80.mp4", "/media/\ufffd.mp4")),
)  # fmt: skip
EVERYWHERE = ("rating_101", "title_markup", "title_nul", "performers_twice", "tags_null", "fingerprints_null")


def _matrix() -> list[Any]:
    found = []
    for number, odd in enumerate(ODD):
        for place in WHERE if odd.name in EVERYWHERE else (list(WHERE)[number % 3],):
            found.append(pytest.param(odd, WHERE[place], number % 2 == 1, id=f"{odd.name}-{place}"))
    return found


@pytest.mark.parametrize(("odd", "number", "again"), _matrix())
def test_bad_answer(odd: Odd, number: int, again: bool, request: pytest.FixtureRequest) -> None:
    stage: Stage = request.getfixturevalue("known" if again else "fresh")
    stage.wrong(with_row(number, odd.change), SCENES)

    ran = stage.run(*(CHANGES if again else FULL))

    assert ran.code == 0, ran.stdout
    expected = stage.truth()
    if odd.taken is not None:
        expected = replace(expected, scenes={**expected.scenes, number: odd.taken(expected.scenes[number])})
    assert stage.catalogue() == expected
    if odd.name not in EVERYWHERE:
        return
    stage.front.calm()
    assert stage.run("--mode", "full").code == 0
    assert stage.catalogue() == stage.truth()


@pytest.mark.parametrize("again", [pytest.param(False, id="first"), pytest.param(True, id="again")])
def test_bad_answer_of_numbers_that_are_none(again: bool, request: pytest.FixtureRequest) -> None:
    stage: Stage = request.getfixturevalue("known" if again else "fresh")
    stage.wrong(rewritten(lambda body: body.replace(b'"resume_time": 0.0', b'"resume_time": NaN')), ANYWHERE)
    ran = stage.run(*(CHANGES if again else FULL))
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()
