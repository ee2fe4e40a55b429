"""An alignment in equal parts of a film."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from synctui.model.cues import Cue
from synctui.model.library import AudioTrack
from synctui.timing.media import choose_audio, why_chosen
from synctui.timing.picture import Heard, length_s, offsets, offsets_told, share_of_lines, share_of_speech
from synctui.timing.speech import SpeechTrack


def cue(start_s: float, end_s: float, text: str = "words") -> Cue:
    return Cue(round(start_s * 1000), round(end_s * 1000), text)


def test_lines_are_shared_out_exactly_and_overlaps_count_once() -> None:
    cues = [cue(0, 5), cue(12, 14), cue(13, 16), cue(13, 14), cue(38, 42)]
    assert share_of_lines(cues, 40, 4) == [0.5, 0.4, 0.0, 0.2]
    assert sum(share_of_lines(cues, 40, 400)) / 10 == pytest.approx(11, abs=0.01)
    assert share_of_lines([], 40, 4) == [0.0] * 4


def test_songs_are_drawn_only_where_there_is_nothing_else() -> None:
    song = [cue(0, 10, "♪ la ♪")]
    assert share_of_lines([*song, cue(10, 15)], 20, 2) == [0.0, 0.5]
    assert share_of_lines(song, 20, 2) == [1.0, 0.0]


def test_speech_stands_where_it_is_said_on_the_clock_of_the_video() -> None:
    track = SpeechTrack(np.repeat(np.array([255, 0, 255], np.uint8), 1000), start_s=4.925, early_s=0.075)
    assert track.duration_s == pytest.approx(34.925)
    assert share_of_speech(track, 40, 8) == [0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    assert share_of_speech(SpeechTrack(np.zeros(0, np.uint8)), 40, 2) == [0.0, 0.0]


def test_offsets_stand_where_lines_stand_now() -> None:
    before = [cue(5, 6), cue(15, 16), cue(25, 26)]
    after = [cue(6, 7), cue(16, 17), cue(35, 36)]
    assert offsets(before, after, 40, 4) == [1.0, 1.0, None, 10.0]
    assert offsets_told([cue(at, at + 1) for at in range(0, 41, 4)], (-1000, -2000, -3000), 40, 4) == [
        -1.25,
        -1.75,
        -2.25,
        -2.75,
    ]
    assert offsets_told([cue(20, 21)], (500, 500, 500), 40, 4) == [None, 0.5, 0.5, None]
    assert offsets_told([], (1, 2, 3), 40, 2) == offsets_told(before, (), 40, 2) == [None, None]


def test_a_line_far_behind_the_film_does_not_squeeze_it() -> None:
    heard = Heard(100.0, None)
    assert length_s(heard, [[cue(5, 6)]]) == 100.0
    assert length_s(heard, [[cue(5, 6), cue(120, 121)]]) == 121.0
    assert length_s(heard, [[cue(5, 6), cue(36_000, 36_001)]]) == 200.0
    assert length_s(Heard(0.0, None), [[cue(5, 6)], []]) == 6.0


def test_why_a_track_is_listened_to_is_what_sets_it_apart() -> None:
    def track(index: int, language: str | None = None, **more: Any) -> AudioTrack:
        return AudioTrack(index, index, language=language, **more)

    cases = {
        "the only one": [track(0)],
        "the only one that is no commentary": [track(0, commentary=True), track(1)],
        "marked as the original": [track(0, default=True), track(1, original=True)],
        "the only one that is not dubbed": [track(0, dubbed=True), track(1)],
        "in the language of the subtitle": [track(0, "ger", default=True), track(1, "eng")],
        "marked as the default": [track(0), track(1, default=True)],
        "the first": [track(0), track(1)],
    }
    for words, tracks in cases.items():
        assert why_chosen(tracks, ["en"]) == words
        assert choose_audio(tracks, ["en"]).index == (0 if words in ("the only one", "the first") else 1)
