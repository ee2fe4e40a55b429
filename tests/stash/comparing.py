"""What is wrong in a catalogue on disk: by its public views alone, and to the last field of the tables behind them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from synctui.model.catalog import Performer, Scene, SceneFile, StashId, Studio, Tag
from synctui.simulators.stash.truth import Truth

Facts = Mapping[str, Mapping[int, tuple[object, ...]]]
COUNTERS = ("o_counter", "play_count", "play_duration", "resume_time", "last_played_at")
"""What no text of the server's gives away: exact only after everything was compared."""

_KINDS = ("scene", "performer", "tag", "studio")


def compare(database: Path, truth: Truth) -> list[str]:
    """Return the rows of the public views that are not as the server has them; each once, in words."""
    here, there = _viewed(database), _expected(truth)
    return [
        f"{kind} {number}: {here[kind].get(number, 'not here')} here, {there[kind].get(number, 'not there')} there"
        for kind in _KINDS
        for number in sorted({*here[kind], *there[kind]})
        if here[kind].get(number) != there[kind].get(number)
    ]


def compare_strictly(database: Path, truth: Truth, *, counters: bool = False, order: bool = False) -> list[str]:
    """Return every field behind the views that differs; `order` says that relations must be listed as the server does."""
    wrong: list[str] = []
    with closing(_opened(database)) as connection:
        stored: dict[str, Mapping[int, Any]] = {
            "scene": {one.id: one for one in _scenes(connection)},
            "performer": {one.id: one for one in _performers(connection)},
            "tag": {one.id: one for one in _tags(connection)},
            "studio": {one.id: one for one in _studios(connection)},
        }
        wrong += _badly_indexed(connection, truth)
    for kind, expected in _tables(truth).items():
        for number in sorted({*stored[kind], *expected}):
            one, other = stored[kind].get(number), expected.get(number)
            if one is None or other is None:
                wrong.append(f"{kind} {number}: {'not here' if one is None else 'not there'}")
            else:
                wrong += _fields(kind, one, other, counters=counters, order=order)
    return wrong


def _fields(kind: str, one: Any, other: Any, *, counters: bool, order: bool) -> Iterator[str]:
    if one == other:
        return
    if not order:
        one, other = _unordered(one), _unordered(other)
    for field in fields(one):
        here, there = getattr(one, field.name), getattr(other, field.name)
        if here != there and (counters or field.name not in COUNTERS):
            yield f"{kind} {one.id}.{field.name}: {here!r} here, {there!r} there"


def _unordered(one: Any) -> Any:
    if isinstance(one, Scene):
        return replace(one, tags=tuple(sorted(one.tags)), performers=tuple(sorted(one.performers)))
    return replace(one, parents=tuple(sorted(one.parents))) if isinstance(one, Tag) else one


# the views


def _viewed(database: Path) -> Facts:
    with closing(_opened(database)) as connection:
        performers = _grouped(connection, "SELECT scene_id, performer_id FROM catalog_scene_performer")
        tags = _grouped(connection, "SELECT scene_id, tag_id FROM catalog_scene_tag")
        parents = _grouped(connection, "SELECT tag_id, parent_id FROM catalog_tag_parent")
        files = _grouped(connection, "SELECT scene_id, path, size, oshash, phash FROM catalog_scene_file")
        scenes = connection.execute(
            "SELECT id, title, details, date, rating100, organized, studio_id, updated_at FROM catalog_scene"
            " WHERE deleted = 0"
        ).fetchall()
        named = {kind: connection.execute(f"SELECT * FROM catalog_{kind} WHERE deleted = 0").fetchall() for kind in _KINDS}
    return {
        "scene": {row[0]: (*row[1:], performers.get(row[0]), tags.get(row[0]), files.get(row[0])) for row in scenes},
        "performer": {row["id"]: (row["name"],) for row in named["performer"]},
        "tag": {row["id"]: (row["name"], parents.get(row["id"])) for row in named["tag"]},
        "studio": {row["id"]: (row["name"], row["parent_id"]) for row in named["studio"]},
    }


def _expected(truth: Truth) -> Facts:
    return {
        "scene": {
            one.id: (
                one.title,
                one.details,
                one.date or None,
                one.rating100,
                int(one.organized),
                one.studio,
                one.updated_at,
                _sorted((number,) for number in one.performers),
                _sorted((number,) for number in one.tags),
                _sorted((file.path, file.size, file.fingerprint("oshash"), file.fingerprint("phash")) for file in one.files),
            )
            for one in truth.scenes.values()
        },
        "performer": {one.id: (one.name,) for one in truth.performers.values()},
        "tag": {one.id: (one.name, _sorted((number,) for number in one.parents)) for one in truth.tags.values()},
        "studio": {one.id: (one.name, one.parent) for one in truth.studios.values()},
    }


