"""Recordings for the engines, and the visible skip where an engine is not installed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.adapters.engines import EngineName, find_engine
from synctui.model.cues import Cue
from tests.adapters.media import sentences, talk, write_media

_NEEDS: dict[str, EngineName] = {"needs_alass": "alass", "needs_ffsubsync": "ffsubsync"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, name in _NEEDS.items():
        if item.get_closest_marker(marker) is not None:
            engine = find_engine(name)
            if not engine.available:
                pytest.skip(f"{name}: {engine.problem} ({engine.hint})")


@dataclass(frozen=True, slots=True)
class Film:
    """A recording, the cues that fit it, another recording, and one file that holds the other's audio first."""

    path: str
    cues: tuple[Cue, ...]
    other: str
    both: str
    folder: Path

    def moved(self, offset: int, scale: float = 1.0) -> list[Cue]:
        """Return the cues with their times wrong."""
        return [Cue(round(c.start * scale) + offset, round(c.end * scale) + offset, c.text) for c in self.cues]

    def beginning(self, size: int) -> bytes:
        """Return the first bytes of the recording, as a broken download leaves them."""
        return Path(self.path).read_bytes()[:size]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder = tmp_path_factory.mktemp("film")
    lines = sentences()
    audio, cues = talk(lines, 150, seed=1)
    other, _ = talk(lines, 150, seed=2)
    write_media(folder / "film.mkv", audio)
    write_media(folder / "other.mkv", other)
    write_media(folder / "both.mkv", other, audio)
    return Film(*(str(folder / "film.mkv"), tuple(cues), str(folder / "other.mkv"), str(folder / "both.mkv"), folder))
