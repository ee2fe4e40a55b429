"""What a person is told about a folder before it becomes a library."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.library.prospect import look
from synctui.model.library import LibraryRoot


def files(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_series_films_and_a_mixture_are_told_apart(tmp_path: Path) -> None:
    series = files(tmp_path / "a", "Orbit/S01/Orbit S01E01.mkv", "Orbit/S01/Orbit S01E02.mkv", "Orbit/S01/Orbit S01E01.srt")
    films = files(tmp_path / "b", "Salt (2019)/Salt (2019).mkv", "Reel.1999.mkv", "Salt (2019)/sample.mkv")
    mixed = files(tmp_path / "c", *(f"x/Orbit S01E{n:02d}.mkv" for n in range(3)), *(f"Film {n}.mkv" for n in "abcdefgh"))
    found = look(str(series))
    assert (found.kind, found.videos, found.subtitles, found.complete) == ("series", 2, 1, True)
    assert (look(str(films)).kind, look(str(films)).videos) == ("movies", 2)
    assert look(str(mixed)).kind == "auto"
    assert look(str(files(tmp_path / "d", "readme.txt"))).kind == "auto"


def test_a_look_ends_in_time(tmp_path: Path) -> None:
    files(tmp_path, "a/one.mkv")
    assert not look(str(tmp_path), seconds=-1).complete


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("media", "no absolute path"),
        ("/", "everything on this machine"),
        ("{}/nothing/here", "no such folder"),
        ("{}/film.mkv", "a file"),
        ("{}/away", "leads nowhere"),
        ("{}/bad\udcff", "not UTF-8"),
    ],
)
def test_what_cannot_be_a_library_is_said(tmp_path: Path, path: str, says: str) -> None:
    files(tmp_path, "film.mkv")
    (tmp_path / "away").symlink_to("/nowhere/at/all")
    found = look(path.format(tmp_path))
    assert says in found.problem
    assert found.hint


def test_a_folder_belongs_to_one_library_only(tmp_path: Path) -> None:
    files(tmp_path, "media/films/one.mkv", "media2/two.mkv")
    (tmp_path / "link").symlink_to(tmp_path / "media")
    libraries = (LibraryRoot("Films", str(tmp_path / "media" / "films")),)
    assert look(str(tmp_path / "media" / "films"), libraries=libraries).problem == "this is the folder of library Films"
    assert "lies in this one" in look(str(tmp_path / "link"), libraries=libraries).problem
    (tmp_path / "media" / "films" / "new").mkdir()
    assert "lies in the folder of library Films" in look(str(tmp_path / "link/films/new"), libraries=libraries).problem
    assert look(str(tmp_path / "media2"), libraries=libraries).problem == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    try:
        assert "cannot be read" in look(str(tmp_path)).problem
    finally:
        tmp_path.chmod(0o700)
