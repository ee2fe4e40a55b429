"""Many files of one folder that are named one by one, as marks of a filter do, are looked at together."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from synctui.errors import TargetNotFound
from tests.syncs.subtitles.house import house
from tests.tiny_library import put_film, put_subtitle, subtitle

FILMS = 2_000


async def test_two_thousand_files_of_a_folder_are_planned_in_seconds(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for number in range(FILMS):
        (shelf / f"Film {number:04}.mkv").touch()
        (shelf / f"Film {number:04}.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nAhoy\n")
    async with house(tmp_path / "data") as home:
        for ending in ("en.srt", "mkv"):
            named = [shelf / f"Film {number:04}.{ending}" for number in range(FILMS)]
            began = time.process_time()
            planned = await home.plan(*named)
            assert planned.totals.total == FILMS
            assert planned.paths[:2] == [str(shelf / "Film 0000.en.srt"), str(shelf / "Film 0001.en.srt")]
            # One look at the folder for each file takes a minute.
            assert time.process_time() - began < 10


async def test_together_they_mean_what_each_means_alone(tmp_path: Path) -> None:
    shelf, other = tmp_path / "shelf", tmp_path / "other"
    for film in (shelf / "One.mkv", shelf / "Two.mkv", other / "Three.mkv", shelf / "Mute.mkv"):
        put_film(film)
    named = [
        put_subtitle(shelf / "One.en.srt", subtitle(late_ms=4_000)),
        put_subtitle(other / "Three.en.srt", subtitle(late_ms=4_000)),
        put_subtitle(shelf / "Subs" / "Two.en.srt", subtitle(late_ms=4_000)),
        put_subtitle(shelf / "Lone.en.srt", subtitle()),
    ]
    async with house(tmp_path / "data") as home:
        alone = [(await home.plan(path)).operations[0] for path in named]
        together = (await home.plan(*named, shelf / "One.mkv")).operations
        assert {one.key: one for one in together} == {one.key: one for one in alone}
        with pytest.raises(TargetNotFound, match=r"Mute\.mkv: no subtitle belongs to it"):
            await home.plan(*named, shelf / "Mute.mkv")
