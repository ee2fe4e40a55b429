"""What worker processes run, on real files."""

from __future__ import annotations

import json
import os
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synctui.errors import OperationFailed
from synctui.model.cues import Cue
from synctui.timing import silero, tasks, voice_model
from synctui.timing.speech import DETECTOR
from tests.timing.films import RATE, Film, error_s, film, moved, write_media

RIGHT: Film = film(2, 10.0, 10.0)


def rows(cues: Any) -> list[list[Any]]:
    return [[cue.start, cue.end, cue.text] for cue in cues]


class Told:
    def __init__(self) -> None:
        self.lines: list[tuple[str, float | None]] = []

    def __call__(self, phase: str, fraction: float | None) -> None:
        self.lines.append((phase, fraction))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("media")
    path = os.path.join(folder, os.fsdecode(b"caf\xe9 -1 [x].mkv"))
    write_media(folder / "plain.mkv", [(0.0, RIGHT.samples)], codec="aac")
    os.rename(folder / "plain.mkv", path)
    return path


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


def test_a_file_is_aligned_and_the_result_passes_the_judge(video: str, cache: str) -> None:
    wrong = moved(RIGHT.cues, 12.3)
    told = Told()
    arguments = {"video": video, "cache": cache, "cues": rows(wrong), "max_offset": 240}
    first = tasks.align_cues(json.loads(json.dumps(arguments)), told)
    json.dumps(first)
    assert first["verdict"] == "aligned"
    assert first["offset_first_ms"] == pytest.approx(12_300, abs=100)
    assert error_s(wrong, RIGHT.cues, first["spans"]) < 0.1
    assert [fraction for phase, fraction in told.lines if phase == "listen"][-1] == pytest.approx(1, abs=0.2)

    again = tasks.align_cues(arguments, Told())
    assert again["cached"]
    assert not first["cached"]
    assert {k: v for k, v in again.items() if k != "cached"} == {k: v for k, v in first.items() if k != "cached"}

    verdict = tasks.judge_spans({**arguments, "spans": first["spans"]}, Told())
    json.dumps(verdict)
    assert verdict["plausible"], verdict["message"]


def test_speech_is_cached_once(video: str, tmp_path: Path) -> None:
    arguments = {"video": video, "cache": str(tmp_path)}
    first, second = tasks.speech_of(arguments, Told()), tasks.speech_of(arguments, Told())
    assert (first["cached"], second["cached"]) == (False, True)
    assert first["key"] == second["key"]
    assert second["duration_s"] == pytest.approx(600, abs=1)
    assert 0.2 < second["speech_share"] < 0.8
    assert second["track"]["codec"] == "aac"
    assert tasks.speech_of({"video": video}, Told())["key"] is None


def test_what_a_media_file_holds(video: str) -> None:
    answer = tasks.probe_media({"path": video}, Told())
    json.dumps(answer)
    assert answer["duration_s"] == pytest.approx(600, abs=1)
    assert answer["chosen"] == 0
    assert answer["audio"][0]["channels"] == 1


def test_speech_as_spans(video: str, cache: str) -> None:
    spans = tasks.spans_of_speech({"video": video, "cache": cache}, Told())["spans"]
    assert len(spans) > 40
    assert all(start < end for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    starts = np.array([start for start, _ in spans])
    near = [np.abs(starts - cue.start).min() < 400 for cue in RIGHT.cues]
    assert np.mean(near) > 0.6


def test_a_stream_as_wav_keeps_the_clock(tmp_path: Path) -> None:
    sound = np.full(RATE, 0.5, np.float32)
    write_media(tmp_path / "film.mkv", [(0.0, sound), (2.0, sound)], tracks=({}, {"language": "fre"}))
    out = tmp_path / "out.wav"
    answer = tasks.extract_audio({"video": str(tmp_path / "film.mkv"), "stream": 1, "out": str(out)}, Told())
    assert answer["track"]["language"] == "fre"
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(samples) == pytest.approx(3 * RATE, abs=50)
    assert np.abs(samples[int(1.2 * RATE) : int(1.8 * RATE)]).max() == 0
    assert samples[int(2.2 * RATE) : int(2.8 * RATE)].min() > 10_000


def test_a_reference_subtitle_needs_no_video() -> None:
    wrong = moved(RIGHT.cues, -5.0)
    arguments = {"video": "/nowhere", "cues": rows(wrong), "reference_cues": rows(RIGHT.cues)}
    answer = tasks.align_cues(arguments, Told())
    assert answer["verdict"] == "aligned"
    assert answer["offset_first_ms"] == pytest.approx(-5_000, abs=20)
    assert tasks.judge_spans({**arguments, "spans": answer["spans"]}, Told())["plausible"]


@pytest.mark.parametrize(("stream", "code"), [(3, "no_audio"), (-1, "no_audio")])
def test_a_track_that_is_not_there(video: str, stream: int, code: str) -> None:
    with pytest.raises(OperationFailed) as caught:
        tasks.speech_of({"video": video, "stream": stream}, Told())
    assert caught.value.code == code


def test_a_video_that_cannot_be_read(tmp_path: Path, cache: str) -> None:
    (tmp_path / "x.mkv").write_bytes(b"\0" * 5_000)
    with pytest.raises(OperationFailed) as caught:
        tasks.align_cues({"video": str(tmp_path / "x.mkv"), "cache": cache, "cues": []}, Told())
    assert caught.value.code == "video_unreadable"


def test_a_damaged_cache_is_made_again(video: str, tmp_path: Path) -> None:
    arguments = {"video": video, "cache": str(tmp_path)}
    tasks.speech_of(arguments, Told())
    (kept,) = tmp_path.glob("*.speech")
    kept.write_bytes(b"garbage")
    assert not tasks.speech_of(arguments, Told())["cached"]
    assert tasks.speech_of(arguments, Told())["cached"]


def test_what_heard_the_speech_is_told(video: str, cache: str) -> None:
    answer = tasks.align_cues(
        {"video": video, "cache": cache, "cues": rows(moved(RIGHT.cues, 3.0)), "detector": "bands"}, Told()
    )
    assert answer["detector"] == DETECTOR


@pytest.mark.skipif(not voice_model.available(), reason="the extra `speech` is not installed")
def test_the_better_detector_is_asked_only_in_doubt(video: str, cache: str) -> None:
    asked = {"video": video, "cache": cache, "detector": "auto"}
    sure = tasks.align_cues({**asked, "cues": rows(moved(RIGHT.cues, 3.0))}, Told())
    assert (sure["verdict"], sure["detector"]) == ("aligned", DETECTOR)
    middle = RIGHT.cues[len(RIGHT.cues) // 2].start
    late = [Cue(cue.start + 20_000 * (cue.start >= middle), cue.end + 20_000 * (cue.start >= middle)) for cue in RIGHT.cues]
    cut = tasks.align_cues({**asked, "cues": rows(late)}, Told())
    assert cut["detector"] == f"{DETECTOR}+{silero.DETECTOR}"
    # What was asked before changes nothing.
    assert tasks.align_cues({**asked, "cues": rows(moved(RIGHT.cues, 3.0))}, Told()) == {**sure, "cached": True}
