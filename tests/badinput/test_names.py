"""Group A: file names and what stands in a library besides files."""

from __future__ import annotations

import base64
import os
import re
import stat
import unicodedata
from pathlib import Path

import pytest

from tests.badinput.library import LATE, Bad
from tests.cli.command import synctui
from tests.tiny_library import put_film, put_subtitle, subtitle, warm


def test_a00_the_good_neighbour_is_done(bad: Bad) -> None:
    assert bad.ran.code == 0
    assert bad.aligned("good")
    assert bad.ran.one("job_end")["failed"] == 0


def test_a00_no_raw_control_character_reaches_a_screen(bad: Bad) -> None:
    shown = synctui("jobs", "show", "1", "--data-dir", bad.data).out + bad.human.out + bad.human.err
    assert "owned" in shown
    assert not re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]", shown)


def test_a00_the_second_run_leaves_everything_alone(bad: Bad) -> None:
    before = {case: path.stat().st_mtime_ns for case, path in bad.paths.items()}
    ran = synctui("--run", "subtitles", bad.folder, "--yes", "--json", "--wait-lock", "2m", "--data-dir", bad.data)
    assert ran.code == 0
    assert [line["path"] for line in ran.of("plan_op") or ran.of("op_start")] == []
    assert {case: path.stat().st_mtime_ns for case, path in bad.paths.items()} == before


def test_a01_name_that_begins_with_a_dash(bad: Bad) -> None:
    assert bad.aligned("a01")


def test_a02_newline_and_tab_in_name(bad: Bad) -> None:
    assert bad.aligned("a02")
    assert r"new\nline\ttab" in bad.human.out
    assert bad.end("a02")["subject"].endswith(r"new\nline\ttab.en.srt")


def test_a03_escape_sequence_in_name(bad: Bad) -> None:
    assert bad.aligned("a03")
    assert "␛]0;owned␇␛[31mred" in bad.human.out


def test_a04_markup_in_name(bad: Bad) -> None:
    assert bad.aligned("a04")
    assert "[red]x[link=y][@click=app.quit].en.srt" in bad.human.out


def test_a05_bytes_that_are_not_utf_8(bad: Bad) -> None:
    assert bad.aligned("a05")
    line = bad.end("a05")
    assert base64.b64decode(line["path_b64"]) == os.fsencode(bad.paths["a05"])
    assert "caf\ufffd \ufffd.en.srt" in line["path"]


def test_a06_composed_and_decomposed_siblings(bad: Bad) -> None:
    assert bad.aligned("a06")
    assert sum(1 for path in bad.ends if "/a06/" in path) == 1
    assert unicodedata.is_normalized("NFD", bad.paths["a06"].name)


def test_a07_case_twins(bad: Bad) -> None:
    assert bad.aligned("a07")
    assert bad.aligned("a07b")


def test_a08_name_of_255_bytes(bad: Bad) -> None:
    path = bad.paths["a08"]
    original, _ = bad.before["a08"]
    assert bad.end("a08")["outcome"] == "done"
    assert path.read_bytes() != original
    assert sorted(one.suffix for one in path.parent.iterdir()) == [".mkv", ".srt"]
    ran = synctui("restore", path, "--yes", "--json", "--wait-lock", "2m", "--data-dir", bad.data)
    assert ran.code == 0
    assert path.read_bytes() == original


def test_a09_right_to_left_override(bad: Bad) -> None:
    assert bad.aligned("a09")
    assert r"a\u202egnp" in bad.human.out


@pytest.mark.parametrize("case", ["a10", "a10b"])
def test_a10_protocols_patterns_and_shell_words(bad: Bad, case: str) -> None:
    assert bad.aligned(case)
    assert not list(bad.folder.rglob("x"))


def test_a11_link_inside_the_library(bad: Bad) -> None:
    assert bad.aligned("a11")
    assert bad.paths["a11"].is_symlink()
    assert os.readlink(bad.paths["a11"]) == "store/target.en.srt"


def test_a11_two_links_to_one_file_are_planned_once(bad: Bad) -> None:
    assert bad.aligned("a11-link")
    assert str(bad.paths["a11-both"]) not in bad.ends


def test_a12_link_out_of_the_library(bad: Bad) -> None:
    assert (bad.end("a12")["outcome"], bad.end("a12")["reason"]) == ("skipped", "symlink_outside_root")
    assert bad.untouched("a12")
    assert bad.paths["a12"].is_symlink()


