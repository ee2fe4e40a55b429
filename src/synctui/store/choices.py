"""Which video a person chose for a subtitle."""

from __future__ import annotations

from collections.abc import Sequence

import aiosqlite

from synctui.model.library import Choice
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import OF_PATH, refresh_states, split


async def write_choices(connection: aiosqlite.Connection, rows: Sequence[Choice], *, at: str) -> None:
    """Remember choices, and pair the subtitles in the index accordingly."""
    for row in rows:
        subtitle, video = path_to_blob(row.subtitle) or b"", path_to_blob(row.video) or b""
        await connection.execute("INSERT OR REPLACE INTO choices VALUES (?, ?, ?)", (subtitle, video, at))
        indexed = f"(SELECT f.id FROM files f WHERE {OF_PATH} AND f.suffix IS NULL LIMIT 1)"
        label = "coalesce(label, lower(CAST(name AS TEXT)))"
        node = f"(SELECT w.node FROM files w WHERE w.id = {indexed})"
        await connection.execute(
            f"UPDATE files AS f SET reason = '', video = {indexed}, node = coalesce({node}, node),"
            f" label = CASE WHEN {indexed} IS NULL THEN {label} END WHERE {OF_PATH} AND f.suffix IS NOT NULL",
            (*split(video), *split(video), *split(video), *split(subtitle)),
        )
        await connection.execute(refresh_states(OF_PATH), split(subtitle))


async def forget_choice(connection: aiosqlite.Connection, subtitle: str) -> None:
    """Forget a choice; the next scan of its folder pairs the subtitle by its name again."""
    blob = path_to_blob(subtitle) or b""
    await connection.execute("DELETE FROM choices WHERE subtitle = ?", (blob,))
    await connection.execute("UPDATE directories SET mtime_ns = 0, ctime_ns = 0 WHERE path = ?", (split(blob)[0],))


async def choice_of(database: Database, subtitle: str) -> str | None:
    """Return the video that a person chose for a subtitle, or None."""
    row = await database.row("SELECT video FROM choices WHERE subtitle = ?", (path_to_blob(subtitle),))
    return None if row is None else path_from_blob(row[0])


async def choices(database: Database) -> dict[str, str]:
    """Return the chosen video of every subtitle that has one."""
    rows = await database.rows("SELECT subtitle, video FROM choices")
    return {path_from_blob(row[0]) or "": path_from_blob(row[1]) or "" for row in rows}
