"""What a request may speak of: paths, libraries and series by name; and libraries that are not what they were."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synctui.model.states import Result, SubtitleState
from synctui.syncs.subtitles.endings import ending
from tests.command import Finished, subtitles
from tests.tiny_library import put_film, put_subtitle, subtitle, warm

SHOWS = ("Harbour", "Orbit")


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    """A configuration with two libraries; both have a series of the same name."""
    text = ""
    for library in ("Shows", "Attic"):
        for show in SHOWS if library == "Shows" else ("Orbit",):
            for episode in (1, 2, 3):
                base = tmp_path / library / show / "Season 01" / f"{show} - S01E0{episode}"
                put_film(base.with_name(f"{base.name}.mkv"))
                put_subtitle(base.with_name(f"{base.name}.en.srt"), subtitle(late_ms=1_000 * episode))
        text += f'[[library]]\nname = "{library}"\npath = "{tmp_path / library}"\nkind = "series"\n\n'
    file = tmp_path / "config.toml"
    file.write_text(text)
    warm(tmp_path / "data")
    return file


def run(configured: Path, *words: str) -> Finished:
    return subtitles(configured.parent / "data", *words, "--config", configured)


def _standing(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*.srt*"))}


@pytest.mark.slow
def test_a_library_and_a_series_by_name_and_an_ambiguous_name(configured: Path) -> None:
    whole = run(configured, "shows", "--dry-run")
    assert (whole.code, whole.plan["total"]) == (0, 6)

    assert run(configured, "--dry-run").plan["total"] == 9

    one = run(configured, "Harbour")
    assert one.code == 0
    assert {Path(path).parts[-3] for path in one.ends} == {"Harbour"}
    assert one.of("job_end")[0]["done"] == 3

    several = run(configured, "orbit", "--dry-run")
    assert several.code == 4
    assert "Attic" in several.stdout + several.stderr
    assert "Shows" in several.stdout + several.stderr
    told = run(configured, "Attic::Orbit::Season 01", "--dry-run")
    assert (told.code, told.plan["total"]) == (0, 3)

    nothing = run(configured, "Solaris")
    assert nothing.code == 4
    assert run(configured, str(configured.parent / "Shows" / "not there")).code == 4

    rest = run(configured, "Shows")
    assert rest.of("job_end")[0]["total"] == 3, "what is right already is not planned again"


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["shrank", "empty", "missing"])
def test_a_library_that_lost_much_is_braked_and_nothing_is_touched(configured: Path, loss: str) -> None:
    library = configured.parent / "Shows"
    assert run(configured, "--dry-run").plan["total"] == 9
    kept = configured.parent / "kept"
    if loss == "shrank":
        shutil.move(library / "Harbour", kept)
    else:
        shutil.move(library, kept)
        if loss == "empty":
            library.mkdir()
    before = _standing(configured.parent)
    braked = run(configured, "--force")
    assert braked.code == 10, braked.stderr
    assert braked.plan["brakes"]
    assert not braked.of("job_start")
    assert _standing(configured.parent) == before

    if loss == "shrank":
        lifted = run(configured, "Shows", "--allow-mass-change")
        assert lifted.code == 0
        assert lifted.of("job_end")[0]["done"] == 3


@pytest.mark.slow
def test_looking_with_the_brake_lifted_does_not_lift_it_for_the_next_run(configured: Path) -> None:
    assert run(configured, "Attic", "--dry-run").plan["total"] == 3
    season = configured.parent / "Attic" / "Orbit" / "Season 01"
    for gone in sorted(season.glob("*E01*")) + sorted(season.glob("*E02*")):
        gone.unlink()
    looked = run(configured, "Attic", "--dry-run", "--allow-mass-change")
    assert (looked.code, looked.plan["total"]) == (0, 1)
    assert run(configured, "Attic").code == 10
    assert run(configured, "Attic", "--allow-mass-change").code == 0


def test_whatever_an_operation_fails_of_it_counts_as_failed() -> None:
    for code in ("dir_not_writable", "permission", "io_error", "disk_full", "engine_timeout"):
        assert ending(code) == (Result.FAILED, SubtitleState.FAILED)


@pytest.mark.slow
def test_a_library_whose_disk_goes_away_pauses_its_job(configured: Path) -> None:
    assert run(configured, "Attic", "--max-duration", "0s").code == 6
    attic, away = configured.parent / "Attic", configured.parent / "away"
    shutil.move(attic, away)
    gone = run(configured, "--resume")
    assert gone.code == 6
    assert gone.of("paused")[-1]["reason"] == "not_mounted"
    shutil.move(away, attic)
    back = run(configured, "--resume")
    assert (back.code, back.of("job_end")[0]["done"]) == (0, 3)
