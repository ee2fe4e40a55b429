"""What a person decided holds for plans: left alone, looked at again, named by its place in the tree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from synctui.config.paths import Paths
from synctui.errors import TargetNotFound
from synctui.library import decisions
from synctui.library.index import refresh
from synctui.model.library import LibraryRoot
from synctui.services import configuration, services
from synctui.store.targets import address
from synctui.store.tree import children, libraries
from tests.syncs.subtitles.house import House, house
from tests.tiny_library import put_film, put_subtitle, subtitle, warm


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    put_subtitle(tmp_path / "library" / "film.de.srt", subtitle(late_ms=1_000))
    return put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2_000))


async def test_left_alone_is_left_out_of_plans_unless_it_is_named(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        await decisions.ignore(home.services.database, [str(path)], True)
        plan = await home.plan(path.parent)
        assert plan.paths == [str(path.with_name("film.de.srt"))]
        assert plan.totals.known == {"ignored": 1}
        assert (await home.plan(path.parent / "film.mkv")).totals.known == {"ignored": 1}
        assert (await home.plan(path.parent, force=True)).totals.known == {"ignored": 1}
        assert (await home.plan(path)).paths == [str(path)]
        assert len((await home.plan(path.parent, path)).paths) == 2
        view = tmp_path / "view"
        view.mkdir()
        (view / "film.mkv").symlink_to(path.parent / "film.mkv")
        (view / "film.en.srt").symlink_to(path)
        assert (await home.plan(view / "film.mkv")).totals.known == {"ignored": 1}, "a link to it is the same file"
        await decisions.ignore(home.services.database, [str(path)], False)
        assert len((await home.plan(path.parent)).paths) == 2


async def test_what_was_taken_back_is_done_again_once_it_is_to_be_looked_at(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        done = await home.run(path)
        await home.undo(done.job)
        assert (await home.plan(path)).operations == ()
        await decisions.forget_verdicts(home.services.database, [str(path)])
        assert (await home.run(path)).ended(path) == ("done", "aligned")


@asynccontextmanager
async def configured(tmp_path: Path, *libraries: LibraryRoot) -> AsyncIterator[House]:
    paths = Paths.under(warm(tmp_path / "data"))
    async with services(configuration(paths=paths, environment={}), paths, jobs=1, libraries=libraries) as opened:
        yield House(opened)


async def test_a_place_in_the_tree_is_a_target(tmp_path: Path) -> None:
    root = tmp_path / "tv"
    for show in ("Orbit", "Attic::Two"):
        for season in (1, 2):
            base = root / show / f"Season {season:02d}" / f"{show} S{season:02d}E01"
            put_film(base.with_name(f"{base.name}.mkv"))
            put_subtitle(base.with_name(f"{base.name}.en.srt"), subtitle(late_ms=1_000))
    library = LibraryRoot("Series", str(root), "series")
    async with configured(tmp_path, library) as home:
        database = home.services.database
        await refresh(database, library)
        top = (await libraries(database)).rows[0]
        assert len((await home.plan(await address(database, top.id))).paths) == 4
        for series in (await children(database, top.id)).rows:
            planned = (await home.plan(await address(database, series.id))).paths
            assert {Path(path).parts[-3] for path in planned} == {series.name}
            assert len(planned) == 2
            for part in (await children(database, series.id)).rows:
                planned = (await home.plan(await address(database, part.id))).paths
                assert [Path(path).parts[-3:-1] for path in planned] == [(series.name, part.name)]
        assert len((await home.plan("Series::Orbit::Season 02", "Series::Orbit")).paths) == 2
        for nothing in (
            "Series::orbit",
            "Series::Orbit::Season 3",
            "Series::Orbit::Season 02::x",
            "Series::",
            "Films::Orbit",
        ):
            with pytest.raises(TargetNotFound):
                await home.plan(nothing)


async def test_the_address_of_a_library_means_it_also_while_its_disk_is_away(tmp_path: Path) -> None:
    async with configured(tmp_path, LibraryRoot("Series", str(tmp_path / "away"))) as home:
        assert (await home.plan(str(tmp_path / "away"))).totals.brakes
        with pytest.raises(TargetNotFound):
            await home.plan(str(tmp_path / "away" / "x"))
