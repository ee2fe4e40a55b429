"""Group C: videos that cannot be heard, and engines that misbehave."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.badinput.library import LATE, Bad
from tests.cli.command import Ran, fake_alass, synctui
from tests.tiny_library import put_film, put_subtitle, subtitle, warm


@pytest.mark.parametrize("case", ["c54-empty", "c54-noise"])
def test_c54_video_that_is_no_video(bad: Bad, case: str) -> None:
    assert (bad.end(case)["outcome"], bad.end(case)["reason"]) == ("skipped", "video_unreadable")
    assert bad.untouched(case)


def test_c54_video_that_is_cut_off_early(bad: Bad) -> None:
    assert bad.end("c54-cut")["outcome"] == "skipped"
    assert bad.end("c54-cut")["reason"] in ("video_unreadable", "no_audio")
    assert bad.untouched("c54-cut")


def test_c54_half_a_video(bad: Bad) -> None:
    assert bad.end("c54-half")["outcome"] in ("refused", "deferred", "done")
    assert bad.untouched("c54-half") or bad.aligned("c54-half")


def test_c55_video_without_sound(bad: Bad) -> None:
    assert (bad.end("c55")["outcome"], bad.end("c55")["reason"]) == ("skipped", "no_audio")
    assert bad.untouched("c55")


def test_c55_no_video_at_all(bad: Bad) -> None:
    assert (bad.end("lost")["outcome"], bad.end("lost")["reason"]) == ("skipped", "no_video")
    assert bad.untouched("lost")


@pytest.mark.parametrize("case", ["c56-hls", "c56-concat", "c56-sdp"])
def test_c56_playlist_that_is_named_like_a_video(bad: Bad, case: str) -> None:
    assert (bad.end(case)["outcome"], bad.end(case)["reason"]) == ("skipped", "video_unreadable")
    assert "root:" not in bad.end(case)["message"]
    assert bad.untouched(case)


def test_c57_the_chosen_track_is_shown_in_the_preview(bad: Bad) -> None:
    assert "against audio 1 (en)" in bad.human.out


def engine(tmp_path: Path, script: str) -> tuple[Ran, bool]:
    """Run with an alass that does what `script` says; tell also whether the subtitle is untouched."""
    put_film(tmp_path / "library" / "film.mkv")
    path = put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=LATE))
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    env = fake_alass(tmp_path / "bin", script)
    data = warm(tmp_path / "data")
    ran = synctui("--run", "subtitles", path, "--engine", "alass", "--yes", "--json", "--data-dir", data, env=env)
    return ran, (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("script", "outcomes"),
    [
        ("exit 0", ("engine_no_output", "engine_failed")),
        (': > "$(eval echo \\${$#})"; exit 0', ("engine_no_output", "engine_failed")),
        ('head -c 300 "$4" > "$5"; exit 0', ("engine_no_output", "engine_failed", "text_changed")),
        ("echo 'thread panicked' >&2; exit 101", ("engine_failed", "engine_crashed")),
    ],
    ids=["nothing", "empty", "fewer", "panic"],
)
def test_c59_engine_without_a_usable_result(tmp_path: Path, script: str, outcomes: tuple[str, ...]) -> None:
    ran, untouched = engine(tmp_path, script)
    assert ran.code in (0, 3)
    assert ran.one("op_end")["reason"] in outcomes
    assert ran.one("op_end")["outcome"] in ("failed", "refused")
    assert untouched


def test_c60_engine_that_floods_its_output(tmp_path: Path) -> None:
    started = time.monotonic()
    ran, untouched = engine(tmp_path, "head -c 200000000 /dev/zero | tr '\\0' x >&2; exit 1")
    assert ran.one("op_end")["outcome"] == "failed"
    assert len(ran.one("op_end")["message"]) < 5000
    assert untouched
    assert time.monotonic() - started < 30


def test_c61_engine_of_a_version_nobody_knows(tmp_path: Path) -> None:
    for name in ("alass", "alass-cli"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho banana\nexit 1\n")
        (tmp_path / "bin" / name).chmod(0o755)
    ran, untouched = engine(tmp_path / "more", "exit 7")
    assert ran.code in (3, 8)
    assert untouched


@pytest.mark.parametrize("name", ["SEGV", "KILL"])
def test_c62_engine_that_is_killed(tmp_path: Path, name: str) -> None:
    ran, untouched = engine(tmp_path, f"kill -{name} $$")
    assert (ran.code, ran.one("op_end")["reason"]) == (3, "engine_crashed")
    assert f"SIG{name}" in ran.one("op_end")["message"]
    assert untouched


def test_c63_program_in_the_folder_it_is_run_in(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for name in ("ffmpeg", "alass", "alass-cli", "ffsubsync"):
        (work / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
        (work / name).chmod(0o755)
    ran = synctui("doctor", "--data-dir", tmp_path / "data", cwd=work, env={"PATH": ".:/usr/bin:/bin"})
    assert str(work) not in ran.out
    assert not (tmp_path / "owned").exists()


def test_an_engine_gets_three_strikes(tmp_path: Path) -> None:
    env = fake_alass(tmp_path / "bin", "exit 3")
    data, path = warm(tmp_path / "data"), tmp_path / "library" / "film.en.srt"
    put_film(path.with_name("film.mkv"))
    put_subtitle(path, subtitle(late_ms=LATE))
    words = ("--run", "subtitles", path, "--engine", "alass", "--yes", "--json", "--data-dir", data)
    assert [synctui(*words, env=env).code for _ in range(4)] == [3, 3, 3, 0]
    assert synctui(*words, env=env).one("plan")["known"] == {"three_strikes": 1}
    assert synctui("--run", "subtitles", path, "--yes", "--data-dir", data).code == 0
