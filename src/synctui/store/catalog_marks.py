"""Reads of the catalogue that a sync compares a server with: versions, checksums, links, whole scenes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.model.catalog import Entity, Scene, SceneFile, StashId, SweptScene
from synctui.store.blobs import clean
from synctui.store.catalog import TABLES
from synctui.store.database import Database

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells whether a thing is as it was: checksum and `updated_at` of the server's row, and whether it is gone."""

    checksum: bytes
    updated_at: str
    deleted: bool
    hot: bool = False


async def versions_between(database: Database, after: int, last: int | None) -> dict[int, SweptScene]:
    """Return the scenes that are there with ids above `after`, up to `last` (None: without end)."""
    rows = await database.rows(
        "SELECT id, updated_at, o_counter, play_count, play_duration, resume_time FROM stash_scenes"
        " WHERE deleted = 0 AND id > ? AND id <= ? ORDER BY id",
        (after, 2**63 - 1 if last is None else last),
    )
    return {row[0]: SweptScene(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows}


async def versions_since(database: Database, since: str) -> dict[int, str]:
    """Return of the scenes that are there and whose `updated_at` is a text behind `since`, what it is."""
    sql = "SELECT id, updated_at FROM stash_scenes WHERE deleted = 0 AND updated_at > ?"
    return {row[0]: row[1] for row in await database.rows(sql, (since,))}


async def late_version(database: Database, number: int) -> str:
    """Return the text that so many live scenes have in `updated_at`, or a later one; "" where they are fewer."""
    sql = "SELECT updated_at FROM stash_scenes WHERE deleted = 0 ORDER BY updated_at DESC LIMIT 1 OFFSET ?"
    row = await database.row(sql, (number - 1,))
    return "" if row is None else str(row[0])


async def newest_versions(database: Database) -> dict[Entity, str]:
    """Return of the server's things that are there the last of the texts in `updated_at`, "" where there are none."""
    found = {}
    for entity, table in TABLES.items():
        row = await database.row(f"SELECT max(updated_at) FROM {table} WHERE deleted = 0 AND id > 0")
        found[entity] = "" if row is None or row[0] is None else str(row[0])
    return found


async def scene_marks(database: Database, ids: Sequence[int]) -> dict[int, Mark]:
    """Return how these scenes stand, those that are marked as deleted too."""
    found: dict[int, Mark] = {}
    for chunk in _chunks(ids):
        rows = await database.rows(
            f"SELECT id, checksum, updated_at, deleted, hot FROM stash_scenes WHERE id IN ({_marks(chunk)})", chunk
        )
        found.update((row[0], Mark(row[1], row[2], bool(row[3]), bool(row[4]))) for row in rows)
    return found


async def named_marks(database: Database, entity: Entity) -> dict[int, Mark]:
    """Return how every performer, tag or studio of the server's stands."""
    rows = await database.rows(f"SELECT id, checksum, updated_at, deleted FROM {TABLES[entity]} WHERE id > 0")
    return {row[0]: Mark(row[1], row[2], bool(row[3])) for row in rows}


async def known_ids(database: Database, entity: Entity, ids: Iterable[int]) -> set[int]:
    """Return which of these are here, not counting what is marked as deleted."""
    found: set[int] = set()
    for chunk in _chunks(list(ids)):
        sql = f"SELECT id FROM {TABLES[entity]} WHERE deleted = 0 AND id IN ({_marks(chunk)})"
        found.update(row[0] for row in await database.rows(sql, chunk))
    return found


async def live_count(database: Database, entity: Entity) -> int:
    """Return how many there are of the server's."""
    here = "" if entity is Entity.SCENE else " AND id > 0"
    row = await database.row(f"SELECT count(*) FROM {TABLES[entity]} WHERE deleted = 0{here}")
    return 0 if row is None else int(row[0])


async def live_ids(database: Database, entity: Entity) -> set[int]:
    """Return the ids of all that are there of the server's performers, tags or studios."""
    return {row[0] for row in await database.rows(f"SELECT id FROM {TABLES[entity]} WHERE deleted = 0 AND id > 0")}


async def offsets(database: Database) -> set[str]:
    """Return the zones that times of scenes and files were written in, as offsets (`-05:00`)."""
    rows = await database.rows(
        "SELECT DISTINCT substr(updated_at, 20) FROM stash_scenes"
        " UNION SELECT DISTINCT substr(updated_at, 20) FROM stash_files"
    )
    found = {"+00:00" if row[0] == "Z" else row[0] for row in rows}
    return {one for one in found if len(one) == 6 and one[0] in "+-" and one[3] == ":" and (one[1:3] + one[4:]).isdigit()}


async def hot_scenes(database: Database) -> list[int]:
    """Return the scenes that were read in the second of their own change."""
    return [row[0] for row in await database.rows("SELECT id FROM stash_scenes WHERE hot = 1 AND deleted = 0")]


async def linked_to_gone(database: Database, gone: Mapping[Entity, Iterable[int]]) -> list[int]:
    """Return the scenes that refer to what is marked as deleted, or is in `gone`; ascending.

    Where a person edited the tags, those count that the server had.
    """
    found: set[int] = set()
    edited = " AND NOT EXISTS (SELECT 1 FROM stash_edits e WHERE e.scene_id = r.scene_id AND e.field = 'tags')"
    links = (
        (Entity.PERFORMER, "r.performer_id", "stash_scene_performers r", ""),
        (Entity.TAG, "r.tag_id", "stash_scene_tags r", edited),
        (Entity.TAG, "b.value", "stash_edits r, json_each(r.base) b", " AND r.field = 'tags'"),
    )
    # Without CROSS, SQLite would go through all links to find the few that lead to what is gone.
    for entity, column, table, more in links:
        rows = await database.rows(
            f"SELECT DISTINCT r.scene_id FROM {TABLES[entity]} g CROSS JOIN {table} CROSS JOIN stash_scenes s"
            f" WHERE g.deleted = 1 AND {column} = g.id AND s.id = r.scene_id AND s.deleted = 0{more}"
        )
        found.update(row[0] for row in rows)
        for chunk in _chunks(list(gone.get(entity, ()))):
            rows = await database.rows(
                f"SELECT DISTINCT r.scene_id FROM {table} JOIN stash_scenes s ON s.id = r.scene_id AND s.deleted = 0"
                f" WHERE {column} IN ({_marks(chunk)}){more}",
                chunk,
            )
            found.update(row[0] for row in rows)
    rows = await database.rows(
        "SELECT s.id FROM stash_studios g CROSS JOIN stash_scenes s ON s.studio_id = g.id AND s.deleted = 0"
        " WHERE g.deleted = 1"
    )
    found.update(row[0] for row in rows)
    for chunk in _chunks(list(gone.get(Entity.STUDIO, ()))):
        sql = f"SELECT id FROM stash_scenes WHERE deleted = 0 AND studio_id IN ({_marks(chunk)})"
        found.update(row[0] for row in await database.rows(sql, chunk))
    return sorted(found)


async def hashed_between(database: Database, after: int, last: int | None) -> set[int]:
    """Return the scenes with a perceptual hash, with ids above `after`, up to `last` (None: without end)."""
    rows = await database.rows(
        "SELECT DISTINCT f.scene_id FROM stash_files f JOIN stash_scenes s ON s.id = f.scene_id AND s.deleted = 0"
        " WHERE f.phash IS NOT NULL AND f.scene_id > ? AND f.scene_id <= ?",
        (after, 2**63 - 1 if last is None else last),
    )
    return {row[0] for row in rows}


async def count_hashed(database: Database) -> int:
    """Return how many scenes have a perceptual hash."""
    row = await database.row(
        "SELECT count(DISTINCT f.scene_id) FROM stash_files f JOIN stash_scenes s ON s.id = f.scene_id AND s.deleted = 0"
        " WHERE f.phash IS NOT NULL"
    )
    return 0 if row is None else int(row[0])


async def file_versions(database: Database, scenes: Sequence[int]) -> dict[int, dict[int, str]]:
    """Return of each scene its files' ids with their `updated_at`."""
    return await _of_files(database, "updated_at", scenes)


async def file_paths(database: Database, scenes: Sequence[int]) -> dict[int, dict[int, str]]:
    """Return of each scene its files' ids with the paths that the server has for them."""
    return await _of_files(database, "path", scenes)


async def _of_files(database: Database, column: str, scenes: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for chunk in _chunks(scenes):
        sql = f"SELECT scene_id, id, {column} FROM stash_files WHERE scene_id IN ({_marks(chunk)})"
        for row in await database.rows(sql, chunk):
            found.setdefault(row[0], {})[row[1]] = row[2]
    return found


async def scenes_with(database: Database, paths: Sequence[str]) -> dict[str, set[int]]:
    """Return which scenes have these files, by the server's own paths; not those that are marked as deleted."""
    found: dict[str, set[int]] = {}
    for place in range(0, len(paths), _CHUNK):
        chunk = [clean(path) for path in paths[place : place + _CHUNK]]
        rows = await database.rows(
            "SELECT f.path, f.scene_id FROM stash_files f JOIN stash_scenes s ON s.id = f.scene_id AND s.deleted = 0"
            f" WHERE f.path IN ({_marks(chunk)})",
            chunk,
        )
        for row in rows:
            found.setdefault(row[0], set()).add(row[1])
    return found


async def whole_scenes(database: Database, ids: Sequence[int]) -> dict[int, Scene]:
    """Return scenes with everything that is known of them, as they count here."""
    found: dict[int, Scene] = {}
    for chunk in _chunks(ids):
        marks = _marks(chunk)
        performers = await _related(database, "stash_scene_performers", "performer_id", chunk)
        tags = await _related(database, "stash_scene_tags", "tag_id", chunk)
        files: dict[int, list[SceneFile]] = {}
        for row in await database.rows(
            f"SELECT * FROM stash_files WHERE scene_id IN ({marks}) ORDER BY scene_id, position", chunk
        ):
            files.setdefault(row["scene_id"], []).append(_file(row))
        for row in await database.rows(f"SELECT * FROM stash_scenes WHERE id IN ({marks})", chunk):
            number = row["id"]
            found[number] = _scene(row, files.get(number, ()), performers.get(number, ()), tags.get(number, ()))
    return found


async def _related(database: Database, table: str, column: str, scenes: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    sql = f"SELECT scene_id, {column} FROM {table} WHERE scene_id IN ({_marks(scenes)}) ORDER BY scene_id, position"
    for row in await database.rows(sql, scenes):
        found.setdefault(row[0], []).append(row[1])
    return found


def _file(row: Any) -> SceneFile:
    return SceneFile(
        id=row["id"],
        path=row["path"],
        size=row["size"],
        duration=row["duration"],
        mod_time=row["mod_time"],
        updated_at=row["updated_at"],
        width=row["width"],
        height=row["height"],
        video_codec=row["video_codec"],
        audio_codec=row["audio_codec"],
        frame_rate=row["frame_rate"],
        bit_rate=row["bit_rate"],
        fingerprints=tuple((str(kind), str(value)) for kind, value in json.loads(row["fingerprints"])),
    )


def _scene(row: Any, files: Sequence[SceneFile], performers: Sequence[int], tags: Sequence[int]) -> Scene:
    return Scene(
        id=row["id"],
        title=row["title"],
        code=row["code"],
        details=row["details"],
        director=row["director"],
        date=row["date"],
        rating100=row["rating100"],
        organized=bool(row["organized"]),
        studio=row["studio_id"],
        o_counter=row["o_counter"],
        play_count=row["play_count"],
        play_duration=row["play_duration"],
        resume_time=row["resume_time"],
        last_played_at=row["last_played_at"],
        interactive=bool(row["interactive"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        urls=tuple(json.loads(row["urls"])),
        stash_ids=tuple(StashId(*one) for one in json.loads(row["stash_ids"])),
        files=tuple(files),
        performers=tuple(performers),
        tags=tuple(tags),
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[place : place + _CHUNK] for place in range(0, len(values), _CHUNK))


async def name_of(database: Database, entity: Entity, number: int) -> str | None:
    """Return what something is called, None when it is not known."""
    row = await database.row(f"SELECT name FROM {TABLES[entity]} WHERE id = ?", (number,))
    return None if row is None else str(row[0])
