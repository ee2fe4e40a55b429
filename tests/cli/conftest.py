"""A library of one film with two subtitles, and a data folder that knows the film's speech."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny_library import put_film, put_subtitle, subtitle, warm


def put_library(folder: Path) -> Path:
    """Fill a folder with the library; return the subtitle that is late."""
    put_film(folder / "Orbit" / "Orbit - S01E01.mkv")
    put_subtitle(folder / "Orbit" / "Orbit - S01E01.de.srt", subtitle())
    return put_subtitle(folder / "Orbit" / "Orbit - S01E01.en.srt", subtitle(late_ms=2300))


@pytest.fixture(autouse=True)
def narrow_search(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for lines within 20 s: the command is what is tested here, and a wide search costs a third of a run."""
    monkeypatch.setenv("SYNCTUI_SUBTITLES__MAX_OFFSET", "20")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    put_library(folder)
    return folder


@pytest.fixture
def late(library: Path) -> Path:
    return library / "Orbit" / "Orbit - S01E01.en.srt"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return warm(tmp_path / "data")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A library that takes a while: one film, twelve late subtitles."""
    folder = tmp_path / "many"
    put_film(folder / "Orbit.mkv")
    for number in range(12):
        put_subtitle(folder / f"Orbit.en.{number + 1}.srt", subtitle(late_ms=1200 + 300 * number))
    return folder
