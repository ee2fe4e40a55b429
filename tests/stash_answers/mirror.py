"""What a catalogue holds, in the words of what is true of a server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from synctui.model.catalog import Performer, Scene, StashId, Studio, Tag
from synctui.simulators.stash.truth import Truth
from synctui.store.catalog_marks import whole_scenes
from synctui.store.database import Database

NOTHING = Truth({}, {}, {}, {})


def check_right(now: Truth, before: Truth, truth: Truth) -> None:
    """See that everything in a catalogue is as it was before, or as it is on the server."""
    for name in ("scenes", "performers", "tags", "studios"):
        have: Mapping[int, object] = getattr(now, name)
        had: Mapping[int, object] = getattr(before, name)
        true: Mapping[int, object] = getattr(truth, name)
        wrong = [number for number, row in have.items() if row not in (had.get(number), true.get(number))]
        assert wrong == [], name
        assert [number for number in had if number in true and number not in have] == [], name


def catalogue_of(path: Path) -> Truth:
    """Return what a database has of the server's; nothing where there is none."""
    if not path.exists():
        return NOTHING
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        performers = {row["id"]: _performer(row) for row in connection.execute(_LIVE.format("performers"))}
        tags = {row["id"]: _tag(row, connection) for row in connection.execute(_LIVE.format("tags"))}
        studios = {row["id"]: _studio(row) for row in connection.execute(_LIVE.format("studios"))}
        ids = [row["id"] for row in connection.execute(_LIVE.format("scenes"))]
    return Truth(asyncio.run(_scenes(path, ids)), performers, tags, studios)


_LIVE = "SELECT * FROM stash_{} WHERE deleted = 0 AND id > 0"


async def _scenes(path: Path, ids: list[int]) -> dict[int, Scene]:
    async with await Database.open(path, readonly=True) as database:
        return await whole_scenes(database, ids)


def _performer(row: sqlite3.Row) -> Performer:
    texts = ("disambiguation", "gender", "birthdate", "death_date", "country", "details", "rating100")
    return Performer(
        row["id"],
        row["name"],
        aliases=_list(row["aliases"]),
        favorite=bool(row["favorite"]),
        urls=_list(row["urls"]),
        stash_ids=_boxes(row["stash_ids"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        **{name: row[name] for name in texts},
    )


def _tag(row: sqlite3.Row, connection: sqlite3.Connection) -> Tag:
    parents = connection.execute("SELECT parent_id FROM stash_tag_parents WHERE tag_id = ? ORDER BY position", (row["id"],))
    return Tag(
        row["id"],
        row["name"],
        row["sort_name"],
        row["description"],
        _list(row["aliases"]),
        bool(row["favorite"]),
        tuple(parent for (parent,) in parents),
        _boxes(row["stash_ids"]),
        row["created_at"],
        row["updated_at"],
    )


def _studio(row: sqlite3.Row) -> Studio:
    return Studio(
        row["id"],
        row["name"],
        row["parent_id"],
        _list(row["aliases"]),
        row["details"],
        row["rating100"],
        bool(row["favorite"]),
        _list(row["urls"]),
        _boxes(row["stash_ids"]),
        row["created_at"],
        row["updated_at"],
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _boxes(text: str) -> tuple[StashId, ...]:
    return tuple(StashId(*one) for one in json.loads(text))
