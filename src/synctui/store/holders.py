"""Which videos below a node of the tree there are, how they stand with players, and what is open with one of them."""

from __future__ import annotations

from collections.abc import Mapping

from synctui.store.blobs import from_blob, path_from_blob
from synctui.store.database import Database

_BELOW = "WITH RECURSIVE below(id) AS (VALUES (?) UNION ALL SELECT n.id FROM nodes n JOIN below b ON n.parent = b.id)"


async def videos_in(database: Database, node: int) -> list[str]:
    """Return the videos below a node of the tree, by path."""
    rows = await database.rows(
        f"{_BELOW} SELECT CAST(d.path || f.name AS BLOB) AS path FROM below b JOIN files f ON f.node = b.id"
        " JOIN directories d ON d.id = f.directory WHERE f.suffix IS NULL ORDER BY path",
        (node,),
    )
    return [path_from_blob(row[0]) or "" for row in rows]


async def held_below(database: Database, node: int) -> dict[str, Mapping[str, int]]:
    """Return how many videos below a node of the tree are in which state with each player that was told of any."""
    rows = await database.rows(
        f"{_BELOW} SELECT p.player, p.state, count(*) FROM below b JOIN files f ON f.node = b.id"
        " JOIN directories d ON d.id = f.directory JOIN player_items p ON p.path = CAST(d.path || f.name AS BLOB)"
        " GROUP BY p.player, p.state ORDER BY p.player",
        (node,),
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(from_blob(row[0]), {})[row[1]] = row[2]
    return {name: dict(states) for name, states in found.items()}
