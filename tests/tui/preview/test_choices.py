"""Another engine, another reference: for one row or for all, as the stored job then runs it."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from synctui.model.plan import Request
from synctui.simulators.containers import Copier, Sound
from synctui.simulators.pack import read_pack
from synctui.simulators.reels import arrange
from synctui.simulators.stories import read_story
from synctui.store.history import list_operations
from tests.tiny_library import LENGTH_MS, MADE_AT, STORIES, put_film, put_subtitle, subtitle
from tests.tui.stage import put_series, stage


async def test_an_engine_for_one_row_or_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "alass-cli"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho alass-cli 2.0.0\n")
    program.chmod(0o755)
    for name in ("ffmpeg", "ffprobe"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    library = tmp_path / "media"
    library.mkdir()
    put_series(library)
    async with stage(tmp_path, scanned=False) as s:
        s.app.preview(Request("subtitles", (str(library),)), "Series")
        await s.sees("4 subtitles: 4 to align", "S01E04")
        await s.go_to("S01E02")
        # What is missing says how to get it, and cannot be chosen.
        await s.press("e")
        await s.sees("> a  auto", "ffsubsync  not installed; install it with: pipx install")
        await s.press("f")
        await s.sees("ffsubsync: not installed; install it with: pipx install ffsubsync", "b  built-in")
        await s.press("l")
        await s.sees("For which rows", "all 4 rows", "t  this row")
        await s.press("t")
        await s.sees("alass, audio 1 (en)")
        assert s.text.count("alass") == 1 and "engine  built-in" in s.text and "S01E02" in s.row
        await s.press("d")
        await s.sees("engine     alass")
        await s.press("escape", "k", "space", "e", "l", "enter")
        await s.sees("engine  alass", "4 subtitles: 3 to align, 1 taken out")
        assert "alass, audio" not in s.text
        await s.press("e", "escape")
        await s.sees("engine  alass")


async def test_a_missing_engine_is_said_where_the_plan_would_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with stage(tmp_path, scanned=False) as s:
        s.app.preview(Request("subtitles", (str(s.library),), {"engine": "alass"}), "Series")
        await s.sees("alass: not installed", "install it with: cargo install alass-cli", "choose another engine")
        await s.press("e")
        await s.sees("alass      not installed")
        await s.press("b")
        await s.sees("4 subtitles: 4 to align", "engine  built-in")


async def test_against_another_subtitle_of_the_same_video_or_any_file(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_film(library / "Salt.mkv")
    late = put_subtitle(library / "Salt.de.srt", subtitle(late_ms=12_300))
    right = put_subtitle(library / "Salt.en.srt", subtitle())
    lone = put_subtitle(library / "Other" / "Lone.en.srt", subtitle(late_ms=5_000))
    was = right.read_bytes()
    async with stage(tmp_path, scanned=False) as s:
        s.app.preview(Request("subtitles", (str(library),)), "Films")
        await s.sees("3 subtitles: 2 to align, 1 skipped", "no video beside it")
        await s.go_to("Salt.de.srt")
        await s.press("f")
        await s.sees("Align against", "> a  the audio", "1  Salt.en.srt", "o  another file")
        await s.press("1", "t")
        await s.sees("against Salt.en.srt")
        await s.go_to("Lone.en.srt")
        await s.press("f", "o")
        await s.sees("tab completes")
        assert f"/{lone.parent.name}/" in s.text
        await s.press("x", "enter")
        await s.sees("there is no such file")
        await s.press(*["backspace"] * 7)
        await s.type("Salt.en")
        await s.press("tab", "enter")
        await s.sees("For which rows")
        await s.press("t")
        await s.sees("3 subtitles: 3 to align")
        await s.press("enter")
        await s.until(lambda: s.app.board.jobs and s.app.board.jobs[0].state.final)
        told = await list_operations(s.services.database, s.app.board.jobs[0].id)
        labels = {record.operation.subject: record.numbers.get("reference") for record in told}
        assert labels == {"Salt.de.srt": "Salt.en.srt", "Salt.en.srt": "audio 1 (en)", "Other/Lone.en.srt": "Salt.en.srt"}
        assert right.read_bytes() == was == late.read_bytes()


async def test_the_video_of_a_subtitle_that_several_could_have(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_film(library / "Salt.mkv")
    put_film(library / "Salt.mp4", "harbour")
    doubtful = put_subtitle(library / "Salt.en.srt", subtitle(late_ms=3_000))
    async with stage(tmp_path, scanned=False, films=("orbit", "harbour")) as s:
        s.app.preview(Request("subtitles", (str(doubtful),)), "Salt")
        await s.sees("1 subtitle: 1 skipped", "several videos fit")
        await s.press("f")
        await s.sees("Which video does it belong to", "1  Salt.mkv", "2  Salt.mp4")
        await s.press("1")
        await s.sees("1 subtitle: 1 to align")
        await s.press("enter")
        await s.until(lambda: s.app.board.jobs and s.app.board.jobs[0].state.final)
        assert s.app.board.jobs[0].result == "1 aligned"


async def test_another_audio_track_of_the_video(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_film_of_two(library / "Salt.mkv")
    # Its words are spoken in the second track; its name fits the first one.
    words = put_subtitle(library / "Salt.en.srt", subtitle("harbour", late_ms=7_000))
    async with stage(tmp_path, scanned=False) as s:
        s.app.preview(Request("subtitles", (str(words),)), "Salt")
        await s.sees("1 subtitle: 1 to align", "against audio 1 (en)")
        await s.press("f")
        await s.sees("Align against", "> a  the audio", "audio 1 (en)", "audio 2 (de)")
        await s.press("j", "j", "enter")
        await s.sees("against audio 2 (de)", "reference  audio 2")
        await s.press("enter")
        await s.until(lambda: s.app.board.jobs and s.app.board.jobs[0].state.final)
        assert s.app.board.jobs[0].result == "1 aligned"
        (told,) = await list_operations(s.services.database, s.app.board.jobs[0].id)
        assert told.numbers["reference"] == "audio 2 (de)"
        offsets = told.numbers["offset_ms"]
        assert isinstance(offsets, list) and abs(float(str(offsets[0])) + 7_000) < 150


def put_film_of_two(path: Path) -> None:
    """Make a film that tells one story in its first audio track and another one in its second."""
    pack = read_pack()
    sounds = []
    for name, language in (("orbit", "eng"), ("harbour", "deu")):
        story, opening = STORIES[name]
        reel = arrange(pack, read_story(story), Random(name), opening=opening, scenes=9)
        sounds.append(Sound(reel.frames[: LENGTH_MS // reel.frame_ms], language))
    path.parent.mkdir(parents=True, exist_ok=True)
    Copier(pack).write(path, path.stem, STORIES["orbit"][0], sounds)
    os.utime(path, (MADE_AT, MADE_AT))
