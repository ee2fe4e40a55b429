"""`--run NAME`: job profiles of the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Ran, synctui
from tests.tiny_library import put_subtitle, subtitle


def run(tmp_path: Path, data: Path, profile: str, *more: str | Path) -> Ran:
    """Run the profile `nightly`."""
    config = tmp_path / "config.toml"
    config.write_text(f'[[job]]\nname = "nightly"\nkind = "subtitles"\n{profile}\n')
    return synctui("--run", "nightly", "--json", "--data-dir", data, "--config", config, *more)


def test_targets_and_options_take_effect(tmp_path: Path, library: Path, data: Path) -> None:
    ran = run(tmp_path, data, f'targets = ["{library}"]\noptions = {{languages = ["en"], max_offset = 30.0}}', "--yes")
    assert ran.code == 0
    assert [line["subject"] for line in ran.of("op_end")] == ["Orbit/Orbit - S01E01.en.srt"]


def test_limit_jobs_force_and_duration(tmp_path: Path, library: Path, data: Path) -> None:
    common = f'targets = ["{library}"]\n'
    assert run(tmp_path, data, common + "options = {limit = 1, jobs = 1}", "-n").one("plan")["total"] == 1
    assert run(tmp_path, data, common + 'options = {max_duration = "0s"}', "--yes").code == 6
    assert run(tmp_path, data, common, "--yes").code == 0
    assert run(tmp_path, data, common, "--yes").one("plan")["total"] == 0
    assert run(tmp_path, data, common + "options = {force = true}", "-n").one("plan")["total"] == 2
    assert run(tmp_path, data, common + "options = {only_failed = true}", "-n").one("plan")["total"] == 0


def test_reference_and_engine(tmp_path: Path, late: Path, data: Path) -> None:
    right = put_subtitle(tmp_path / "right.srt", subtitle())
    ran = run(tmp_path, data, f'targets = ["{late}"]\noptions = {{reference = "{right}", engine = "builtin"}}', "--yes")
    assert ran.one("op_end")["reference"] == "right.srt"


def test_the_command_line_goes_before(tmp_path: Path, library: Path, late: Path, data: Path) -> None:
    ran = run(tmp_path, data, 'targets = ["/nowhere"]\noptions = {limit = 7}', "-n", "--limit", "1", library)
    assert ran.one("plan")["total"] == 1


def test_without_confirm_nobody_needs_to_be_there(tmp_path: Path, library: Path, data: Path) -> None:
    assert run(tmp_path, data, f'targets = ["{library}"]').code == 10
    assert run(tmp_path, data, f'targets = ["{library}"]\nconfirm = false').code == 0


@pytest.mark.parametrize(
    "profile",
    [
        "options = {colour = 1}",
        "options = {engine = 5}",
        'options = {engine = "magic"}',
        "options = {limit = 0}",
        "options = {limit = true}",
        'options = {languages = "en"}',
        'options = {reference = "beside.srt"}',
        'options = {max_duration = "soon"}',
        "options = {max_offset = -1}",
        "options = {force = 1}",
        "options = {allow_mass_change = true}",
        'then = ["subtitles"]',
    ],
)
def test_what_would_be_ignored_is_refused(profile: str, tmp_path: Path, library: Path, data: Path) -> None:
    ran = run(tmp_path, data, f'targets = ["{library}"]\n{profile}', "--yes")
    assert ran.code == 2
    assert (ran.lines[0]["type"], ran.lines[-1]["exit_code"]) == ("run_start", 2)
    assert not ran.of("job_start")


def test_kinds_that_are_not_there_yet(tmp_path: Path, data: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[[job]]\nname = "nightly"\nkind = "players"\n')
    assert synctui("--run", "nightly", "--json", "--data-dir", data, "--config", config).code == 2
