"""What came of an operation."""

from __future__ import annotations

from dataclasses import dataclass, field

from synctui.model.json import Fields
from synctui.model.library import Row
from synctui.model.plan import Operation
from synctui.model.states import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an operation, stored with its rows and its journal line in one transaction.

    `reason` is a documented code (`model.reasons`), `numbers` are the kind's own, `rows` are our own tables' values,
    `receipt` is what an undo needs (None: nothing to undo), `append` adds operations to the job. `found` says that something
    is to be done about it, which was only looked at. `alert` is what everybody is told of at once.
    """

    result: Result
    reason: str
    message: str = ""
    numbers: Fields = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    receipt: Fields | None = None
    append: tuple[Operation, ...] = ()
    retryable: bool = False
    found: bool = False
    alert: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A finished operation that can be undone, newest first when several are."""

    job: int
    operation: Operation
    facts: Fields
