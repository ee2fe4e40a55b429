"""A line is found in the tree again, and the next one that needs looking at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from synctui.library.index import refresh
from synctui.model.library import Choice, FileStamp, LibraryRoot, Verdict
from synctui.model.states import SubtitleState
from synctui.store.database import Database
from synctui.store.rows import write_rows
from synctui.store.tree import Spot, TreeRow, children, libraries, next_in_state, path_to, position
from tests.library.trees import put

OFF = (SubtitleState.SHIFTED, SubtitleState.REFUSED)
SHOWS = {"The Long Orbit": (1, 2, 10), "Winter Harbour": (1, 2), "Attic": (3,)}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    series, films = tmp_path / "tv", tmp_path / "films"
    for show, seasons in SHOWS.items():
        for season in seasons:
            base = f"{show}/Season {season:02d}/{show} S{season:02d}"
            put(series, *(f"{base}E{episode:02d}.{end}" for episode in (1, 2, 10) for end in ("mkv", "en.srt", "de.srt")))
        put(series, f"{show}/{show} - Extra.mkv", f"{show}/{show} - Extra.srt", f"{show}/Orphan.srt")
    put(films, *(f"Film {number}/Film {number}.{end}" for number in range(1, 8) for end in ("mkv", "srt")), "Lost.srt")
    opened = await Database.open(tmp_path / "data" / "synctui.db")
    await refresh(opened, LibraryRoot("Series", str(series), "series"))
    await refresh(opened, LibraryRoot("Films", str(films), "movies"))
    yield opened
    await opened.close()


async def lines(database: Database) -> list[tuple[Spot, TreeRow]]:
    """Return every line of the tree in its order, all nodes opened."""
    found: list[tuple[Spot, TreeRow]] = []

    async def open_node(above: tuple[int, ...], row: TreeRow) -> None:
        if row.kind in ("video", "subtitle"):
            found.append((Spot(above, row.id), row))
            return
        found.append((Spot((*above, row.id)), row))
        for below in (await children(database, row.id, limit=1000)).rows:
            await open_node((*above, row.id), below)

    for library in (await libraries(database)).rows:
        await open_node((), library)
    return found


async def mark(database: Database, *paths: str, state: SubtitleState = SubtitleState.SHIFTED) -> None:
    def stamp(path: str) -> FileStamp:
        about = Path(path).stat()
        return FileStamp(about.st_size, about.st_mtime_ns)

    verdicts = [Verdict(path, state, "aligned", "f", stamp(path)) for path in paths]
    await database.write(lambda connection: write_rows(connection, verdicts, job=1, at="2026-01-02T03:04:05.678Z"))


def off(row: TreeRow) -> bool:
    return row.kind in ("video", "subtitle") and any(line.state in OFF for line in row.subtitles)


async def test_every_line_is_found_again_by_its_nodes_and_its_number(database: Database) -> None:
    for spot, row in await lines(database):
        if spot.file is not None:
            assert await path_to(database, spot.file) == spot.nodes
            number = await position(database, spot.nodes[-1], file=spot.file)
        else:
            above = spot.nodes[-2] if len(spot.nodes) > 1 else None
            number = await position(database, above, child=spot.nodes[-1])
            if above is None:
                assert number is not None
                assert (await libraries(database)).rows[number].id == row.id
                continue
        assert number is not None
        parent = spot.nodes[-1] if spot.file is not None else spot.nodes[-2]
        assert (await children(database, parent, offset=number, limit=1)).rows == (row,)


async def test_what_is_not_there_has_no_place(database: Database) -> None:
    top = (await libraries(database)).rows[0].id
    assert await path_to(database, 10_000) == ()
    assert await position(database, top, file=10_000) is None
    assert await position(database, top, child=top) is None
    assert await next_in_state(database, (SubtitleState.CUT,)) is None
    assert await next_in_state(database, ()) is None


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("seed", range(3))
async def test_jumps_lead_from_every_line_to_the_next_one_that_is_off(
    database: Database, seed: int, backwards: bool
) -> None:
    paths = sorted(line.path for _, row in await lines(database) for line in row.subtitles)
    random = Random(seed)
    await mark(database, *random.sample(paths, 5))
    await mark(database, *random.sample(paths, 4), state=SubtitleState.REFUSED)
    await mark(database, *random.sample(paths, 9), state=SubtitleState.IN_SYNC)
    order = await lines(database)
    if backwards:
        order.reverse()
    hits = [at for at, (_, row) in enumerate(order) if off(row)]
    assert hits
    first = await next_in_state(database, OFF, backwards=backwards)
    assert first == order[hits[0]][0]
    for at, (spot, _) in enumerate(order):
        wanted = next((order[hit][0] for hit in hits if hit > at), None)
        assert await next_in_state(database, OFF, spot, backwards=backwards) == wanted


async def test_a_subtitle_counts_where_the_video_hangs_that_was_chosen_for_it(database: Database, tmp_path: Path) -> None:
    orphan = str(tmp_path / "tv" / "Attic" / "Orphan.srt")
    video = str(tmp_path / "tv" / "Winter Harbour" / "Season 02" / "Winter Harbour S02E10.mkv")
    chosen = [Choice(orphan, video)]
    await database.write(lambda connection: write_rows(connection, chosen, job=1, at="2026-01-02T03:04:05.678Z"))
    await mark(database, orphan)
    found = await next_in_state(database, OFF)
    assert found is not None
    row = next(row for spot, row in await lines(database) if spot == found)
    assert row.path == video
    season = next(row for spot, row in await lines(database) if spot == Spot(found.nodes))
    assert (season.number, season.counts.by_state["shifted"], season.counts.subtitles) == (2, 1, 7)
