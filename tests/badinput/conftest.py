"""The bad library is made and run over once per test process."""

from __future__ import annotations

import pytest

from tests.badinput.library import Bad, build

_made: list[Bad] = []


@pytest.fixture
def bad(own_home: object, tmp_path_factory: pytest.TempPathFactory) -> Bad:
    if not _made:
        _made.append(build(tmp_path_factory.mktemp("bad")))
    return _made[0]
