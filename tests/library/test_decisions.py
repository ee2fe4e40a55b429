"""What a person decides about subtitles shows at once, and can be taken back."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.errors import TargetNotFound, UsageError
from synctui.library import decisions
from synctui.library.index import refresh
from synctui.model.library import FileStamp, LibraryRoot, Row, Strike, TreeCounts, Verdict
from synctui.model.states import SubtitleState
from synctui.store.choices import choice_of
from synctui.store.database import Database
from synctui.store.index import keep_roots
from synctui.store.rows import write_rows
from synctui.store.strikes import strikes
from synctui.store.targets import subtitle_at, subtitles
from synctui.store.tree import TreeRow, children, libraries, summary
from synctui.store.verdicts import verdict_of
from tests.hostile_names import FILE_NAMES
from tests.library.trees import age, put

AT = "2026-01-02T03:04:05.678Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "data" / "synctui.db")
    yield opened
    await opened.close()


async def scan(database: Database, root: Path) -> int:
    """Scan, and return how many rows of files were written."""
    report = await refresh(database, LibraryRoot("Library", str(root), "series"))
    return report.written.added + report.written.changed + report.written.removed


async def write(database: Database, *rows: Row) -> None:
    await database.write(lambda connection: write_rows(connection, rows, job=1, at=AT))


def verdict(path: Path, state: SubtitleState, reason: str = "aligned") -> Verdict:
    about = path.stat()
    return Verdict(str(path), state, reason, "f", FileStamp(about.st_size, about.st_mtime_ns), content="sha")


async def state(database: Database, path: Path) -> str:
    found = await subtitle_at(database, str(path))
    return "" if found is None else found.state.value


async def whole_tree(database: Database) -> list[tuple[str, TreeCounts, tuple[str, ...]]]:
    found: list[tuple[str, TreeCounts, tuple[str, ...]]] = []

    async def take(rows: tuple[TreeRow, ...]) -> None:
        for row in rows:
            found.append((row.name, row.counts, tuple(line.path for line in row.subtitles)))
            if row.kind in ("library", "show", "season"):
                await take((await children(database, row.id, limit=1000)).rows)

    await take((await libraries(database)).rows)
    return found


async def test_left_alone_shows_in_its_state_and_counts_and_is_taken_back(database: Database, root: Path) -> None:
    put(root, "Orbit/Orbit S01E01.mkv", "Orbit/Orbit S01E01.en.srt", "Orbit/Orbit S01E01.de.srt")
    path = root / "Orbit/Orbit S01E01.en.srt"
    await scan(database, root)
    await write(database, verdict(path, SubtitleState.IN_SYNC))
    await decisions.ignore(database, [str(path)], True)
    assert await state(database, path) == "ignored"
    assert await summary(database) == TreeCounts(2, 1, {"ignored": 1, "not_checked": 1})
    await decisions.ignore(database, [str(path)], True)
    await decisions.ignore(database, [str(path)], False)
    assert await summary(database) == TreeCounts(2, 1, {"in_sync": 1, "not_checked": 1})
    await decisions.ignore(database, [str(path)], False)


async def test_left_alone_outlives_changes_verdicts_and_the_index(database: Database, root: Path, tmp_path: Path) -> None:
    names = [os.fsdecode(b"Orbit/x" + name.raw[:200].replace(b".", b"") + b".srt") for name in FILE_NAMES]
    put(root, "Orbit/Film.mkv", *names)
    paths = [root / name for name in names]
    await scan(database, root)
    await decisions.ignore(database, [str(path) for path in paths], True)
    for path in paths:
        path.write_text("another", encoding="utf-8")
    await write(database, verdict(paths[0], SubtitleState.REFUSED))
    await scan(database, root)
    assert {await state(database, path) for path in paths} == {"ignored"}
    away = tmp_path / "away"
    shutil.move(root, away)
    root.mkdir()
    put(root, "Other/Other S01E01.mkv")
    await refresh(database, LibraryRoot("Library", str(root), "series"), allow_mass_change=True)
    shutil.rmtree(root)
    shutil.move(away, root)
    await scan(database, root)
    assert {await state(database, path) for path in paths} == {"ignored"}


async def test_checking_again_forgets_verdict_strikes_and_what_was_taken_back(database: Database, root: Path) -> None:
    put(root, "Film.mkv", "Film.en.srt", "Film.de.srt", "Film.fr.srt")
    english, german, french = (root / f"Film.{code}.srt" for code in ("en", "de", "fr"))
    await scan(database, root)
    rows: list[Row] = [
        verdict(english, SubtitleState.FAILED, "engine_crashed"),
        verdict(german, SubtitleState.REFUSED, "undone"),
        verdict(french, SubtitleState.IN_SYNC),
    ]
    await write(database, *rows, *(Strike(str(english), "alass", "sha") for _ in range(3)))
    await decisions.forget_verdicts(database, [str(english), str(german)])
    assert [await state(database, path) for path in (english, german, french)] == ["not_checked", "not_checked", "in_sync"]
    assert await strikes(database, str(english), "alass", "sha") == 0
    assert await verdict_of(database, str(german)) is None


async def test_checking_again_means_the_file_behind_a_link_too(database: Database, root: Path, tmp_path: Path) -> None:
    put(root, "Film.mkv", "Film.en.srt")
    path = root / "Film.en.srt"
    view = tmp_path / "view"
    view.symlink_to(root)
    await write(database, verdict(path, SubtitleState.REFUSED, "undone"))
    await decisions.forget_verdicts(database, [str(view / "Film.en.srt")])
    assert await verdict_of(database, str(path)) is None


async def test_a_chosen_video_pairs_at_once_and_forgetting_it_pairs_by_name_at_once(database: Database, root: Path) -> None:
    put(root, "Orbit/Season 01/Orbit S01E01.mkv", "Orbit/Season 01/Orbit S01E01.en.srt", "Orbit/Season 02/Orbit S02E01.mkv")
    put(root, "Orbit/Season 01/Subs/English.srt", "Orbit/Season 01/Orbit S01E02.mkv")
    age(root)
    await scan(database, root)
    before = await whole_tree(database)
    other = str(root / "Orbit/Season 02/Orbit S02E01.mkv")
    for path in (root / "Orbit/Season 01/Orbit S01E01.en.srt", root / "Orbit/Season 01/Subs/English.srt"):
        await decisions.choose_video(database, str(path), other)
        assert await choice_of(database, str(path)) == other
        chosen = await whole_tree(database)
        season = [(counts.subtitles, counts.videos) for name, counts, _ in chosen if name == "Season 02"]
        assert season == [(1, 1)], "it counts where it hangs"
        assert [paths for name, _, paths in chosen if name == "Orbit S02E01.mkv"] == [(str(path),)]
        await decisions.choose_video(database, str(path), None)
        assert await choice_of(database, str(path)) is None
        assert await whole_tree(database) == before
    await scan(database, root)
    assert await whole_tree(database) == before
    assert await scan(database, root) == 0


async def test_forgetting_a_choice_keeps_those_of_its_neighbours(database: Database, root: Path) -> None:
    put(root, "Film.mkv", "Other.mkv", "Film.en.srt", "Film.de.srt")
    await scan(database, root)
    for code in ("en", "de"):
        await decisions.choose_video(database, str(root / f"Film.{code}.srt"), str(root / "Other.mkv"))
    await decisions.choose_video(database, str(root / "Film.de.srt"), None)
    videos = {
        one.pairing.subtitle.path[-6:-4]: one.pairing.video.path[-9:]
        async for one in subtitles(database)
        if one.pairing.video is not None
    }
    assert videos == {"en": "Other.mkv", "de": "/Film.mkv"}


async def test_a_subtitle_hangs_in_its_own_place_again_when_its_chosen_video_is_gone(database: Database, root: Path) -> None:
    put(root, "Orbit/Season 01/Orbit S01E01.mkv", "Orbit/Season 02/Orbit S02E01.mkv", "Orbit/Season 02/Orbit S02E02.mkv")
    put(root, "Orbit/Season 01/Orbit S01E01.en.srt")
    age(root)
    await scan(database, root)
    before = await whole_tree(database)
    video = root / "Orbit/Season 02/Orbit S02E01.mkv"
    await decisions.choose_video(database, str(root / "Orbit/Season 01/Orbit S01E01.en.srt"), str(video))
    video.unlink()
    for _ in range(2):
        await scan(database, root)
    gone = ("Orbit S02E01.mkv", TreeCounts(0, 1, {}), ())
    assert [line[::2] for line in await whole_tree(database)] == [line[::2] for line in before if line != gone]
    season = next(counts for name, counts, _ in await whole_tree(database) if name == "Season 02")
    assert season == TreeCounts(0, 1, {})


async def test_a_video_may_be_chosen_from_another_library_which_may_go(
    database: Database, root: Path, tmp_path: Path
) -> None:
    put(root, "Orbit/Orbit S01E01.mkv", "Orbit/Orbit S01E01.en.srt")
    put(tmp_path / "films", "Salt.mkv")
    films = LibraryRoot("Films", str(tmp_path / "films"), "movies")
    age(root)
    await refresh(database, films)
    await scan(database, root)
    before = await whole_tree(database)
    subtitle = root / "Orbit/Orbit S01E01.en.srt"
    await decisions.choose_video(database, str(subtitle), str(tmp_path / "films" / "Salt.mkv"))
    assert ("Films", TreeCounts(1, 1, {"not_checked": 1}), ()) in await whole_tree(database)
    (tmp_path / "films" / "Salt.mkv").unlink()
    await database.write(lambda connection: keep_roots(connection, [str(root)]))
    await scan(database, root)
    without = [line for line in before if line[0] not in ("Films", "Salt.mkv")]
    assert await whole_tree(database) == without


async def test_a_choice_must_be_a_video_that_is_there(database: Database, root: Path) -> None:
    put(root, "Film.mkv", "Film.en.srt")
    path = str(root / "Film.en.srt")
    with pytest.raises(TargetNotFound):
        await decisions.choose_video(database, path, str(root / "gone.mkv"))
    with pytest.raises(TargetNotFound):
        await decisions.choose_video(database, path, str(root))
    with pytest.raises(UsageError):
        await decisions.choose_video(database, path, path)
    assert await choice_of(database, path) is None
    await decisions.choose_video(database, str(root / "unknown" / "x.srt"), None)


async def test_candidates_are_what_the_name_suggests_then_the_neighbours(database: Database, root: Path) -> None:
    put(root, "Show/S1/Show 2.mkv", "Show/S1/Show 10.mkv", "Show/S1/Show 1.mkv", "Show/S1/Subs/English.srt")
    put(
        root, "Show/Extra.mkv", "Show/Another/Far.mkv", "Show/S1/Film cd1.mkv", "Show/S1/Film cd2.mkv", "Show/S1/Film.en.srt"
    )
    (root / "Show/S1/folder.mkv").mkdir()

    async def names(path: str) -> list[str]:
        return [os.path.relpath(one, root / "Show") for one in await decisions.video_candidates(database, str(root / path))]

    rest = ["S1/Show 1.mkv", "S1/Show 2.mkv", "S1/Show 10.mkv", "Extra.mkv"]
    assert await names("Show/S1/Film.en.srt") == ["S1/Film cd1.mkv", "S1/Film cd2.mkv", *rest]
    within = await names("Show/S1/Subs/English.srt")
    assert set(within) == {"S1/Film cd1.mkv", "S1/Film cd2.mkv", *rest}
    assert within[-1] == "Extra.mkv"
    assert await names("Nowhere/x.srt") == []
    far = "Show/Another/Far.mkv"
    await decisions.choose_video(database, str(root / "Show/S1/Film.en.srt"), str(root / far))
    assert (await names("Show/S1/Film.en.srt"))[0] == "Another/Far.mkv"


async def test_candidates_of_a_folder_of_thousands_are_few(database: Database, root: Path) -> None:
    put(root, *(f"v{number}.mkv" for number in range(3000)), "English.srt")
    found = await decisions.video_candidates(database, str(root / "English.srt"))
    assert 50 <= len(found) <= 100


async def test_paths_below_come_once_from_nodes_and_lines(database: Database, root: Path) -> None:
    put(root, *(f"Orbit/Season 01/Orbit S01E{n:02d}.{end}" for n in range(1, 30) for end in ("mkv", "en.srt", "de.srt")))
    put(root, "Harbour/Harbour S01E01.mkv", "Harbour/Harbour S01E01.srt", "Harbour/Orphan.srt")
    await scan(database, root)
    top = (await libraries(database)).rows[0].id
    harbour, orbit = (await children(database, top)).rows
    season = (await children(database, orbit.id)).rows[0]
    inside = (await children(database, harbour.id)).rows
    episode = (await children(database, season.id)).rows[0]

    async def below(nodes: tuple[int, ...] = (), videos: tuple[int, ...] = ()) -> list[str]:
        return [os.path.basename(path) async for path in decisions.paths_below(database, nodes=nodes, videos=videos)]

    assert len(await below((orbit.id,))) == 58
    assert len(await below((orbit.id, season.id), (episode.id, episode.id))) == 58
    assert sorted(await below((), (episode.id,))) == ["Orbit S01E01.de.srt", "Orbit S01E01.en.srt"]
    orphan = next(row for row in inside if row.kind == "subtitle")
    assert await below((), (orphan.id,)) == ["Orphan.srt"]
    assert len(await below((top,))) == 60
    assert await below() == []
