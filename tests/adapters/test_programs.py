"""Where programs are found, and what may stand in their arguments."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.adapters import alass, ffsubsync
from synctui.adapters.programs import checked_path, find_media_tools, find_program, parse_version


def install(folder: Path, *names: str, mode: int = 0o755) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
        (folder / name).chmod(mode)
    return folder


def test_case_63_a_program_in_the_current_folder_is_never_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "ffmpeg", "ffprobe", "alass", "ffsubsync")
    real = install(tmp_path / "real", "ffmpeg", "ffprobe")
    monkeypatch.chdir(tmp_path)
    for poisoned in (".", "", f".:{real}", f":{real}", f"./:{real}:"):
        found = find_program(("ffmpeg",), poisoned)
        assert found is None or found.path == str(real / "ffmpeg")
        assert alass.find(poisoned) is None
        assert ffsubsync.find(poisoned) is None
    tools = find_media_tools(f".:{real}")
    assert tools is not None and tools.ffprobe.path == str(real / "ffprobe")


def test_path_comes_from_the_environment_unless_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "bin", "alass")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found = alass.find()
    assert found is not None and (found.name, found.path) == ("alass", str(tmp_path / "bin" / "alass"))
    assert alass.find("/nowhere") is None
    assert find_media_tools() is None


def test_folders_and_files_that_cannot_run_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "one" / "alass").mkdir(parents=True)
    two = install(tmp_path / "two", "alass", mode=0o644)
    three = install(tmp_path / "three", "alass")
    path = os.pathsep.join(str(folder) for folder in (tmp_path / "one", two, three))
    found = find_program(("alass",), path)
    assert found is not None and found.path == str(three / "alass")


def test_the_name_that_cargo_installs_is_preferred(tmp_path: Path) -> None:
    folder = install(tmp_path / "bin", "alass", "alass-cli")
    found = alass.find(str(folder))
    assert found is not None and found.name == "alass-cli"


@pytest.mark.parametrize(
    ("printed", "version"),
    [("alass-cli 2.0.0\n", "2.0.0"), ("ffsubsync 0.5.1", "0.5.1"), ("0.4.25", "0.4.25"), ("no number", None), ("", None)],
)
def test_versions(printed: str, version: str | None) -> None:
    assert parse_version(printed) == version


def test_a_version_is_believed_only_of_the_program_itself() -> None:
    assert alass.version("alass-cli 2.0.0") == "2.0.0"
    assert alass.version("another tool 3.1") is None
    assert ffsubsync.version("ffsubsync 0.5.1") == "0.5.1"
    assert ffsubsync.version("Traceback ... line 3.11") is None


@pytest.mark.parametrize(
    "path", ["relative.mkv", "-flag", "/new\nline.mkv", "/esc\x1b[31m.mkv", os.fsdecode(b"/caf\xe9.mkv"), "/a\u2028b"]
)
def test_a_name_that_an_engine_could_misread_is_not_passed(path: str) -> None:
    with pytest.raises(ValueError, match="engine"):
        checked_path(path)


def test_plain_names_pass() -> None:
    for path in ("/scratch 1/日本 [x] %03d.mkv", "/private \ue0b0/new \U0001fae9.mkv"):
        assert checked_path(path) == path
