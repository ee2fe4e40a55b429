"""The bad library is made and run over once, whichever of several test processes needs it first."""

from __future__ import annotations

import fcntl
import os
import pickle
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
        base = tmp_path_factory.getbasetemp()
        _made.append(_shared(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base))
    return _made[0]


def _shared(base: Path) -> Bad:
    """Return what another process has made in this folder, or make it while the others wait."""
    told = base / "bad.pickle"
    with (base / "bad.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_bytes(pickle.dumps(build(base / "bad")))
        found = pickle.loads(told.read_bytes())
    assert isinstance(found, Bad)
    return found
