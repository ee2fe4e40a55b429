"""Every option of `--run subtitles`, by what it changes for the user."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import fake_alass, rows, synctui, tree
from tests.tiny_library import film, put_film, put_subtitle, subtitle, warm


def test_a_dry_run_writes_nothing(library: Path, data: Path) -> None:
    synctui("--run", "subtitles", library, "--limit", "1", "--yes", "--data-dir", data)
    before, stored = tree(library), rows(data)
    ran = synctui("--run", "subtitles", library, "--dry-run", "--force", "--data-dir", data)
    assert ran.code == 0
    assert "2 to align" in ran.out and "nothing was written" in ran.out
    assert tree(library) == before
    assert rows(data) == stored
    assert not list((data / "cache" / "drafts").iterdir())


def test_check_says_whether_there_is_something_to_do(library: Path, data: Path) -> None:
    before = tree(library)
    assert synctui("--run", "subtitles", library, "--check", "--data-dir", data).code == 14
    assert tree(library) == before
    assert synctui("--run", "subtitles", library, "--yes", "--data-dir", data).code == 0
    assert synctui("--run", "subtitles", library, "--check", "--data-dir", data).code == 0


def test_the_second_run_plans_and_touches_nothing(library: Path, data: Path) -> None:
    assert synctui("--run", "subtitles", library, "--yes", "--data-dir", data).code == 0
    before = tree(library)
    ran = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
    assert ran.code == 0
    assert ran.one("plan")["total"] == 0
    assert ran.one("plan")["known"] == {"in_sync": 2}
    assert not ran.of("job_start")
    assert tree(library) == before


def test_force_looks_again(library: Path, data: Path) -> None:
    synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    before = tree(library)
    ran = synctui("--run", "subtitles", library, "--yes", "--force", "--json", "--data-dir", data)
    assert [line["reason"] for line in ran.of("op_end")] == ["already_in_sync"] * 2
    assert tree(library) == before


def test_limit(library: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--yes", "--limit", "1", "--json", "--data-dir", data)
    assert ran.one("job_end")["total"] == 1
    assert synctui("--run", "subtitles", library, "--dry-run", "--json", "--data-dir", data).one("plan")["total"] == 1


def test_lang(library: Path, data: Path, late: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--yes", "--lang", "en,fr", "--json", "--data-dir", data)
    assert [line["path"] for line in ran.of("op_end")] == [str(late)]


def test_max_offset(late: Path, data: Path) -> None:
    before = tree(late.parent)
    ran = synctui("--run", "subtitles", late, "--yes", "--max-offset", "1", "--json", "--data-dir", data)
    assert ran.code == 0
    assert ran.one("op_end")["outcome"] == "refused"
    assert tree(late.parent) == before


def test_jobs_are_done_side_by_side(many: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", many, "--yes", "--limit", "4", "--jobs", "3", "--json", "--data-dir", data)
    flying = most = 0
    for line in ran.lines:
        flying += {"op_start": 1, "op_end": -1}.get(line["type"], 0)
        most = max(most, flying)
    assert most == 3


def test_only_failed(library: Path, data: Path, late: Path, tmp_path: Path) -> None:
    env = fake_alass(tmp_path / "bin", 'case "$2" in *) exit 3;; esac')
    ran = synctui("--run", "subtitles", late, "--yes", "--engine", "alass", "--data-dir", data, env=env)
    assert ran.code == 3
    ran = synctui("--run", "subtitles", library, "--yes", "--only-failed", "--json", "--data-dir", data)
    assert [line["path"] for line in ran.of("op_end")] == [str(late)]
    assert ran.one("op_end")["outcome"] == "done"


def test_a_reference_file(tmp_path: Path, data: Path) -> None:
    right = put_subtitle(tmp_path / "right.srt", subtitle())
    wrong = put_subtitle(tmp_path / "alone" / "Lost.en.srt", subtitle(late_ms=-4000))
    ran = synctui("--run", "subtitles", wrong, "--reference", right, "--yes", "--json", "--data-dir", data)
    line = ran.one("op_end")
    assert (line["outcome"], line["reference"]) == ("done", "right.srt")
    assert all(abs(offset - 4000) < 100 for offset in line["offset_ms"])


def test_a_video_that_is_chosen_is_remembered(tmp_path: Path, data: Path) -> None:
    video = put_film(tmp_path / "elsewhere" / "film.mkv")
    lost = put_subtitle(tmp_path / "library" / "Lost.en.srt", subtitle(late_ms=1500))
    assert synctui("--run", "subtitles", lost, "--yes", "--json", "--data-dir", data).one("op_end")["reason"] == "no_video"
    ran = synctui("--run", "subtitles", lost, "--video", video, "--yes", "--json", "--data-dir", data)
    assert ran.one("op_end")["outcome"] == "done"
    ran = synctui("--run", "subtitles", lost.parent, "--force", "--yes", "--json", "--data-dir", data)
    assert ran.one("op_end")["reason"] == "already_in_sync"


def test_a_video_goes_with_one_subtitle(library: Path, data: Path) -> None:
    video = library / "Orbit" / "Orbit - S01E01.mkv"
    assert synctui("--run", "subtitles", library, "--video", video, "--data-dir", data).code == 2


def test_a_missing_reference_or_video(late: Path, data: Path, tmp_path: Path) -> None:
    for option in ("--reference", "--video"):
        ran = synctui("--run", "subtitles", late, option, tmp_path / "none.mkv", "--yes", "--json", "--data-dir", data)
        assert ran.code == 4
        assert ran.lines[-1]["exit_code"] == 4


@pytest.mark.parametrize("engine", ["auto", "builtin"])
def test_the_engines_that_are_always_there(engine: str, late: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", late, "--engine", engine, "--yes", "--json", "--data-dir", data)
    assert (ran.one("op_end")["outcome"], ran.one("op_end")["engine"]) == ("done", "builtin")


@pytest.mark.needs_alass
@pytest.mark.skipif(not (shutil.which("alass") or shutil.which("alass-cli")), reason="alass is not installed")
def test_alass(late: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", late, "--engine", "alass", "--yes", "--json", "--data-dir", data)
    assert ran.one("op_end")["engine"] == "alass"
    assert ran.one("op_end")["outcome"] in ("done", "refused")


@pytest.mark.needs_ffsubsync
@pytest.mark.skipif(not shutil.which("ffsubsync"), reason="ffsubsync is not installed")
def test_ffsubsync(late: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", late, "--engine", "ffsubsync", "--yes", "--json", "--data-dir", data)
    assert ran.one("op_end")["engine"] == "ffsubsync"
    assert ran.one("op_end")["outcome"] in ("done", "refused")


@pytest.mark.parametrize("engine", ["alass", "ffsubsync"])
def test_an_engine_that_is_missing(engine: str, late: Path, data: Path) -> None:
    before = tree(late.parent)
    ran = synctui(
        "--run", "subtitles", late, "--engine", engine, "--yes", "--json", "--data-dir", data, env={"PATH": "/nonexistent"}
    )
    assert ran.code == 8
    assert (ran.lines[0]["type"], ran.lines[-1]["exit_code"]) == ("run_start", 8)
    assert "install" in ran.err
    assert tree(late.parent) == before


def test_an_engine_that_does_not_exist(late: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", late, "--engine", "magic", "--yes", "--json", "--data-dir", data)
    assert (ran.code, ran.lines[0]["type"], ran.lines[-1]["exit_code"]) == (2, "run_start", 2)


def test_max_duration_pauses_and_the_printed_command_goes_on(many: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", many, "--yes", "--max-duration", "0.8", "--jobs", "1", "--json", "--data-dir", data)
    assert ran.code == 6, ran.out
    assert ran.of("paused")[-1]["reason"] == "duration"
    assert not ran.of("job_end")
    command = ran.lines[-1]["resume"]
    assert " --run subtitles --resume=1 " in command
    done = {line["key"] for line in ran.of("op_end")}
    assert 0 < len(done) < 12
    told = subprocess.run(f"{command} --json", shell=True, capture_output=True, text=True, cwd="/", timeout=60)
    again = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode == 0
    assert [line["resumed_from"] for line in again if line["type"] == "job_start"] == [len(done)]
    later = [line["key"] for line in again if line["type"] == "op_end"]
    assert not done & set(later)
    assert len(done) + len(later) == 12
    assert again[-1]["resume"] is None


def test_max_duration_of_nothing_pauses_at_once(library: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--yes", "--max-duration", "0", "--json", "--data-dir", data)
    assert ran.code == 6
    assert not ran.of("op_end")


def test_resume_without_anything_to_resume(library: Path, data: Path) -> None:
    for option in ("--resume", "--resume=last"):
        ran = synctui("--run", "subtitles", option, "--json", "--data-dir", data)
        assert ran.code == 0
        assert [line["type"] for line in ran.lines] == ["run_start", "run_end"]
    synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    ran = synctui("--run", "subtitles", "--resume=1", "--json", "--data-dir", data)
    assert ran.code == 0
    assert not ran.of("job_start")
    assert synctui("--run", "subtitles", "--resume=77", "--data-dir", data).code == 4


@pytest.mark.parametrize("option", ["--dry-run", "--check", "--force", "--only-failed", "--limit=1", "--lang=en",
                                    "--engine=alass", "--allow-mass-change", "--max-offset=3"])  # fmt: skip
def test_resume_takes_nothing_that_it_would_ignore(option: str, data: Path) -> None:
    ran = synctui("--run", "subtitles", "--resume", option, "--data-dir", data)
    assert ran.code == 2
    assert "--resume" in ran.err


def test_quiet_leaves_the_result(library: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--yes", "--quiet", "--data-dir", data)
    assert ran.out.splitlines()[0].startswith(" 2 subtitles: 1 aligned, 1 right already")
    assert len(ran.out.splitlines()) == 2
    assert "jobs undo 1" in ran.out


def test_verbose_shows_every_operation(library: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--yes", "-v", "--data-dir", data)
    assert "Orbit - S01E01.en.srt" in ran.out and "Orbit - S01E01.de.srt" in ran.out
    assert not ran.err
    ran = synctui("--run", "subtitles", library, "--yes", "-vv", "--force", "--data-dir", data)
    assert ran.code == 0


def test_wait_lock(library: Path, data: Path) -> None:
    import fcntl

    with (data / "synctui.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        started = time.monotonic()
        ran = synctui("--run", "subtitles", library, "--yes", "--wait-lock", "2s", "--json", "--data-dir", data)
        assert ran.code == 11
        assert time.monotonic() - started > 2


def test_a_held_lock_stores_nothing(library: Path, data: Path) -> None:
    import fcntl

    before = tree(library)
    with (data / "synctui.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
        assert ran.code == 11
        assert [line["type"] for line in ran.lines] == ["run_start", "alert", "run_end"]
        assert synctui("--run", "subtitles", library, "--dry-run", "--data-dir", data).code == 0
    assert tree(library) == before
    assert rows(data)["jobs"] == []


def test_targets_by_name_in_the_index(tmp_path: Path, data: Path) -> None:
    for show in ("Orbit", "Harbour"):
        put_film(tmp_path / "tv" / show / f"{show} - S01E01.mkv")
        put_subtitle(tmp_path / "tv" / show / f"{show} - S01E01.en.srt", subtitle(late_ms=1500))
    config = tmp_path / "config.toml"
    config.write_text(f'[[library]]\nname = "Series"\npath = "{tmp_path / "tv"}"\nkind = "series"\n')
    common = ("--json", "--data-dir", data, "--config", config)
    assert synctui("--run", "subtitles", "--dry-run", *common).one("plan")["total"] == 2
    assert synctui("--run", "subtitles", "series", "--dry-run", *common).one("plan")["total"] == 2
    ran = synctui("--run", "subtitles", "Orbit", "--yes", *common)
    assert [line["subject"] for line in ran.of("op_end")] == ["Orbit/Orbit - S01E01.en.srt"]


def test_paths_are_those_of_the_folder_it_is_run_in(library: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", "library", "--dry-run", "--json", "--data-dir", data, cwd=library.parent)
    assert ran.one("plan")["total"] == 2


def test_a_target_that_begins_with_a_dash(tmp_path: Path, data: Path) -> None:
    put_film(tmp_path / "-x" / "-film.mkv")
    put_subtitle(tmp_path / "-x" / "-film.en.srt", subtitle(late_ms=1500))
    ran = synctui("--run", "subtitles", "--dry-run", "--json", "--data-dir", data, "--", "-x", cwd=tmp_path)
    assert ran.one("plan")["total"] == 1


def test_what_a_person_took_back_is_not_done_again(library: Path, data: Path, late: Path) -> None:
    original = late.read_bytes()
    synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    assert late.read_bytes() != original
    assert late.with_name(late.name + ".bak").read_bytes() == original
    assert synctui("jobs", "undo", "1", "--yes", "--data-dir", data).code == 0
    assert late.read_bytes() == original
    ran = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
    assert ran.one("plan")["total"] == 0
    assert late.read_bytes() == original


def test_without_a_configuration_and_with_a_library(library: Path, data: Path, tmp_path: Path) -> None:
    assert synctui("--run", "subtitles", "--yes", "--data-dir", data).code == 2
    copy = warm(tmp_path / "other")
    config = tmp_path / "config.toml"
    config.write_text(f'[[library]]\nname = "All"\npath = "{library}"\n')
    assert synctui("--run", "subtitles", "--yes", "--data-dir", copy, "--config", config).code == 0


def test_the_film_of_these_tests_is_a_film(data: Path) -> None:
    assert len(film().cues) >= 20
    assert film().path.stat().st_size > 100_000


def test_resume_with_targets_means_their_job(library: Path, many: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", many, "--yes", "--max-duration", "0", "--data-dir", data)
    assert ran.code == 6
    ran = synctui("--run", "subtitles", library, "--resume", "--json", "--data-dir", data)
    assert (ran.code, len(ran.of("job_start"))) == (0, 0)
    assert synctui("--run", "subtitles", library, "--resume=1", "--data-dir", data).code == 2
    ran = synctui("--run", "subtitles", many, "--resume", "--max-duration", "0", "--json", "--data-dir", data)
    assert ran.code == 6
    assert ran.lines[-1]["resume"]
