"""What was seen of each player, how far it was told, and what its syncs came to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiosqlite

from synctui.model.players import PlayerSeen, PlayerState, PlayerSynced
from synctui.store.blobs import clean, from_blob, to_blob
from synctui.store.database import Database

_LATENCIES = 24


@dataclass(frozen=True, slots=True)
class PlayerRecord:
    """A player as known here; times are RFC 3339 text, spans seconds; the newest of `latencies` (seconds) is the last."""

    name: str
    cursor: int = 0
    state: PlayerState = PlayerState.UNKNOWN
    version: str = ""
    title: str = ""
    seen_at: str | None = None
    code: str = ""
    message: str = ""
    failed_at: str | None = None
    refused: str = ""
    failures: int = 0
    not_before: str = ""
    syncs: int = 0
    successes: int = 0
    items: int = 0
    confirmed: int = 0
    failed: int = 0
    waited_s: float = 0.0
    busy_s: float = 0.0
    answers: int = 0
    answers_s: float = 0.0
    latencies: tuple[float, ...] = field(default=())
    last_sync: str | None = None
    last_success: str | None = None


_COLUMNS = ", ".join(PlayerRecord.__dataclass_fields__)


async def players(database: Database) -> dict[str, PlayerRecord]:
    """Return every player that was ever asked, by name."""
    rows = await database.rows(f"SELECT {_COLUMNS} FROM players ORDER BY name")
    found = [_record(row) for row in rows]
    return {record.name: record for record in found}


async def waits_since(database: Database, player: str, now: str, most_tries: int) -> str | None:
    """Return since when the oldest item of a player waits that may be told by now; None when there is none.

    What the player does not take, and what failed `most_tries` times, does not count.
    """
    row = await database.row(
        "SELECT min(created_at) FROM player_items WHERE player = ? AND state NOT IN ('confirmed', 'skipped', 'unconfirmed')"
        " AND not_before <= ? AND NOT (state = 'failed' AND tries >= ?)",
        (to_blob(player), now, most_tries),
    )
    return None if row is None else row[0]


async def has_due(database: Database, player: str, now: str) -> bool:
    """Tell whether an item of a player waits whose next try is due."""
    sql = "SELECT 1 FROM player_items WHERE player = ? AND state NOT IN ('confirmed', 'skipped') AND not_before <= ? LIMIT 1"
    return await database.row(sql, (to_blob(player), now)) is not None


async def write_seen(connection: aiosqlite.Connection, rows: Sequence[PlayerSeen], *, at: str) -> None:
    """Write what asking players came to."""
    for row in rows:
        name = await _there(connection, row.player)
        online = row.state is PlayerState.ONLINE
        await connection.execute(
            "UPDATE players SET state = ?, version = coalesce(?, version), title = coalesce(?, title),"
            " seen_at = CASE WHEN ? THEN ? ELSE seen_at END, code = ?, message = ?,"
            " failed_at = CASE WHEN ? THEN failed_at ELSE ? END, refused = coalesce(?, refused),"
            " failures = CASE ? WHEN 1 THEN failures + 1 WHEN 0 THEN 0 ELSE failures END,"
            " not_before = coalesce(?, not_before) WHERE name = ?",
            (
                row.state.value,
                None if row.version is None else clean(row.version),
                None if row.title is None else clean(row.title),
                online,
                at,
                row.code,
                clean(row.message),
                online,
                at,
                row.refused,
                None if row.failed is None else int(row.failed),
                row.not_before,
                name,
            ),
        )
        if row.answers:
            await _add_answers(connection, name, row.answers)


async def write_synced(connection: aiosqlite.Connection, rows: Sequence[PlayerSynced], *, at: str) -> None:
    """Add the ends of players' parts of jobs to their sums."""
    for row in rows:
        name = await _there(connection, row.player)
        await connection.execute(
            "UPDATE players SET cursor = max(cursor, ?), syncs = syncs + 1, successes = successes + ?, items = items + ?,"
            " confirmed = confirmed + ?, failed = failed + ?, waited_s = waited_s + ?, busy_s = busy_s + ?, last_sync = ?,"
            " last_success = CASE WHEN ? THEN ? ELSE last_success END WHERE name = ?",
            (
                row.cursor,
                int(row.good),
                row.items,
                row.confirmed,
                row.failed,
                row.waited_s,
                row.busy_s,
                at,
                row.good,
                at,
                name,
            ),
        )


async def _there(connection: aiosqlite.Connection, name: str) -> bytes:
    blob = to_blob(name)
    await connection.execute("INSERT OR IGNORE INTO players (name) VALUES (?)", (blob,))
    return blob


async def _add_answers(connection: aiosqlite.Connection, name: bytes, answers: Sequence[float]) -> None:
    found = await connection.execute_fetchall("SELECT latencies FROM players WHERE name = ?", (name,))
    before = _seconds(next(iter(found))[0])
    newest = [round(one, 4) for one in (*before, *answers)][-_LATENCIES:]
    await connection.execute(
        "UPDATE players SET answers = answers + ?, answers_s = answers_s + ?, latencies = ? WHERE name = ?",
        (len(answers), sum(answers), json.dumps(newest), name),
    )


def _seconds(text: str) -> tuple[float, ...]:
    try:
        values = json.loads(text)
    except ValueError:
        return ()
    return tuple(float(one) for one in values if isinstance(one, int | float)) if isinstance(values, list) else ()


def _record(row: Sequence[Any]) -> PlayerRecord:
    values = dict(zip(PlayerRecord.__dataclass_fields__, row, strict=True))
    values["name"] = from_blob(values["name"])
    known = values["state"] in PlayerState.__members__.values()
    values["state"] = PlayerState(values["state"]) if known else PlayerState.UNKNOWN
    values["latencies"] = _seconds(values["latencies"])
    return PlayerRecord(**values)
