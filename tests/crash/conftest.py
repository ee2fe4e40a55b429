"""The library and the undisturbed run that every crash is compared with."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.crash.scene import Places, Scene
from tests.crash.stock import FORCED, Stock, film_library, text_without_times


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """Make the library, hear its films once, and let one run go through."""
    root = tmp_path_factory.mktemp("stock")
    library = root / "library"
    film_library(library)
    before = {
        path.relative_to(library).as_posix(): path.read_bytes()
        for path in library.rglob("*")
        if path.suffix != ".mkv" and path.is_file()
    }
    cold = root / "no speech"
    cold.mkdir()
    first = Scene(root / "first", Stock(library, cold, before, {}, 0.0))
    first.begin()
    assert first.sync().code == 0
    speech = root / "speech"
    shutil.copytree(first.data / "cache" / "speech", speech)
    after = {name: first.read(name) for name in before if name != FORCED}
    for name, data in after.items():
        assert data != before[name], f"{name} should have been moved"
        assert text_without_times(data, name) == text_without_times(before[name], name)
    again = Scene(root / "again", Stock(library, speech, before, after, 0.0))
    again.begin()
    started = time.monotonic()
    assert again.sync().code == 0
    span = time.monotonic() - started
    again.check_finished()
    again.check_quiet()
    return Stock(library, speech, before, after, span)


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Return where scenes are played."""
    return Places(tmp_path_factory.mktemp("scenes"))


@pytest.fixture
def scene(stock: Stock, places: Places, tmp_path: Path) -> Scene:
    """Return a scene of its own."""
    return Scene(tmp_path / "scene", stock)
