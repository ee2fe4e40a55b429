"""Opens database files: who may, in which state they must be, and with which settings.

Only SQLite ever opens and closes a database that is there. A process that closes any descriptor of a file gives up all the
locks that it holds on it (POSIX): other processes would then take themselves for the last ones and delete the log that our
connections go on writing to (https://www.sqlite.org/howtocorrupt.html, 2.2). What is to be known first is asked by `stat`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from synctui.errors import StorageError
from synctui.store.failures import damaged, is_busy, translated
from synctui.store.migrations import Step, migrate

_PATIENCE = 30.0


def open_writer(path: Path, steps: Sequence[Step]) -> sqlite3.Connection:
    """Return the writing connection: autocommit, WAL, every commit on the disk; migrated to the last step.

    Raises DatabaseUnusable and StorageError. To be called in the thread that will use it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_damage(path)
        _create(path)
    except OSError as error:
        raise StorageError(
            f"the database {path} cannot be opened: {error.strerror}", hint="check the permissions of the data directory"
        ) from error
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return _open(path, steps)
        except sqlite3.Error as error:
            if is_busy(error) and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            raise translated(error, path) from error


def _open(path: Path, steps: Sequence[Step]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        if _suspicious(connection, path) and (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise damaged(path, str(found))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        # Half a catalogue's indexes fit: with the default of 2 MB its pages are written and read again ten times.
        connection.execute("PRAGMA cache_size = -16000")
        migrate(connection, path, steps)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write; a file system that takes no writes at all is read as it stands."""
    uri = "file:" + quote(os.fsencode(path)) + "?mode=ro"
    frozen = not os.access(path.parent, os.W_OK) and not _size(_beside(path, "-wal"))
    try:
        connection = sqlite3.connect(
            uri + ("&immutable=1" if frozen else ""), uri=True, isolation_level=None, timeout=5.0, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA busy_timeout = 5000")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise translated(error, path) from error
    connection.row_factory = sqlite3.Row
    return connection


def open_standalone(path: Path, steps: Sequence[Step]) -> sqlite3.Connection:
    """Return a reader of an existing database that nobody here writes, or of an empty one when there is none yet."""
    if not path.exists() and not _size(_beside(path, "-wal")):
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        migrate(connection, path, steps)
        connection.execute("PRAGMA query_only = ON")
        connection.row_factory = sqlite3.Row
        return connection
    _refuse_damage(path)
    connection = open_reader(path)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > steps[-1].version:
            migrate(connection, path, steps)
        elif version < steps[-1].version:
            raise StorageError(
                f"the database {path} was written by an older version",
                hint="run any command that may write, such as `synctui --run`, which brings it up to date",
            )
    except sqlite3.Error as error:
        connection.close()
        raise translated(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if path.stat().st_mode & 0o077 and os.access(path, os.W_OK):
            path.chmod(0o600)


def _refuse_damage(path: Path) -> None:
    if path.is_dir():
        raise damaged(path, "it is a folder")
    if not _size(path) and _size(_beside(path, "-wal")):
        raise damaged(path, "it is gone, but its write-ahead log is still there")


def _suspicious(connection: sqlite3.Connection, path: Path) -> bool:
    """True when the header and the file disagree, as after a copy that broke off (sqlite.org/fileformat.html, 1.3).

    With a log there is more to the database than the file has: then only whole pages are asked for.
    """
    page = int(connection.execute("PRAGMA page_size").fetchone()[0])
    pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
    size = path.stat().st_size
    return size % page != 0 or (pages * page != size and not _size(_beside(path, "-wal")))


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
