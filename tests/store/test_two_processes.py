"""A database that two processes have open: what one opens and closes must not take the log away below the other."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import aiosqlite

from synctui.store.database import Database

_OTHER = """
import asyncio, sys
from pathlib import Path
from synctui.store.database import Database

async def main():
    async with await Database.open(Path(sys.argv[1])) as database:
        await database.rows("SELECT count(*) FROM jobs")

asyncio.run(main())
"""


def _other_process(path: Path) -> None:
    subprocess.run([sys.executable, "-c", _OTHER, str(path)], check=True, timeout=60)


async def _insert(connection: aiosqlite.Connection) -> None:
    await connection.execute("INSERT INTO ignored VALUES (?, '2026-01-02T03:04:05.678Z')", (os.urandom(8),))


def _count(path: Path) -> int:
    sql = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM ignored').fetchone()[0])"
    found = subprocess.run([sys.executable, "-c", sql, str(path)], check=True, capture_output=True, timeout=60)
    return int(found.stdout)


async def test_what_another_process_does_leaves_the_log_of_open_screens(tmp_path: Path) -> None:
    path = tmp_path / "synctui.db"
    async with await Database.open(path):
        pass
    # As the screens do: what is there is read first, then it is opened for good beside that.
    async with await Database.open(path, readonly=True) as peeked, await Database.open(path) as database:
        await peeked.rows("SELECT 1 FROM jobs")
        await database.write(_insert)
        for number in range(2, 5):
            await asyncio.to_thread(_other_process, path)
            inode = path.with_name("synctui.db-wal").stat().st_ino
            opened = _opened_logs()
            assert not opened or set(opened) == {inode}, "a log that was deleted is written to"
            await database.write(_insert)
            assert await asyncio.to_thread(_count, path) == number, "what is written is seen by nobody else"
            assert len(await peeked.rows("SELECT * FROM ignored")) == number
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _opened_logs() -> list[int]:
    """Return the inodes of the logs that this process has open; where that cannot be asked, none."""
    found: list[int] = []
    descriptors = Path("/proc/self/fd")
    for descriptor in descriptors.iterdir() if descriptors.is_dir() else ():
        try:
            if "synctui.db-wal" in os.readlink(descriptor):
                found.append(descriptor.stat().st_ino)
        except OSError:
            continue
    return found
