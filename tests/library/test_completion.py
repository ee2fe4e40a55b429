"""Paths as somebody types them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.library.completion import completions, meant

HOSTILE = ("a b [x]", "esc\x1b[31m", "new\nline", "bad\udcff", "日本", "   ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Series", "Serials", ".hidden", "Films"):
        (tmp_path / name).mkdir()
    (tmp_path / "Season.mkv").touch()
    return tmp_path


def test_folders_are_completed_and_hidden_ones_only_when_asked_for(folder: Path) -> None:
    assert completions(f"{folder}/Ser") == (f"{folder}/Serials/", f"{folder}/Series/")
    assert completions(f"{folder}/fi") == (f"{folder}/Films/",)
    assert completions(f"{folder}/") == tuple(f"{folder}/{name}/" for name in ("Films", "Serials", "Series"))
    assert completions(f"{folder}/.h") == (f"{folder}/.hidden/",)
    assert completions(f"{folder}/nothing") == ()
    assert completions("media/Ser") == ()


def test_files_are_offered_where_they_are_wanted(folder: Path) -> None:
    found = completions(f"{folder}/Se", wanted=lambda name: name.endswith(".mkv"))
    assert f"{folder}/Season.mkv" in found
    assert f"{folder}/Series/" in found


def test_home_is_a_tilde(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert completions("") == ("/", "~/")
    assert completions("~") == ("~/",)
    assert completions("~/Film") == ("~/Films/",)
    assert meant("~/Films/") == f"{folder}/Films"


def test_hostile_names_are_completed_as_displayed_and_found_again(tmp_path: Path) -> None:
    for name in HOSTILE:
        os.makedirs(tmp_path / name / "in")
    offered = completions(f"{tmp_path}/")
    assert len(offered) == len(HOSTILE)
    assert all(text.isprintable() for text in offered)
    assert {meant(text) for text in offered} == {f"{tmp_path}/{name}" for name in HOSTILE}
    for text in offered:
        (inner,) = completions(text)
        assert os.path.isdir(meant(inner))


def test_what_leads_nowhere_stays_as_it_was_written(tmp_path: Path) -> None:
    assert meant(f"{tmp_path}/a/b/../c") == f"{tmp_path}/a/c"
    assert meant("x\x00y") == "x\x00y"
    assert meant("") == ""
