"""Writes the rows that operations leave behind."""

from __future__ import annotations

from collections.abc import Iterable

import aiosqlite

from synctui.model.library import Change, Choice, Lineage, Row, Strike, Verdict
from synctui.store.changes import write_changes
from synctui.store.choices import write_choices
from synctui.store.lineage import write_lineage
from synctui.store.strikes import write_strikes
from synctui.store.verdicts import write_verdicts


async def write_rows(connection: aiosqlite.Connection, rows: Iterable[Row], *, job: int, at: str) -> None:
    """Write the rows of one or many outcomes inside the caller's transaction; of each type in the given order.

    Choices come before verdicts, which are read in their light. `at` is RFC 3339 text.
    """
    verdicts: list[Verdict] = []
    lineages: list[Lineage] = []
    strikes: list[Strike] = []
    choices: list[Choice] = []
    changes: list[Change] = []
    for row in rows:
        match row:
            case Verdict():
                verdicts.append(row)
            case Lineage():
                lineages.append(row)
            case Strike():
                strikes.append(row)
            case Choice():
                choices.append(row)
            case Change():
                changes.append(row)
    if choices:
        await write_choices(connection, choices, at=at)
    if verdicts:
        await write_verdicts(connection, verdicts, job=job, at=at)
    if lineages:
        await write_lineage(connection, lineages, job=job, at=at)
    if strikes:
        await write_strikes(connection, strikes, at=at)
    if changes:
        await write_changes(connection, changes, job=job, at=at)
