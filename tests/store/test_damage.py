"""A database that is damaged or newer stays exactly as it is, and so do the files beside it."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from synctui.errors import DatabaseUnusable, ExitCode
from synctui.store.database import Database
from synctui.store.schema import SCHEMA_VERSION


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database with some data, closed."""
    path = tmp_path / "synctui.db"

    async def fill(connection: aiosqlite.Connection) -> None:
        await connection.executemany(
            "INSERT INTO journal (at, type, fields) VALUES ('', 'x', ?)", [("y" * 300,) for _ in range(2000)]
        )

    async with await Database.open(path) as database:
        await database.write(fill)
    return path


def _state(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir() if file.is_file()}


async def _is_refused(path: Path, match: str) -> None:
    for readonly in (False, True):
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(DatabaseUnusable, match=match) as caught:
            database = await Database.open(path, readonly=readonly)
            try:
                await database.rows("SELECT sum(length(fields)) FROM journal")
            finally:
                await database.close()
        assert caught.value.exit_code == ExitCode.DATABASE
        assert (path.read_bytes() if path.is_file() else None) == before, "nothing was overwritten"


async def test_a_newer_database_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    await _is_refused(path, "newer")
    assert not list(path.parent.glob("*.bak"))


async def test_something_else_under_its_name_is_refused(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 not a database at all" * 100)
    await _is_refused(path, "not a SQLite database")


async def test_a_damaged_magic_is_refused(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[0:8] = b"\0" * 8
    path.write_bytes(raw)
    await _is_refused(path, "not a SQLite database")


@pytest.mark.parametrize("offset", [16, 18, 44, 100])
async def test_a_damaged_header_is_refused(path: Path, offset: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset : offset + 8] = b"\xff" * 8
    path.write_bytes(raw)
    await _is_refused(path, "damaged")


async def test_a_file_that_was_cut_short_is_refused(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(DatabaseUnusable, match="damaged"):
        await Database.open(path)
    assert path.stat().st_size == len(raw) // 2


async def test_damage_in_the_middle_is_told_when_it_is_met(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096 * 4 :] = b"\xa5" * (len(raw) - 4096 * 4)
    path.write_bytes(raw)
    await _is_refused(path, "damaged")


async def test_a_folder_under_its_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "synctui.db").mkdir()
    await _is_refused(tmp_path / "synctui.db", "folder")


async def test_a_log_without_its_database_is_refused(path: Path) -> None:
    path.rename(path.with_name("kept"))
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + b"\0" * 5000)
    before = _state(path.parent)
    with pytest.raises(DatabaseUnusable, match="log"):
        await Database.open(path)
    assert _state(path.parent) == before
