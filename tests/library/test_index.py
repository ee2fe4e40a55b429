"""The index stays in step with the disks, and never believes that much is gone."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.errors import StorageError
from synctui.library.index import Refreshed, refresh
from synctui.library.scan import scan
from synctui.library.targets import pairings_at
from synctui.model.library import Choice, FileStamp, LibraryRoot, Pairing, Verdict
from synctui.model.states import SubtitleState
from synctui.store.choices import choices, forget_choice
from synctui.store.database import Database
from synctui.store.index import keep_roots
from synctui.store.rows import write_rows
from synctui.store.targets import Indexed, subtitles
from synctui.store.tree import TreeRow, children, libraries, summary
from tests.hostile_names import FILE_NAMES
from tests.library.trees import age, put

AT = "2026-01-02T03:04:05.678Z"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "data" / "synctui.db")
    yield opened
    await opened.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


async def refreshed(database: Database, root: Path, **more: object) -> Refreshed:
    return await refresh(database, LibraryRoot("Series", str(root)), **more)  # type: ignore[arg-type]


async def indexed(database: Database) -> dict[str, Indexed]:
    return {one.pairing.subtitle.path: one async for one in subtitles(database)}


async def states(database: Database, root: Path) -> dict[str, str]:
    found = await indexed(database)
    return {os.path.relpath(path, root): one.state.value for path, one in found.items()}


def stamp(path: Path | str) -> FileStamp:
    about = os.stat(path)
    return FileStamp(about.st_size, about.st_mtime_ns)


def verdict(path: Path | str, video: Path | str | None = None, state: SubtitleState = SubtitleState.IN_SYNC) -> Verdict:
    seen = None if video is None else stamp(video)
    return Verdict(
        str(path), state, "aligned", "f", stamp(path), video=None if video is None else str(video), video_stamp=seen
    )


async def write(database: Database, *rows: object) -> None:
    await database.write(lambda connection: write_rows(connection, rows, job=1, at=AT))  # type: ignore[arg-type]


async def test_the_index_says_what_matching_says(database: Database, root: Path) -> None:
    put(
        root,
        "Orbit/Season 01/Orbit S01E01.mkv",
        "Orbit/Season 01/Orbit S01E01.en.srt",
        "Orbit/Season 01/Orbit S01E01.de.ass",
    )
    put(
        root,
        "Orbit/Season 01/Subs/Orbit S01E01.fr.forced.srt",
        "Film/Film.mkv",
        "Film/Film.mp4",
        "Film/Film.srt",
        "Lost.srt",
    )
    report = await refreshed(database, root)
    assert (report.files, report.written.added, report.complete, report.problems, report.brakes) == (8, 8, True, [], [])
    from_disk = {item.subtitle.path: item for item in pairings_at(str(root)) if isinstance(item, Pairing)}
    from_index = await indexed(database)
    assert from_index.keys() == from_disk.keys()
    for path, pairing in from_disk.items():
        there = from_index[path].pairing
        assert (there.subtitle, there.name, there.video, there.reason) == (
            pairing.subtitle, pairing.name, pairing.video, pairing.reason
        )  # fmt: skip
        assert sorted(there.siblings) == sorted(pairing.siblings)
    assert await states(database, root) == {
        "Orbit/Season 01/Orbit S01E01.en.srt": "not_checked",
        "Orbit/Season 01/Orbit S01E01.de.ass": "not_checked",
        "Orbit/Season 01/Subs/Orbit S01E01.fr.forced.srt": "not_checked",
        "Film/Film.srt": "needs_choice",
        "Lost.srt": "no_video",
    }


async def test_a_second_pass_over_an_unchanged_library_writes_nothing(database: Database, root: Path) -> None:
    put(root, "a/a.mkv", "a/a.srt", "b/b.mkv")
    age(root)
    await refreshed(database, root)
    rows = await database.rows("SELECT * FROM files ORDER BY id")
    report = await refreshed(database, root)
    assert (report.written.added, report.written.changed, report.written.removed, report.files) == (0, 0, 0, 3)
    assert await database.rows("SELECT * FROM files ORDER BY id") == rows


async def test_hostile_names_go_in_and_come_out(database: Database, root: Path) -> None:
    names = [b"x" + name.raw[:200].replace(b".", b"") + ending for name in FILE_NAMES for ending in (b".mkv", b".en.srt")]
    put(root, *(os.fsdecode(name) for name in names))
    await refreshed(database, root)
    found = await indexed(database)
    assert {os.fsencode(path) for path in found} == {
        os.path.join(os.fsencode(root), name) for name in names if name.endswith(b".srt")
    }
    assert all(one.pairing.video is not None for one in found.values())


async def test_edits_renames_and_deletions(database: Database, root: Path) -> None:
    put(root, *(f"Show/Season 1/Show S01E{number:02d}.{ending}" for number in range(1, 6) for ending in ("mkv", "en.srt")))
    await refreshed(database, root)
    season = root / "Show/Season 1"
    put(root, "Show/Season 1/Show S01E01.en.srt", content="longer than it was")
    (season / "Show S01E02.mkv").rename(season / "Other S01E02.mkv")
    (season / "Show S01E03.en.srt").rename(season / "Show S01E03.de.srt")
    (season / "Show S01E04.en.srt").unlink()
    put(root, "Show/Season 2/Show S02E01.mkv")
    report = await refreshed(database, root)
    assert (report.written.added, report.written.removed) == (3, 3)
    found = {os.path.basename(path): one.pairing for path, one in (await indexed(database)).items()}
    assert sorted(found) == ["Show S01E01.en.srt", "Show S01E02.en.srt", "Show S01E03.de.srt", "Show S01E05.en.srt"]
    assert found["Show S01E01.en.srt"].subtitle.stamp == stamp(season / "Show S01E01.en.srt")
    assert found["Show S01E02.en.srt"].reason == "needs_choice"
    assert found["Show S01E03.de.srt"].name.language == "de"


async def test_a_directory_that_is_gone_takes_its_files_along(database: Database, root: Path) -> None:
    put(
        root,
        "A/Season 1/A S01E01.mkv",
        "A/Season 1/A S01E01.srt",
        *(f"B/Season 1/B S01E{number:02d}.mkv" for number in range(9)),
    )
    await refreshed(database, root)
    shutil.rmtree(root / "A")
    report = await refreshed(database, root)
    assert report.written.removed == 2
    library = (await libraries(database)).rows[0]
    assert [row.name for row in (await children(database, library.id)).rows] == ["B"]


async def test_a_library_that_seems_gone_keeps_its_index(database: Database, root: Path) -> None:
    put(root, *(f"d{number}/{number}.{ending}" for number in range(6) for ending in ("mkv", "srt")))
    await refreshed(database, root)
    before = await database.rows("SELECT * FROM files ORDER BY id")
    for number in range(3):
        shutil.rmtree(root / f"d{number}")
    put(root, "new/n.srt")
    report = await refreshed(database, root)
    assert not report.complete
    assert "gone" in report.brakes[0].message
    assert (await database.rows("SELECT * FROM files WHERE id <= 12 ORDER BY id")) == before
    shutil.rmtree(root)
    assert "mounted" in (await refreshed(database, root)).brakes[0].message
    root.mkdir()
    assert "empty" in (await refreshed(database, root)).brakes[0].message
    assert (await summary(database)).videos == 6
    report = await refreshed(database, root, allow_mass_change=True)
    assert report.complete
    assert (await summary(database)).videos == 0
    assert await database.rows("SELECT * FROM nodes WHERE kind <> 'library'") == []


async def test_a_brake_also_holds_back_files_missing_from_folders_that_stay(database: Database, root: Path) -> None:
    put(root, *(f"d/{number}.{ending}" for number in range(6) for ending in ("mkv", "srt")))
    await refreshed(database, root)
    for number in range(5):
        (root / f"d/{number}.mkv").unlink()
    assert (await refreshed(database, root)).brakes
    assert (await states(database, root))["d/0.srt"] == "not_checked"
    for number in range(5):
        put(root, f"d/{number}.mkv")
    report = await refreshed(database, root)
    assert report.complete
    assert report.written.removed == 0


async def test_states_follow_verdicts_stamps_and_videos(database: Database, root: Path) -> None:
    put(root, "a.mkv", "a.srt", "b.mkv", "b.srt", "c.srt")
    await refreshed(database, root)
    await write(
        database, verdict(root / "a.srt", root / "a.mkv"), verdict(root / "b.srt", root / "b.mkv", SubtitleState.REFUSED)
    )
    await write(database, verdict(root / "c.srt", None, SubtitleState.NO_VIDEO))
    assert await states(database, root) == {"a.srt": "in_sync", "b.srt": "refused", "c.srt": "no_video"}
    put(root, "a.srt", "b.mkv", content="another")
    await refreshed(database, root)
    assert await states(database, root) == {"a.srt": "changed", "b.srt": "changed", "c.srt": "no_video"}
    await write(database, verdict(root / "a.srt", root / "a.mkv", SubtitleState.SHIFTED))
    put(root, "c.mkv")
    (root / "b.mkv").unlink()
    await refreshed(database, root)
    assert await states(database, root) == {"a.srt": "shifted", "b.srt": "no_video", "c.srt": "not_checked"}


async def test_what_a_sync_wrote_is_in_sync_before_the_next_scan_and_after_it(database: Database, root: Path) -> None:
    put(root, "a.mkv", "a.srt")
    await refreshed(database, root)
    put(root, "a.srt", content="retimed")
    await write(database, verdict(root / "a.srt", root / "a.mkv"))
    assert await states(database, root) == {"a.srt": "in_sync"}
    await refreshed(database, root)
    assert await states(database, root) == {"a.srt": "in_sync"}


async def test_verdicts_come_back_when_the_index_is_made_anew(database: Database, root: Path) -> None:
    put(root, "a.mkv", "a.srt", "b.mkv", "b.srt")
    await write(database, verdict(root / "a.srt", root / "a.mkv"))
    await refreshed(database, root)
    assert await states(database, root) == {"a.srt": "in_sync", "b.srt": "not_checked"}
    await database.write(lambda connection: keep_roots(connection, ()))
    assert await states(database, root) == {}
    assert (await summary(database)).videos == 0
    await refreshed(database, root)
    assert await states(database, root) == {"a.srt": "in_sync", "b.srt": "not_checked"}


async def test_choices_are_remembered_and_forgotten(database: Database, root: Path, tmp_path: Path) -> None:
    put(root, "F/Film.mkv", "F/Film.mp4", "F/Film.srt", "F/x.srt")
    put(tmp_path, "elsewhere/X.mkv")
    await refreshed(database, root)
    await write(database, Choice(str(root / "F/Film.srt"), str(root / "F/Film.mp4")))
    await write(database, Choice(str(root / "F/x.srt"), str(tmp_path / "elsewhere/X.mkv")))
    for _ in range(2):
        found = {os.path.basename(path): one for path, one in (await indexed(database)).items()}
        assert found["Film.srt"].pairing.video is not None
        assert found["Film.srt"].pairing.video.path == str(root / "F/Film.mp4")
        assert found["x.srt"].pairing.video is not None
        assert found["x.srt"].pairing.video.path == str(tmp_path / "elsewhere/X.mkv")
        assert {one.state.value for one in found.values()} == {"not_checked"}
        put(root, "F/Film.srt", content="later")
        await refreshed(database, root)
    assert len(await choices(database)) == 2
    await database.write(lambda connection: forget_choice(connection, str(root / "F/Film.srt")))
    await refreshed(database, root)
    assert (await states(database, root))["F/Film.srt"] == "needs_choice"


async def test_a_stop_keeps_what_was_found_and_the_next_pass_goes_on(database: Database, root: Path) -> None:
    put(root, *(f"d{number}/{number}.srt" for number in range(8)))
    await refreshed(database, root)
    asked = iter(range(1000))
    put(root, "a/new.srt")
    report = await refreshed(database, root, stop=lambda: next(asked) >= 3)
    assert not report.complete
    assert (await refreshed(database, root)).complete
    assert (await summary(database)).subtitles == 9


async def test_a_failing_write_ends_the_pass_and_its_thread(
    database: Database, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, *(f"d{number}/{number}.srt" for number in range(8)))
    monkeypatch.setattr("synctui.library.index._BATCH_FILES", 1)

    async def fail(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr("synctui.library.index.write_families", fail)
    with pytest.raises(StorageError):
        await refreshed(database, root)
    monkeypatch.undo()
    assert (await refreshed(database, root)).complete
    assert (await summary(database)).subtitles == 8


async def test_progress_is_told(database: Database, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, *(f"d{number}/{number}.srt" for number in range(5)))
    monkeypatch.setattr("synctui.library.index._BATCH_FILES", 1)
    seen: list[int] = []
    await refreshed(database, root, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 5
    assert len(seen) >= 3


async def test_another_kind_hangs_everything_elsewhere(database: Database, root: Path) -> None:
    put(root, "Thing/Thing.mkv", "Thing/Thing.srt")
    age(root)
    await refresh(database, LibraryRoot("L", str(root), "series"))
    library = (await libraries(database)).rows[0]
    assert [row.kind for row in (await children(database, library.id)).rows] == ["show"]
    await refresh(database, LibraryRoot("M", str(root), "movies"))
    page = await children(database, library.id)
    assert [row.kind for row in page.rows] == ["video"]
    assert (await libraries(database)).rows[0].name == "M"


async def walk(database: Database, node: int) -> list[TreeRow]:
    """Return every line below a node, page by page, and hold each node's counts against the lines below it."""
    lines: list[TreeRow] = []
    offset = 0
    while True:
        page = await children(database, node, offset=offset, limit=3)
        for row in page.rows:
            if row.kind in ("show", "season"):
                below = await walk(database, row.id)
                assert row.counts.by_state == tallied(below)
                assert row.counts.videos == sum(line.kind == "video" for line in below)
                assert row.rows == (await children(database, row.id)).total
                lines += below
            else:
                lines.append(row)
        offset += 3
        if offset >= page.total:
            return lines


