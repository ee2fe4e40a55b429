"""What a scan tells the change feed: what came, changed and went since the last one, and nothing twice."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from synctui.errors import StorageError
from synctui.library.index import refresh
from synctui.model.clock import SystemClock, parse_rfc3339, rfc3339
from synctui.model.library import Change, LibraryRoot
from synctui.store import index as index_store
from synctui.store.changes import changes_after, changes_behind, last_change
from synctui.store.database import Database
from synctui.store.rows import write_rows


class Library:
    """A folder, its index, and the feed."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        self._read = 0

    def put(self, name: str, content: str = "x") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    @property
    def root(self) -> LibraryRoot:
        return LibraryRoot("Films", str(self.folder), "movies")

    async def scan(self, *, keep: bool = False) -> list[tuple[str, str]]:
        """Scan, and return what is new in the feed: change and name."""
        await refresh(self.database, self.root, keep=keep)
        return await self.news()

    async def news(self) -> list[tuple[str, str]]:
        entries = await changes_after(self.database, self._read, 1000)
        self._read = max([self._read, *(entry.id for entry in entries)])
        return sorted((entry.change.change, os.path.relpath(entry.change.path, self.folder)) for entry in entries)

    async def hook(self, path: Path, change: str) -> None:
        row = Change(str(path), change, "hook")  # type: ignore[arg-type]
        at = rfc3339(SystemClock().now())
        await self.database.write(lambda connection: write_rows(connection, [row], job=0, at=at))
        await self.news()


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with await Database.open(tmp_path / "synctui.db") as database:
        made = Library(tmp_path / "films", database)
        made.put("Old/Old.mkv")
        made.put("Old/Old.en.srt")
        assert await made.scan() == [], "what a first scan finds was there before"
        yield made


async def test_what_came_changed_and_went_is_told_once(library: Library) -> None:
    library.put("New/New.mkv")
    library.put("Old/Old.en.srt", "longer than before")
    assert await library.scan() == [("created", "New/New.mkv"), ("modified", "Old/Old.en.srt")]
    assert await library.scan() == []
    (library.folder / "Old" / "Old.mkv").unlink()
    library.put("Third/Third.mkv")
    assert await library.scan() == [("created", "Third/Third.mkv"), ("removed", "Old/Old.mkv")]


async def test_a_folder_that_goes_takes_its_files_with_it(library: Library) -> None:
    for number in range(8):
        library.put(f"New {number}/New {number}.mkv")
    await library.scan()
    for file in (library.folder / "Old").iterdir():
        file.unlink()
    (library.folder / "Old").rmdir()
    assert await library.scan() == [("removed", "Old/Old.en.srt"), ("removed", "Old/Old.mkv")]


async def test_what_a_hook_has_told_already_is_not_told_again(library: Library) -> None:
    new = library.put("New/New.mkv")
    await library.hook(new, "created")
    assert await library.scan() == []
    old = library.folder / "Old" / "Old.mkv"
    old.unlink()
    await library.hook(old, "removed")
    assert await library.scan() == []


