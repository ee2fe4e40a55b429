"""The journal of one job as a list of any length: searched, and read page by page."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence

import aiosqlite

from synctui.model.events import Event
from synctui.store.blobs import clean
from synctui.store.database import Database

_PAGE = 5000


async def told(database: Database, job: int, text: str = "", after: int = 0) -> Sequence[int]:
    """Return the numbers of the events of a job, in order, after the one numbered `after`, the beginnings of operations left
    out: their ends say the same and more.

    With a text only those that have it, in any case of ASCII letters, in what they say.
    """
    where, parameters = "job = ? AND id > ? AND type <> 'op_start'", list[object]()
    if text:
        # Fields are ASCII JSON: a text beyond ASCII stands in them as it is escaped.
        wanted = json.dumps(clean(text))[1:-1]
        where += " AND fields LIKE ? ESCAPE '\\'"
        parameters.append("%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    found = array("q")
    while True:
        last = found[-1] if found else after
        rows = await database.rows(
            f"SELECT id FROM journal WHERE {where} ORDER BY id LIMIT ?", (job, last, *parameters, _PAGE)
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
