"""Brings a database to the current schema: all steps in one transaction, after a copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from synctui.errors import DatabaseUnusable


@dataclass(frozen=True, slots=True)
class Step:
    """The statements that lead to schema `version` from the one before."""

    version: int
    sql: str


def statements(sql: str) -> Iterator[str]:
    """Yield the single statements of a script, so that they can run inside one transaction."""
    pending = ""
    for part in sql.split(";"):
        pending += part + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n\t;"):
                yield pending.strip()
            pending = ""
    if pending.strip(" \n\t;"):
        yield pending.strip(" \n\t;")


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step]) -> None:
    """Apply the steps that are missing; raises DatabaseUnusable when the database is newer than they are.

    Of a database with a schema already, `<name>.v<version>.bak` beside it holds the state before. The connection is in
    autocommit mode.
    """
    newest = steps[-1].version
    version = _version(connection)
    if version == newest:
        return
    _refuse_newer(version, newest, path)
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise DatabaseUnusable(
            f"the database {path} belongs to another program", hint="choose another --data-dir; nothing was changed"
        )
    if version > 0:
        _copy(connection, path.with_name(f"{path.name}.v{version}.bak"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        _refuse_newer(version, newest, path)
        for step in steps:
            if step.version > version:
                for statement in statements(step.sql):
                    connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {newest:d}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(version: int, newest: int, path: Path) -> None:
    if version > newest or version < 0:
        raise DatabaseUnusable(
            f"the database {path} was written by a newer SyncTUI (schema {version}, this one knows {newest})",
            hint="update SyncTUI, or choose another --data-dir; nothing was changed",
        )


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(partial)) as copy:
        connection.backup(copy)
    fd = os.open(partial, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    partial.replace(target)
