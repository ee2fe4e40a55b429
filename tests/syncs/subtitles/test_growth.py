"""A video that is still being written is put off, and its subtitle left alone."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from synctui.errors import OperationFailed
from synctui.model.sync import Run
from synctui.syncs.subtitles.growth import Growth
from synctui.syncs.subtitles.listening import Heard, Listening
from synctui.syncs.subtitles.proposal import Question
from tests.syncs.subtitles.house import house
from tests.tiny_library import film, put_film, put_subtitle, subtitle


async def test_a_video_that_grows_while_it_is_read_is_put_off_to_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    path = put_subtitle(folder / "film.en.srt", subtitle(late_ms=2_000))
    before = path.read_bytes(), path.stat().st_mtime_ns
    video = folder / "film.mkv"
    shutil.copy(film().path, video)

    async def download() -> None:
        while True:
            with video.open("ab") as file:
                file.write(b"\0" * 512)
            await asyncio.sleep(0.02)

    async with house(tmp_path / "data") as home:
        growing = asyncio.create_task(download())
        try:
            done = await home.run(path)
        finally:
            growing.cancel()
        assert done.ended(path) == ("deferred", "still_growing")
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before
        assert sorted(entry.name for entry in folder.iterdir()) == ["film.en.srt", "film.mkv"]

        shutil.copy(film().path, video)
        assert (await home.run(path)).ended(path) == ("done", "aligned")


async def test_growth_is_a_change_of_size_or_time_or_a_video_that_is_gone(tmp_path: Path) -> None:
    video = tmp_path / "film.mkv"
    video.write_bytes(b"1234")
    still = await Growth.begin(str(video))
    await still.check()
    os.utime(video, (1, 1))
    with pytest.raises(OperationFailed) as raised:
        await still.check()
    assert raised.value.code == "still_growing"
    gone = await Growth.begin(str(video))
    video.unlink()
    with pytest.raises(OperationFailed):
        await gone.check()


async def test_a_disk_that_goes_away_while_its_video_is_read_leaves_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, away = tmp_path / "library", tmp_path / "away"
    path = put_subtitle(folder / "film.en.srt", subtitle(late_ms=2_000))
    put_film(folder / "film.mkv")

    async def unplugged(self: Listening, question: Question, run: Run) -> Heard:
        folder.rename(away)
        # What a decoder says when the disk goes away under it.
        raise OperationFailed("the video cannot be read", code="video_unreadable")

    async with house(tmp_path / "data") as home:
        with monkeypatch.context() as plug:
            plug.setattr(Listening, "heard", unplugged)
            first = await home.run(path)
            assert first.records == {}, "nothing ended: the job waits for the disk"
            assert (await home.services.engine.watch(first.job)).pause_reason == "not_mounted"
        away.rename(folder)
        assert (await home.run(path)).ended(path) == ("done", "aligned")
