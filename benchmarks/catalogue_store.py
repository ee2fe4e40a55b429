"""What the store makes of a catalogue, without any server; run by `catalogue.py`.

upsert: scenes in ready-made batches of 500, written as a sync writes them; goal: 10,000 a second. Beside it: plain sqlite3,
        which writes the same rows into the same tables with the same settings by executemany; then without the search index,
        and without any index. `again` writes every scene a second time, with another title.
browse: what a screen asks for, at 100 and at 100,000 scenes, in milliseconds (medians).
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from synctui.model.catalog import Entity, NamedSynced, Scene, ScenesSynced
from synctui.model.clock import SystemClock, rfc3339
from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.truth import Truth
from synctui.store import catalog_browse as browse
from synctui.store.catalog import checksum
from synctui.store.database import Database
from synctui.store.rows import write_rows

BATCH = 500
UPSERTED = 50_000
SIZES = (100, 100_000)
TABLES = ("stash_scenes", "stash_files", "stash_scene_performers", "stash_scene_tags", "stash_search")
Found = dict[str, Any]
Rows = dict[str, list[tuple[object, ...]]]
Took = tuple[float, float]
"""Seconds, and seconds of processors."""


def measure(what: str, rounds: int) -> Found:
    """Return what was measured."""
    return asyncio.run(_upsert(rounds) if what == "upsert" else _browse(rounds))


def _made(scenes: int) -> Truth:
    library = Library()
    fill(library, scenes)
    return library.truth()


def _batches(scenes: Sequence[Scene]) -> list[ScenesSynced]:
    parts = [tuple(scenes[start : start + BATCH]) for start in range(0, len(scenes), BATCH)]
    return [ScenesSynced(part, checksums={one.id: checksum(one) for one in part}) for part in parts]


async def _written(database: Database, batches: Sequence[ScenesSynced]) -> Took:
    """Write batches, each in a transaction of its own as one operation does."""
    at = rfc3339(SystemClock().now())
    begun = _now()
    for batch in batches:
        await database.write(lambda connection, batch=batch: write_rows(connection, [batch], job=1, at=at))  # type: ignore[misc]
    return _since(begun)


def _now() -> Took:
    return time.perf_counter(), time.process_time()


def _since(begun: Took) -> Took:
    wall, cpu = _now()
    return wall - begun[0], cpu - begun[1]


# upsert


async def _upsert(rounds: int) -> Found:
    scenes = list(_made(UPSERTED).scenes.values())
    first, second = _batches(scenes), _batches([replace(one, title=f"{one.title} again") for one in scenes])
    times: dict[str, list[Took]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            async with await Database.open(folder / "ours.db") as database:
                await database.checkpointing(True)
                times.setdefault("ours", []).append(await _written(database, first))
                times.setdefault("ours, again", []).append(await _written(database, second))
            rows = _rows(folder / "ours.db")
            for what in ("sqlite3", "sqlite3 without search", "sqlite3 without any index"):
                async with await Database.open(folder / f"{what}.db"):
                    pass
                times.setdefault(what, []).append(_bare(folder / f"{what}.db", rows, what.partition(" without ")[2]))
    found: Found = {"scenes": UPSERTED}
    for name, those in times.items():
        wall, cpu = min(those)[0], min(one[1] for one in those)
        found[name] = {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "scenes_per_s": round(UPSERTED / wall)}
    return found | {"times_sqlite3": round(min(times["ours"])[0] / min(times["sqlite3"])[0], 2)}


def _rows(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(
                f"SELECT {'rowid, name, text' if table == TABLES[-1] else '*'} FROM {table}"
            ).fetchall()
            for table in TABLES
        }


def _bare(path: Path, rows: Rows, without: str) -> Took:
    """Write the same rows, those of as many scenes in a transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        if without == "any index":
            sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'stash%'"
            for (index,) in connection.execute(sql).fetchall():
                connection.execute(f"DROP INDEX {index}")
        tables = TABLES[:-1] if without else TABLES
        into = {table: "stash_search (rowid, name, text)" if table == TABLES[-1] else table for table in tables}
        batches = UPSERTED // BATCH
        begun = _now()
        for number in range(batches):
            connection.execute("BEGIN IMMEDIATE")
            for table in tables:
                those = rows[table]
                part = those[len(those) * number // batches : len(those) * (number + 1) // batches]
                connection.executemany(f"INSERT INTO {into[table]} VALUES ({', '.join('?' * len(part[0]))})", part)
            connection.execute("COMMIT")
        return _since(begun)


# browse


async def _browse(rounds: int) -> Found:
    found: Found = {}
    for size in SIZES:
        made = _made(size)
        with tempfile.TemporaryDirectory() as name:
            async with await Database.open(Path(name) / "browse.db") as database:
                await database.checkpointing(True)
                for those in (made.tags, made.studios, made.performers):
                    row = NamedSynced(tuple(those.values()))
                    await database.write(lambda one, row=row: write_rows(one, [row], job=1, at=""))  # type: ignore[misc]
                await _written(database, _batches(list(made.scenes.values())))
                for what, ask in _questions(database, size).items():
                    found.setdefault(what, {})[str(size)] = round(await _median(ask, 10 * rounds), 2)
    for times in found.values():
        times["ratio"] = round(times[str(SIZES[1])] / max(times[str(SIZES[0])], 0.01), 1)
    return found


def _questions(database: Database, size: int) -> dict[str, Callable[[], Awaitable[object]]]:
    everything, page = browse.Within(), 100
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "sums": lambda: browse.sums(database),
        "first page": lambda: browse.page_within(database, everything, 0, page),
        "page in the middle": lambda: browse.page_within(database, everything, size // 2, page),
        "last page": lambda: browse.page_within(database, everything, size - page, page),
        "where a scene is": lambda: browse.place_within(database, everything, size // 2),
        "page of a studio": lambda: browse.page_within(database, browse.Within("studio", 3), 0, page),
        "ids of the commonest tag": lambda: browse.ids_within(database, browse.Within("tag", 1)),
        "ids of a performer": lambda: browse.ids_within(database, browse.Within("performer", 7)),
        "performers": lambda: browse.groups(database, Entity.PERFORMER),
        "scenes of each tag": lambda: browse.scene_counts(database, Entity.TAG),
        "scenes of each studio": lambda: browse.scene_counts(database, Entity.STUDIO),
    }
    for typed in ("f", "fo", "forg", "forgotten", "forgotten m", "forgotten meadow by", "cupboard"):
        questions[f"search {typed!r}"] = lambda typed=typed: browse.search(database, typed)  # type: ignore[misc]
    return questions


async def _median(ask: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the milliseconds of a question."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await ask()
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took)
