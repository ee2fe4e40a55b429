"""The catalogue of a Stash as the snapshots show it: nobody answers at its address, what the store says is all there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import aiosqlite

from synctui.model.catalog import Entity, RowFailed, SceneLogged
from synctui.model.json import Fields, dump
from synctui.model.plan import PlanItem, Request, Tally
from synctui.model.states import JobState
from synctui.model.sync import Lane
from synctui.services import Services
from synctui.store import jobs
from synctui.store.blobs import to_blob
from synctui.store.catalog_edits import set_edit
from synctui.syncs.stash.batches import LANE, STAGES, fetch_operations, operation
from tests.tui.preview.toy import SlowSync
from tests.tui.stash.scene import NOWHERE, put, scene, scenes_row, small_rows

TODAY = "2026-03-14T14:02:11.000Z"
CONFIG = f'[stash]\nurl = "{NOWHERE}"\nconflict = "manual"\n'
_SYNCS: tuple[tuple[str, str, str, Fields], ...] = (
    ("2026-03-12T04:30:00.000Z", "2026-03-12T04:30:41.000Z", "full", {"processed": 50_880, "created": 50_880}),
    ("2026-03-13T04:30:00.000Z", "2026-03-13T04:30:02.400Z", "smart", {"processed": 214, "updated": 213, "skipped": 1}),
    (
        "2026-03-14T14:02:09.000Z",
        TODAY,
        "incremental",
        {"processed": 31, "created": 12, "updated": 15, "deleted": 4, "failed_rows": 2},
    ),
)


async def fill(services: Services) -> None:
    """Write a catalogue with an edit, a conflict about a text and one about tags, a log, and three syncs."""
    database = services.database
    await put(database, small_rows(), at=TODAY)
    text = "Who sends it?\nNobody knows."
    await set_edit(database, 1, {"rating": 90})
    await set_edit(database, 2, {"details": text.replace("Nobody", "Somebody"), "tags": [1, 3]})
    theirs = text + "\nNot even they."
    await put(
        database,
        [
            scenes_row(scene(2, "Ghost Signal", studio=2, performers=(1, 2), tags=(1, 2, 4), details=theirs)),
            SceneLogged(2, "updated", "files, play_count"),
            RowFailed(Entity.SCENE, 77, "duration: not a number"),
            RowFailed(Entity.TAG, 12, "no name"),
        ],
        job=3,
        at=TODAY,
    )
    await database.write(_stand_still)
    for sync in _SYNCS:
        await database.write(lambda connection, sync=sync: _sync(connection, *sync))  # type: ignore[misc]


PULLS = (
    operation("tags", "pull", "entities", "tags", "2 new, 1 changed", {}),
    operation("performers", "pull", "entities", "performers", "1 new", {}),
    *fetch_operations([1, 2, 3, 40], 500, {1: "new", 40: "to repair"}, {}),
    *fetch_operations(range(500, 900), 500, {}, {}),
    operation("record", "record", "record", "catalogue", "note how it stands", {}),
)


class PlannedPull(SlowSync):
    """Plans the same sync of the catalogue whatever is asked."""

    kind = "stash"
    stages: Sequence[str] = STAGES
    lanes: Mapping[str, Lane] = {LANE: Lane(LANE)}

    def __init__(self) -> None:
        super().__init__(0)

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield the plan."""
        for one in PULLS:
            yield one
        yield Tally("unchanged", 49_596)


async def _stand_still(connection: aiosqlite.Connection) -> None:
    for table in ("stash_edits", "stash_log", "stash_conflicts"):
        await connection.execute(f"UPDATE {table} SET at = ?", (TODAY,))


async def _sync(connection: aiosqlite.Connection, began: str, ended: str, mode: str, numbers: Fields) -> None:
    job = await jobs.insert(connection, Request("stash"), JobState.COMPLETED, began)
    queue = await connection.execute_insert(
        "INSERT INTO queues (job, track, stage, stage_name, lane) VALUES (?, ?, 0, 'fetch', 'stash')",
        (job, to_blob("stash")),
    )
    assert queue is not None
    operations: tuple[tuple[str, str, str, Fields, Fields], ...] = (
        ("fetch", "fetch/1-500", "scenes 1 to 500", {}, numbers),
        ("record", "record", "catalogue", {"mode": mode}, {}),
    )
    for number, (action, key, subject, payload, told) in enumerate(operations, 1):
        values = {
            "job": job,
            "queue": queue[0],
            "action": action,
            "key": to_blob(key),
            "subject": to_blob(subject),
            "state": "finished",
            "result": "done",
            "result_reason": "synced" if action == "fetch" else "noted",
            "numbers": dump(told),
            "payload": dump(payload),
            "started_at": began,
            "finished_at": ended,
            "ended": number,
        }
        await connection.execute(
            f"INSERT INTO operations ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
        )
    await connection.execute(
        "UPDATE jobs SET total = 2, done = 2, started_at = ?, completed_at = ? WHERE id = ?", (began, ended, job)
    )
