"""Writes the catalogue: scenes, and what is not on the server any more."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import blake2b

import aiosqlite

from synctui.model.catalog import Entity, Named, Performer, Scene, SceneFile, ScenesSynced, StashId, Tag, Vanished
from synctui.store.blobs import clean
from synctui.store.visit import visit

TABLES = {
    Entity.SCENE: "stash_scenes",
    Entity.PERFORMER: "stash_performers",
    Entity.TAG: "stash_tags",
    Entity.STUDIO: "stash_studios",
}
_SEARCH = {Entity.SCENE: 0, Entity.PERFORMER: 1, Entity.TAG: 2, Entity.STUDIO: 3}
_CHUNK = 500


def search_row(entity: Entity, number: int) -> int:
    """Return the row of the search index that stands for something."""
    return number * 4 + _SEARCH[entity]


def found_in(row: int) -> tuple[Entity, int]:
    """Return what a row of the search index stands for."""
    kind = row % 4
    return next(entity for entity, one in _SEARCH.items() if one == kind), (row - kind) // 4


def checksum(item: Scene | Named) -> bytes:
    """Return what is equal for two states of a thing that differ in nothing but `updated_at`."""
    if isinstance(item, Scene):
        facts: object = (
            item.title,
            item.code,
            item.details,
            item.director,
            item.date,
            item.rating100,
            item.organized,
            item.studio,
            item.o_counter,
            item.play_count,
            item.play_duration,
            item.resume_time,
            item.last_played_at,
            item.interactive,
            item.created_at,
            item.urls,
            # A server lists these, and what refers to others, as its database happens to find them.
            sorted(_pairs(item.stash_ids)),
            [_file_facts(file) for file in item.files],
            sorted(item.performers),
            sorted(item.tags),
        )
    elif isinstance(item, Performer):
        facts = (
            item.name,
            item.disambiguation,
            sorted(item.aliases),
            item.gender,
            item.birthdate,
            item.death_date,
            item.country,
            item.details,
            item.rating100,
            item.favorite,
            item.urls,
            sorted(_pairs(item.stash_ids)),
            item.created_at,
        )
    elif isinstance(item, Tag):
        facts = (
            item.name,
            item.sort_name,
            item.description,
            sorted(item.aliases),
            item.favorite,
            sorted(item.parents),
            sorted(_pairs(item.stash_ids)),
            item.created_at,
        )
    else:
        facts = (
            item.name,
            item.parent,
            sorted(item.aliases),
            item.details,
            item.rating100,
            item.favorite,
            item.urls,
            sorted(_pairs(item.stash_ids)),
            item.created_at,
        )
    return blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _pairs(ids: Sequence[StashId]) -> list[tuple[str, str]]:
    return [(one.endpoint, one.stash_id) for one in ids]


def _file_facts(file: SceneFile) -> tuple[object, ...]:
    return (
        file.id,
        file.path,
        file.size,
        file.duration,
        file.mod_time,
        file.updated_at,
        file.width,
        file.height,
        file.video_codec,
        file.audio_codec,
        file.frame_rate,
        file.bit_rate,
        file.fingerprints,
    )


def shown_name(scene: Scene) -> str:
    """Return what a scene is called in lists: its title, or the name of its file."""
    return name_of_scene(scene.id, scene.title, [file.path for file in scene.files])


def name_of_scene(scene: int, title: str, paths: Sequence[str]) -> str:
    """Return what a scene of this title and these files is called in lists."""
    if title:
        return title
    return (base_name(paths[0]) or paths[0]) if paths else f"scene {scene}"


def base_name(path: str) -> str:
    """Return the name of a file of the server's, whatever it parts folders with."""
    return path.replace("\\", "/").rpartition("/")[2]


# scenes

_SCENE_COLUMNS = (
    "id, title, code, details, director, date, rating100, organized, studio_id, o_counter, play_count, play_duration,"
    " resume_time, last_played_at, interactive, created_at, updated_at, urls, stash_ids, name, checksum, hot, added_at,"
    " synced_at"
)
_KEPT = ("id", "added_at")
_SCENE_UPSERT = (
    f"INSERT INTO stash_scenes ({_SCENE_COLUMNS}) VALUES ({', '.join('?' * len(_SCENE_COLUMNS.split(',')))})"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _SCENE_COLUMNS.split(", ") if name.strip() not in _KEPT)
    + ", deleted = 0, deleted_at = NULL"
)
_FILE_INSERT = f"INSERT INTO stash_files VALUES ({', '.join('?' * 17)})"


async def write_scenes(connection: aiosqlite.Connection, row: ScenesSynced, *, at: str) -> None:
    """Write scenes whole, with their files and relations, and note of those that were as they are that they were seen."""
    await visit(connection, partial(_write_scenes, row=row, at=at))


