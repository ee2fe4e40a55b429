"""The journal: what happened in a job, append-only, in the words of the NDJSON contract."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

import aiosqlite

from synctui.model.events import Event
from synctui.model.json import Fields, dump
from synctui.store.database import Database


async def add(connection: aiosqlite.Connection, job: int | None, kind: str, fields: Fields, at: str) -> Event:
    """Append one event inside the caller's transaction and return it with its number."""
    row = await connection.execute_insert(
        "INSERT INTO journal (job, at, type, fields) VALUES (?, ?, ?, ?)", (job, at, kind, dump(fields))
    )
    return Event(kind, fields, job, at, int(row[0]) if row else 0)


def _event(row: aiosqlite.Row) -> Event:
    return Event(row["type"], json.loads(row["fields"]), row["job"], row["at"], row["id"])


async def after(database: Database, last: int, *, job: int | None = None, limit: int = 500) -> list[Event]:
    """Return the events after the one numbered `last`, in order, of one job or of all."""
    where = "" if job is None else " AND job = :job"
    rows = await database.rows(
        f"SELECT * FROM journal WHERE id > :last{where} ORDER BY id LIMIT :limit", {"last": last, "job": job, "limit": limit}
    )
    return [_event(row) for row in rows]


async def stream(database: Database, job: int, *, types: Sequence[str] = ()) -> AsyncIterator[Event]:
    """Yield every event of a job, in order, with short reads; only those of `types` when any are given."""
    names = {f"t{number}": name for number, name in enumerate(types)}
    chosen = f" AND type IN ({', '.join(':' + name for name in names)})" if names else ""
    sql = f"SELECT id, * FROM journal WHERE job = :job AND id > :after{chosen} ORDER BY id LIMIT :page"
    async for row in database.stream(sql, {"job": job, **names}):
        yield _event(row)


async def last_id(database: Database) -> int:
    """Return the number of the newest event, 0 when there is none."""
    row = await database.row("SELECT max(id) FROM journal")
    return int(row[0] or 0) if row else 0
