"""How a run ends: exit codes, and `run_start` first and `run_end` last whatever happens."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.cli.command import Ran, synctui, tree


def framed(ran: Ran, code: int) -> None:
    """Assert that a run failed as it should, told as NDJSON and in a sentence."""
    assert ran.code == code, ran
    assert (ran.lines[0]["type"], ran.lines[-1]["type"]) == ("run_start", "run_end")
    assert ran.lines[-1]["exit_code"] == code
    assert ran.of("alert")
    assert ran.err.startswith("synctui: ")


def test_without_arguments() -> None:
    ran = synctui()
    assert ran.code == 2
    assert "--run subtitles" in ran.err and "--demo" in ran.err


def test_version_and_help() -> None:
    ran = synctui("--version")
    assert (ran.code, ran.out.split()[0]) == (0, "synctui")
    for command in ("", "jobs", "restore", "status", "config", "doctor", "changed"):
        ran = synctui(*command.split(), "--help", env={"COLUMNS": "80"})
        assert ran.code == 0
        assert max(map(len, ran.out.splitlines())) <= 80
        assert ran.out == "".join(line.rstrip() + "\n" for line in ran.out.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        ("--what",),
        ("wat",),
        ("--run",),
        ("--run", "subtitles", "--limit", "0"),
        ("--run", "subtitles", "--limit", "²"),
        ("--run", "subtitles", "--jobs", "-1"),
        ("--run", "subtitles", "--max-duration", "soon"),
        ("--run", "subtitles", "--max-duration", "9" * 400),
        ("--run", "subtitles", "--max-duration", "99999999999d"),
        ("--run", "subtitles", "--wait-lock", ""),
        ("--run", "subtitles", "--max-offset", "nan"),
        ("--run", "subtitles", "--max-offset", "-5"),
        ("--run", "subtitles", "--lang", ","),
        ("--run", "subtitles", "-q", "-v"),
        ("--run", "subtitles", "--dry"),
        ("restore",),
        ("restore", "x.srt", "--to", "-1"),
        ("changed",),
        ("jobs", "dance"),
        ("jobs", "show"),
        ("jobs", "list", "5"),
        ("jobs", "pause", "5", "--op", "x"),
        ("jobs", "cancel", "1", "--max-duration", "3"),
        ("status", "--yes"),
        ("status", "nothing"),
        ("config", "sing"),
    ],
)
def test_a_command_line_that_makes_no_sense(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = synctui(*words, "--data-dir", tmp_path / "data")
    assert ran.code == 2
    assert ran.err.startswith("synctui: ")
    assert not ran.out


def test_a_kind_that_is_none(tmp_path: Path) -> None:
    ran = synctui("--run", "subtitels", "--json", "--data-dir", tmp_path / "data")
    framed(ran, 2)
    assert "subtitles" in ran.err


def test_a_configuration_that_is_wrong(library: Path, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[subtitles]\nengine = 5\n")
    ran = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data, "--config", config)
    framed(ran, 2)
    assert f"{config}:2" in ran.err


def test_a_target_that_is_not_there(tmp_path: Path, data: Path) -> None:
    framed(synctui("--run", "subtitles", tmp_path / "none", "--yes", "--json", "--data-dir", data), 4)
    framed(synctui("--run", "subtitles", "Nothing of that name", "--yes", "--json", "--data-dir", data), 4)


def test_a_name_that_means_several_things(tmp_path: Path, data: Path) -> None:
    from tests.tiny_library import put_film, put_subtitle, subtitle

    for year in ("2001", "2019"):
        put_film(tmp_path / "tv" / year / "Orbit" / "Orbit - S01E01.mkv")
        put_subtitle(tmp_path / "tv" / year / "Orbit" / "Orbit - S01E01.en.srt", subtitle())
    config = tmp_path / "config.toml"
    config.write_text(f'[[library]]\nname = "Series"\npath = "{tmp_path / "tv"}"\nkind = "series"\n')
    common = ("--json", "--data-dir", data, "--config", config)
    assert synctui("--run", "subtitles", "--yes", *common).code == 0
    ran = synctui("--run", "subtitles", "Orbit", "--yes", *common)
    framed(ran, 4)
    candidates = ran.one("alert")["candidates"]
    assert sorted(candidates) == sorted(str(tmp_path / "tv" / year / "Orbit") for year in ("2001", "2019"))
    assert all(candidate in ran.err for candidate in candidates)


def test_nobody_to_confirm(library: Path, data: Path) -> None:
    before = tree(library)
    framed(synctui("--run", "subtitles", library, "--json", "--data-dir", data), 10)
    ran = synctui("--run", "subtitles", library, "--data-dir", data)
    assert ran.code == 10
    assert "--yes" in ran.err
    assert tree(library) == before
    assert synctui("jobs", "--data-dir", data).out.strip().startswith("no jobs yet")


def test_a_newer_database(library: Path, data: Path) -> None:
    synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    with sqlite3.connect(data / "synctui.db") as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = (data / "synctui.db").read_bytes()
    framed(synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data), 12)
    assert synctui("status", "--data-dir", data).code == 12
    assert synctui("jobs", "--data-dir", data).code == 12
    assert (data / "synctui.db").read_bytes() == before


def test_a_damaged_database(library: Path, data: Path) -> None:
    (data / "synctui.db").write_bytes(b"this is no database at all" * 200)
    framed(synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data), 12)
    assert synctui("status", "--data-dir", data).code == 12
    assert (data / "synctui.db").read_bytes() == b"this is no database at all" * 200


def test_a_data_folder_that_is_a_file(library: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    framed(synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", tmp_path / "file"), 13)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_is_read_only(library: Path, data: Path) -> None:
    data.chmod(0o500)
    try:
        framed(synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data), 13)
    finally:
        data.chmod(0o700)


def test_a_data_folder_where_nothing_can_be_made(library: Path) -> None:
    framed(synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", "/proc/synctui"), 13)


def test_a_brake_is_not_lifted_by_yes_or_force(tmp_path: Path, data: Path) -> None:
    from tests.tiny_library import put_film, put_subtitle, subtitle

    for number in range(9):
        put_film(tmp_path / "tv" / f"Orbit - S01E0{number}.mkv")
        put_subtitle(tmp_path / "tv" / f"Orbit - S01E0{number}.en.srt", subtitle())
    config = tmp_path / "config.toml"
    config.write_text(f'[[library]]\nname = "Series"\npath = "{tmp_path / "tv"}"\n')
    common = ("--json", "--data-dir", data, "--config", config)
    assert synctui("--run", "subtitles", "--yes", "--limit", "1", *common).code == 0
    for path in sorted((tmp_path / "tv").iterdir())[:-4]:
        path.unlink()
    framed(synctui("--run", "subtitles", "--yes", *common), 10)
    framed(synctui("--run", "subtitles", "--yes", "--force", *common), 10)
    assert synctui("--run", "subtitles", "--dry-run", *common).code == 10
    ran = synctui("--run", "subtitles", "--yes", "--allow-mass-change", *common)
    assert ran.code == 0
    assert ran.one("job_end")["total"] > 0


def test_the_demo_leaves_the_users_own_files_alone(library: Path, data: Path, tmp_path: Path) -> None:
    before = tree(library)
    framed(synctui("--demo", library, "--json"), 2)
    framed(synctui(f"--demo={tmp_path / 'demo'}", "--run", "subtitles", library, "--json"), 2)
    config = tmp_path / "config.toml"
    config.write_text(f'[[job]]\nname = "nightly"\nkind = "subtitles"\ntargets = ["{library}"]\n')
    framed(synctui("--demo", "--run", "nightly", "--config", config, "--data-dir", data, "--json"), 2)
    assert not (tmp_path / "demo").exists()
    config.write_text(f'[[library]]\nname = "Mine"\npath = "{library}"\n')
    framed(synctui("--demo", "Mine", "--config", config, "--json", env={"TMPDIR": str(tmp_path)}), 4)
    assert tree(library) == before


def test_the_demo_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "demo" / "library").mkdir(parents=True)
    (tmp_path / "demo" / "library" / "mine.txt").write_text("x")
    framed(synctui(f"--demo={tmp_path / 'demo'}", "--json"), 2)
    assert (tmp_path / "demo" / "library" / "mine.txt").read_text() == "x"
