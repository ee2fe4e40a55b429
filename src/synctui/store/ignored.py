"""Subtitles that a person said to leave alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import aiosqlite

from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import OF_PATH, refresh_states, split

_CHUNK = 500


async def write_ignored(connection: aiosqlite.Connection, paths: Sequence[str], *, on: bool, at: str) -> None:
    """Remember, or with `on` false forget, that subtitles are left alone, and bring their states up to date."""
    blobs = [path_to_blob(path) or b"" for path in paths]
    if on:
        await connection.executemany("INSERT OR IGNORE INTO ignored VALUES (?, ?)", [(blob, at) for blob in blobs])
    else:
        await connection.executemany("DELETE FROM ignored WHERE path = ?", [(blob,) for blob in blobs])
    await connection.executemany(refresh_states(OF_PATH), [split(blob) for blob in blobs])


async def ignored_among(database: Database, paths: Iterable[str]) -> frozenset[str]:
    """Return those of the paths that are left alone."""
    blobs = [path_to_blob(path) for path in paths]
    found: set[str] = set()
    for start in range(0, len(blobs), _CHUNK):
        chunk = blobs[start : start + _CHUNK]
        rows = await database.rows(f"SELECT path FROM ignored WHERE path IN ({', '.join('?' * len(chunk))})", chunk)
        found.update(path_from_blob(row[0]) or "" for row in rows)
    return frozenset(found)
