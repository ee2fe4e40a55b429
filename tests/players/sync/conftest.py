"""A scene for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.players.sync.scene import HurriedClock, Scene, scene_in


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return an empty media folder without players."""
    async with scene_in(tmp_path) as made:
        yield made


@pytest.fixture
async def hurried(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a scene in which waiting takes a fortieth of its time."""
    async with scene_in(tmp_path) as made:
        made.clock = HurriedClock()
        yield made
