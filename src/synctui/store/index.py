"""Writes the index of the library: roots, directories, files, and the tree that they hang in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiosqlite

from synctui.model.library import Change, LibraryRoot, SubtitleName
from synctui.store.blobs import clean, path_to_blob
from synctui.store.changes import hold_found, publish_found, sighted
from synctui.store.database import Database
from synctui.store.states import PATH, refresh_states, split

LAST = 1 << 30
"""The number of a file that has no episode number: behind those that have one."""

_CHUNK = 500
_INSERT = "INSERT INTO files (id, directory, name, size, mtime_ns, node, video, suffix, reason, state, number, label)"
_WIDTH = 12
_ROW = f"({', '.join('?' * _WIDTH)})"
# So many rows to a statement, which takes a fifth of the time off a first scan's inserts.
_ROWS = 50
_COLUMNS = "id, directory, name, size, mtime_ns, node, video, suffix, reason, number, label"


class DirectoryRow(NamedTuple):
    """A directory: its path with a slash at the end, and what a scan needs to know next time (packed by the library)."""

    path: bytes
    mtime_ns: int
    ctime_ns: int
    mount: bool
    rules: str
    names: bytes
    stamps: bytes
    children: bytes


class NodeRow(NamedTuple):
    """A show (`parent` is "") or a season; `key` is unique in its root, `label` is what it is found and sorted by."""

    key: str
    parent: str
    kind: str
    name: str
    label: str
    number: int | None


FileRow = tuple[int, bytes, int, int, str, int, bytes | None, SubtitleName | None, str, int, str | None]
"""A video or (with a suffix) a subtitle, as a bare tuple because there are so many:

directory (position in the family's list), name, size, mtime_ns, node (a node's key, "" for the root itself), video (position
in the family's list, -1: none), chosen (the path of a video outside the family), suffix, reason, number, and label (None
for a subtitle that hangs below its video).
"""


class Family(NamedTuple):
    """A folder with its subtitle folders: what is matched together is written together; videos come first in `files`."""

    directories: Sequence[DirectoryRow]
    nodes: Sequence[NodeRow]
    files: Sequence[FileRow]


@dataclass(slots=True)
class Written:
    """How many files were added, changed and removed in the index."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def add(self, other: Written) -> None:
        """Add another's counts."""
        self.added += other.added
        self.changed += other.changed
        self.removed += other.removed


async def put_root(connection: aiosqlite.Connection, library: LibraryRoot) -> int:
    """Return the number of a configured library's root, made or renamed as needed."""
    path = path_to_blob(library.path) or b""
    rows = list(await connection.execute_fetchall("SELECT id, node, name, kind FROM roots WHERE path = ?", (path,)))
    name = clean(library.name)
    label = unicodedata.normalize("NFC", name.casefold())
    if not rows:
        cursor = await connection.execute(
            "INSERT INTO roots (path, name, kind, node) VALUES (?, ?, ?, 0)", (path, name, library.kind)
        )
        root = cursor.lastrowid or 0
        node = await _next_id(connection, "nodes")
        await connection.execute(
            "INSERT INTO nodes (id, root, parent, kind, key, name, label) VALUES (?, ?, NULL, 'library', '', ?, ?)",
            (node, root, name, label),
        )
        await _used(connection, "nodes", node)
        await connection.execute("UPDATE roots SET node = ? WHERE id = ?", (node, root))
        return root
    root, node = int(rows[0][0]), int(rows[0][1])
    if rows[0][2] != name:
        await connection.execute("UPDATE roots SET name = ? WHERE id = ?", (name, root))
        await connection.execute("UPDATE nodes SET name = ?, label = ? WHERE id = ?", (name, label, node))
    if rows[0][3] != library.kind:
        await connection.execute("UPDATE roots SET kind = ? WHERE id = ?", (library.kind, root))
        # Every folder's place in the tree may be another one now.
        await connection.execute("UPDATE directories SET mtime_ns = 0, ctime_ns = 0 WHERE root = ?", (root,))
    return root


