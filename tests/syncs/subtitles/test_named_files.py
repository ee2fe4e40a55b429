"""Files named by `--video` and `--reference` that cannot be what they are said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.errors import UsageError
from tests.syncs.subtitles.house import house
from tests.tiny_library import put_film, put_subtitle, subtitle


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    return put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2_000))


async def test_a_subtitle_cannot_confirm_itself(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.srt"
    link.symlink_to(path)
    async with house(tmp_path / "data") as home:
        for same in (path, link):
            with pytest.raises(UsageError):
                await home.plan(path, reference=str(same))
        assert (await home.run(path)).ended(path) == ("done", "aligned")


async def test_the_others_of_a_folder_are_aligned_with_one_of_them(path: Path, tmp_path: Path) -> None:
    other = put_subtitle(tmp_path / "library" / "film.de.srt", subtitle(late_ms=500))
    before = path.read_bytes()
    async with house(tmp_path / "data") as home:
        done = await home.run(path.parent, reference=str(path))
        assert list(done.records) == [str(other)]
        assert abs(done.offset(other) - 1_500) < 60
        assert path.read_bytes() == before
        assert (await home.run(path)).ended(path) == ("done", "aligned"), "it was not taken for checked"


async def test_what_is_no_video_is_refused_and_not_remembered(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        for wrong in (path, path.parent, Path("/dev/null")):
            with pytest.raises(UsageError):
                await home.plan(path, video=str(wrong))
        with pytest.raises(UsageError):
            await home.plan(path, reference=str(path.parent))
        assert (await home.run(path)).ended(path) == ("done", "aligned")


async def test_a_video_that_cannot_be_read_is_not_remembered(path: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(b"this is no film" * 1_000)
    async with house(tmp_path / "data") as home:
        assert (await home.run(path, video=str(broken))).ended(path) == ("skipped", "video_unreadable")
        assert (await home.run(path)).ended(path) == ("done", "aligned")
