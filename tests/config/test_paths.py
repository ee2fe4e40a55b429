"""Where SyncTUI keeps what it writes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from synctui.config.paths import Paths
from synctui.errors import StorageError


@pytest.mark.skipif(sys.platform != "linux", reason="the folders' names differ elsewhere")
def test_the_usual_folders_are_the_systems(own_home: Path) -> None:
    paths = Paths.standard()
    assert paths.data == own_home / ".local/share/synctui"
    assert paths.cache == own_home / ".cache/synctui"
    assert paths.logs.is_relative_to(own_home / ".local/state/synctui")
    assert paths.config == own_home / ".config/synctui/config.toml"


def test_with_a_data_folder_everything_of_ours_lies_in_it(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    found = {
        name: str(getattr(paths, name).relative_to(tmp_path))
        for name in ("database", "lock", "settings", "logs", "cache", "drafts", "speech", "scratch", "vault")
    }
    assert found == {
        "database": "synctui.db",
        "lock": "synctui.lock",
        "settings": "settings.toml",
        "logs": "logs",
        "cache": "cache",
        "drafts": "cache/drafts",
        "speech": "cache/speech",
        "scratch": "cache/scratch",
        "vault": "vault",
    }


def test_relative_and_home_folders_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Paths.under(Path("data")).data == tmp_path / "data"
    assert Paths.under(Path("~/data")).data == own_home / "data"


def test_missing_folders_are_made_for_this_user_only(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "new" / "data")
    paths.ensure()
    paths.ensure()
    made = [tmp_path / "new", paths.data, paths.vault, paths.cache, paths.drafts, paths.speech, paths.scratch, paths.logs]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in made} == {0o700}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data").chmod(0o755)
    Paths.under(tmp_path / "data").ensure()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o755


@pytest.mark.parametrize("name", ["file", "file/below", "loop/below", "x" * 300])
def test_what_stands_in_the_way_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(StorageError) as raised:
        Paths.under(tmp_path / name).ensure()
    assert raised.value.exit_code == 13
    assert str(tmp_path) in raised.value.message
    assert "--data-dir" in raised.value.hint


def test_a_hostile_folder_name_is_shown_harmlessly(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31m").write_text("")
    with pytest.raises(StorageError) as raised:
        Paths.under(tmp_path / "\x1b[31m").ensure()
    assert "\x1b" not in raised.value.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="no permission") as raised:
        Paths.under(tmp_path / "data").ensure()
    assert raised.value.code == "permission"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no file system at hand that refuses new folders")
def test_a_file_system_that_refuses_is_a_storage_error() -> None:
    with pytest.raises(StorageError):
        Paths.under(Path("/proc/synctui-data")).ensure()


def test_importing_paths_does_not_import_the_platforms_table() -> None:
    script = "import sys, synctui.config.paths; sys.exit('platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
