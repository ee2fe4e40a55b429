"""What a person edited in the catalogue, what became of it when the server's value changed, and the log of each scene."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiosqlite

from synctui.model.catalog import Conflict, Edit, EditSettled, Entity, Scene, SceneLogged, Strategy
from synctui.model.conflicts import settle
from synctui.model.json import Json, dump
from synctui.store.blobs import clean
from synctui.store.catalog import index_scene, name_of_scene, search_row
from synctui.store.database import Database
from synctui.store.visit import visit

_CHUNK = 500
_COLUMNS = {"title": "title", "details": "details", "rating": "rating100"}
__all__ = ["LogLine", "conflict", "conflicts", "decide", "edits_of", "log_of", "open_conflicts", "set_edit", "tag_named"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line in the log of a scene; `job` is 0 where a person did it."""

    id: int
    scene: int
    job: int
    at: str
    what: str
    text: str


async def edits_of(database: Database, scenes: Sequence[int]) -> dict[int, list[Edit]]:
    """Return what was edited here of these scenes."""
    found: dict[int, list[Edit]] = {}
    for place in range(0, len(scenes), _CHUNK):
        chunk = scenes[place : place + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        sql = (
            f"SELECT scene_id, field, value, base, at FROM stash_edits WHERE scene_id IN ({marks}) ORDER BY scene_id, field"
        )
        for row in await database.rows(sql, chunk):
            found.setdefault(row[0], []).append(Edit(row[0], row[1], json.loads(row[2]), json.loads(row[3]), row[4]))
    return found


async def count_edits(database: Database) -> int:
    """Return how many fields are edited here."""
    row = await database.row("SELECT count(*) FROM stash_edits")
    return 0 if row is None else int(row[0])


async def set_edit(database: Database, scene: int, values: Mapping[str, Json]) -> bool:
    """Change fields of a scene here; False: there is no such scene.

    What the server had is kept beside the new value; a value that is the server's own is no edit any more. `tags` is a list
    of ids. An open conflict about a field is settled by it: what a person says last counts.
    """

    def work(raw: sqlite3.Connection) -> bool:
        if raw.execute("SELECT 1 FROM stash_scenes WHERE id = ? AND deleted = 0", (scene,)).fetchone() is None:
            return False
        at = _now(raw)
        for field, value in values.items():
            _edit(raw, scene, field, value, at)
        return True

    return await database.write(lambda connection: visit(connection, work))


def _edit(raw: sqlite3.Connection, scene: int, field: str, value: Json, at: str) -> None:
    before = _current(raw, scene, field)
    if before == value:
        return
    row = raw.execute("SELECT base FROM stash_edits WHERE scene_id = ? AND field = ?", (scene, field)).fetchone()
    base = json.loads(row[0]) if row is not None else before
    if base == value:
        raw.execute("DELETE FROM stash_edits WHERE scene_id = ? AND field = ?", (scene, field))
    else:
        raw.execute(
            "INSERT INTO stash_edits (scene_id, field, value, base, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (scene_id, field) DO UPDATE SET value = excluded.value, at = excluded.at",
            (scene, field, dump(value), dump(base), at),
        )
    raw.execute(
        "UPDATE stash_conflicts SET state = 'local', decided_at = ?, local = ?"
        " WHERE scene_id = ? AND field = ? AND state = 'open'",
        (at, dump(value), scene, field),
    )
    _put(raw, scene, field, value)
    _log(raw, scene, 0, at, "edited", f"{field}: {told(raw, field, before)} → {told(raw, field, value)}")


def _current(raw: sqlite3.Connection, scene: int, field: str) -> Json:
    if field == "tags":
        rows = raw.execute("SELECT tag_id FROM stash_scene_tags WHERE scene_id = ? ORDER BY position", (scene,))
        return [row[0] for row in rows]
    value: Json = raw.execute(f"SELECT {_COLUMNS[field]} FROM stash_scenes WHERE id = ?", (scene,)).fetchone()[0]
    return value


def _put(raw: sqlite3.Connection, scene: int, field: str, value: Json) -> None:
    """Let a field of a scene be `value` from now on, in its row, its links and the search index."""
    if field == "tags":
        raw.execute("DELETE FROM stash_scene_tags WHERE scene_id = ?", (scene,))
        if isinstance(value, Sequence) and not isinstance(value, str):
            raw.executemany(
                "INSERT OR IGNORE INTO stash_scene_tags (scene_id, tag_id, position) VALUES (?, ?, ?)",
                [(scene, number, place) for place, number in enumerate(value)],
            )
        return
    raw.execute(f"UPDATE stash_scenes SET {_COLUMNS[field]} = ? WHERE id = ?", (_cleaned(value), scene))
    if field == "rating":
        return
    sql = "SELECT title, details, code, deleted FROM stash_scenes WHERE id = ?"
    title, details, code, deleted = raw.execute(sql, (scene,)).fetchone()
    paths = [row[0] for row in raw.execute("SELECT path FROM stash_files WHERE scene_id = ? ORDER BY position", (scene,))]
    raw.execute("UPDATE stash_scenes SET name = ? WHERE id = ?", (name_of_scene(scene, title, paths), scene))
    if not deleted:
        index_scene(raw, scene, title, details, code, paths)


def _cleaned(value: Json) -> Json:
    return clean(value) if isinstance(value, str) else value


def told(raw: sqlite3.Connection, field: str, value: Json) -> str:
    """Return the value of a field as a person reads it."""
    if field == "tags" and isinstance(value, Sequence) and not isinstance(value, str):
        names = [_tag_name(raw, number) for number in value]
        return ", ".join(names) if names else "none"
    if value is None or value == "":
        return "nothing"
    return str(value)


def _tag_name(raw: sqlite3.Connection, number: Json) -> str:
    row = raw.execute("SELECT name FROM stash_tags WHERE id = ?", (number,)).fetchone()
    return row[0] if row is not None else f"tag {number}"


async def tag_named(database: Database, text: str) -> int:
    """Return the tag that a text means: by its id, its name, an alias; else one is made, which exists here alone."""

    def work(raw: sqlite3.Connection) -> int:
        if text.isascii() and text.isdigit() and len(text) < 19:
            row = raw.execute("SELECT id FROM stash_tags WHERE id = ? AND deleted = 0", (int(text),)).fetchone()
            if row is not None:
                return int(row[0])
        name = clean(text)
        row = raw.execute(
            "SELECT n.id FROM stash_names n JOIN stash_tags t ON t.id = n.id AND t.deleted = 0"
            " WHERE n.entity = 'tag' AND n.name = ? ORDER BY n.alias, n.id < 0, n.id LIMIT 1",
            (name,),
        ).fetchone()
        if row is not None:
            return int(row[0])
        raw.execute("INSERT OR IGNORE INTO stash_server (id) VALUES (1)")
        # No number twice: conflicts of long ago may still name one.
        number = -int(raw.execute("UPDATE stash_server SET tags_made = tags_made + 1 RETURNING tags_made").fetchone()[0])
        raw.execute(
            "INSERT INTO stash_tags (id, name, sort_name, description, aliases, favorite, stash_ids, created_at, updated_at,"
            " checksum, synced_at) VALUES (?, ?, '', '', '[]', 0, '[]', '', '', x'', ?)",
            (number, name, _now(raw)),
        )
        raw.execute("INSERT INTO stash_names (entity, name, id, alias) VALUES ('tag', ?, ?, 0)", (name, number))
        raw.execute("INSERT INTO stash_search (rowid, name, text) VALUES (?, ?, '')", (search_row(Entity.TAG, number), name))
        return number

    return await database.write(lambda connection: visit(connection, work))


# what a sync leaves


async def settle_edits(
    connection: aiosqlite.Connection, scenes: Sequence[Scene], strategy: Strategy, *, job: int, at: str
) -> None:
    """Let the edits count of scenes that were just written as the server has them, and settle those that it contradicts.

    All of it within the transaction that writes the scenes: an edit may be made while an answer is on its way.
    """
    await visit(connection, partial(_settle_edits, scenes=scenes, strategy=strategy, job=job, at=at))


def _settle_edits(raw: sqlite3.Connection, scenes: Sequence[Scene], strategy: Strategy, job: int, at: str) -> None:
    by_id = {scene.id: scene for scene in scenes}
    numbers = list(by_id)
    for place in range(0, len(numbers), _CHUNK):
        chunk = numbers[place : place + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        sql = f"SELECT scene_id, field, value, base, at FROM stash_edits WHERE scene_id IN ({marks})"
        for scene, field, value, base, edited_at in raw.execute(sql, chunk).fetchall():
            edit = Edit(scene, field, json.loads(value), json.loads(base), edited_at)
            settled = settle(edit, by_id[scene], strategy)
            if settled is not None:
                _write_settled(raw, settled, job, at)
            if settled is None or settled.keep:
                _put(raw, scene, field, edit.value)


def _write_settled(raw: sqlite3.Connection, row: EditSettled, job: int, at: str) -> None:
    where = (row.scene, row.field)
    if row.keep:
        raw.execute("UPDATE stash_edits SET base = ? WHERE scene_id = ? AND field = ?", (dump(row.base), *where))
    else:
        raw.execute("DELETE FROM stash_edits WHERE scene_id = ? AND field = ?", where)
    # Whatever waited to be decided is answered: both say the same now, or contradict one another anew.
    if (clash := row.conflict) is None:
        raw.execute(
            "UPDATE stash_conflicts SET state = 'local', decided_at = ? WHERE scene_id = ? AND field = ? AND state = 'open'",
            (at, *where),
        )
        return
    raw.execute("DELETE FROM stash_conflicts WHERE scene_id = ? AND field = ? AND state = 'open'", where)
    raw.execute(
        "INSERT INTO stash_conflicts (scene_id, field, base, local, remote, state, strategy, job, at, decided_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *where,
            dump(clash.base),
            dump(clash.local),
            dump(clash.remote),
            clash.state,
            clash.strategy,
            job,
            at,
            None if clash.state == "open" else at,
        ),
    )
    local, remote = told(raw, row.field, clash.local), told(raw, row.field, clash.remote)
    words = {"open": "waits for you", "local": "yours stays", "remote": "the server's counts"}[clash.state]
    _log(raw, row.scene, job, at, "conflict", f"{row.field}: yours {local}, the server's {remote}: {words}")


async def write_log(connection: aiosqlite.Connection, rows: Iterable[SceneLogged], *, job: int, at: str) -> None:
    """Append to the logs of scenes."""
    await connection.executemany(
        "INSERT INTO stash_log (scene_id, job, at, what, text) VALUES (?, ?, ?, ?, ?)",
        [(row.scene, job, at, row.what, clean(row.text)) for row in rows],
    )


def _log(raw: sqlite3.Connection, scene: int, job: int, at: str, what: str, text: str) -> None:
    raw.execute(
        "INSERT INTO stash_log (scene_id, job, at, what, text) VALUES (?, ?, ?, ?, ?)", (scene, job, at, what, clean(text))
    )


async def log_of(database: Database, scene: int, *, limit: int = 100) -> list[LogLine]:
    """Return the log of a scene, newest first."""
    sql = "SELECT id, scene_id, job, at, what, text FROM stash_log WHERE scene_id = ? ORDER BY id DESC LIMIT ?"
    return [LogLine(*row) for row in await database.rows(sql, (scene, limit))]


# conflicts


async def conflicts(database: Database, *, only_open: bool = True, limit: int = 1000) -> list[Conflict]:
    """Return conflicts, newest first; those that a strategy decided too when `only_open` is false."""
    where = "WHERE c.state = 'open'" if only_open else ""
    rows = await database.rows(f"{_CONFLICTS} {where} ORDER BY c.id DESC LIMIT ?", (limit,))
    return [_conflict(row) for row in rows]


async def conflict(database: Database, number: int) -> Conflict | None:
    """Return one conflict."""
    row = await database.row(f"{_CONFLICTS} WHERE c.id = ?", (number,))
    return None if row is None else _conflict(row)


async def open_conflicts(database: Database) -> int:
    """Return how many conflicts wait to be decided."""
    row = await database.row("SELECT count(*) FROM stash_conflicts WHERE state = 'open'")
    return 0 if row is None else int(row[0])


async def decide(database: Database, number: int, side: str) -> bool:
    """Let a conflict be decided for `local` or `remote`, also one that was decided before; False: there is none.

    Of the same field only the newest one can be decided: what came after it has been decided on its own.
    """

    def work(raw: sqlite3.Connection) -> bool:
        row = raw.execute(
            "SELECT scene_id, field, local, remote, state FROM stash_conflicts WHERE id = ? AND id ="
            " (SELECT max(o.id) FROM stash_conflicts o WHERE o.scene_id = stash_conflicts.scene_id"
            " AND o.field = stash_conflicts.field)",
            (number,),
        ).fetchone()
        if row is None:
            return False
        scene, field, local, _, _ = row
        at = _now(raw)
        # The server may have gone on since: what it has is beside the edit, or is what counts where there is none.
        edit = raw.execute("SELECT base FROM stash_edits WHERE scene_id = ? AND field = ?", (scene, field)).fetchone()
        remote = json.loads(edit[0]) if edit is not None else _current(raw, scene, field)
        value = json.loads(local) if side == "local" else remote
        if side == "local" and value != remote:
            raw.execute(
                "INSERT INTO stash_edits (scene_id, field, value, base, at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (scene_id, field) DO UPDATE SET value = excluded.value, at = excluded.at",
                (scene, field, local, dump(remote), at),
            )
        else:
            raw.execute("DELETE FROM stash_edits WHERE scene_id = ? AND field = ?", (scene, field))
        raw.execute("UPDATE stash_conflicts SET state = ?, decided_at = ? WHERE id = ?", (side, at, number))
        _put(raw, scene, field, value)
        _log(
            raw,
            scene,
            0,
            at,
            "decided",
            f"{field}: {told(raw, field, value)} ({'yours' if side == 'local' else 'the server’s'})",
        )
        return True

    return await database.write(lambda connection: visit(connection, work))


_CONFLICTS = (
    "SELECT c.id, c.scene_id, c.field, c.base, c.local, c.remote, c.state, c.strategy, c.at, c.decided_at, s.name"
    " FROM stash_conflicts c LEFT JOIN stash_scenes s ON s.id = c.scene_id"
)


def _conflict(row: Any) -> Conflict:
    return Conflict(
        row[0],
        row[1],
        row[2],
        json.loads(row[3]),
        json.loads(row[4]),
        json.loads(row[5]),
        row[6],
        row[7],
        row[8],
        row[9],
        row[10] or "",
    )


def _now(raw: sqlite3.Connection) -> str:
    return str(raw.execute("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')").fetchone()[0])
