"""Reads of the catalogue for those who browse it: groups, pages of scenes by index, what a search finds.

Nothing here reads more of a scene than a line of a list needs, or more scenes than there are lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from synctui.model.catalog import Conflict, Entity
from synctui.store.blobs import clean
from synctui.store.catalog import TABLES, found_in
from synctui.store.catalog_edits import conflict
from synctui.store.database import Database

NAME = 300
"""So many characters of a name are read for a list."""

MOST_FOUND = 1000
"""So many scenes are found by a search; whoever wants others says more of their names."""

_LONG = 4 * NAME
_MOST_NAMED = 100
_MOST_WORDS = 8
_CHUNK = 500
_LINKS = {Entity.PERFORMER: ("stash_scene_performers", "performer_id"), Entity.TAG: ("stash_scene_tags", "tag_id")}

Which = Literal["all", "gone", "studio", "performer", "tag"]


@dataclass(frozen=True, slots=True)
class Within:
    """Which scenes: all that are there, those that are gone from the server, or those of a studio (0: none), …"""

    which: Which = "all"
    id: int = 0


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A studio, performer or tag in a list; `deleted` ones are gone from the server."""

    entity: Entity
    id: int
    name: str
    parents: tuple[int, ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class SceneLine:
    """A scene in a list; `duration` is that of its first file in seconds, `edited` and `conflict` say what was done here."""

    id: int
    name: str
    date: str = ""
    rating: int | None = None
    duration: float = 0.0
    edited: bool = False
    conflict: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: scenes first, each kind by rank; `more` says that there are more scenes than these."""

    things: tuple[tuple[Entity, int], ...] = ()
    more: bool = False

    def count(self, entity: Entity) -> int:
        """Return how many of a kind were found."""
        return sum(one is entity for one, _ in self.things)


# groups


async def groups(database: Database, entity: Entity) -> list[GroupLine]:
    """Return all studios, performers or tags by name, those too that are gone from the server."""
    name = _short("name")
    if entity is Entity.PERFORMER:
        name = f"{name} || CASE disambiguation WHEN '' THEN '' ELSE ' (' || {_short('disambiguation')} || ')' END"
    parent = "parent_id" if entity is Entity.STUDIO else "NULL"
    rows = await database.rows(
        f"SELECT id, {name}, {parent}, deleted FROM {TABLES[entity]} ORDER BY name COLLATE NOCASE, id"
    )
    parents: dict[int, list[int]] = {}
    if entity is Entity.TAG:
        for tag, above in await database.rows("SELECT tag_id, parent_id FROM stash_tag_parents ORDER BY tag_id, position"):
            parents.setdefault(tag, []).append(above)
    return [
        GroupLine(entity, row[0], row[1], (row[2],) if row[2] is not None else tuple(parents.get(row[0], ())), bool(row[3]))
        for row in rows
    ]


async def scene_counts(database: Database, entity: Entity) -> dict[int, int]:
    """Return how many scenes each studio (0: none), performer or tag has, not counting those that are gone."""
    if entity is Entity.STUDIO:
        rows = await database.rows(
            "SELECT coalesce(studio_id, 0), count(*) FROM stash_scenes WHERE deleted = 0 GROUP BY studio_id"
        )
        return {row[0]: row[1] for row in rows}
    table, column = _LINKS[entity]
    # Counting all links and taking off those of the few that are gone reads one index; asking of each whether its scene
    # is there reads every scene.
    counts = {row[0]: row[1] for row in await database.rows(f"SELECT {column}, count(*) FROM {table} GROUP BY {column}")}
    gone = await database.rows(
        f"SELECT r.{column}, count(*) FROM stash_scenes s CROSS JOIN {table} r ON r.scene_id = s.id"
        f" WHERE s.deleted = 1 GROUP BY r.{column}"
    )
    for number, lost in gone:
        counts[number] = counts.get(number, 0) - lost
    return counts


async def group_lines(database: Database, things: Iterable[tuple[Entity, int]]) -> dict[tuple[Entity, int], GroupLine]:
    """Return single studios, performers and tags."""
    wanted: dict[Entity, list[int]] = {}
    for entity, number in things:
        if entity is not Entity.SCENE:
            wanted.setdefault(entity, []).append(number)
    found: dict[tuple[Entity, int], GroupLine] = {}
    for entity, numbers in wanted.items():
        for chunk in _chunks(numbers):
            rows = await database.rows(
                f"SELECT id, {_short('name')}, deleted FROM {TABLES[entity]} WHERE id IN ({_marks(chunk)})", chunk
            )
            found |= {(entity, row[0]): GroupLine(entity, row[0], row[1], deleted=bool(row[2])) for row in rows}
    return found


async def tag_names(database: Database, prefix: str, *, limit: int = 20) -> list[str]:
    """Return names of tags that begin like this, whatever the case of their letters."""
    rows = await database.rows(
        "SELECT n.name FROM stash_names n WHERE n.entity = 'tag' AND n.alias = 0 AND n.name >= ? AND n.name < ?"
        " ORDER BY n.name LIMIT ?",
        (clean(prefix), clean(prefix) + "\U0010ffff", limit),
    )
    return [row[0] for row in rows]


# scenes


async def count_within(database: Database, within: Within) -> int:
    """Return how many scenes there are."""
    if within.which in ("performer", "tag"):
        return len(await ids_within(database, within))
    where, parameters = _where(within)
    row = await database.row(f"SELECT count(*) FROM stash_scenes s WHERE {where}", parameters)
    return 0 if row is None else int(row[0])


async def ids_within(database: Database, within: Within) -> list[int]:
    """Return the ids of a performer's or tag's scenes, by name."""
    table, column = _LINKS[Entity(within.which)]
    # One row: as many rows as scenes would take longer on their way here than to be found.
    row = await database.row(
        "SELECT json_group_array(id) FROM (SELECT s.id FROM"
        f" {table} r CROSS JOIN stash_scenes s ON s.id = r.scene_id AND s.deleted = 0 WHERE r.{column} = ?"
        " ORDER BY s.name COLLATE NOCASE, s.id)",
        (within.id,),
    )
    return [] if row is None else list(json.loads(row[0]))


async def page_within(database: Database, within: Within, offset: int, limit: int) -> list[SceneLine]:
    """Return a page of scenes by name; of a performer's or tag's the ids are known, see `lines_of`."""
    where, parameters = _where(within)
    # The index alone is walked to the page; only the scenes on it are read.
    rows = await database.rows(
        f"SELECT id FROM stash_scenes s WHERE {where} ORDER BY name COLLATE NOCASE, id LIMIT ? OFFSET ?",
        (*parameters, limit, offset),
    )
    return await lines_of(database, [row[0] for row in rows])


async def place_within(database: Database, within: Within, scene: int) -> int | None:
    """Return which of them by name a scene is, None when it is not one of them."""
    where, parameters = _where(within)
    row = await database.row(f"SELECT name FROM stash_scenes s WHERE id = ? AND {where}", (scene, *parameters))
    if row is None:
        return None
    before = "name COLLATE NOCASE < ? OR (name COLLATE NOCASE = ? AND id < ?)"
    found = await database.row(
        f"SELECT count(*) FROM stash_scenes s WHERE {where} AND ({before})", (*parameters, row[0], row[0], scene)
    )
    return None if found is None else int(found[0])


async def lines_of(database: Database, ids: Sequence[int]) -> list[SceneLine]:
    """Return scenes in this order; those that there are none of are left out."""
    found: dict[int, SceneLine] = {}
    for chunk in _chunks(ids):
        rows = await database.rows(
            f"SELECT s.id, {_short('s.name')}, substr(s.date, 1, 10), s.rating100, s.deleted,"
            " coalesce((SELECT f.duration FROM stash_files f WHERE f.scene_id = s.id AND f.position = 0), 0.0),"
            " EXISTS (SELECT 1 FROM stash_edits e WHERE e.scene_id = s.id),"
            " EXISTS (SELECT 1 FROM stash_conflicts c WHERE c.scene_id = s.id AND c.state = 'open')"
            f" FROM stash_scenes s WHERE s.id IN ({_marks(chunk)})",
            chunk,
        )
        for row in rows:
            found[row[0]] = SceneLine(row[0], row[1], row[2], row[3], row[5], bool(row[6]), bool(row[7]), bool(row[4]))
    return [found[number] for number in ids if number in found]


def _where(within: Within) -> tuple[str, tuple[object, ...]]:
    if within.which == "gone":
        return "deleted = 1", ()
    if within.which == "studio":
        return ("deleted = 0 AND studio_id = ?", (within.id,)) if within.id else ("deleted = 0 AND studio_id IS NULL", ())
    return "deleted = 0", ()


# searching


def match_of(text: str) -> str:
    """Return what is typed as an expression of the search index: each word as it is, the last one as a beginning."""
    words = [word for word in clean(text).replace("\0", " ").split() if any(map(str.isalnum, word))][:_MOST_WORDS]
    if not words:
        return ""
    # Between quotes nothing has a meaning but the quote itself.
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(quoted) + ("" if text[-1:].isspace() else "*")


async def search(database: Database, text: str, *, limit: int = MOST_FOUND) -> Found:
    """Return what has all these words in its name, its details or its files' names: the name counts most."""
    match = match_of(text)
    if not match:
        return Found()
    rank = "bm25(stash_search, 10.0, 1.0)"
    # A beginning of one letter is found everywhere: by rank, all of it would have to be looked at first.
    order = rank if len(match) > len('"a"*') else "rowid"
    sql = f"SELECT rowid FROM stash_search WHERE stash_search MATCH ? AND rowid % 4 {{}} 0 ORDER BY {order} LIMIT ?"
    scenes = [row[0] for row in await database.rows(sql.format("="), (match, limit + 1))]
    named = [row[0] for row in await database.rows(sql.format("<>"), (match, _MOST_NAMED))]
    things = [found_in(row) for row in scenes[:limit]]
    order_of = {Entity.PERFORMER: 0, Entity.TAG: 1, Entity.STUDIO: 2}
    things += sorted((found_in(row) for row in named), key=lambda one: order_of[one[0]])
    return Found(tuple(things), len(scenes) > limit)


# how things stand


@dataclass(frozen=True, slots=True)
class Sums:
    """How much there is of everything, and what waits: the numbers above a list."""

    scenes: int = 0
    performers: int = 0
    tags: int = 0
    studios: int = 0
    gone: int = 0
    edits: int = 0
    conflicts: int = 0


async def sums(database: Database) -> Sums:
    """Return how much there is: each number from an index of its own."""
    row = await database.row(
        "SELECT (SELECT count(*) FROM stash_scenes WHERE deleted = 0),"
        " (SELECT count(*) FROM stash_performers WHERE deleted = 0), (SELECT count(*) FROM stash_tags WHERE deleted = 0),"
        " (SELECT count(*) FROM stash_studios WHERE deleted = 0), (SELECT count(*) FROM stash_scenes WHERE deleted = 1),"
        " (SELECT count(*) FROM stash_edits), (SELECT count(*) FROM stash_conflicts WHERE state = 'open')"
    )
    return Sums() if row is None else Sums(*row)


async def newest(database: Database) -> tuple[object, ...]:
    """Return what is different whenever something of the catalogue may look different, besides how much there is."""
    row = await database.row(
        "SELECT (SELECT max(id) FROM stash_log), (SELECT max(id) FROM stash_conflicts), (SELECT max(at) FROM stash_edits),"
        " (SELECT max(decided_at) FROM stash_conflicts)"
    )
    return () if row is None else tuple(row)


async def studio_name(database: Database, number: int) -> str:
    """Return what a studio is called."""
    found = await group_lines(database, [(Entity.STUDIO, number)])
    one = found.get((Entity.STUDIO, number))
    return one.name if one is not None else f"studio {number}"


async def named(database: Database, entity: Entity, ids: Sequence[int]) -> Mapping[int, str]:
    """Return what performers, tags or studios are called."""
    found = await group_lines(database, [(entity, number) for number in ids])
    return {number: one.name for (_, number), one in found.items()}


@dataclass(frozen=True, slots=True)
class SceneState:
    """What is known of a scene's row itself: what it is called in lists, when it came, was synced, went (None: not)."""

    name: str = ""
    added_at: str = ""
    synced_at: str = ""
    deleted_at: str | None = None


async def scene_state(database: Database, scene: int) -> SceneState:
    """Return how a scene's row stands."""
    row = await database.row(
        f"SELECT {_short('name')}, added_at, synced_at, CASE deleted WHEN 0 THEN NULL ELSE"
        " coalesce(deleted_at, '') END FROM stash_scenes WHERE id = ?",
        (scene,),
    )
    return SceneState() if row is None else SceneState(*row)


async def conflicts_of(database: Database, scene: int, *, only_open: bool = True) -> list[Conflict]:
    """Return the conflicts of a scene, newest first."""
    state = " AND state = 'open'" if only_open else ""
    rows = await database.rows(f"SELECT id FROM stash_conflicts WHERE scene_id = ?{state} ORDER BY id DESC", (scene,))
    found = [await conflict(database, row[0]) for row in rows]
    return [one for one in found if one is not None]


async def tags_by_name(database: Database, names: Sequence[str]) -> dict[str, int]:
    """Return the tags with these names or aliases, by the name with its case folded; those that there are none of are
    left out.
    """
    found: dict[str, int] = {}
    for name in names:
        row = await database.row(
            "SELECT n.id FROM stash_names n JOIN stash_tags t ON t.id = n.id AND t.deleted = 0"
            " WHERE n.entity = 'tag' AND n.name = ? ORDER BY n.alias, n.id < 0, n.id LIMIT 1",
            (clean(name),),
        )
        if row is not None:
            found[name.casefold()] = int(row[0])
    return found


def _short(column: str) -> str:
    """Return an expression for a text that is cut where it is very long: what cuts in SQLite ends at a NUL in any case."""
    return f"CASE WHEN length(CAST({column} AS BLOB)) > {_LONG} THEN substr({column}, 1, {NAME}) ELSE {column} END"


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[place : place + _CHUNK] for place in range(0, len(values), _CHUNK))