async def test_what_came_back_after_it_was_told_to_be_gone_is_news(library: Library) -> None:
    old = library.folder / "Old" / "Old.mkv"
    about = old.stat()
    await library.hook(old, "removed")
    old.unlink()
    library.put("Third/Third.mkv")
    await library.scan()
    library.put("Old/Old.mkv")
    os.utime(old, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert await library.scan() == [("created", "Old/Old.mkv")]


async def test_an_unmounted_library_is_no_news(library: Library) -> None:
    away = library.folder.with_name("away")
    library.folder.rename(away)
    library.folder.mkdir()
    assert await library.scan() == []
    library.folder.rmdir()
    away.rename(library.folder)
    assert await library.scan() == []


async def test_the_stamp_of_a_file_goes_along_so_that_a_move_can_be_told(library: Library) -> None:
    source = library.folder / "Old" / "Old.mkv"
    about = source.stat()
    library.put("Other/Other.mkv")
    (library.folder / "Moved").mkdir()
    source.rename(library.folder / "Moved" / "Old.mkv")
    await refresh(library.database, LibraryRoot("Films", str(library.folder), "movies"))
    found = [entry.change for entry in await changes_after(library.database, 0)]
    went = next(one for one in found if one.change == "removed" and one.path.endswith("Old/Old.mkv"))
    came = next(one for one in found if one.change == "created" and one.path.endswith("Moved/Old.mkv"))
    for change in (went, came):
        assert change.stamp is not None
        assert (change.stamp.size, change.stamp.mtime_ns) == (about.st_size, about.st_mtime_ns)


def in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synctui.library.index._BATCH_FILES", 1)


async def test_nobody_reads_the_news_of_a_scan_before_it_has_ended(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_batches(monkeypatch)
    for number in range(5):
        library.put(f"New {number}/New {number}.mkv")
    old = library.folder / "Old"
    old.rename(library.folder / "Zoo")
    seen: list[tuple[int, str]] = []
    read: list[list[tuple[str, str]]] = []
    real = index_store.write_families

    async def writing(*given: Any, **more: Any) -> Any:
        written = await real(*given, **more)
        rows = await given[0].execute_fetchall("SELECT count(*) FROM changes")
        seen.append((next(iter(rows))[0], (await last_change(library.database))[1]))
        read.append(await library.news())
        return written

    monkeypatch.setattr("synctui.library.index.write_families", writing)
    await refresh(library.database, library.root)
    assert max(count for count, _ in seen) > 3, "it is held in the table"
    assert {at for _, at in seen} == {""}
    assert not any(read)
    assert await changes_behind(library.database, 0) == 9
    found = await changes_after(library.database, 0)
    assert len({entry.at for entry in found}) == 1
    assert [entry.id for entry in found] == sorted(entry.id for entry in found)
    assert {entry.job for entry in found} == {0}
    whole = await library.news()
    assert {("created", "Zoo/Old.mkv"), ("removed", "Old/Old.mkv")} < set(whole)


async def test_a_reader_who_is_up_to_date_misses_nothing_that_a_scan_held(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_batches(monkeypatch)
    for number in range(3):
        library.put(f"New {number}/New {number}.mkv")
    real = index_store.write_families

    async def writing(*given: Any, **more: Any) -> Any:
        hooked = [Change("/elsewhere.mkv", "created", "hook")]
        await write_rows(given[0], hooked, job=0, at=rfc3339(SystemClock().now()))
        return await real(*given, **more)

    monkeypatch.setattr("synctui.library.index.write_families", writing)
    await refresh(library.database, library.root)
    ids = [entry.id for entry in await changes_after(library.database, 0)]
    assert ids == list(range(1, len(ids) + 1))
    held = [entry for entry in await changes_after(library.database, 0) if entry.change.source == "scan"]
    assert [entry.id for entry in held] == ids[-3:], "they come last, whenever they were found"


async def test_what_a_scan_found_that_died_is_told_by_the_next_one(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_batches(monkeypatch)
    for number in range(4):
        library.put(f"Film {number}/Film {number}.mkv")
    await library.scan()
    library.put("New/New.mkv")
    (library.folder / "Old").rename(library.folder / "Aid")

    async def die(*_: object, **__: object) -> None:
        raise StorageError("the power is gone")

    with monkeypatch.context() as dying:
        dying.setattr("synctui.library.index.remove_directories", die)
        with pytest.raises(StorageError):
            await library.scan()
    assert await library.news() == []
    assert await library.scan() == [
        ("created", "Aid/Old.en.srt"),
        ("created", "Aid/Old.mkv"),
        ("created", "New/New.mkv"),
        ("removed", "Old/Old.en.srt"),
        ("removed", "Old/Old.mkv"),
    ]
    assert await library.scan() == []


async def test_a_pass_that_removes_nothing_tells_what_came(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.put("New/New.mkv")
    (library.folder / "Old" / "Old.mkv").unlink()
    assert await library.scan(keep=True) == [("created", "New/New.mkv")]
    in_small_batches(monkeypatch)
    library.put("Third/Third.mkv")
    library.put("Zero/Zero.mkv")
    calls = iter(range(100))
    await refresh(library.database, library.root, stop=lambda: next(calls) >= 4)
    assert set(await library.news()) <= {("created", "Third/Third.mkv"), ("created", "Zero/Zero.mkv")}
    assert ("removed", "Old/Old.mkv") in await library.scan()


async def test_what_was_held_of_a_library_is_told_when_it_is_configured_no_more(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.put("New/New.mkv")

    async def die(*_: object, **__: object) -> None:
        raise StorageError("the power is gone")

    monkeypatch.setattr("synctui.library.index.finish_root", die)
    with pytest.raises(StorageError):
        await library.scan()
    await library.database.write(lambda connection: index_store.keep_roots(connection, ()))
    assert await library.news() == [("created", "New/New.mkv")]
    (entry,) = await changes_after(library.database, 0)
    assert abs((SystemClock().now() - parse_rfc3339(entry.at)).total_seconds()) < 60
    assert len(entry.at) == len(rfc3339(SystemClock().now()))


def aged(path: Path, content: str) -> None:
    """Replace a file by one with an older time."""
    path.write_text(content)
    os.utime(path, (1_000_000, 1_000_000))


async def test_another_file_with_an_older_time_is_news(library: Library) -> None:
    new = library.put("New/New.mkv")
    assert await library.scan() == [("created", "New/New.mkv")]
    aged(new, "another")
    assert await library.scan() == [("modified", "New/New.mkv")], "told by a scan, with its stamp"
    hooked = library.put("Third/Third.mkv")
    await library.hook(hooked, "created")
    assert await library.scan() == []
    aged(hooked, "another")
    assert await library.scan() == [("modified", "Third/Third.mkv")], "told by a hook, without one"
    assert await library.scan() == []


async def test_what_a_sync_wrote_is_not_told_again_by_the_scan_after_it(library: Library) -> None:
    old = library.put("Old/Old.en.srt", "in sync, and of another size")
    await library.hook(old, "modified")
    assert await library.scan() == []
