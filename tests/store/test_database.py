"""The database keeps what it acknowledged, whoever is cancelled, fails or reads meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import aiosqlite
import pytest

from synctui.errors import DatabaseClosed, DatabaseUnusable, StorageError
from synctui.store.blobs import clean, from_blob, path_from_blob, path_to_blob, to_blob
from synctui.store.database import Database

WANTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "wal_autocheckpoint": 0,
    "busy_timeout": 5000,
    "journal_size_limit": 64 * 1024 * 1024,
}


async def _spend(connection: aiosqlite.Connection) -> None:
    await connection.execute("INSERT INTO budgets VALUES ('a', 'd', 1) ON CONFLICT DO UPDATE SET used = used + 1")


async def _spent(database: Database) -> int:
    row = await database.row("SELECT used FROM budgets")
    return int(row[0]) if row else 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "synctui.db"


async def test_a_write_is_there_for_the_next_read_and_after_reopening(path: Path) -> None:
    async with await Database.open(path) as database:
        await database.write(_spend)
        assert await _spent(database) == 1
    async with await Database.open(path) as database:
        assert await _spent(database) == 1


async def test_files_are_private(path: Path) -> None:
    async with await Database.open(path) as database:
        await database.write(_spend)
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_commits_reach_the_disk_and_only_the_lock_holder_checkpoints(path: Path) -> None:
    async with await Database.open(path) as database:
        seen: dict[str, object] = {}

        async def look(connection: aiosqlite.Connection) -> None:
            for name in WANTED:
                seen[name] = next(iter(await connection.execute_fetchall(f"PRAGMA {name}")))[0]

        await database.write(look)
        assert seen == WANTED
        await database.checkpointing(True)
        await database.write(look)
        assert seen["wal_autocheckpoint"] == 2000


async def test_a_failing_write_takes_nothing_of_its_neighbours_along(path: Path) -> None:
    async def spend_and_fail(connection: aiosqlite.Connection) -> None:
        await _spend(connection)
        raise ValueError("no")

    async with await Database.open(path) as database:
        came = await asyncio.gather(
            *(database.write(spend_and_fail if number % 5 == 0 else _spend) for number in range(50)), return_exceptions=True
        )
        assert sum(isinstance(one, ValueError) for one in came) == 10
        assert await _spent(database) == 40
        with pytest.raises(ValueError, match="no"):
            await database.write(spend_and_fail)
        await database.write(_spend)
        assert await _spent(database) == 41


async def test_cancelling_inside_begin_loses_nothing_and_locks_nobody_out(path: Path) -> None:
    begun = asyncio.Event()

    async def slow(connection: aiosqlite.Connection) -> None:
        await _spend(connection)
        begun.set()
        await asyncio.sleep(0.05)
        await _spend(connection)

    async with await Database.open(path) as database:
        caller = asyncio.create_task(database.write(slow))
        await begun.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        other = sqlite3.connect(path, timeout=30)
        await asyncio.sleep(0.2)
        other.execute("UPDATE budgets SET used = used + 10")
        other.commit()
        other.close()
        await database.write(_spend)
        assert await _spent(database) == 13, "the cancelled caller's work was done whole, once"


async def test_two_tasks_on_one_connection_do_not_undo_each_other(path: Path) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def fails_late(connection: aiosqlite.Connection) -> None:
        await _spend(connection)
        began.set()
        await go_on.wait()
        raise RuntimeError("late")

    async with await Database.open(path) as database:
        first = asyncio.create_task(database.write(fails_late))
        await began.wait()
        second = asyncio.create_task(database.write(_spend))
        await asyncio.sleep(0.02)
        go_on.set()
        with pytest.raises(RuntimeError, match="late"):
            await first
        await second
        assert await _spent(database) == 1


@pytest.mark.parametrize("ending", ["sys.exit(3)", "os._exit(3)", "asyncio.get_running_loop().stop()"])
def test_a_program_that_does_not_close_ends_all_the_same(path: Path, ending: str) -> None:
    program = (
        "import asyncio, os, sys\nfrom pathlib import Path\nfrom synctui.store.database import Database\n"
        "async def main():\n"
        f"    database = await Database.open(Path({str(path)!r}))\n"
        "    async def work(c): await c.execute(\"INSERT INTO budgets VALUES ('a', 'd', 1)\")\n"
        "    await database.write(work)\n"
        f"    {ending}\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", program], timeout=60, capture_output=True)
    assert ended.returncode != 0
    assert sqlite3.connect(path).execute("SELECT used FROM budgets").fetchone() == (1,)


async def test_a_read_before_the_write_is_no_deferred_upgrade(path: Path) -> None:
    """A read that turns into a write after somebody else's commit would fail at once with SQLITE_BUSY_SNAPSHOT."""
    async with await Database.open(path) as database:
        await database.write(_spend)
        read = asyncio.Event()

        async def read_then_write(connection: aiosqlite.Connection) -> None:
            await connection.execute_fetchall("SELECT * FROM budgets")
            read.set()
            await asyncio.sleep(0.1)
            await _spend(connection)

        writing = asyncio.create_task(database.write(read_then_write))
        await read.wait()
        await asyncio.to_thread(_other_process_spends, path)
        await writing
        assert await _spent(database) == 12


