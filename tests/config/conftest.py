"""Fixtures of the configuration's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.config.paths import Paths
from tests.config.making import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "config.toml", Paths.under(tmp_path / "data"))
