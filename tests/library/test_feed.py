"""What a scan tells the change feed: what came, changed and went since the last one, and nothing twice."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.library.index import refresh
from synctui.model.clock import SystemClock, rfc3339
from synctui.model.library import Change, LibraryRoot
from synctui.store.changes import changes_after
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

    async def scan(self) -> list[tuple[str, str]]:
        """Scan, and return what is new in the feed: change and name."""
        await refresh(self.database, LibraryRoot("Films", str(self.folder), "movies"))
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
