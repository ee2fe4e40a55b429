"""Where in a sync something goes wrong: at the first question, at a list, at a middle page, at the last one."""

from __future__ import annotations

from dataclasses import dataclass

from tests.stash_answers.front import Question, Where

FULL: tuple[str, ...] = ()
CHANGES = ("--mode", "incremental")


@dataclass(frozen=True, slots=True)
class Place:
    """A question of a sync: whether the catalogue was `known` before, and whether it is asked before there is a job."""

    name: str
    where: Where
    known: bool = False
    planning: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Return the options of the run that comes to this place."""
        return CHANGES if self.known else FULL


def _named(*names: str) -> Where:
    return lambda question: question.name in names


def _range(first: int) -> Where:
    return lambda question: question.name == "Scenes" and question.variables["first"] == first


def _batch(first: int) -> Where:
    return lambda question: question.name == "ScenesById" and str(first) in question.variables["ids"]


def _is_graphql(question: Question) -> bool:
    return bool(question.name)


FIRST = Place("first", _named("Probe"), planning=True)
LIST = Place("list", _named("Tags"))
SWEEP = Place("sweep", _named("Sweep"))
MIDDLE = Place("middle", _range(11))
LAST = Place("last", _range(31))
FIRST_AGAIN = Place("first_again", _named("Probe"), known=True, planning=True)
LIST_AGAIN = Place("list_again", _named("Performers"), known=True, planning=True)
SWEEP_AGAIN = Place("sweep_again", _named("Sweep"), known=True, planning=True)
LATELY = Place("lately", _named("SweepSince"), known=True, planning=True)
FILES_AGAIN = Place("files_again", _named("ChangedFiles"), known=True, planning=True)
MIDDLE_AGAIN = Place("middle_again", _batch(12), known=True)
LAST_AGAIN = Place("last_again", _batch(36), known=True)
DELETE = Place("delete", _named("WhichScenes"), known=True)

ANYWHERE: Where = _is_graphql
SCENES: Where = _named("Scenes", "ScenesById", "ScenesOneByOne")
SWEEPS: Where = _named("Sweep")
