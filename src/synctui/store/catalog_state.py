"""How the catalogue stands: the server's last probe, when each kind of thing was synced, and what each sync came to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import aiosqlite

from synctui.model.catalog import CatalogSynced, Entity, Newest, Probe, RowFailed
from synctui.model.plan import Request
from synctui.store.blobs import clean
from synctui.store.database import Database
from synctui.store.jobs import request_from
from synctui.store.visit import visit

NUMBERS = ("processed", "created", "updated", "skipped", "deleted", "failed_rows", "held_back", "conflicts")
"""The numbers of an operation that are summed up over a sync."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """What is known of the server; `probe` is that of the last sync that left nothing out.

    `offsets` are the zones that its times were seen in; `held_back` is how many rows a brake kept from being deleted;
    `restored` says that the server went back in time, and not everything was compared since.
    """

    url: str = ""
    version: str = ""
    probe: Probe | None = None
    probed_at: str = ""
    offsets: tuple[str, ...] = ()
    held_back: int = 0
    restored: bool = False


@dataclass(frozen=True, slots=True)
class EntityState:
    """When one kind of thing was synced: last attempt, last success, and when all of it was last compared."""

    last_attempt: str | None = None
    last_success: str | None = None
    last_exact: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """A sync in the history, with the sums of its operations."""

    job: int
    state: str
    mode: str
    request: Request
    created_at: str
    started_at: str | None
    completed_at: str | None
    numbers: Mapping[str, int] = field(default_factory=dict)
    errors: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing that a sync could not read or store."""

    id: int
    job: int
    entity: str
    entity_id: int
    message: str
    at: str


async def server_state(database: Database) -> ServerState:
    """Return what is known of the server."""
    row = await database.row("SELECT url, version, probe, probed_at, offsets, held_back, restored FROM stash_server")
    if row is None:
        return ServerState()
    return ServerState(row[0], row[1], _probe(row[2]), row[3], tuple(json.loads(row[4])), row[5], bool(row[6]))


async def entity_states(database: Database) -> dict[Entity, EntityState]:
    """Return when each kind of thing was synced."""
    rows = await database.rows("SELECT entity, last_attempt, last_success, last_exact, problem FROM stash_state")
    found = {Entity(row[0]): EntityState(row[1], row[2], row[3], row[4]) for row in rows}
    return {entity: found.get(entity, EntityState()) for entity in Entity}


async def write_synced(connection: aiosqlite.Connection, row: CatalogSynced, *, at: str) -> None:
    """Write how a sync ended; of one that left something out, nothing counts as a success."""

    def work(raw: sqlite3.Connection) -> None:
        for entity in row.entities:
            raw.execute(
                "INSERT INTO stash_state (entity, last_attempt, last_success, last_exact, problem) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (entity) DO UPDATE SET last_attempt = excluded.last_attempt,"
                " last_success = coalesce(excluded.last_success, last_success),"
                " last_exact = coalesce(excluded.last_exact, last_exact), problem = excluded.problem",
                (
                    entity.value,
                    at,
                    at if row.complete else None,
                    (row.compared_at or at) if row.exact else None,
                    clean(row.problem),
                ),
            )
        raw.execute("INSERT OR IGNORE INTO stash_server (id) VALUES (1)")
        if row.held_back or row.probe is not None:
            raw.execute("UPDATE stash_server SET held_back = ?", (row.held_back,))
        if row.mode == "full" and row.all_compared:
            raw.execute("UPDATE stash_server SET restored = 0")
        # Nobody looks for what went wrong so long ago, and it may be much.
        raw.execute("DELETE FROM stash_errors WHERE at < strftime('%Y-%m-%dT%H:%M:%fZ', ?, '-90 days')", (at,))
        if row.url:
            raw.execute("UPDATE stash_server SET url = ?", (clean(row.url),))
        if row.probe is not None:
            raw.execute(
                "UPDATE stash_server SET version = ?, probe = ?, probed_at = ?, offsets = ?",
                (
                    clean(row.probe.version),
                    json.dumps(asdict(row.probe)),
                    at,
                    json.dumps(list(row.offsets)),
                ),
            )

    await visit(connection, work)


async def write_failed(connection: aiosqlite.Connection, rows: Sequence[RowFailed], *, job: int, at: str) -> None:
    """Note which rows could not be read or stored."""
    await connection.executemany(
        "INSERT INTO stash_errors (job, entity, entity_id, message, at) VALUES (?, ?, ?, ?, ?)",
        [(job, row.entity.value, row.id, clean(row.message), at) for row in rows],
    )


