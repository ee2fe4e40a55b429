"""The journal of one job as a list of any length: counted, searched and read page by page."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence

import aiosqlite

from synctui.model.events import Event
from synctui.store.blobs import clean
from synctui.store.database import Database

_PAGE = 5000


async def count(database: Database, job: int) -> int:
    """Return how many events a job has."""
    row = await database.row("SELECT count(*) FROM journal WHERE job = ?", (job,))
    return int(row[0]) if row else 0


async def page(database: Database, job: int, offset: int, limit: int) -> list[Event]:
    """Return events of a job in order, from the one at the place `offset` on."""
    rows = await database.rows(
        "SELECT * FROM journal WHERE id IN (SELECT id FROM journal WHERE job = ? ORDER BY id LIMIT ? OFFSET ?) ORDER BY id",
        (job, limit, offset),
    )
    return [_event(row) for row in rows]


async def search(database: Database, job: int, text: str, after: int = 0) -> Sequence[int]:
    """Return the numbers of the events of a job after the one numbered `after` that have a text, in any case of ASCII
    letters, in what they say."""
    # Fields are ASCII JSON: a text beyond ASCII stands in them as it is escaped.
    wanted = json.dumps(clean(text))[1:-1]
    like = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found = array("q")
    while True:
        rows = await database.rows(
            "SELECT id FROM journal WHERE job = ? AND id > ? AND fields LIKE ? ESCAPE '\\' ORDER BY id LIMIT ?",
            (job, found[-1] if found else after, like, _PAGE),
        )
        found.extend(row[0] for row in rows)
        if len(rows) < _PAGE:
            return found


async def events(database: Database, numbers: Sequence[int]) -> list[Event]:
    """Return the events with these numbers, in order."""
    if not numbers:
        return []
    marks = ", ".join("?" * len(numbers))
    return [_event(row) for row in await database.rows(f"SELECT * FROM journal WHERE id IN ({marks}) ORDER BY id", numbers)]


def _event(row: aiosqlite.Row) -> Event:
    return Event(row["type"], json.loads(row["fields"]), row["job"], row["at"], row["id"])
