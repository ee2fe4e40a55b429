"""A subtitle that another program puts in the place of one that is worked on is looked at in its turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.files.temporary import sync_folder
from tests.syncs.subtitles.house import house
from tests.tiny_library import put_film, put_subtitle, subtitle


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    return put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2_000))


async def test_one_that_comes_while_ours_is_made_durable(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = put_subtitle(tmp_path / "newcomer.srt", subtitle(late_ms=-1_500)).read_bytes()

    def slow_disk(folder: str) -> None:
        sync_folder(folder)
        path.write_bytes(newcomer)

    async with house(tmp_path / "data") as home:
        with monkeypatch.context() as disk:
            disk.setattr("synctui.files.replacement.sync_folder", slow_disk)
            assert (await home.run(path)).ended(path) == ("done", "aligned")
        assert path.read_bytes() == newcomer
        again = await home.run(path)
        assert again.ended(path) == ("done", "aligned")
        assert abs(again.offset(path) - 1_500) < 60
