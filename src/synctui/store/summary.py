"""How everything stands that was ever checked."""

from __future__ import annotations

from synctui.store.database import Database


async def states_by_verdict(database: Database) -> dict[str, int]:
    """Return how many subtitles have a verdict of each state, inside and outside of libraries."""
    return {row[0]: int(row[1]) for row in await database.rows("SELECT state, count(*) FROM verdicts GROUP BY state")}
