"""The bad library is made and run over once per test process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.badinput.library import Bad, build

_made: list[Bad] = []


@pytest.fixture(autouse=True)
def narrow_search(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for lines within 20 s: nothing here is later than that, and a wide search costs a third of a run."""
    monkeypatch.setenv("SYNCTUI_SUBTITLES__MAX_OFFSET", "20")


@pytest.fixture
def bad(narrow_search: None, tmp_path_factory: pytest.TempPathFactory) -> Bad:
    if not _made:
        _made.append(build(tmp_path_factory.mktemp("bad")))
    return _made[0]
