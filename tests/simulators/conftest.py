"""One demo library for all tests of this room."""

from __future__ import annotations

import pytest

from synctui.simulators.demo import DemoLibrary, build_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoLibrary:
    return build_demo(tmp_path_factory.mktemp("demo"))
