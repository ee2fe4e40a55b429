"""What was written where, and from which original: so that the pristine one is always found."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite

from synctui.model.library import Lineage
from synctui.store.blobs import from_blob, path_from_blob, path_to_blob, to_blob
from synctui.store.database import Database

_SELECT = "SELECT path, output, original, backup, operation FROM lineage"


async def write_lineage(connection: aiosqlite.Connection, rows: Sequence[Lineage], *, job: int, at: str) -> None:
    """Add to the history of paths."""
    await connection.executemany(
        "INSERT INTO lineage (path, output, original, backup, operation, job, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (path_to_blob(row.path), row.output, row.original, to_blob(row.backup), to_blob(row.operation), job, at)
            for row in rows
        ],
    )


async def lineage(database: Database, path: str) -> Lineage | None:
    """Return what was written last at a path, or None."""
    row = await database.row(f"{_SELECT} WHERE path = ? ORDER BY id DESC LIMIT 1", (path_to_blob(path),))
    return None if row is None else _lineage(row)


@dataclass(frozen=True, slots=True)
class Writing:
    """What was written at a path, by which job (0: none known) and when (RFC 3339 text)."""

    lineage: Lineage
    job: int
    at: str


async def writings(database: Database, path: str, *, limit: int = 20) -> list[Writing]:
    """Return what was written at a path and when, the latest first: its backups say where the original lies."""
    sql = _SELECT.replace(" FROM", ", job, at FROM") + " WHERE path = ? ORDER BY id DESC LIMIT ?"
    return [Writing(_lineage(row), row[5], row[6]) for row in await database.rows(sql, (path_to_blob(path), limit))]


async def lineage_history(database: Database, path: str) -> list[Lineage]:
    """Return everything that was written at a path, the latest first."""
    found = await database.rows(f"{_SELECT} WHERE path = ? ORDER BY id DESC", (path_to_blob(path),))
    return [_lineage(row) for row in found]


async def lineage_of_output(database: Database, path: str, output: str) -> Lineage | None:
    """Return the latest writing of the content `output` (SHA-256) at a path: what the file there now came from."""
    row = await database.row(
        f"{_SELECT} WHERE path = ? AND output = ? ORDER BY id DESC LIMIT 1", (path_to_blob(path), output)
    )
    return None if row is None else _lineage(row)


def _lineage(row: Sequence[Any]) -> Lineage:
    return Lineage(path_from_blob(row[0]) or "", row[1], row[2], from_blob(row[3]), from_blob(row[4]))


def vaulted_originals(path: Path) -> frozenset[str]:
    """Return the hashes of first originals that lie in the vault alone; for a thread, with a connection of its own."""
    connection = sqlite3.connect(f"file:{quote(os.fspath(path))}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT DISTINCT original FROM lineage WHERE CAST(backup AS TEXT) LIKE 'vault:%'")
        return frozenset(row[0] for row in rows)
    finally:
        connection.close()
