"""What happened to one file, over all jobs; and a database of the first version, which has no such index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from synctui.model.library import Choice, Lineage
from synctui.store.database import Database
from synctui.store.history import of_path
from synctui.store.lineage import writings
from synctui.store.rows import write_rows
from synctui.store.schema import MIGRATIONS

AT = "2026-01-02T03:04:05.678Z"
ODD = "/lib/\udce9t\udce9/a\nb.srt"


def _operations(connection: sqlite3.Connection, *paths: bytes, jobs: int) -> None:
    for job in range(1, jobs + 1):
        connection.execute(
            "INSERT INTO jobs (id, kind, request, asks, state, created_at)"
            " VALUES (?, 'subtitles', '{}', '', 'completed', ?)",
            (job, AT),
        )
        connection.execute(
            "INSERT INTO queues (id, job, track, stage, stage_name, lane) VALUES (?, ?, X'64', 0, 'align', 'cpu')",
            (job, job),
        )
        connection.executemany(
            "INSERT INTO operations (job, queue, key, action, subject, path, state, result, result_reason, finished_at)"
            " VALUES (?, ?, ?, 'align', ?, ?, 'finished', 'done', 'aligned', ?)",
            [(job, job, b"align:" + path, path, path, f"2026-01-{job:02d}T00:00:00.000Z") for path in paths],
        )


async def test_the_newest_operation_on_a_path_comes_first(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "synctui.db") as database:
        with closing(sqlite3.connect(tmp_path / "synctui.db", isolation_level=None)) as connection:
            _operations(connection, b"/a.srt", b"/lib/\xe9t\xe9/a\nb.srt", jobs=9)
        found = await of_path(database, ODD)
        assert [record.job for record in found] == list(range(9, 0, -1))
        assert found[0].finished_at == "2026-01-09T00:00:00.000Z"
        assert {record.operation.path for record in found} == {ODD}
        assert [record.job for record in await of_path(database, "/a.srt", limit=2)] == [9, 8]
        assert await of_path(database, "/b.srt") == []
        plan = await database.rows(
            "EXPLAIN QUERY PLAN SELECT * FROM operations o WHERE o.path = ? ORDER BY o.id DESC", (b"",)
        )
        assert [row[3] for row in plan] == ["SEARCH o USING INDEX operations_path (path=?)"]


async def test_the_latest_writing_says_its_job_and_time(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "synctui.db") as database:
        for job, at in ((3, AT), (5, "2026-02-02T03:04:05.678Z")):
            row = Lineage(ODD, f"out {job}", "original", "file:/x.bak", "align:x")
            await database.write(partial(write_rows, rows=[row], job=job, at=at))
        assert [(one.lineage.output, one.job, one.at[:7]) for one in await writings(database, ODD)] == [
            ("out 5", 5, "2026-02"),
            ("out 3", 3, "2026-01"),
        ]
        assert await writings(database, "/other") == []


async def test_a_first_database_is_brought_up_to_date_with_its_history_and_its_tree(tmp_path: Path) -> None:
    path = tmp_path / "synctui.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(MIGRATIONS[0].sql + "PRAGMA user_version = 1;")
        _operations(connection, b"/lib/a.srt", jobs=2)
        connection.executescript(
            "INSERT INTO roots VALUES (1, X'2f6c6962', 'Library', 'series', 1, NULL);"
            "INSERT INTO nodes VALUES (1, 1, NULL, 'library', '', 'Library', 'library', NULL);"
            "INSERT INTO nodes VALUES (2, 1, 1, 'show', 'a', 'A', 'a', NULL);"
            "INSERT INTO nodes VALUES (3, 1, 1, 'show', 'b', 'B', 'b', NULL);"
            "INSERT INTO directories VALUES (1, 1, X'2f6c69622f', 0, 0, 0, '', X'', X'', X'');"
            "INSERT INTO suffixes VALUES (1, 'en', 0, 0, NULL, '');"
            "INSERT INTO files VALUES (1, 1, X'612e6d6b76', 1, 1, 2, NULL, NULL, '', '', 1, 'a');"
            "INSERT INTO files VALUES (2, 1, X'612e737274', 1, 1, 3, 1, 1, '', 'not_checked', 1, NULL);"
            "INSERT INTO tallies VALUES (2, '', 1), (3, 'not_checked', 1);"
        )
    async with await Database.open(path) as database:
        assert [record.job for record in await of_path(database, "/lib/a.srt")] == [2, 1]
        rows = await database.rows("SELECT node, state, files FROM tallies WHERE files > 0 ORDER BY 1, 2")
        assert [tuple(row) for row in rows] == [(2, "", 1), (2, "not_checked", 1)], "a subtitle hangs with its video"
        chosen = [Choice("/lib/a.srt", "/lib/a.mkv")]
        await database.write(lambda connection: write_rows(connection, chosen, job=1, at=AT))
    assert (tmp_path / "synctui.db.v1.bak").is_file()
