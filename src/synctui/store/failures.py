"""What SQLite's errors mean for a person: which of ours they become."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from synctui.errors import DatabaseUnusable, StorageError, SyncTuiError, TemporaryFailure

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_REFUSED = {
    sqlite3.SQLITE_FULL: ("disk_full", "no space is left for the database", "free some space, then run it again"),
    sqlite3.SQLITE_READONLY: ("read_only", "the database cannot be written", "check the permissions of the data directory"),
    sqlite3.SQLITE_CANTOPEN: ("permission", "the database cannot be opened", "check the permissions of the data directory"),
    sqlite3.SQLITE_PERM: ("permission", "the database cannot be opened", "check the permissions of the data directory"),
    sqlite3.SQLITE_IOERR: ("io_error", "the disk of the database reported an error", "check the disk"),
}


def primary_code(error: BaseException) -> int:
    """Return SQLite's primary result code of an error, 0 when it has none (https://www.sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF if isinstance(code, int) else 0


def is_busy(error: BaseException) -> bool:
    """True when another connection holds the lock: trying again can help."""
    return isinstance(error, sqlite3.Error) and primary_code(error) in _BUSY


def translated(error: BaseException, path: Path) -> BaseException:
    """Return the user's error for a fault of the database at `path`; what is no such fault is returned as it is."""
    if not isinstance(error, sqlite3.Error):
        return error
    code = primary_code(error)
    if code == sqlite3.SQLITE_NOTADB:
        return damaged(path, "it is not a SQLite database")
    if code in _DAMAGED or "unsupported file format" in str(error):
        return damaged(path, str(error))
    if code in _BUSY:
        return TemporaryFailure(f"the database {path} is in use by another process", hint="run it again", code="locked")
    if code in _REFUSED:
        short, message, hint = _REFUSED[code]
        return StorageError(f"{message}: {path} ({error})", hint=hint, code=short)
    return error


def damaged(path: Path, what: str) -> SyncTuiError:
    """Return the error of a database that cannot be trusted."""
    return DatabaseUnusable(
        f"the database {path} is damaged: {what}",
        hint="nothing was overwritten; move it and its -wal and -shm files away together, or bring back a copy",
    )