def _grouped(connection: sqlite3.Connection, sql: str) -> dict[int, list[tuple[Any, ...]] | None]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in connection.execute(sql):
        found.setdefault(row[0], []).append(tuple(row[1:]))
    return {number: _sorted(rows) for number, rows in found.items()}


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]] | None:
    return sorted(rows, key=repr) or None


# the tables behind them


def _tables(truth: Truth) -> dict[str, Mapping[int, Any]]:
    return {"scene": truth.scenes, "performer": truth.performers, "tag": truth.tags, "studio": truth.studios}


def _scenes(connection: sqlite3.Connection) -> Iterator[Scene]:
    performers = _listed(connection, "SELECT scene_id, performer_id FROM stash_scene_performers ORDER BY position")
    tags = _listed(connection, "SELECT scene_id, tag_id FROM stash_scene_tags ORDER BY position")
    files: dict[int, list[SceneFile]] = {}
    for row in connection.execute("SELECT * FROM stash_files ORDER BY scene_id, position"):
        prints = tuple((kind, value) for kind, value in json.loads(row["fingerprints"]))
        files.setdefault(row["scene_id"], []).append(SceneFile(**{**_plain(SceneFile, row), "fingerprints": prints}))
    for row in connection.execute("SELECT *, studio_id AS studio FROM stash_scenes WHERE deleted = 0"):
        given = _plain(Scene, row)
        given.update(organized=bool(row["organized"]), interactive=bool(row["interactive"]), urls=_texts(row["urls"]))
        number = row["id"]
        yield Scene(
            **given,
            stash_ids=_boxes(row["stash_ids"]),
            files=tuple(files.get(number, ())),
            performers=performers.get(number, ()),
            tags=tags.get(number, ()),
        )


def _performers(connection: sqlite3.Connection) -> Iterator[Performer]:
    for row in connection.execute("SELECT * FROM stash_performers WHERE deleted = 0"):
        given = _plain(Performer, row)
        given.update(favorite=bool(row["favorite"]), aliases=_texts(row["aliases"]), urls=_texts(row["urls"]))
        yield Performer(**given, stash_ids=_boxes(row["stash_ids"]))


def _tags(connection: sqlite3.Connection) -> Iterator[Tag]:
    parents = _listed(connection, "SELECT tag_id, parent_id FROM stash_tag_parents ORDER BY position")
    for row in connection.execute("SELECT * FROM stash_tags WHERE deleted = 0"):
        given = _plain(Tag, row)
        given.update(favorite=bool(row["favorite"]), aliases=_texts(row["aliases"]))
        yield Tag(**given, parents=parents.get(row["id"], ()), stash_ids=_boxes(row["stash_ids"]))


def _studios(connection: sqlite3.Connection) -> Iterator[Studio]:
    for row in connection.execute("SELECT *, parent_id AS parent FROM stash_studios WHERE deleted = 0"):
        given = _plain(Studio, row)
        given.update(favorite=bool(row["favorite"]), aliases=_texts(row["aliases"]), urls=_texts(row["urls"]))
        yield Studio(**given, stash_ids=_boxes(row["stash_ids"]))


def _badly_indexed(connection: sqlite3.Connection, truth: Truth) -> list[str]:
    """Return what the search by name would not find, or find for nothing."""
    wrong: list[str] = []
    there: set[tuple[str, str, int]] = set()
    for kind, rows in (("performer", truth.performers), ("tag", truth.tags), ("studio", truth.studios)):
        for one in rows.values():
            there.update((kind, text.casefold(), one.id) for text in (one.name, *one.aliases))
    here = {(row[0], row[1].casefold(), row[2]) for row in connection.execute("SELECT entity, name, id FROM stash_names")}
    wrong += [f"name {one}: {'found for nothing' if one in here else 'not found'}" for one in sorted(here ^ there)]
    listed = {row[0] for row in connection.execute("SELECT rowid FROM stash_search")}
    expected = {number * 4 + place for place, rows in enumerate(_tables(truth).values()) for number in rows}
    return wrong + [f"search row {one}" for one in sorted(listed ^ expected)]


def _plain(kind: type, row: sqlite3.Row) -> dict[str, Any]:
    names = set(row.keys()) - {"stash_ids"}
    return {field.name: row[field.name] for field in fields(kind) if field.name in names}


def _listed(connection: sqlite3.Connection, sql: str) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for number, other in connection.execute(sql):
        found[number] = (*found.get(number, ()), other)
    return found


def _texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _boxes(text: str) -> tuple[StashId, ...]:
    return tuple(StashId(*one) for one in json.loads(text))


def _opened(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    return connection
