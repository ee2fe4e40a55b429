"""One server for all, as it was at first for each; a folder of data that is empty, or of a catalogue that was synced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stash_answers.stage import Stage, copy_data, hurry


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The server, and a catalogue that was synced with it."""
    stage = Stage(tmp_path_factory.mktemp("synced"))
    stage.front.begin()
    with pytest.MonkeyPatch.context() as monkeypatch:
        hurry(monkeypatch, stage.folder)
        assert stage.run().code == 0
    assert stage.catalogue() == stage.truth()
    try:
        yield stage
    finally:
        stage.front.end()


@pytest.fixture(scope="session")
def synced(theatre: Stage) -> Path:
    """The data of a catalogue that was synced."""
    return theatre.data


@pytest.fixture
def fresh(theatre: Stage, synced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The server, and no data yet."""
    hurry(monkeypatch, tmp_path)
    theatre.renew(tmp_path)
    return theatre


@pytest.fixture
def known(fresh: Stage, synced: Path) -> Stage:
    """The server after much was changed, and the catalogue as it was before."""
    copy_data(synced, fresh.data)
    fresh.change()
    return fresh