def _write_scenes(connection: sqlite3.Connection, row: ScenesSynced, at: str) -> None:
    hot = row.hot
    if row.restored:
        note_restored(connection)
    if row.scenes:
        known = {
            number
            for chunk in _chunks([scene.id for scene in row.scenes])
            for (number,) in connection.execute(f"SELECT id FROM stash_scenes WHERE id IN ({_marks(chunk)})", chunk)
        }
        there = [(scene.id,) for scene in row.scenes if scene.id in known]
        if there:
            for table in ("stash_files", "stash_scene_performers", "stash_scene_tags"):
                connection.executemany(f"DELETE FROM {table} WHERE scene_id = ?", there)
            connection.executemany(
                "DELETE FROM stash_search WHERE rowid = ?", [(search_row(Entity.SCENE, one),) for (one,) in there]
            )
        sums = row.checksums
        connection.executemany(
            _SCENE_UPSERT,
            [_scene_values(scene, sums[scene.id], scene.id in hot, at) for scene in row.scenes],
        )
        connection.executemany(
            _FILE_INSERT,
            [_file_values(scene.id, place, file) for scene in row.scenes for place, file in enumerate(scene.files)],
        )
        connection.executemany(
            "INSERT OR IGNORE INTO stash_scene_performers (scene_id, performer_id, position) VALUES (?, ?, ?)",
            [(scene.id, number, place) for scene in row.scenes for place, number in enumerate(scene.performers)],
        )
        connection.executemany(
            "INSERT OR IGNORE INTO stash_scene_tags (scene_id, tag_id, position) VALUES (?, ?, ?)",
            [(scene.id, number, place) for scene in row.scenes for place, number in enumerate(scene.tags)],
        )
        connection.executemany(
            "INSERT INTO stash_search (rowid, name, text) VALUES (?, ?, ?)", [_scene_search(scene) for scene in row.scenes]
        )
    if row.touched:
        connection.executemany(
            "UPDATE stash_scenes SET updated_at = ?, hot = ?, synced_at = ?, deleted = 0, deleted_at = NULL WHERE id = ?",
            [(clean(updated_at), int(number in hot), at, number) for number, updated_at in row.touched],
        )


def _scene_values(scene: Scene, sum_: bytes, hot: bool, at: str) -> tuple[object, ...]:
    return (
        scene.id,
        clean(scene.title),
        clean(scene.code),
        clean(scene.details),
        clean(scene.director),
        clean(scene.date),
        scene.rating100,
        int(scene.organized),
        scene.studio,
        scene.o_counter,
        scene.play_count,
        scene.play_duration,
        scene.resume_time,
        clean(scene.last_played_at),
        int(scene.interactive),
        clean(scene.created_at),
        clean(scene.updated_at),
        json_list(scene.urls),
        json_ids(scene.stash_ids),
        clean(shown_name(scene)),
        sum_,
        int(hot),
        at,
        at,
    )


def _file_values(scene: int, place: int, file: SceneFile) -> tuple[object, ...]:
    return (
        scene,
        place,
        file.id,
        clean(file.path),
        file.size,
        file.duration,
        clean(file.mod_time),
        clean(file.updated_at),
        file.width,
        file.height,
        clean(file.video_codec),
        clean(file.audio_codec),
        file.frame_rate,
        file.bit_rate,
        file.fingerprint("oshash"),
        file.fingerprint("phash"),
        "[]" if not file.fingerprints else json.dumps(file.fingerprints),
    )


def _scene_search(scene: Scene) -> tuple[int, str, str]:
    paths = [file.path for file in scene.files]
    return _search_values(scene.id, scene.title, scene.details, scene.code, paths)


def _search_values(scene: int, title: str, details: str, code: str, paths: Sequence[str]) -> tuple[int, str, str]:
    words = (details, code, *(base_name(path) for path in paths if title))
    return search_row(Entity.SCENE, scene), clean(name_of_scene(scene, title, paths)), clean(" ".join(words))


def index_scene(
    connection: sqlite3.Connection, scene: int, title: str, details: str, code: str, paths: Sequence[str]
) -> None:
    """Put a scene into the search index anew."""
    values = _search_values(scene, title, details, code, paths)
    connection.execute("DELETE FROM stash_search WHERE rowid = ?", values[:1])
    connection.execute("INSERT INTO stash_search (rowid, name, text) VALUES (?, ?, ?)", values)


# what is gone


async def write_vanished(connection: aiosqlite.Connection, row: Vanished, *, at: str) -> None:
    """Mark as deleted what is not on the server any more; it stays readable, and is found by no search."""

    def work(raw: sqlite3.Connection) -> None:
        raw.executemany(
            f"UPDATE {TABLES[row.entity]} SET deleted = 1, deleted_at = ?, synced_at = ? WHERE id = ? AND deleted = 0",
            [(at, at, number) for number in row.ids],
        )
        raw.executemany(
            "DELETE FROM stash_search WHERE rowid = ?", [(search_row(row.entity, number),) for number in row.ids]
        )
        if row.entity is not Entity.SCENE:
            raw.executemany(
                "DELETE FROM stash_names WHERE entity = ? AND id = ?", [(row.entity.value, number) for number in row.ids]
            )

    await visit(connection, work)


def note_restored(connection: sqlite3.Connection) -> None:
    """Note that the server has gone back in time: until everything was compared, no timestamp of it proves anything."""
    connection.execute("INSERT OR IGNORE INTO stash_server (id) VALUES (1)")
    connection.execute("UPDATE stash_server SET restored = 1")


def json_list(values: Iterable[str]) -> str:
    """Return texts as a JSON list."""
    listed = list(values)
    return json.dumps(listed) if listed else "[]"


def json_ids(ids: Sequence[StashId]) -> str:
    """Return stash ids as a JSON list of pairs."""
    return json.dumps(_pairs(ids)) if ids else "[]"


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[place : place + _CHUNK] for place in range(0, len(values), _CHUNK))
