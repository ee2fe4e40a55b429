"""Every alignment starts from the first original, which is kept once and never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.model.cues import Cue
from tests.syncs.subtitles.house import house
from tests.timings import backup_of, starts
from tests.tiny_library import film, put_film, put_subtitle, subtitle


@pytest.mark.parametrize("form", ["srt", "ass", "vtt"])
async def test_a_second_sync_starts_from_the_original_and_can_be_taken_back_alone(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    put_film(folder / "film.mkv")
    path = put_subtitle(folder / f"film.en.{form}", subtitle(late_ms=2_000, form=form, newline="\r\n"))  # type: ignore[arg-type]
    original = path.read_bytes()
    later = [Cue(cue.start + 700, cue.end + 700, cue.text) for cue in film().cues]
    reference = put_subtitle(tmp_path / "other.srt", subtitle(cues=later))
    async with house(tmp_path / "data") as home:
        assert (await home.run(path)).ended(path) == ("done", "aligned")
        first = path.read_bytes()

        second = await home.run(path, reference=str(reference))
        assert second.ended(path) == ("done", "aligned")
        assert abs(second.offset(path) + 1_300) < 60, "from the original, not from the first result"
        assert abs(starts(path.read_bytes())[0] - later[0].start) < 60
        assert backup_of(path).read_bytes() == original
        assert not backup_of(path, 1).exists()

        await home.undo(second.job)
        assert path.read_bytes() == first
        assert backup_of(path).read_bytes() == original


async def test_rounding_does_not_add_up_over_many_syncs(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    put_film(folder / "film.mkv")
    path = put_subtitle(folder / "film.en.ass", subtitle(late_ms=2_000, form="ass"))
    original = starts(path.read_bytes())
    async with house(tmp_path / "data") as home:
        for late in (0, 3_000, 500, 6_000):
            moved = [Cue(cue.start + late, cue.end + late, cue.text) for cue in film().cues]
            reference = put_subtitle(tmp_path / f"{late}.srt", subtitle(cues=moved))
            assert (await home.run(path, reference=str(reference))).ended(path) == ("done", "aligned")
        now = starts(path.read_bytes())
        moves = {after - before for before, after in zip(original, now, strict=True)}
        assert max(moves) - min(moves) <= 10, "one hundredth, the unit of the format"


async def test_a_new_subtitle_in_its_place_is_an_original_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    put_film(folder / "film.mkv")
    first = subtitle(late_ms=2_000)
    path = put_subtitle(folder / "film.en.srt", first)
    async with house(tmp_path / "data") as home:
        await home.run(path)
        second = subtitle(late_ms=-1_500)
        put_subtitle(path, second)
        done = await home.run(path)
        assert done.ended(path) == ("done", "aligned")
        assert backup_of(path).read_bytes() == first
        assert backup_of(path, 1).read_bytes() == second
        await home.undo(done.job)
        assert path.read_bytes() == second
