"""A check finds out how subtitles stand, and writes nothing but what it found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.model.library import Strike
from synctui.model.plan import Request
from synctui.model.states import SubtitleState
from synctui.store.jobs import get, last_success
from synctui.store.strikes import strikes, write_strikes
from synctui.store.verdicts import verdict_of
from tests.syncs.subtitles.house import House, house
from tests.tiny_library import put_film, put_subtitle, subtitle

PAL = 25 / (24000 / 1001)
State = SubtitleState


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    put_film(folder / "film.mkv")
    put_subtitle(folder / "film.en.srt", subtitle(late_ms=12_300))
    put_subtitle(folder / "film.fast.srt", subtitle(ratio=1 / PAL))
    put_subtitle(folder / "film.right.srt", subtitle())
    put_subtitle(folder / "film.other.srt", subtitle("harbour"))
    put_subtitle(folder / "film.en.forced.srt", subtitle(cues=()))
    return folder


def _disk(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.iterdir())}


async def _state(home: House, path: Path) -> tuple[SubtitleState, str]:
    verdict = await verdict_of(home.services.database, str(path))
    assert verdict is not None
    return verdict.state, verdict.reason


async def test_finds_out_writes_nothing_and_is_what_a_sync_then_does(library: Path, tmp_path: Path) -> None:
    before = _disk(library)
    late, fast, right, other = (library / f"film.{name}.srt" for name in ("en", "fast", "right", "other"))
    forced = library / "film.en.forced.srt"
    async with house(tmp_path / "data") as home:
        database = home.services.database
        struck = Strike(str(late), "alass", "content")
        await database.write(lambda connection: write_strikes(connection, [struck], at="2026-01-01T00:00:00.000Z"))
        planned = await home.plan(library, check=True)
        assert planned.totals.by_action == {"check": 4, "skip": 1}
        assert planned.totals.undoable == 0
        assert f"check:{late}" in [one.key for one in planned.operations]

        done = await home.run(library, check=True)
        assert done.ended(late) == ("unchanged", "found_shifted")
        assert done.ended(fast) == ("unchanged", "found_stretched")
        assert done.ended(right) == ("unchanged", "already_in_sync")
        assert done.ended(other)[0] == "refused"
        assert done.ended(forced) == ("skipped", "forced_sparse")
        assert abs(done.offset(late) + 12_300) < 100
        assert done.records[str(fast)].numbers["ratio_name"] == "25/23.976"
        assert _disk(library) == before, "no byte, no backup, no time of a file"
        record = await get(database, done.job)
        assert record is not None
        assert (record.found, record.counts["unchanged"]) == (2, 3)
        assert await last_success(database, "subtitles") is None, "a check is no sync"
        assert await strikes(database, str(late), "alass", "content") == 1, "another engine did not get any better"

        verdict = await verdict_of(database, str(late))
        assert verdict is not None
        assert (verdict.state, verdict.engine) == (State.SHIFTED, "builtin")
        assert await _state(home, fast) == (State.STRETCHED, "found_stretched")
        assert await _state(home, right) == (State.IN_SYNC, "already_in_sync")
        assert await _state(home, forced) == (State.UNSUPPORTED, "forced_sparse")

        again = await home.plan(library, check=True)
        assert again.operations == ()
        assert again.totals.known == {"shifted": 1, "stretched": 1, "in_sync": 1, "refused": 1, "unsupported": 1}
        assert len((await home.plan(late, check=True, force=True)).operations) == 1

        wanted = await home.plan(library)
        assert {one.path: one.reason for one in wanted.operations} == {
            str(late): "12.3 s late, confidence 82, against audio 1 (en)",
            str(fast): "stretched 25/23.976, confidence 82, against audio 1 (en)",
        }
        assert wanted.totals.estimate < 2, "its sound is known"
        synced = await home.run(library)
        assert (synced.ended(late), synced.ended(fast)) == (("done", "aligned"), ("done", "aligned"))
        assert await _state(home, late) == (State.IN_SYNC, "aligned")
        assert (await home.plan(library, check=True)).operations == ()
        # Of what we wrote it is told how that stands, not how its original does.
        checked = await home.run(late, check=True, force=True)
        assert checked.ended(late) == ("unchanged", "already_in_sync")
        assert (await home.plan(library)).operations == ()


async def test_what_was_taken_back_stays_so_whatever_a_check_finds(library: Path, tmp_path: Path) -> None:
    late = library / "film.en.srt"
    original = late.read_bytes()
    async with house(tmp_path / "data") as home:
        database = home.services.database
        first = await home.run(late)
        undone = await home.undo(first.job)
        assert late.read_bytes() == original
        verdict = await verdict_of(database, str(late))
        assert verdict is not None
        assert (verdict.state, verdict.reason) == (State.TAKEN_BACK, "undone")
        assert verdict.numbers["offset_ms"] == first.records[str(late)].numbers["offset_ms"]
        assert (await home.plan(late)).totals.known == {"taken_back": 1}
        assert (await home.plan(late, check=True)).totals.known == {"taken_back": 1}

        checked = await home.run(late, check=True, force=True)
        assert checked.ended(late) == ("unchanged", "found_shifted")
        assert (await home.plan(late)).totals.known == {"taken_back": 1}, "a person wants it so"

        await home.undo(undone.job)
        assert late.read_bytes() != original
        assert await _state(home, late) == (State.IN_SYNC, "aligned")
        assert (await home.plan(late)).totals.known == {"in_sync": 1}
        await home.run(late, restore=True)
        assert late.read_bytes() == original
        verdict = await verdict_of(database, str(late))
        assert verdict is not None
        assert verdict.state is State.TAKEN_BACK
        assert verdict.numbers["offset_ms"] == first.records[str(late)].numbers["offset_ms"]
        # Another content is another matter.
        put_subtitle(late, subtitle(late_ms=4_000))
        assert (await home.run(late, check=True)).ended(late) == ("unchanged", "found_shifted")
        assert await _state(home, late) == (State.SHIFTED, "found_shifted")


async def test_a_file_that_changes_is_told_as_it_is_when_its_turn_comes(library: Path, tmp_path: Path) -> None:
    late = library / "film.en.srt"
    async with house(tmp_path / "data") as home:
        engine = home.services.engine
        async with await engine.plan(Request("subtitles", (str(late),), {"check": True})) as draft:
            put_subtitle(late, subtitle(late_ms=-2_000))
            os.utime(late)
            done = await home.execute(await engine.submit(draft))
        assert done.ended(late) == ("unchanged", "found_shifted")
        assert abs(done.offset(late) - 2_000) < 100
        assert await _state(home, late) == (State.SHIFTED, "found_shifted")
        assert (await home.plan(late)).operations[0].reason == "2.0 s early, confidence 82, against audio 1 (en)"
