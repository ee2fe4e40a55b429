"""An old database becomes a new one whole or not at all, and its old state is kept."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from synctui.errors import DatabaseUnusable
from synctui.store.database import Database
from synctui.store.migrations import Step, migrate, statements
from synctui.store.schema import MIGRATIONS, SCHEMA_VERSION

FIRST = Step(1, "CREATE TABLE a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; SELECT 2; END;")
SECOND = Step(2, "ALTER TABLE a ADD COLUMN y DEFAULT ';'; -- a comment; with a semicolon\nCREATE INDEX i ON a (y);")
WRONG = Step(3, "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1);")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _tables(path: Path) -> set[str]:
    with closing(_open(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_steps_are_taken_apart_by_statement_and_not_by_semicolon() -> None:
    assert len(list(statements(FIRST.sql))) == 2
    assert len(list(statements(SECOND.sql))) == 2


def test_a_new_database_gets_all_steps_and_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(_open(path)) as connection:
        migrate(connection, path, (FIRST, SECOND))
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        connection.execute("INSERT INTO a (x) VALUES (5)")
        assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, ";")]
    assert [file.name for file in tmp_path.iterdir()] == ["a.db"]


def test_an_old_database_is_copied_first(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(_open(path)) as connection:
        migrate(connection, path, (FIRST,))
        connection.execute("INSERT INTO a VALUES (7)")
        migrate(connection, path, (FIRST, SECOND))
        assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, ";")]
    copy = tmp_path / "a.db.v1.bak"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(_open(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT * FROM a").fetchall() == [(1,)]


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(_open(path)) as connection:
        migrate(connection, path, (FIRST,))
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, path, (FIRST, SECOND, WRONG))
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert not connection.in_transaction
    assert _tables(path) == {"a"}
    with closing(_open(path)) as connection:
        migrate(connection, path, (FIRST, SECOND))


def test_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(_open(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
        with pytest.raises(DatabaseUnusable, match="newer"):
            migrate(connection, path, (FIRST, SECOND))
    assert _tables(path) == set()


async def test_opening_twice_at_once_makes_one_schema(tmp_path: Path) -> None:
    import asyncio

    path = tmp_path / "synctui.db"
    opened = await asyncio.gather(*(Database.open(path) for _ in range(4)))
    for database in opened:
        row = await database.row("PRAGMA user_version")
        assert row is not None
        assert row[0] == SCHEMA_VERSION
        await database.close()
    assert [step.version for step in MIGRATIONS] == list(range(1, SCHEMA_VERSION + 1))


async def test_what_was_taken_back_before_is_no_refusal_any_more(tmp_path: Path) -> None:
    path = tmp_path / "synctui.db"
    verdict = "INSERT INTO verdicts VALUES (?, 'refused', ?, '', 1, 1, '', NULL, NULL, NULL, '', '{}', 1, '')"
    file = "INSERT INTO files VALUES (?, 1, ?, 1, 1, 7, NULL, 1, '', 'refused', -1, NULL)"
    with closing(_open(path)) as connection:
        migrate(connection, path, MIGRATIONS[:2])
        connection.execute("INSERT INTO directories VALUES (1, 1, ?, 0, 0, 0, '', '', '', '')", (b"/m/",))
        connection.execute("INSERT INTO tallies VALUES (7, 'refused', 3)")
        for number, reason in enumerate(("undone", "forced_sparse", "low_confidence"), 1):
            connection.execute(verdict, (b"/m/%d.srt" % number, reason))
            connection.execute(file, (number, b"%d.srt" % number))
    database = await Database.open(path)
    for table in ("verdicts", "files"):
        rows = await database.rows(f"SELECT state FROM {table} ORDER BY 1")
        assert [row[0] for row in rows] == ["refused", "taken_back", "unsupported"]
    rows = await database.rows("SELECT state, files FROM tallies WHERE files > 0 ORDER BY 1")
    assert [tuple(row) for row in rows] == [("refused", 1), ("taken_back", 1), ("unsupported", 1)]
    await database.close()