def tallied(lines: list[TreeRow]) -> dict[str, int]:
    return dict(Counter(subtitle.state.value for line in lines for subtitle in line.subtitles))


@pytest.mark.parametrize("seed", range(6))
async def test_counts_are_those_of_a_recount_after_any_changes(database: Database, root: Path, seed: int) -> None:
    draw = random.Random(seed)
    places = [
        "Orbit/Season 01",
        "Orbit/Season 02",
        "Orbit/Season 01/Subs",
        "Harbour",
        "Film (2019)",
        "Film (2019)/Subs",
        ".",
    ]
    stems = ["Orbit S01E01", "Orbit S01E02", "Orbit S02E01", "Film (2019)", "[G] Raw - 01", "Lost"]
    put(root, *(f"ballast/{number}.mkv" for number in range(60)))

    def some() -> Path:
        return (
            root / draw.choice(places) / f"{draw.choice(stems)}{draw.choice(['.mkv', '.mp4', '.srt', '.en.srt', '.de.srt'])}"
        )

    for _ in range(12):
        for _ in range(draw.randint(1, 8)):
            path = some()
            action = draw.random()
            if action < 0.55:
                put(root, os.path.relpath(path, root), content="x" * draw.randint(0, 9))
            elif action < 0.7:
                path.unlink(missing_ok=True)
            elif action < 0.8 and path.exists() and not (other := some()).exists() and other.parent.exists():
                path.rename(other)
            elif action < 0.9 and path.exists() and path.suffix == ".srt":
                video = (await indexed(database)).get(str(path))
                of = video.pairing.video.path if video and video.pairing.video else None
                state = draw.choice([SubtitleState.IN_SYNC, SubtitleState.REFUSED, SubtitleState.UNSUPPORTED])
                if of is None or os.path.exists(of):
                    await write(database, verdict(path, of, state))
            elif action < 0.93:
                shutil.rmtree(root / draw.choice(places[:4]), ignore_errors=True)
            elif path.suffix == ".srt":
                await write(database, Choice(str(path), str(some().with_suffix(".mkv"))))
        report = await refreshed(database, root)
        assert report.complete
        await check(database, root)