def _other_process_spends(path: Path) -> None:
    other = sqlite3.connect(path, timeout=30)
    other.execute("UPDATE budgets SET used = used + 10")
    other.commit()
    other.close()


async def test_a_long_reader_does_not_let_the_log_grow(path: Path) -> None:
    async def journal(connection: aiosqlite.Connection) -> None:
        await connection.executemany(
            "INSERT INTO journal (at, type, fields) VALUES ('', 'x', ?)", [("y" * 500,) for _ in range(200)]
        )

    async with await Database.open(path) as database:
        await database.checkpointing(True)
        await database.write(journal)
        reader = database.stream("SELECT id FROM journal WHERE id > :after ORDER BY id LIMIT :page", {}, page=50)
        assert (await anext(reader))[0] == 1
        for _ in range(150):
            await database.write(journal)
        wal = path.with_name(path.name + "-wal").stat().st_size
        assert wal < 12 * 1024 * 1024, f"{wal} bytes of log beside {path.stat().st_size} of database"
        rest = [row[0] async for row in reader]
        assert rest == list(range(2, 151 * 200 + 1))


async def test_streams_page_by_key_and_by_offset(path: Path) -> None:
    async def fill(connection: aiosqlite.Connection) -> None:
        await connection.executemany("INSERT INTO budgets VALUES (?, 'd', 1)", [(f"{number:03}",) for number in range(107)])

    async with await Database.open(path) as database:
        await database.write(fill)
        want = [f"{number:03}" for number in range(107)]
        keyed = "SELECT lane FROM budgets WHERE lane > :after ORDER BY lane LIMIT :page"
        assert [row[0] async for row in database.stream(keyed, {"after": ""}, page=10)] == want
        assert [row[0] async for row in database.stream("SELECT lane FROM budgets ORDER BY lane", page=10)] == want
        chosen = database.stream("SELECT lane FROM budgets WHERE lane >= :low ORDER BY lane", {"low": "100"}, page=3)
        assert [row[0] async for row in chosen] == want[100:]


async def test_names_that_are_not_utf8_come_back_as_they_were(tmp_path: Path) -> None:
    raw = b"/media/caf\xe9 \xff [/red]\n.srt"
    name = os.fsdecode(raw)
    folder = tmp_path / os.fsdecode(b"d\xe9\xff")
    async with await Database.open(folder / "synctui.db") as database:

        async def keep(connection: aiosqlite.Connection) -> None:
            await connection.execute("CREATE TABLE names (path BLOB)")
            await connection.execute("INSERT INTO names VALUES (?)", (path_to_blob(name),))

        await database.write(keep)
        row = await database.row("SELECT path FROM names")
        assert row is not None
        assert row[0] == raw
        assert path_from_blob(row[0]) == name
    assert from_blob(to_blob(name)) == name
    clean(name).encode("utf-8")
    to_blob("\ud800 lone")


async def test_the_version_of_sqlite_is_told(path: Path) -> None:
    assert Database.sqlite_version() == sqlite3.sqlite_version


