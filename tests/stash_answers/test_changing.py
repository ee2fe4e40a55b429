"""A server that becomes another one, between two syncs and in the middle of one: its key, its version, its library."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from synctui.simulators.web import Answer
from tests.stash_answers.faults import altered, complains
from tests.stash_answers.front import Fault, Question
from tests.stash_answers.mirror import check_right
from tests.stash_answers.places import (
    CHANGES,
    DELETE,
    FIRST,
    LAST,
    LAST_AGAIN,
    LATELY,
    LIST,
    LIST_AGAIN,
    MIDDLE,
    MIDDLE_AGAIN,
    SCENES,
    SWEEP,
    SWEEP_AGAIN,
    Place,
)
from tests.stash_answers.stage import KEY, Stage

NEW_KEY = "eyJhbGciOiJIUzI1NiJ9.another-one"
EVERYWHERE = (FIRST, LIST, SWEEP, MIDDLE, LAST, LIST_AGAIN, LATELY, SWEEP_AGAIN, LAST_AGAIN, DELETE)


def _stage(place: Place, request: pytest.FixtureRequest) -> Stage:
    stage: Stage = request.getfixturevalue("known" if place.known else "fresh")
    return stage


def _before_it_answers(act: Callable[[], object]) -> Fault:
    async def fault(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        act()
        return await question.answer()

    return fault


@pytest.mark.parametrize("place", [pytest.param(place, id=f"key_changed-{place.name}") for place in EVERYWHERE])
def test_bad_answer(place: Place, request: pytest.FixtureRequest) -> None:
    """The key is changed: exit 7; with the new one it goes on to its end."""
    stage = _stage(place, request)
    stage.secrets = (KEY, NEW_KEY)
    before = stage.catalogue()
    stage.wrong(_before_it_answers(lambda: setattr(stage.stash, "api_key", NEW_KEY)), place.where, times=1)
    ran = stage.run(*place.words)
    assert ran.code == 7, ran.stdout
    stage.check_waiting(ran, "not_authorised", planning=place.planning)
    assert "`api_key`" in (ran.stderr if place.planning else ran.paused["message"])
    check_right(stage.catalogue(), before, stage.truth())
    assert stage.deleted() == []
    if ran.planned:
        assert stage.resume().code == 7
    stage.api_key = NEW_KEY
    ran = stage.resume() if ran.planned else stage.run(*place.words)
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()


@pytest.mark.parametrize("key", ["", "with space", "k\\u00e4se", "line\\nbreak"], ids=["none", "space", "umlaut", "line"])
def test_bad_answer_to_a_key_that_is_none(key: str, fresh: Stage) -> None:
    fresh.api_key = key
    ran = fresh.run()
    assert ran.code in (2, 7), ran.stdout
    assert "api_key" in ran.stderr or "API key" in ran.stderr
    fresh.api_key = KEY
    assert fresh.run().code == 0
    assert fresh.catalogue() == fresh.truth()


EMPTIED = (LIST, SWEEP, MIDDLE, LAST, MIDDLE_AGAIN, LAST_AGAIN, DELETE)


@pytest.mark.parametrize("place", [pytest.param(place, id=f"emptied-{place.name}") for place in EMPTIED])
def test_bad_answer_of_a_server_that_is_empty_at_once(place: Place, request: pytest.FixtureRequest) -> None:
    """An empty server takes the place of the other in mid-sync: what is here stays, and the next sync asks."""
    stage = _stage(place, request)
    full = stage.library.snapshot()
    truth, before = stage.truth(), stage.catalogue()
    stage.wrong(_before_it_answers(stage.library.wipe), place.where, times=1)
    ran = stage.run(*place.words)
    assert ran.code in (0, 3, 5), ran.stdout
    now = stage.catalogue()
    check_right(now, before, truth)
    assert stage.deleted() in ([], [5])
    if now.scenes:
        asked = stage.run(*CHANGES)
        assert asked.code == 10, asked.stdout
        assert stage.catalogue() == now
    stage.library.restore(full)
    stage.resume()
    assert stage.run("--mode", "full").code == 0
    assert stage.catalogue() == truth


@pytest.mark.parametrize("mode", ["auto", "incremental", "smart", "full"])
def test_bad_answer_of_a_server_that_was_empty_at_first(mode: str, fresh: Stage) -> None:
    full = fresh.library.snapshot()
    fresh.library.wipe()
    assert fresh.run().code == 0
    fresh.library.restore(full)
    fresh.now += 100.0
    assert fresh.run("--mode", mode).code == 0
    assert fresh.catalogue() == fresh.truth()


@pytest.mark.parametrize("mode", ["auto", "incremental", "smart", "full"])
def test_bad_answer_of_a_server_that_is_empty_now(mode: str, known: Stage) -> None:
    """An empty server deletes nothing until somebody says so (exit 10)."""
    before = known.catalogue()
    full = known.library.snapshot()
    truth = known.truth()
    known.library.wipe()
    ran = known.run("--mode", mode)
    assert ran.code == 10, ran.stdout
    assert "--allow-mass-change" in ran.stderr
    assert known.catalogue() == before
    known.library.restore(full)
    assert known.run("--mode", mode).code == 0
    assert known.catalogue() == truth


OLD = complains('Cannot query field "logs" on type "Query".', None, 422, code="GRAPHQL_VALIDATION_FAILED")


def _asks_for_files(question: Question) -> bool:
    return question.name == "Probe" and "findFiles" in question.ask.body.decode()


@pytest.mark.parametrize("again", [pytest.param(False, id="first"), pytest.param(True, id="between_two_syncs")])
def test_bad_answer_of_an_older_version(again: bool, request: pytest.FixtureRequest) -> None:
    """A version that does not know what the probe asks for is asked for less; after the next change it is as new again."""
    stage: Stage = request.getfixturevalue("known" if again else "fresh")
    stage.stash.about.version = "v0.20.0"
    stage.wrong(OLD, _asks_for_files)
    ran = stage.run()
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()
    stage.front.calm()
    stage.stash.about.version = "v0.99.0"
    stage.change_one()
    assert stage.run().code == 0
    assert stage.catalogue() == stage.truth()


@pytest.mark.parametrize(
    "place", [pytest.param(place, id=f"upgraded-{place.name}") for place in (LIST, SWEEP, MIDDLE, LAST)]
)
def test_bad_answer_of_a_server_that_is_replaced_by_a_version_without_a_field(place: Place, fresh: Stage) -> None:
    """A version that refuses what scenes are asked for: exit 5, and the hint names the version; then it is mended."""
    refuses = complains('Cannot query field "code" on type "Scene".', None, 422, code="GRAPHQL_VALIDATION_FAILED")
    fresh.wrong(refuses, place.where, spreads=True)
    ran = fresh.run()
    assert ran.code == 5, ran.stdout
    fresh.check_waiting(ran, "refused_query", planning=False)
    assert "version" in ran.paused["message"]
    fresh.front.calm()
    assert fresh.resume().code == 0
    assert fresh.catalogue() == fresh.truth()


TOLD = ("eyJsession.cookie.of.the.server", "a-token-that-the-server-lets-slip")


def _leaks(found: Any) -> None:
    found["extensions"] = {"apikey": TOLD[1]}


@pytest.mark.parametrize("place", [FIRST, LIST, MIDDLE, LAST], ids=lambda place: f"secrets-{place.name}")
def test_bad_answer_with_secrets_in_it(place: Place, fresh: Stage) -> None:
    """What the server lets slip stands nowhere afterwards, be it in an answer, a cookie, or beside an error."""
    fresh.secrets = (KEY, *TOLD)

    async def fault(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        answer = await altered(_leaks)(question, writer)
        assert answer is not None
        return Answer(200, answer.body, (*answer.headers, ("Set-Cookie", f"session={TOLD[0]}; Path=/")))

    fresh.wrong(fault, place.where, spreads=True)
    assert fresh.run().code == 0
    assert fresh.catalogue() == fresh.truth()


@pytest.mark.parametrize("place", [FIRST, MIDDLE, LAST], ids=lambda place: f"key_in_error-{place.name}")
def test_bad_answer_that_says_the_key(place: Place, fresh: Stage) -> None:
    """A server that repeats our key in its error does not bring it into any output."""
    fault = complains(f"apikey {KEY} may not do that")
    fresh.wrong(fault, place.where, times=None, spreads=place is not LAST)
    assert fresh.run().code in (0, 3, 5)
    fresh.front.calm()
    fresh.resume()
    assert fresh.run("--mode", "full").code == 0
    assert fresh.catalogue() == fresh.truth()


def test_bad_answer_of_one_scene_for_another(known: Stage) -> None:
    """Scenes that nobody asked for are not taken, whatever they are."""

    def swap(found: Any) -> None:
        rows = found["data"].get("found", {}).get("rows", [])
        for row in rows:
            if row["id"] in ("12", "13"):
                row["id"] = "1"

    before = known.catalogue()
    known.wrong(altered(swap), SCENES)
    ran = known.run(*CHANGES)
    assert ran.code in (0, 3), ran.stdout
    check_right(known.catalogue(), before, known.truth())
    known.front.calm()
    assert known.run().code == 0
    assert known.catalogue() == known.truth()
