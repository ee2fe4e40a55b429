"""A bad answer by name, what a user would notice of it, and the run that meets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pytest
from _pytest.mark import ParameterSet

from tests.stash_answers.front import Fault
from tests.stash_answers.mirror import check_right
from tests.stash_answers.places import Place
from tests.stash_answers.stage import Stage


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, the reason that is given for it, and the questions that it meets.

    `lasts`: `once`, or always at this question (`there`), or from this question on with everything (`on`). With `helped` the
    sync gets by without that answer.
    """

    name: str
    fault: Fault
    reason: str
    places: tuple[Place, ...]
    exit_code: int = 5
    lasts: Literal["once", "there", "on"] = "on"
    helped: bool = False


def each(cases: Sequence[Case]) -> list[ParameterSet]:
    """Return every case at every place of its own, by name."""
    return [pytest.param(case, place, id=f"{case.name}-{place.name}") for case in cases for place in case.places]


def stage_for(place: Place, request: pytest.FixtureRequest) -> Stage:
    """Return the server with the catalogue that a place supposes."""
    stage: Stage = request.getfixturevalue("known" if place.known else "fresh")
    return stage


def see(case: Case, place: Place, stage: Stage) -> None:
    """Run into it, see that it is told and nothing is wrong, and go on to a catalogue that is as the server's."""
    before = stage.catalogue()
    trouble = stage.wrong(case.fault, place.where, times=1 if case.lasts == "once" else None, spreads=case.lasts == "on")
    ran = stage.run(*place.words)
    assert trouble.struck
    if case.helped or (case.lasts == "once" and not place.planning):
        assert ran.code == 0, ran.stdout
    else:
        assert ran.code == case.exit_code, ran.stdout
        stage.check_waiting(ran, case.reason, planning=place.planning)
        check_right(stage.catalogue(), before, stage.truth())
        assert stage.deleted() == []
        stage.front.calm()
        ran = stage.resume() if ran.planned else stage.run(*place.words)
        assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()
