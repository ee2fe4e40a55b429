"""A library of one film with two subtitles, and a data folder that knows the film's speech."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny_library import put_film, put_subtitle, subtitle, warm


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library" / "Orbit"
    put_film(folder / "Orbit - S01E01.mkv")
    put_subtitle(folder / "Orbit - S01E01.de.srt", subtitle())
    put_subtitle(folder / "Orbit - S01E01.en.srt", subtitle(late_ms=2300))
    return folder.parent


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
