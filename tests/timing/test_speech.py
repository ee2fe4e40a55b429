"""Where people speak."""

from __future__ import annotations

import numpy as np
import pytest

from synctui.timing.speech import FPS, SpeechDetector, SpeechTrack
from tests.timing.films import RATE, Film, film, heard


def area_under_curve(found: Film) -> float:
    """Return how often a frame within a line is more probable than one outside."""
    track = found.track
    at = np.arange(len(track.probability)) / FPS + track.start_s + track.early_s
    inside = np.zeros(len(at), bool)
    for cue in found.cues:
        inside |= (at >= cue.start / 1000) & (at < cue.end / 1000)
    order = np.argsort(np.argsort(track.probability, kind="stable"))
    yes = int(inside.sum())
    return float((order[inside].sum() - yes * (yes - 1) / 2) / (yes * (len(at) - yes)))


@pytest.mark.parametrize(
    ("noise", "music", "least"),
    [(40.0, None, 0.93), (10.0, None, 0.9), (3.0, None, 0.88), (30.0, 8.0, 0.85), (30.0, 2.0, 0.79)],
)
def test_speech_is_told_from_noise_and_music(noise: float, music: float | None, least: float) -> None:
    assert area_under_curve(film(21, 5.0, noise, music)) > least


def test_blocks_of_any_size_give_the_same_track() -> None:
    samples = film(22, 2.0).samples
    whole, pieces = SpeechDetector(), SpeechDetector()
    whole.feed(samples)
    rng = np.random.default_rng(1)
    at = 0
    while at < len(samples):
        size = int(rng.integers(1, 40_000))
        pieces.feed(samples[at : at + size])
        at += size
    assert np.array_equal(whole.finish().probability, pieces.finish().probability)


def test_the_track_is_as_long_as_the_sound() -> None:
    track = heard(film(23, 2.0).samples)
    assert track.duration_s == pytest.approx(120, abs=0.2)


@pytest.mark.parametrize("level", [0.0, 1e-4], ids=["digital silence", "hum"])
def test_silence_is_no_speech(level: float) -> None:
    hum = (np.sin(np.arange(60 * RATE) * 0.02) * level).astype(np.float32)
    assert heard(hum).share == 0


def test_nothing_at_all() -> None:
    track = SpeechDetector().finish()
    assert track.share == 0
    assert SpeechTrack(np.zeros(0, np.uint8)).share == 0


def test_broken_samples_do_not_spread() -> None:
    samples = film(24, 1.0).samples.copy()
    samples[5 * RATE : 5 * RATE + 100] = 1e30
    assert np.isfinite(heard(samples).share)
