"""What became of an interrupted rewrite is found out from the file alone, and never guessed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from synctui.errors import Transient
from synctui.model.json import Fields
from synctui.model.plan import Operation
from synctui.model.states import Result
from tests.syncs.subtitles.house import House, house
from tests.tiny_library import put_film, put_subtitle, subtitle


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def _interrupted(home: House, path: Path, before: bytes, after: bytes) -> tuple[Operation, Fields]:
    """Return an operation as planned, and the intent that was committed before the crash."""
    operation = (await home.plan(path)).operations[0]
    intent: Fields = {
        "path": str(path),
        "before": _sha(before),
        "after": _sha(after),
        "original": _sha(before),
        "backup": "",
        "keep": "original",
        "reason": "aligned",
        "numbers": {"confidence": 90},
    }
    return operation, intent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    return put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2_000))


async def test_each_thing_that_can_stand_there_means_something(path: Path, tmp_path: Path) -> None:
    before, after = path.read_bytes(), subtitle()
    async with house(tmp_path / "data") as home:
        operation, intent = await _interrupted(home, path, before, after)
        sync = home.services.subtitles
        assert await sync.reconcile(operation, intent) is None, "the original stands there: nothing happened"

        path.with_name(path.name + ".bak").write_bytes(before)
        path.write_bytes(after)
        found = await sync.reconcile(operation, intent)
        assert found is not None and (found.result, found.reason) == (Result.DONE, "aligned")
        assert found.receipt is not None and str(found.receipt["previous"]).endswith("film.en.srt.bak")
        assert found.numbers["confidence"] == 90

        path.write_bytes(before + b"\nmine")
        found = await sync.reconcile(operation, intent)
        assert found is not None and found.result is Result.CONFLICT
        assert path.read_bytes() == before + b"\nmine"

        path.unlink()
        found = await sync.reconcile(operation, intent)
        assert found is not None and (found.result, found.reason) == (Result.SKIPPED, "gone")


async def test_a_disk_that_is_not_mounted_leaves_it_in_doubt(path: Path, tmp_path: Path) -> None:
    before, after = path.read_bytes(), subtitle()
    async with house(tmp_path / "data") as home:
        operation, intent = await _interrupted(home, path, before, after)
        away = tmp_path / "unmounted"
        path.parent.rename(away)
        with pytest.raises(Transient):
            await home.services.subtitles.reconcile(operation, intent)
        path.parent.mkdir()
        with pytest.raises(Transient):
            await home.services.subtitles.reconcile(operation, intent)
        path.parent.rmdir()
        away.rename(path.parent)
        assert await home.services.subtitles.reconcile(operation, intent) is None