async def test_posted_writes_keep_their_order_and_their_errors_come_out(path: Path) -> None:
    async def wrong(connection: aiosqlite.Connection) -> None:
        raise ValueError("posted")

    async with await Database.open(path) as database:
        for _ in range(10):
            database.post(_spend)
        await database.write(_spend)
        assert await _spent(database) == 11
        database.post(wrong)
        await asyncio.sleep(0.05)
        with pytest.raises(ValueError, match="posted"):
            await database.write(_spend)
        await database.write(_spend)
        assert await _spent(database) == 12
        for _ in range(3):
            database.post(_spend)
    async with await Database.open(path) as database:
        assert await _spent(database) == 15, "closing finishes what was posted"


async def test_calls_after_a_commit_come_in_order_and_only_for_what_was_committed(path: Path) -> None:
    heard: list[int] = []

    async with await Database.open(path) as database:

        async def work(connection: aiosqlite.Connection, number: int) -> None:
            await _spend(connection)
            database.after_commit(lambda: heard.append(number))
            if number % 3 == 0:
                raise ValueError

        await asyncio.gather(
            *(database.write(lambda c, n=number: work(c, n)) for number in range(30)),  # type: ignore[misc]
            return_exceptions=True,
        )
    assert heard == [number for number in range(30) if number % 3]


async def test_another_process_that_writes_for_a_while_is_waited_for(path: Path) -> None:
    async with await Database.open(path) as database:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(database.write(_spend))
        await asyncio.sleep(0.3)
        assert not writing.done()
        other.execute("COMMIT")
        other.close()
        await asyncio.wait_for(writing, 30)


async def test_a_database_removed_while_in_use_is_noticed_before_the_next_write(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_spend)
    path.unlink()
    with pytest.raises(DatabaseUnusable, match="removed or replaced"):
        await database.write(_spend)
    await database.close()


async def test_a_full_disk_is_told_as_such_and_the_database_goes_on_afterwards(path: Path) -> None:
    async with await Database.open(path) as database:

        async def limit(connection: aiosqlite.Connection, pages: int) -> None:
            await connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")

        async def much(connection: aiosqlite.Connection) -> None:
            await connection.execute("INSERT INTO journal (at, type, fields) VALUES ('', 'x', ?)", ("y" * 4_000_000,))

        await database.write(lambda connection: limit(connection, 200))
        with pytest.raises(StorageError) as caught:
            await database.write(much)
        assert caught.value.code == "disk_full"
        await database.write(lambda connection: limit(connection, 1_000_000))
        await database.write(_spend)
        assert await _spent(database) == 1


async def test_reading_only_changes_nothing(path: Path) -> None:
    async with await Database.open(path, readonly=True) as database:
        assert await database.rows("SELECT * FROM jobs") == []
        with pytest.raises(StorageError):
            await database.write(_spend)
    assert not path.parent.exists(), "looking made no file"
    async with await Database.open(path) as writer, await Database.open(path, readonly=True) as reader:
        await writer.write(_spend)
        assert await _spent(reader) == 1


async def test_what_a_killed_process_left_in_the_log_is_read_without_writing(path: Path) -> None:
    program = (
        "import asyncio, os, signal\nfrom pathlib import Path\nfrom synctui.store.database import Database\n"
        "async def main():\n"
        f"    database = await Database.open(Path({str(path)!r}))\n"
        "    async def work(c): await c.execute(\"INSERT INTO budgets VALUES ('a', 'd', 1)\")\n"
        "    await database.write(work)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], timeout=60)
    assert ended.returncode == -signal.SIGKILL
    async with await Database.open(path, readonly=True) as database:
        assert await _spent(database) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_without_permission_is_a_storage_error(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(StorageError):
        await Database.open(folder / "data" / "synctui.db")


async def test_a_file_where_the_folder_should_be_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StorageError):
        await Database.open(tmp_path / "data" / "synctui.db")


async def test_a_closed_database_says_so_whoever_asks(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "synctui.db")
    asked = [asyncio.create_task(database.rows("SELECT count(*) FROM sqlite_master")) for _ in range(50)]
    await asyncio.sleep(0)
    await database.close()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(answer) for answer in answers} <= {list, DatabaseClosed}
    with pytest.raises(DatabaseClosed):
        await database.rows("SELECT 1")
    with pytest.raises(DatabaseClosed):
        await database.write(lambda connection: connection.execute("SELECT 1"))