def test_a13_loops_and_links_to_nowhere(bad: Bad) -> None:
    found = {path: line for path, line in bad.ends.items() if "/a13/" in path}
    assert {line["outcome"] for line in found.values()} == {"skipped"}
    assert not any("again" in path for path in found)


def test_a14_pipes_and_sockets_are_not_opened(bad: Bad) -> None:
    found = [line for path, line in bad.ends.items() if "/a14/" in path]
    assert [line["reason"] for line in found] == ["not_regular_file"] * 2
    assert stat.S_ISFIFO((bad.folder / "a14" / "pipe.en.srt").stat().st_mode)


def test_a15_directory_named_like_a_subtitle(bad: Bad) -> None:
    assert [line["reason"] for path, line in bad.ends.items() if "/a15/" in path] == ["not_regular_file"]


def test_a16_hard_link(bad: Bad) -> None:
    assert bad.aligned("a16")
    other = bad.folder.parent / "outside" / "hard.srt"
    assert other.read_bytes() == bad.before["a16"][0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a17_folder_that_cannot_be_read(tmp_path: Path) -> None:
    data = warm(tmp_path / "data")
    put_film(tmp_path / "library" / "good.mkv")
    put_subtitle(tmp_path / "library" / "good.en.srt", subtitle(late_ms=LATE))
    closed = tmp_path / "library" / "closed"
    closed.mkdir(mode=0)
    try:
        ran = synctui("--run", "subtitles", tmp_path / "library", "--yes", "--json", "--data-dir", data)
    finally:
        closed.chmod(0o700)
    assert ran.code == 3
    assert sorted(line["outcome"] for line in ran.of("op_end")) == ["done", "failed"]


@pytest.mark.parametrize("state", ["missing", "empty"])
def test_a18_library_that_is_not_mounted(tmp_path: Path, state: str) -> None:
    data, root, config = warm(tmp_path / "data"), tmp_path / "library", tmp_path / "config.toml"
    put_film(root / "good.mkv")
    path = put_subtitle(root / "good.en.srt", subtitle())
    config.write_text(f'[[library]]\nname = "All"\npath = "{root}"\n')
    common = ("--yes", "--json", "--data-dir", data, "--config", config)
    assert synctui("--run", "subtitles", *common).code == 0
    path.unlink()
    (root / "good.mkv").unlink()
    if state == "missing":
        root.rmdir()
    ran = synctui("--run", "subtitles", *common)
    assert ran.code in (4, 10, 13)
    assert not ran.of("job_start")
    assert ran.lines[-1]["exit_code"] == ran.code


def test_a21_two_videos_for_one_subtitle(bad: Bad) -> None:
    line = bad.end("a21")
    assert (line["outcome"], line["reason"]) == ("skipped", "needs_choice")
    assert "Two.mkv, Two.mp4" in line["message"]
    assert bad.untouched("a21")


def test_a22_path_that_is_too_long(tmp_path: Path) -> None:
    data = warm(tmp_path / "data")
    put_film(tmp_path / "library" / "good.mkv")
    put_subtitle(tmp_path / "library" / "good.en.srt", subtitle(late_ms=LATE))
    here = Path.cwd()
    try:
        os.chdir(tmp_path / "library")
        for _ in range(20):
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
        put_subtitle(Path("deep.en.srt"), subtitle())
    finally:
        os.chdir(here)
    ran = synctui("--run", "subtitles", tmp_path / "library", "--yes", "--json", "--data-dir", data)
    assert ran.code in (0, 3)
    assert "done" in [line["outcome"] for line in ran.of("op_end")]
    assert ran.one("job_end")["state"] == "completed"


def test_a24_backup_of_another_tool(bad: Bad) -> None:
    path = bad.paths["a24"]
    assert bad.end("a24")["outcome"] == "done"
    assert bad.backup("a24").read_bytes() == b"of another tool"
    assert path.with_name(path.name + ".bak.1").read_bytes() == bad.before["a24"][0]


def test_a25_temporary_file_of_others_is_kept(bad: Bad) -> None:
    assert bad.aligned("a25")
    assert (bad.folder / "a25" / "swept.en.srt.tmp").read_bytes() == b"of another tool"


def test_a25_nothing_of_ours_is_left(bad: Bad) -> None:
    assert not list(bad.folder.rglob(".synctui*"))
