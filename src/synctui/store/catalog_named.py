"""Writes the performers, tags and studios of the catalogue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import partial

import aiosqlite

from synctui.model.catalog import Entity, Named, NamedSynced, Performer, Studio, Tag
from synctui.store.blobs import clean
from synctui.store.catalog import TABLES, checksum, json_ids, json_list, note_restored, search_row
from synctui.store.visit import visit

_NAMED_COLUMNS = {
    Performer: (
        "id, name, disambiguation, aliases, gender, birthdate, death_date, country, details, rating100, favorite, urls,"
        " stash_ids, created_at, updated_at, checksum, synced_at"
    ),
    Tag: "id, name, sort_name, description, aliases, favorite, stash_ids, created_at, updated_at, checksum, synced_at",
    Studio: (
        "id, name, parent_id, aliases, details, rating100, favorite, urls, stash_ids, created_at, updated_at, checksum,"
        " synced_at"
    ),
}


def entity_of(item: Named) -> Entity:
    """Return what something is."""
    if isinstance(item, Performer):
        return Entity.PERFORMER
    return Entity.TAG if isinstance(item, Tag) else Entity.STUDIO


async def write_named(connection: aiosqlite.Connection, row: NamedSynced, *, at: str) -> None:
    """Write performers, tags or studios whole; a tag that existed here alone becomes the server's of that name or alias."""
    await visit(connection, partial(_write_named, items=row.items, at=at))


def _write_named(connection: sqlite3.Connection, items: Sequence[Named], at: str) -> None:
    for kind in (Performer, Tag, Studio):
        chosen = [item for item in items if type(item) is kind]
        if not chosen:
            continue
        entity, columns = entity_of(chosen[0]), _NAMED_COLUMNS[kind]
        gone = {row[0] for row in connection.execute(f"SELECT id FROM {TABLES[entity]} WHERE deleted = 1")}
        if any(item.id in gone for item in chosen):
            note_restored(connection)
        names = columns.split(", ")
        connection.executemany(
            f"INSERT INTO {TABLES[entity]} ({columns}) VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names[1:])},"
            " deleted = 0, deleted_at = NULL",
            [_named_values(item, at) for item in chosen],
        )
        numbers = [(item.id,) for item in chosen]
        connection.executemany(
            "DELETE FROM stash_names WHERE entity = ? AND id = ?", [(entity.value, one) for (one,) in numbers]
        )
        connection.executemany(
            "INSERT OR IGNORE INTO stash_names (entity, name, id, alias) VALUES (?, ?, ?, ?)",
            [
                (entity.value, clean(name), item.id, int(place > 0))
                for item in chosen
                for place, name in enumerate((item.name, *item.aliases))
            ],
        )
        connection.executemany(
            "DELETE FROM stash_search WHERE rowid = ?", [(search_row(entity, one),) for (one,) in numbers]
        )
        connection.executemany(
            "INSERT INTO stash_search (rowid, name, text) VALUES (?, ?, ?)",
            [(search_row(entity, item.id), clean(item.name), clean(" ".join(item.aliases))) for item in chosen],
        )
        if kind is Tag:
            _write_parents(connection, [item for item in chosen if isinstance(item, Tag)])
            _take_over(connection)


def _named_values(item: Named, at: str) -> tuple[object, ...]:
    shared = (json_ids(item.stash_ids), clean(item.created_at), clean(item.updated_at), checksum(item), at)
    if isinstance(item, Performer):
        return (
            item.id,
            clean(item.name),
            clean(item.disambiguation),
            json_list(item.aliases),
            clean(item.gender),
            clean(item.birthdate),
            clean(item.death_date),
            clean(item.country),
            clean(item.details),
            item.rating100,
            int(item.favorite),
            json_list(item.urls),
            *shared,
        )
    if isinstance(item, Tag):
        return (
            item.id,
            clean(item.name),
            clean(item.sort_name),
            clean(item.description),
            json_list(item.aliases),
            int(item.favorite),
            *shared,
        )
    return (
        item.id,
        clean(item.name),
        item.parent,
        json_list(item.aliases),
        clean(item.details),
        item.rating100,
        int(item.favorite),
        json_list(item.urls),
        *shared,
    )


def _write_parents(connection: sqlite3.Connection, tags: Sequence[Tag]) -> None:
    connection.executemany("DELETE FROM stash_tag_parents WHERE tag_id = ?", [(tag.id,) for tag in tags])
    connection.executemany(
        "INSERT OR IGNORE INTO stash_tag_parents (tag_id, parent_id, position) VALUES (?, ?, ?)",
        [(tag.id, parent, place) for tag in tags for place, parent in enumerate(tag.parents)],
    )


def _take_over(connection: sqlite3.Connection) -> None:
    """Let the server's tags take the place of those that were made here under the same name or alias."""
    pairs = connection.execute(
        "SELECT l.id, min(r.id) FROM stash_tags l JOIN stash_names r ON r.entity = 'tag' AND r.name = l.name AND r.id > 0"
        " JOIN stash_tags t ON t.id = r.id AND t.deleted = 0 WHERE l.id < 0 GROUP BY l.id"
    ).fetchall()
    for local, remote in pairs:
        connection.execute("UPDATE OR IGNORE stash_scene_tags SET tag_id = ? WHERE tag_id = ?", (remote, local))
        connection.execute("DELETE FROM stash_scene_tags WHERE tag_id = ?", (local,))
        for scene, value in connection.execute(
            "SELECT scene_id, value FROM stash_edits WHERE field = 'tags' AND EXISTS"
            " (SELECT 1 FROM json_each(stash_edits.value) AS one WHERE one.value = ?)",
            (local,),
        ).fetchall():
            connection.execute(
                "UPDATE stash_edits SET value = ? WHERE scene_id = ? AND field = 'tags'",
                (_renumbered(value, local, remote), scene),
            )
        for number, value in connection.execute(
            "SELECT id, local FROM stash_conflicts WHERE field = 'tags' AND EXISTS"
            " (SELECT 1 FROM json_each(stash_conflicts.local) AS one WHERE one.value = ?)",
            (local,),
        ).fetchall():
            connection.execute(
                "UPDATE stash_conflicts SET local = ? WHERE id = ?", (_renumbered(value, local, remote), number)
            )
        connection.execute("DELETE FROM stash_tags WHERE id = ?", (local,))
        connection.execute("DELETE FROM stash_names WHERE entity = 'tag' AND id = ?", (local,))
        connection.execute("DELETE FROM stash_search WHERE rowid = ?", (search_row(Entity.TAG, local),))


def _renumbered(tags: str, local: int, remote: int) -> str:
    return json.dumps(list(dict.fromkeys(remote if one == local else one for one in json.loads(tags))))