async def keep_roots(connection: aiosqlite.Connection, paths: Iterable[str]) -> None:
    """Forget the roots that are not configured any more, with everything below them."""
    kept = {path_to_blob(path) for path in paths}
    for row in list(await connection.execute_fetchall("SELECT id, path FROM roots")):
        if row[1] in kept:
            continue
        await publish_found(connection, row[0])
        await connection.execute(
            "DELETE FROM files WHERE directory IN (SELECT id FROM directories WHERE root = ?)", (row[0],)
        )
        await connection.execute("DELETE FROM tallies WHERE node IN (SELECT id FROM nodes WHERE root = ?)", (row[0],))
        await connection.execute("DELETE FROM directories WHERE root = ?", (row[0],))
        await connection.execute("DELETE FROM nodes WHERE root = ?", (row[0],))
        await connection.execute("DELETE FROM roots WHERE id = ?", (row[0],))


def known_directories(database: Database, root: int) -> AsyncIterator[aiosqlite.Row]:
    """Yield id, path, mtime_ns, ctime_ns, mount, rules, names, stamps, children of every directory of a root."""
    return database.stream(
        "SELECT id, path, mtime_ns, ctime_ns, mount, rules, names, stamps, children FROM directories"
        " WHERE root = :root AND id > :after ORDER BY id LIMIT :page",
        {"root": root, "after": 0},
        page=1000,
    )


async def write_families(
    connection: aiosqlite.Connection, root: int, families: Sequence[Family], *, telling: bool = False
) -> Written:
    """Bring the index in step with families as they are now; rows that are right already are not written.

    With `telling`, what came, changed and went is held for the change feed, until `publish_found`.
    """
    writer = _FamilyWriter(connection, root)
    written = await writer.write(families, telling=telling)
    await hold_found(connection, writer.changes, root=root)
    return written


async def remove_directories(connection: aiosqlite.Connection, root: int, paths: Sequence[str], *, telling: bool) -> int:
    """Remove directories with their files, held for the change feed with `telling`; return how many files."""
    removed = 0
    for path in paths:
        place = (root, (path_to_blob(path) or b"").rstrip(b"/") + b"/")
        if telling:
            sql = (
                f"SELECT {PATH}, f.size, f.mtime_ns FROM files f JOIN directories d ON d.id = f.directory"
                " WHERE d.root = ? AND d.path = ?"
            )
            rows = await connection.execute_fetchall(sql, place)
            await hold_found(connection, [sighted("removed", row[0], row[1], row[2]) for row in rows], root=root)
        cursor = await connection.execute(
            "DELETE FROM files WHERE directory IN (SELECT id FROM directories WHERE root = ? AND path = ?)", place
        )
        removed += max(cursor.rowcount, 0)
        await connection.execute("DELETE FROM directories WHERE root = ? AND path = ?", place)
    return removed


async def finish_root(connection: aiosqlite.Connection, root: int, *, at: str, prune: bool) -> None:
    """Note when a root was scanned whole, and tell the feed; with `prune`, remove shows and seasons that hold nothing."""
    await publish_found(connection, root, at=at)
    await connection.execute("UPDATE roots SET scanned_at = ? WHERE id = ?", (at, root))
    if not prune:
        return
    await connection.execute("DELETE FROM tallies WHERE files = 0")
    for kind in ("season", "show"):
        await connection.execute(
            "DELETE FROM nodes AS n WHERE root = ? AND kind = ? AND NOT EXISTS (SELECT 1 FROM tallies WHERE node = n.id)"
            " AND NOT EXISTS (SELECT 1 FROM nodes WHERE parent = n.id)",
            (root, kind),
        )


async def was_scanned(connection: aiosqlite.Connection, root: int) -> bool:
    """Tell whether a root was ever scanned whole: what is new since then is news."""
    rows = await connection.execute_fetchall("SELECT 1 FROM roots WHERE id = ? AND scanned_at IS NOT NULL", (root,))
    return bool(list(rows))


