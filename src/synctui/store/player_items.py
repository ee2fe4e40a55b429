"""How each item stands with each player: the queue, and what is known of every file that a player was told of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import aiosqlite

from synctui.model.players import ItemState, PlayerItem
from synctui.store.blobs import clean, from_blob, path_from_blob, path_to_blob, to_blob
from synctui.store.database import Database
from synctui.store.videos import MOST_VIDEOS, span

_OPEN = "state NOT IN ('confirmed', 'skipped')"
_COLUMNS = (
    "id, player, path, remote, change, previous, sidecar, grouped, state, reason, message, tries, not_before, feed, job,"
    " changed_at, created_at, sent_at, processed_at, last_synced"
)
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An item with its history: how often it was tried, when it was queued, sent, at its end, and last confirmed."""

    id: int
    item: PlayerItem
    tries: int
    job: int
    created_at: str
    sent_at: str | None
    processed_at: str | None
    last_synced: str | None


async def write_player_items(connection: aiosqlite.Connection, rows: Sequence[PlayerItem], *, job: int, at: str) -> None:
    """Write how items stand now; of a moved one, what was known of it under its old name is not kept.

    A row that knows of a newer change than the one written keeps that change waiting.
    """
    await connection.executemany(
        "INSERT INTO player_items (player, path, remote, change, previous, sidecar, grouped, state, reason, message, tries,"
        " not_before, feed, job, changed_at, created_at, sent_at, processed_at, last_synced)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (player, path) DO UPDATE SET remote = excluded.remote, change = excluded.change,"
        " previous = excluded.previous, sidecar = excluded.sidecar, grouped = excluded.grouped,"
        " created_at = CASE WHEN excluded.feed > feed THEN excluded.created_at ELSE created_at END,"
        " tries = CASE WHEN excluded.feed > feed THEN excluded.tries ELSE tries + excluded.tries END,"
        " state = excluded.state, reason = excluded.reason, message = excluded.message, not_before = excluded.not_before,"
        " feed = max(feed, excluded.feed), job = excluded.job, changed_at = excluded.changed_at,"
        # What was sent for an earlier change, which is dealt with, says nothing about this one.
        f" sent_at = coalesce(excluded.sent_at, CASE WHEN excluded.feed > feed OR NOT {_OPEN} THEN NULL ELSE sent_at END),"
        " processed_at = excluded.processed_at, last_synced = coalesce(excluded.last_synced, last_synced)"
        # Written by a job that was planned before the newest change came: that change has still to be told.
        " WHERE excluded.feed >= feed",
        [_values(row, job, at) for row in rows],
    )
    await connection.executemany(
        f"DELETE FROM player_items WHERE player = ? AND path = ? AND feed <= ? AND (? OR {_OPEN})",
        [
            (to_blob(row.player), path_to_blob(row.previous), row.feed, row.state is ItemState.CONFIRMED)
            for row in rows
            if row.change == "moved" and row.previous is not None and row.state is not ItemState.SKIPPED
        ],
    )


def _values(row: PlayerItem, job: int, at: str) -> tuple[Any, ...]:
    missed = row.state in (ItemState.FAILED, ItemState.UNCONFIRMED)
    ended = missed or row.state in (ItemState.CONFIRMED, ItemState.SKIPPED)
    return (
        to_blob(row.player),
        path_to_blob(row.path),
        None if row.remote is None else to_blob(row.remote),
        row.change,
        path_to_blob(row.previous),
        int(row.sidecar),
        to_blob(row.group),
        row.state.value,
        row.reason,
        clean(row.message),
        int(missed),
        row.not_before,
        row.feed,
        job,
        row.changed_at or at,
        at,
        at if row.state in (ItemState.SENT, ItemState.ACCEPTED) else None,
        at if ended else None,
        at if row.state is ItemState.CONFIRMED else None,
    )


