"""Originals are brought back for a folder, a video, a show or a whole library at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.errors import TargetNotFound
from tests.syncs.subtitles.house import house
from tests.tiny_library import put_film, put_subtitle, subtitle


async def test_what_we_wrote_in_a_folder_or_beside_a_video_is_brought_back(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    put_film(shelf / "One.mkv")
    put_film(shelf / "Two.mkv")
    late = put_subtitle(shelf / "One.en.srt", subtitle(late_ms=4_000))
    right = put_subtitle(shelf / "Two.en.srt", subtitle())
    # Another program's backup of a file that we never wrote is none of our business.
    put_subtitle(shelf / "Two.en.srt.bak", subtitle(late_ms=9_000))
    before = late.read_bytes(), right.read_bytes()
    async with house(tmp_path / "data") as home:
        assert (await home.plan(shelf, restore=True)).paths == []
        await home.run(shelf)
        assert late.read_bytes() != before[0]
        for place in (shelf, shelf / "One.mkv"):
            planned = await home.plan(place, restore=True)
            assert planned.paths == [str(late)]
        assert (await home.plan(shelf, restore=True)).totals.known == {"untouched": 1}
        assert (await home.plan(shelf, late, restore=True)).paths == [str(late)]
        done = await home.run(shelf, restore=True)
        assert done.ended(late) == ("done", "restored")
        assert (late.read_bytes(), right.read_bytes()) == before
        with pytest.raises(TargetNotFound, match=r"nowhere\.srt"):
            await home.plan(shelf / "nowhere.srt", restore=True)
        with pytest.raises(TargetNotFound, match="No Such Show"):
            await home.plan("No Such Show", restore=True)


async def test_of_several_marked_files_the_one_without_an_original_is_named_and_left_out(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    put_film(shelf / "One.mkv")
    put_film(shelf / "Two.mkv")
    late = put_subtitle(shelf / "One.en.srt", subtitle(late_ms=4_000))
    never = put_subtitle(shelf / "Two.en.srt", subtitle())
    async with house(tmp_path / "data") as home:
        await home.run(late)
        planned = await home.plan(never, late, restore=True, leave_missing=True)
        assert planned.paths == [str(late)]
        (said,) = planned.totals.notices
        assert said.level == "warning"
        assert "Two.en.srt: no original" in said.message
        with pytest.raises(TargetNotFound, match=r"Two\.en\.srt"):
            await home.plan(never, late, restore=True)