async def errors_of(database: Database, job: int, *, limit: int = 1000) -> list[RowError]:
    """Return what a sync could not read or store, oldest first."""
    sql = "SELECT id, job, entity, entity_id, message, at FROM stash_errors WHERE job = ? ORDER BY id LIMIT ?"
    return [RowError(*row) for row in await database.rows(sql, (job, limit))]


async def sums_of(database: Database, job: int) -> dict[str, int]:
    """Return the sums of a sync's numbers."""
    columns = ", ".join(f"coalesce(sum(json_extract(numbers, '$.{name}')), 0)" for name in NUMBERS)
    row = await database.row(f"SELECT {columns} FROM operations WHERE job = ? AND state = 'finished'", (job,))
    return dict.fromkeys(NUMBERS, 0) if row is None else {name: int(row[place]) for place, name in enumerate(NUMBERS)}


async def history(database: Database, *, limit: int = 50, before: int | None = None) -> list[SyncRecord]:
    """Return the syncs of the catalogue, newest first, those numbered below `before`."""
    rows = await database.rows(
        "SELECT id, state, request, created_at, started_at, completed_at, message,"
        " (SELECT count(*) FROM stash_errors e WHERE e.job = jobs.id) AS errors,"
        " (SELECT json_extract(o.payload, '$.mode') FROM operations o"
        " WHERE o.job = jobs.id AND o.key = CAST('record' AS BLOB)) AS mode"
        " FROM jobs WHERE kind = 'stash' AND id < ? ORDER BY id DESC LIMIT ?",
        (2**62 if before is None else before, limit),
    )
    found = []
    for row in rows:
        request = request_from(row["request"])
        found.append(
            SyncRecord(
                job=row["id"],
                state=row["state"],
                mode=row["mode"] or str(request.options.get("mode", "auto")),
                request=request,
                created_at=row["created_at"],
                started_at=row["started_at"],
                completed_at=row["completed_at"],
                numbers=await sums_of(database, row["id"]),
                errors=row["errors"],
                message=row["message"],
            )
        )
    return found


async def failures_within(database: Database, job: int) -> tuple[int, int]:
    """Return how many operations of a job did not reach what they were for, and how many of them but for single rows."""
    row = await database.row(
        "SELECT count(*), coalesce(sum(result_reason = 'bad_rows'), 0) FROM operations"
        " WHERE job = ? AND state = 'finished' AND result NOT IN ('done', 'unchanged')",
        (job,),
    )
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def planned_within(database: Database, job: int) -> int:
    """Return how many operations of a job its plan had, besides the one that notes how it ended."""
    row = await database.row(
        "SELECT count(*) FROM operations WHERE job = ? AND action <> 'record'"
        " AND json_extract(payload, '$.appended') IS NOT 1",
        (job,),
    )
    return 0 if row is None else int(row[0])


async def counts(database: Database) -> dict[Entity, tuple[int, int]]:
    """Return how many there are of the server's of each kind of thing, and how many are marked as deleted."""
    found = {}
    for entity, table in (
        (Entity.SCENE, "stash_scenes"),
        (Entity.PERFORMER, "stash_performers"),
        (Entity.TAG, "stash_tags"),
        (Entity.STUDIO, "stash_studios"),
    ):
        row = await database.row(
            f"SELECT (SELECT count(*) FROM {table} WHERE deleted = 0) - (SELECT count(*) FROM {table} WHERE id < 0),"
            f" (SELECT count(*) FROM {table} WHERE deleted = 1)"
        )
        found[entity] = (0, 0) if row is None else (int(row[0]), int(row[1]))
    return found


def _probe(text: str) -> Probe | None:
    if not text:
        return None
    raw: dict[str, Any] = json.loads(text)
    scenes, performers, tags, studios, files = (
        Newest(**raw[name]) for name in ("scenes", "performers", "tags", "studios", "files")
    )
    return Probe(scenes, performers, tags, studios, files, raw["hashed"], raw["date"], raw["offset"], raw["version"])


async def failed_scenes(database: Database) -> list[int]:
    """Return the scenes that the newest sync that did something could not read, ascending."""
    rows = await database.rows(
        "SELECT DISTINCT entity_id FROM stash_errors WHERE entity = 'scene' AND entity_id > 0"
        " AND job = (SELECT max(id) FROM jobs WHERE kind = 'stash' AND total > 0) ORDER BY entity_id"
    )
    return [row[0] for row in rows]


async def agrees(database: Database, probe: Probe) -> bool:
    """Tell whether there is as much here of everything as a probe counted."""
    found = await counts(database)
    return all(found[entity][0] == probe.of(entity).count for entity in Entity)


async def count_errors(database: Database, job: int) -> int:
    """Return how many rows a sync could not read or store."""
    row = await database.row("SELECT count(*) FROM stash_errors WHERE job = ?", (job,))
    return 0 if row is None else int(row[0])
