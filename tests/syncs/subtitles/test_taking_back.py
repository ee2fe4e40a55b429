"""What a person takes back comes back whole, stays so, and costs nobody else's bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.errors import TargetNotFound
from synctui.files.vault import Vault
from tests.syncs.subtitles.house import Done, House, house
from tests.timings import backup_of
from tests.tiny_library import put_film, put_subtitle, subtitle

MINE = b"\n99\n00:02:20,000 --> 00:02:21,000\nmine\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    return put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2_000))


async def _restore(home: House, *paths: Path, to: int = 0, force: bool = False) -> Done:
    return await home.run(*paths, restore=True, to=to, force=force)


async def test_another_programs_bak_is_not_taken_for_the_original(path: Path, tmp_path: Path) -> None:
    original = path.read_bytes()
    foreign = b"1\n00:00:01,000 --> 00:00:02,000\nAnother program's\n"
    backup_of(path).write_bytes(foreign)
    async with house(tmp_path / "data") as home:
        await home.run(path)
        assert backup_of(path).read_bytes() == foreign
        assert (await _restore(home, path)).ended(path) == ("done", "restored")
        assert path.read_bytes() == original
        assert (await home.run(path, force=True)).ended(path) == ("done", "aligned")
        assert (await _restore(home, path, to=1)).ended(path) == ("done", "restored")
        assert path.read_bytes() == original


async def test_without_the_database_the_first_bak_is_the_original_still(path: Path, tmp_path: Path) -> None:
    original = path.read_bytes()
    other = put_subtitle(tmp_path / "other.srt", subtitle(late_ms=700))
    async with house(tmp_path / "data") as home:
        await home.run(path)
        first = path.read_bytes()
    async with house(tmp_path / "another") as home:
        assert (await home.run(path, reference=str(other))).ended(path) == ("done", "aligned")
        assert (backup_of(path).read_bytes(), backup_of(path, 1).read_bytes()) == (original, first)
        assert (await _restore(home, path)).ended(path) == ("done", "restored")
        assert path.read_bytes() == original


async def test_an_original_that_was_deleted_is_said_to_be_missing(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        await home.run(path)
        aligned = path.read_bytes()
        backup_of(path).unlink()
        with pytest.raises(TargetNotFound):
            await _restore(home, path)
        assert path.read_bytes() == aligned


async def test_a_path_named_twice_is_restored_once(path: Path, tmp_path: Path) -> None:
    original = path.read_bytes()
    async with house(tmp_path / "data") as home:
        await home.run(path)
        assert (await _restore(home, path, path)).ended(path) == ("done", "restored")
    assert path.read_bytes() == original


async def test_what_was_taken_back_through_a_link_is_left_alone(path: Path, tmp_path: Path) -> None:
    original = path.read_bytes()
    view = tmp_path / "view"
    view.symlink_to(path.parent)
    async with house(tmp_path / "data") as home:
        first = await home.run(view)
        undone = await home.undo(first.job)
        assert path.read_bytes() == original
        assert (await home.plan(view)).operations == ()

        again = await home.undo(undone.job)
        assert path.read_bytes() != original
        await home.undo(again.job)
        assert path.read_bytes() == original
        assert (await home.plan(view)).operations == ()


@pytest.mark.parametrize("through", ["view", "library"])
async def test_what_was_restored_stays_whichever_path_was_named(through: str, path: Path, tmp_path: Path) -> None:
    original = path.read_bytes()
    view = tmp_path / "view"
    view.symlink_to(path.parent)
    async with house(tmp_path / "data") as home:
        await home.run(view)
        await _restore(home, tmp_path / through / path.name)
        assert path.read_bytes() == original
        assert (await home.plan(view)).operations == ()


async def test_what_a_person_wrote_is_kept_like_an_original_when_it_is_restored_over(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        await home.run(path)
        path.write_bytes(path.read_bytes() + MINE)
        mine = path.read_bytes()
        assert (await _restore(home, path)).ended(path) == ("conflict", "changed_since_plan")
        restored = await _restore(home, path, force=True)
        assert restored.ended(path) == ("done", "restored")
        assert backup_of(path, 1).read_bytes() == mine
        Vault(str(tmp_path / "data" / "vault"), cap=1).prune()
        assert (await home.undo(restored.job)).ended(path) == ("done", "restored")
        assert path.read_bytes() == mine