class _FamilyWriter:
    """One batch of families on its way into the tables, inside one transaction; `changes` is what it found to be news."""

    def __init__(self, connection: aiosqlite.Connection, root: int) -> None:
        self.changes: list[Change] = []
        self._connection = connection
        self._root = root
        self._directories: dict[bytes, int] = {}
        self._nodes: dict[str, int] = {}

    async def write(self, families: Sequence[Family], *, telling: bool = False) -> Written:
        """Write them; with `telling`, collect what is news."""
        known = await self._put_directories([row for family in families for row in family.directories])
        await self._put_nodes({node.key: node for family in families for node in family.nodes})
        # By identity, because the same few values come again and again, and hashing them would cost more than the rest.
        suffixes = {id(file[7]): file[7] for family in families for file in family.files if file[7] is not None}
        codes = await self._put_suffixes(suffixes)
        existing = await self._existing(known)
        next_id = await _next_id(self._connection, "files")
        inserts: list[Any] = []
        add = inserts.extend
        updates: list[tuple[Any, ...]] = []
        restamped: list[tuple[int]] = []
        tally: Counter[tuple[int, str]] = Counter()
        directories, nodes = self._directories, self._nodes
        for family in families:
            places = [directories[row.path] for row in family.directories]
            paths = [row.path for row in family.directories]
            ids: list[int] = []
            for place, name, size, mtime_ns, node_key, video_at, chosen, suffix, reason, number, label in family.files:
                directory, node = places[place], nodes[node_key]
                video = ids[video_at] if video_at >= 0 else None
                if chosen is not None and (found := await self._video_at(chosen)) is not None:
                    (video, node), label = found, None
                code = None if suffix is None else codes[id(suffix)]
                old = existing.pop((directory, name), None) if existing else None
                if old is None:
                    file, next_id = next_id, next_id + 1
                    state = "" if suffix is None else reason or "not_checked"
                    add((file, directory, name, size, mtime_ns, node, video, code, reason, state, number, label))
                    tally[node, state] += 1
                    if telling:
                        self.changes.append(sighted("created", paths[place] + name, size, mtime_ns))
                else:
                    file = old[0]
                    now = (size, mtime_ns, node, video, code, reason, number, label)
                    if old[1:] != now:
                        updates.append((*now, file))
                        if suffix is None:
                            restamped.append((file,))
                        if telling and old[1:3] != (size, mtime_ns):
                            self.changes.append(sighted("modified", paths[place] + name, size, mtime_ns))
                ids.append(file)
        if telling:
            named = {number: path for path, number in directories.items()}
            self.changes += [
                sighted("removed", named[directory] + name, old[1], old[2]) for (directory, name), old in existing.items()
            ]
        await _used(self._connection, "files", next_id - 1)
        await self._apply(inserts, updates, [(old[0],) for old in existing.values()], tally)
        await self._refresh(known, restamped)
        return Written(len(inserts) // _WIDTH, len(updates), len(existing))

    async def _apply(
        self,
        inserts: list[Any],
        updates: list[tuple[Any, ...]],
        deletes: list[tuple[Any, ...]],
        tally: Counter[tuple[int, str]],
    ) -> None:
        step = _ROWS * _WIDTH
        whole = len(inserts) - len(inserts) % step
        await self._many("DELETE FROM files WHERE id = ?", deletes)
        await self._many(
            "UPDATE files SET size = ?, mtime_ns = ?, node = ?, video = ?, suffix = ?, reason = ?, number = ?, label = ?"
            " WHERE id = ?",
            updates,
        )
        await self._many(
            f"{_INSERT} VALUES {', '.join([_ROW] * _ROWS)}", [inserts[at : at + step] for at in range(0, whole, step)]
        )
        await self._many(
            f"{_INSERT} VALUES {_ROW}", [inserts[at : at + _WIDTH] for at in range(whole, len(inserts), _WIDTH)]
        )
        await self._many(
            "INSERT INTO tallies VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET files = files + excluded.files",
            [(node, state, count) for (node, state), count in tally.items()],
        )

    async def _many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        if values:
            await self._connection.executemany(sql, values)

    async def _refresh(self, known: list[int], restamped: list[tuple[int]]) -> None:
        """Bring states up to date where something is known by path: everywhere once it is, else where rows were before."""
        told = "SELECT 1 WHERE EXISTS (SELECT 1 FROM verdicts) OR EXISTS (SELECT 1 FROM ignored)"
        directories = self._directories.values() if list(await self._connection.execute_fetchall(told)) else known
        await self._many(refresh_states("f.directory = ?"), [(directory,) for directory in directories])
        await self._many(refresh_states("f.video = ?"), restamped)

    async def _put_directories(self, rows: list[DirectoryRow]) -> list[int]:
        """Write the directories; return the numbers of those that were there before."""
        for chunk in _chunks([row.path for row in rows]):
            sql = f"SELECT path, id FROM directories WHERE root = ? AND path IN ({_marks(chunk)})"
            for path, number in await self._connection.execute_fetchall(sql, (self._root, *chunk)):
                self._directories[path] = number
        known = list(self._directories.values())
        next_id = await _next_id(self._connection, "directories")
        values = []
        for row in rows:
            if row.path not in self._directories:
                self._directories[row.path], next_id = next_id, next_id + 1
            values.append((self._directories[row.path], self._root, *row))
        await self._connection.executemany(
            "INSERT INTO directories (id, root, path, mtime_ns, ctime_ns, mount, rules, names, stamps, children)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET mtime_ns = excluded.mtime_ns,"
            " ctime_ns = excluded.ctime_ns, mount = excluded.mount, rules = excluded.rules, names = excluded.names,"
            " stamps = excluded.stamps, children = excluded.children",
            values,
        )
        return known

    async def _put_nodes(self, rows: dict[str, NodeRow]) -> None:
        for chunk in _chunks(["", *rows]):
            sql = f"SELECT key, id FROM nodes WHERE root = ? AND key IN ({_marks(chunk)})"
            for key, number in await self._connection.execute_fetchall(sql, (self._root, *chunk)):
                self._nodes[key] = number
        next_id = await _next_id(self._connection, "nodes")
        values = []
        for row in sorted(rows.values(), key=lambda row: row.parent != ""):
            if row.key not in self._nodes:
                self._nodes[row.key], next_id = next_id, next_id + 1
                parent = self._nodes[row.parent]
                values.append((self._nodes[row.key], self._root, parent, row.kind, row.key, row.name, row.label, row.number))
        await self._connection.executemany(
            "INSERT INTO nodes (id, root, parent, kind, key, name, label, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values
        )
        await _used(self._connection, "nodes", next_id - 1)

    async def _put_suffixes(self, suffixes: dict[int, SubtitleName]) -> dict[int, int]:
        """Return the number of each suffix, by the identity that it was given under."""
        numbers: dict[tuple[Any, ...], int] = {}
        codes: dict[int, int] = {}
        for identity, name in suffixes.items():
            facts = (name.language, name.forced, name.hearing_impaired, name.number, clean(name.title))
            if facts not in numbers:
                numbers[facts] = await self._put_suffix(facts)
            codes[identity] = numbers[facts]
        return codes

    async def _put_suffix(self, facts: tuple[Any, ...]) -> int:
        await self._connection.execute(
            "INSERT OR IGNORE INTO suffixes (language, forced, hearing_impaired, number, title) VALUES (?, ?, ?, ?, ?)",
            facts,
        )
        rows = await self._connection.execute_fetchall(
            "SELECT id FROM suffixes WHERE coalesce(language, '') = coalesce(?, '') AND forced = ?"
            " AND hearing_impaired = ? AND coalesce(number, -1) = coalesce(?, -1) AND title = ?",
            facts,
        )
        return int(next(iter(rows))[0])

    async def _existing(self, known: list[int]) -> dict[tuple[int, bytes], tuple[Any, ...]]:
        found: dict[tuple[int, bytes], tuple[Any, ...]] = {}
        for chunk in _chunks(known):
            sql = f"SELECT {_COLUMNS} FROM files WHERE directory IN ({_marks(chunk)})"
            for row in await self._connection.execute_fetchall(sql, chunk):
                found[row[1], row[2]] = (row[0], *row[3:])
        return found

    async def _video_at(self, path: bytes) -> tuple[int, int] | None:
        """Return the number of the video at a path, and the node that it hangs below."""
        directory, name = split(path)
        rows = await self._connection.execute_fetchall(
            "SELECT f.id, f.node FROM files f JOIN directories d ON d.id = f.directory"
            " WHERE d.path = ? AND f.name = ? AND f.suffix IS NULL LIMIT 1",
            (directory, name),
        )
        return next(((int(row[0]), int(row[1])) for row in rows), None)


async def _next_id(connection: aiosqlite.Connection, table: str) -> int:
    """Return a number that no row of a table has, nor has ever had: a mark must not pass to what comes after a row."""
    sql = f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0), coalesce((SELECT id FROM last_ids WHERE of = ?), 0)) + 1"
    return int(next(iter(await connection.execute_fetchall(sql, (table,))))[0])


async def _used(connection: aiosqlite.Connection, table: str, last: int) -> None:
    """Remember the largest number that was given."""
    await connection.execute(
        "INSERT INTO last_ids VALUES (?, ?) ON CONFLICT DO UPDATE SET id = max(id, excluded.id)", (table, last)
    )


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


__all__ = ["LAST", "PATH", "DirectoryRow", "Family", "FileRow", "NodeRow", "Written"]