async def waiting(database: Database, player: str) -> list[QueueRow]:
    """Return the items of a player that are not settled, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM player_items WHERE player = ? AND {_OPEN} ORDER BY id"
    return [_row(row) for row in await database.rows(sql, (to_blob(player),))]


async def skipped_for(database: Database, player: str, reasons: Collection[str]) -> list[QueueRow]:
    """Return the items of a player that were left out for one of these reasons."""
    marks = ", ".join("?" * len(reasons))
    sql = f"SELECT {_COLUMNS} FROM player_items WHERE player = ? AND state = 'skipped' AND reason IN ({marks}) ORDER BY id"
    return [_row(row) for row in await database.rows(sql, (to_blob(player), *reasons))]


async def known(database: Database, player: str, paths: Sequence[str]) -> dict[str, QueueRow]:
    """Return what is known of files with a player, by path."""
    found: dict[str, QueueRow] = {}
    for start in range(0, len(paths), _CHUNK):
        chunk = paths[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        sql = f"SELECT {_COLUMNS} FROM player_items WHERE player = ? AND path IN ({marks})"
        for row in await database.rows(sql, (to_blob(player), *map(path_to_blob, chunk))):
            one = _row(row)
            found[one.item.path] = one
    return found


async def holders(database: Database, path: str) -> list[QueueRow]:
    """Return how a file stands with every player that was told of it, by the player's name."""
    sql = f"SELECT {_COLUMNS} FROM player_items WHERE path = ? ORDER BY player"
    return [_row(row) for row in await database.rows(sql, (path_to_blob(path),))]


async def paths_below(database: Database, folder: str, player: str | None = None) -> list[str]:
    """Return the files below a folder that a player, or any, was told of or is to be, but for those taken out since."""
    only = "" if player is None else " AND player = ?"
    sql = (
        f"SELECT DISTINCT path FROM player_items WHERE path >= ? AND path < ?{only}"
        " AND NOT (change = 'removed' AND state = 'confirmed') ORDER BY path LIMIT ?"
    )
    values = (*span(folder), *(() if player is None else (to_blob(player),)), MOST_VIDEOS)
    return [path_from_blob(row[0]) or "" for row in await database.rows(sql, values)]


async def newest(database: Database, player: str, limit: int, offset: int = 0) -> list[QueueRow]:
    """Return a player's items: those that wait or failed first, then what was settled last."""
    sql = (
        f"SELECT {_COLUMNS} FROM player_items WHERE player = ? ORDER BY {_OPEN} DESC,"
        " coalesce(processed_at, sent_at, created_at) DESC, id DESC LIMIT ? OFFSET ?"
    )
    return [_row(row) for row in await database.rows(sql, (to_blob(player), limit, offset))]


@dataclass(frozen=True, slots=True)
class ItemSums:
    """What came of the items of a job, of one player: `waited_s` is from sending to confirmation, all together."""

    items: int = 0
    confirmed: int = 0
    failed: int = 0
    waiting: int = 0
    waited_s: float = 0.0


async def sums_of(database: Database, player: str, job: int) -> ItemSums:
    """Return what came of a player's items in a job."""
    row = await database.row(
        "SELECT count(*), sum(state = 'confirmed'), sum(state IN ('failed', 'unconfirmed')), sum(state = 'pending'),"
        " sum(CASE WHEN state = 'confirmed' AND sent_at IS NOT NULL AND sent_at <= processed_at"
        " THEN (julianday(processed_at) - julianday(sent_at)) * 86400.0 ELSE 0 END)"
        " FROM player_items WHERE player = ? AND job = ?",
        (to_blob(player), job),
    )
    return ItemSums() if row is None else ItemSums(row[0], row[1] or 0, row[2] or 0, row[3] or 0, row[4] or 0.0)


async def players_of_job(database: Database, job: int) -> list[str]:
    """Return the players whose items a job was the last to touch."""
    rows = await database.rows("SELECT DISTINCT player FROM player_items WHERE job = ? ORDER BY player", (job,))
    return [from_blob(row[0]) for row in rows]


async def counts(database: Database) -> dict[str, Mapping[str, int]]:
    """Return how many items of each player are in which state."""
    found: dict[str, dict[str, int]] = {}
    for row in await database.rows("SELECT player, state, count(*) FROM player_items GROUP BY player, state"):
        found.setdefault(from_blob(row[0]), {})[row[1]] = row[2]
    return {name: dict(states) for name, states in found.items()}


def _row(row: Sequence[Any]) -> QueueRow:
    item = PlayerItem(
        player=from_blob(row[1]),
        path=path_from_blob(row[2]) or "",
        change=cast(Any, row[4]),
        state=ItemState(row[8]),
        remote=None if row[3] is None else from_blob(row[3]),
        previous=path_from_blob(row[5]),
        sidecar=bool(row[6]),
        group=from_blob(row[7]),
        reason=row[9],
        message=row[10],
        feed=row[13],
        changed_at=row[15],
        not_before=row[12],
    )
    return QueueRow(row[0], item, row[11], row[14], row[16], row[17], row[18], row[19])
