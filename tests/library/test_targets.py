"""What a path means, without any index."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.library.listing import Problem
from synctui.library.targets import pairing_of, pairings_at
from synctui.model.library import Pairing
from synctui.model.plan import Notice
from tests.library.trees import put


@pytest.fixture
def library(tmp_path: Path) -> Path:
    put(tmp_path, "Orbit/S1/Orbit S01E01.mkv", "Orbit/S1/Orbit S01E01.en.srt", "Orbit/S1/Orbit S01E02.mkv")
    put(tmp_path, "Orbit/S1/Orbit S01E02.en.srt", "Orbit/S1/Subs/Orbit S01E02/2_German.srt", "Orbit/S2/Orbit S02E01.srt")
    return tmp_path


def found(path: Path | str, **more: object) -> dict[str, str]:
    """Return subtitle name to video name or reason."""
    pairs = [item for item in pairings_at(str(path), **more) if isinstance(item, Pairing)]  # type: ignore[arg-type]
    return {
        os.path.basename(pair.subtitle.path): os.path.basename(pair.video.path) if pair.video else pair.reason
        for pair in pairs
    }


def test_a_folder_means_all_below_it(library: Path) -> None:
    assert found(library) == {
        "Orbit S01E01.en.srt": "Orbit S01E01.mkv",
        "Orbit S01E02.en.srt": "Orbit S01E02.mkv",
        "2_German.srt": "Orbit S01E02.mkv",
        "Orbit S02E01.srt": "no_video",
    }
    assert found(library / "Orbit/S2") == {"Orbit S02E01.srt": "no_video"}


def test_a_file_means_itself_and_a_video_its_subtitles(library: Path) -> None:
    assert found(library / "Orbit/S1/Orbit S01E01.en.srt") == {"Orbit S01E01.en.srt": "Orbit S01E01.mkv"}
    assert found(library / "Orbit/S1/Orbit S01E02.mkv") == {
        "Orbit S01E02.en.srt": "Orbit S01E02.mkv", "2_German.srt": "Orbit S01E02.mkv"
    }  # fmt: skip


def test_a_subtitle_folder_or_a_file_in_it_knows_the_videos_above(library: Path) -> None:
    expected = {"2_German.srt": "Orbit S01E02.mkv"}
    assert found(library / "Orbit/S1/Subs") == expected
    assert found(library / "Orbit/S1/Subs/Orbit S01E02") == expected
    assert found(library / "Orbit/S1/Subs/Orbit S01E02/2_German.srt") == expected


def test_relative_paths_work(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library / "Orbit")
    assert found("S2") == {"Orbit S02E01.srt": "no_video"}
    assert found("S2/Orbit S02E01.srt") == {"Orbit S02E01.srt": "no_video"}


def test_choices_count_and_vanished_ones_do_not(library: Path) -> None:
    lone = str(library / "Orbit/S2/Orbit S02E01.srt")
    video = str(library / "Orbit/S1/Orbit S01E01.mkv")
    assert found(lone, choices={lone: video}) == {"Orbit S02E01.srt": "Orbit S01E01.mkv"}
    assert found(lone, choices={lone: video + ".gone"}) == {"Orbit S02E01.srt": "no_video"}
    pairing = pairing_of(lone, choices={lone: video})
    assert pairing is not None
    assert pairing.video is not None
    assert pairing.video.stamp.size == 1


def test_what_is_no_subtitle_is_said_to_be_so(library: Path) -> None:
    put(library, "x.bak.srt", "x.txt")
    os.mkfifo(library / "pipe.srt")
    for name, reason in (
        ("x.bak.srt", "ignored"),
        ("x.txt", "unsupported_format"),
        ("no.srt", "gone"),
        ("pipe.srt", "not_regular_file"),
    ):
        items = list(pairings_at(str(library / name)))
        assert [(item.path, item.reason) for item in items if isinstance(item, Problem)] == [(str(library / name), reason)]
        assert len(items) == 1
    assert pairing_of(str(library / "no.srt")) is None


def test_an_empty_folder_is_a_brake(tmp_path: Path) -> None:
    items = list(pairings_at(str(tmp_path)))
    assert [item.level for item in items if isinstance(item, Notice)] == ["brake"]


def test_who_names_a_link_wants_it_followed_but_a_folder_keeps_to_itself(tmp_path: Path) -> None:
    put(tmp_path, "store/a.srt", "shown/a.mkv")
    (tmp_path / "shown/a.srt").symlink_to(tmp_path / "store/a.srt")
    assert found(tmp_path / "shown/a.srt") == {"a.srt": "a.mkv"}
    assert found(tmp_path / "shown") == {}
    assert found(tmp_path / "shown", within=str(tmp_path)) == {"a.srt": "a.mkv"}
