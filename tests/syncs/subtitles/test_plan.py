"""Which subtitles a request takes up again, and which it knows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.syncs.subtitles.house import house
from tests.tiny_library import MADE_AT, put_film, put_subtitle, subtitle


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with one film and a subtitle that is 2 s late."""
    folder = tmp_path / "library"
    put_film(folder / "film.mkv")
    put_subtitle(folder / "film.en.srt", subtitle(late_ms=2_000))
    return folder


async def test_the_same_request_twice_plans_nothing_the_second_time(shelf: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        first = await home.run(shelf)
        assert first.ended(shelf / "film.en.srt") == ("done", "aligned")
        assert abs(first.offset(shelf / "film.en.srt") + 2_000) < 100
        again = await home.plan(shelf)
        assert again.operations == ()
        assert again.totals.known == {"in_sync": 1}
        assert (await home.run(shelf)).job == 0


async def test_a_subtitle_that_was_touched_but_says_the_same_is_known(shelf: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        await home.run(shelf)
        os.utime(shelf / "film.en.srt")
        assert (await home.plan(shelf)).operations == ()


async def test_a_changed_subtitle_is_taken_up_again(shelf: Path, tmp_path: Path) -> None:
    path = shelf / "film.en.srt"
    async with house(tmp_path / "data") as home:
        await home.run(shelf)
        put_subtitle(path, subtitle(late_ms=-3_000))
        assert (await home.plan(shelf)).paths == [str(path)]
        assert (await home.run(shelf)).ended(path) == ("done", "aligned")


async def test_a_changed_video_is_listened_to_again(shelf: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        await home.run(shelf)
        film = shelf / "film.mkv"
        data = film.read_bytes()
        film.unlink()
        film.write_bytes(data)
        os.utime(film, (MADE_AT + 60, MADE_AT + 60))
        assert (await home.plan(shelf)).paths == [str(shelf / "film.en.srt")]


async def test_another_limit_or_reference_is_another_question(shelf: Path, tmp_path: Path) -> None:
    other = put_subtitle(tmp_path / "other.srt", subtitle())
    async with house(tmp_path / "data") as home:
        await home.run(shelf)
        assert len((await home.plan(shelf, max_offset=30)).operations) == 1
        assert len((await home.plan(shelf, reference=str(other))).operations) == 1
        assert (await home.plan(shelf, max_offset=240.0)).operations == ()


async def test_force_asks_again_and_finds_it_right(shelf: Path, tmp_path: Path) -> None:
    path = shelf / "film.en.srt"
    async with house(tmp_path / "data") as home:
        await home.run(shelf)
        before = path.read_bytes(), path.stat().st_mtime_ns
        assert (await home.run(shelf, force=True)).ended(path) == ("unchanged", "already_in_sync")
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before
        assert [file.name for file in shelf.glob("*.bak*")] == ["film.en.srt.bak"]


async def test_what_was_taken_back_is_not_done_again_until_it_is_changed_or_forced(shelf: Path, tmp_path: Path) -> None:
    path = shelf / "film.en.srt"
    original = path.read_bytes()
    async with house(tmp_path / "data") as home:
        done = await home.run(shelf)
        back = await home.undo(done.job)
        assert back.ended(path) == ("done", "restored")
        assert path.read_bytes() == original
        assert (await home.plan(shelf)).operations == ()
        assert len((await home.plan(shelf, force=True)).operations) == 1
        put_subtitle(path, subtitle(late_ms=4_000))
        assert (await home.run(shelf)).ended(path) == ("done", "aligned")


@pytest.fixture
def broken_alass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An alass that fails whatever it is asked, first on PATH."""
    programs = tmp_path / "programs"
    programs.mkdir()
    scripts = {
        "alass-cli": '[ "$1" = --version ] && echo "alass-cli 2.0.0" && exit 0\necho "error: it does not work"\nexit 1',
        "ffmpeg": "exit 0",
        "ffprobe": "exit 0",
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return programs


@pytest.mark.usefixtures("broken_alass")
async def test_three_failures_of_an_engine_on_a_file_are_enough(shelf: Path, tmp_path: Path) -> None:
    path = shelf / "film.en.srt"
    original = path.read_bytes()
    async with house(tmp_path / "data") as home:
        for _ in range(3):
            assert (await home.run(shelf, engine="alass")).ended(path) == ("failed", "engine_failed")
        assert path.read_bytes() == original
        known = await home.plan(shelf, engine="alass")
        assert (known.operations, known.totals.known) == ((), {"three_strikes": 1})
        assert len((await home.plan(shelf, engine="alass", only_failed=True)).operations) == 1
        assert len((await home.plan(shelf, engine="alass", force=True)).operations) == 1
        assert len((await home.plan(shelf, engine="builtin")).operations) == 1, "another engine may be able to"
        put_subtitle(path, subtitle(late_ms=12_500))
        os.utime(path)
        assert len((await home.plan(shelf, engine="alass")).operations) == 1, "another content is another try"


@pytest.mark.usefixtures("broken_alass")
async def test_another_engine_is_asked_anew_and_only_failed_takes_what_failed(shelf: Path, tmp_path: Path) -> None:
    bad = put_subtitle(shelf / "film.de.srt", subtitle(late_ms=1_000))
    async with house(tmp_path / "data") as home:
        await home.run(shelf / "film.en.srt")
        assert len((await home.plan(shelf / "film.en.srt", engine="alass")).operations) == 1
        assert (await home.run(bad, engine="alass")).ended(bad) == ("failed", "engine_failed")
        again = await home.plan(shelf, only_failed=True)
        assert (again.paths, again.totals.known) == ([str(bad)], {"not_failed": 1})
        assert (await home.run(shelf, only_failed=True)).ended(bad) == ("done", "aligned")


async def test_only_the_languages_asked_for(shelf: Path, tmp_path: Path) -> None:
    for name in ("film.de.srt", "film.pt-BR.srt", "film.srt"):
        put_subtitle(shelf / name, subtitle(late_ms=1_000))
    async with house(tmp_path / "data") as home:
        assert (await home.plan(shelf, languages=["de"])).paths == [str(shelf / "film.de.srt")]
        assert (await home.plan(shelf, languages=["ger"])).paths == [str(shelf / "film.de.srt")]
        assert (await home.plan(shelf, languages=["und"])).paths == [str(shelf / "film.srt")]
        found = await home.plan(shelf, languages=["EN", "pt"])
        assert sorted(found.paths) == [str(shelf / "film.en.srt"), str(shelf / "film.pt-BR.srt")]
        assert len((await home.plan(shelf)).operations) == 4


async def test_a_choice_of_video_is_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    for part in ("cd1", "cd2"):
        put_film(folder / f"film - {part}.mkv")
    path = put_subtitle(folder / "film.en.srt", subtitle(late_ms=2_000))
    async with house(tmp_path / "data") as home:
        assert (await home.run(folder)).ended(path) == ("skipped", "needs_choice")
        assert (await home.plan(folder)).operations == (), "said once, not every night"
        chosen = await home.run(path, video=str(folder / "film - cd1.mkv"))
        assert chosen.ended(path) == ("done", "aligned")
        assert (await home.plan(folder)).operations == ()
        put_subtitle(path, subtitle(late_ms=-1_500))
        assert (await home.run(folder)).ended(path) == ("done", "aligned")


async def test_one_failure_never_stops_the_rest(shelf: Path, tmp_path: Path) -> None:
    garbage = put_subtitle(shelf / "film.de.srt", b"\x00\x01\x02 this is no subtitle")
    empty = put_subtitle(shelf / "film.fr.srt", b"")
    alone = put_subtitle(shelf / "another.en.srt", subtitle())
    async with house(tmp_path / "data") as home:
        done = await home.run(shelf)
        assert done.ended(shelf / "film.en.srt") == ("done", "aligned")
        assert done.ended(garbage)[0] == "skipped"
        assert done.ended(empty) == ("skipped", "empty")
        assert done.ended(alone) == ("skipped", "no_video")
        assert (await home.plan(shelf)).operations == ()