async def check(database: Database, root: Path) -> None:
    """Hold the index against the disks, and the counts at every level against the lines below."""
    on_disk = {
        os.path.join(folder.path, entry[0])
        for item in scan(str(root))
        if not isinstance(item, Exception) and hasattr(item, "inner")
        for folder in (item, *item.inner)
        for entry in folder.subtitles
    }
    chosen = await choices(database)
    expected = {item.subtitle.path: item for item in pairings_at(str(root), choices=chosen) if isinstance(item, Pairing)}
    found = await indexed(database)
    assert found.keys() == on_disk == expected.keys()
    for path, one in found.items():
        wanted = expected[path]
        if path in chosen:
            continue
        assert (one.pairing.video, one.pairing.reason) == (wanted.video, wanted.reason), path
    library = (await libraries(database)).rows[0]
    lines = await walk(database, library.id)
    assert tallied(lines) == library.counts.by_state
    assert library.counts.subtitles == len(found)
    assert Counter(one.state.value for one in found.values()) == library.counts.by_state
    assert (await summary(database)).by_state == library.counts.by_state
    bare = await database.rows("SELECT node, state, count(*) FROM files GROUP BY 1, 2 ORDER BY 1, 2")
    kept = await database.rows("SELECT node, state, files FROM tallies WHERE files <> 0 ORDER BY 1, 2")
    assert [tuple(row) for row in bare] == [tuple(row) for row in kept]
