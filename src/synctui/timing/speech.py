"""Where people speak: a probability for every 10 ms, from the level of the voice and how it moves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synctui.timing.audio import RATE, AudioReader, Samples

FPS = 100
"""Frames of a speech track per second."""
DETECTOR = "bands-5"
"""Name and version of the detector: another one makes cached tracks stale."""

Floats = NDArray[np.float32]

_LOOKS = FPS // 2
"""How often in a second the spectrum is looked at: syllables are no faster. Frames between two looks are interpolated."""
_HOP = RATE // _LOOKS
_WINDOW = 512
_EDGES_HZ = (90, 180, 310, 500, 750, 1000, 1400, 2000, 2800, 4000, 6500)
_BINS = np.array([round(edge * _WINDOW / RATE) for edge in _EDGES_HZ])


@dataclass(frozen=True, slots=True)
class SpeechTrack:
    """Speech probability (0..255) of every frame of 10 ms; frame 0 is the one at `start_s` on the video's clock."""

    probability: NDArray[np.uint8]
    start_s: float = 0.0
    detector: str = DETECTOR
    early_s: float = 0.0
    """By how much speech seems to begin, and lines to fit, before they do: what smoothing does."""
    level: NDArray[np.uint8] | None = None
    """How loud the bands of speech are in every frame (0..255), hardly smoothed: its rises tell beginnings exactly."""
    begins_s: NDArray[np.float64] | None = None
    """Where lines begin exactly, when the track was made of another subtitle."""

    @property
    def duration_s(self) -> float:
        """Return where the track ends on the video's clock, in seconds."""
        return self.start_s + len(self.probability) / FPS

    @property
    def share(self) -> float:
        """Return the share of frames that are speech."""
        return float(np.mean(self.probability >= 128)) if len(self.probability) else 0.0


class LevelMeter:
    """Measures how loud the bands of audio (16 kHz, mono) are; holds band energies only, never the audio."""

    def __init__(self) -> None:
        # Half a window less half a hop: each look is then centred on its own 20 ms.
        self._rest: Samples = np.zeros((_WINDOW - _HOP) // 2, np.float32)
        self._bands: list[Floats] = []

    def feed(self, block: Samples) -> None:
        """Take the next block, of any length."""
        joined = np.concatenate([self._rest, cleaned(block)])
        count = max(0, (len(joined) - _WINDOW) // _HOP + 1)
        if count:
            self._bands.append(_band_levels(joined[: (count - 1) * _HOP + _WINDOW], count))
        self._rest = joined[count * _HOP :]

    def finish(self) -> Floats:
        """Return the log10 energies [looks, bands] of everything fed, one each 20 ms; the meter is empty then."""
        self.feed(np.zeros(_WINDOW, np.float32))
        bands, self._bands = self._bands, []
        return np.concatenate(bands)


def cleaned(block: Samples) -> Samples:
    """Return samples without the huge ones, and those that are no numbers, of broken decoders; full scale is 1."""
    return np.nan_to_num(np.clip(block, -4, 4), copy=False)


class SpeechDetector:
    """Turns blocks of audio (16 kHz, mono) into a speech track; holds band energies only, never the audio."""

    def __init__(self) -> None:
        self._meter = LevelMeter()

    def feed(self, block: Samples) -> None:
        """Take the next block, of any length."""
        self._meter.feed(block)

    def finish(self, start_s: float = 0.0) -> SpeechTrack:
        """Return the track of everything fed."""
        levels = self._meter.finish()
        probability = np.round(speech_probability(levels) * 255).astype(np.uint8)
        level = np.round(loudness(levels) * 255).astype(np.uint8)
        return SpeechTrack(probability, start_s, early_s=_EARLY_S, level=level)


class Detector(Protocol):
    """What tells where people speak, block by block of audio (16 kHz, mono)."""

    def feed(self, block: Samples) -> None:
        """Take the next block, of any length."""

    def finish(self, start_s: float = 0.0) -> SpeechTrack:
        """Return the track of everything fed."""


def detect(reader: AudioReader, detector: Detector | None = None) -> SpeechTrack:
    """Return the speech track of an audio stream; the next block is decoded while one is looked at.

    Without a `detector` a new `SpeechDetector` listens. Raises what reading raises.
    """
    detector = detector or SpeechDetector()
    with ThreadPoolExecutor(1) as ahead:
        for block in _prefetched(iter(reader), ahead):
            detector.feed(block)
    return detector.finish(reader.start_s)


def _prefetched(blocks: Iterator[Samples], ahead: ThreadPoolExecutor) -> Iterator[Samples]:
    coming = ahead.submit(next, blocks, None)
    while (block := coming.result()) is not None:
        coming = ahead.submit(next, blocks, None)
        yield block


_TAPER = np.hanning(_WINDOW).astype(np.float32)


def _band_levels(samples: Samples, count: int) -> Floats:
    """Return log10 energies [count, bands] of windows of 32 ms every 20 ms."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    levels = np.empty((count, len(_BINS) - 1), np.float32)
    for at in range(0, count, 512):
        spectrum = np.fft.rfft(windows[at : at + 512] * _TAPER)
        power = spectrum.real**2 + spectrum.imag**2
        levels[at : at + 512] = np.add.reduceat(power[:, : _BINS[-1]], _BINS[:-1], axis=1)
    return np.asarray(np.log10(levels + np.float32(1e-7)), np.float32)


# Which bands of `_EDGES_HZ` are looked at for what.
_VOICE = slice(1, 3)
"""Pitch, its first harmonics and the lowest formant: most of what voices have and least of what else films are made of."""
_LOW = slice(1, 4)
_SPEECH = range(1, 9)
_VOWEL = slice(2, 4)
_SIBILANT = 9
_RANGE = 6.0
"""60 dB below the loud parts everything is silence, be it digital or not."""
_STILL = 0.02
"""Where the level moves less than 0.2 dB nobody speaks, and there is nothing to compare with."""
# Logistic weights, fitted on recorded and synthetic voices in music, babble, effects and crowds from 15 down to 0 dB, and
# rounded: level of the voice, its syllabic movement, change of timbre, change between hiss and vowel.
_WEIGHTS = (3.1, 1.2, 0.9, 0.25)
_BIAS = 0.15
_EARLY_S = 0.08
"""Measured on lines that begin with the speech."""
_FARTHEST = 4.0
_TIMBRE_LAG = 4
_AROUND = 120 * _LOOKS


def speech_probability(levels: Floats) -> Floats:
    """Return the speech probability of every frame from band levels [looks, bands] (log10 of energy).

    Speech stands above what else is heard in the range of the voice, moves at the pace of syllables (2 to 10 Hz) there,
    and changes its timbre all the time, to and fro between vowels and sibilants; music holds its notes, noise its colour.
    """
    if not len(levels):
        return np.zeros(0, np.float32)
    levels = np.maximum(levels, np.float32(np.percentile(levels, 95) - _RANGE))
    if float(np.std(levels[:, _SPEECH].mean(axis=1))) < _STILL:
        return np.zeros(2 * len(levels), np.float32)
    voice = _smooth(levels[:, _VOICE].mean(axis=1), 10)
    evidence = np.full(len(levels), np.float32(_BIAS))
    for weight, feature in zip(
        _WEIGHTS,
        (
            # Half of what the minutes around are like is taken off: films are mixed evenly, but not quite.
            voice - np.float32(0.5) * _average(voice, _AROUND),
            _strength(_syllabic(levels[:, _LOW].mean(axis=1)) ** 2),
            _strength_of_change(levels),
            _strength(_syllabic(levels[:, _SIBILANT] - levels[:, _VOWEL].mean(axis=1), 30) ** 2),
        ),
        strict=True,
    ):
        standard = (feature - np.median(feature)) / (np.std(feature) + 1e-6)
        evidence += np.float32(weight) * np.clip(standard, -_FARTHEST, _FARTHEST).astype(np.float32)
    return _frames(np.asarray(1 / (1 + np.exp(-evidence)), np.float32))


def _strength_of_change(levels: Floats) -> Floats:
    """Return how fast the timbre changes: the movement of the bands of speech less what all of them do at once."""
    mean = np.zeros(len(levels), np.float32)
    shapes = []
    for band in range(levels.shape[1]):
        smoothed = _smooth(levels[:, band], 3)
        mean += smoothed
        if band in _SPEECH:
            shapes.append(smoothed)
    mean /= np.float32(levels.shape[1])
    power = np.zeros(len(levels), np.float32)
    lag = _TIMBRE_LAG
    if len(levels) > 2 * lag:
        for shape in shapes:
            shape -= mean
            power[lag:-lag] += (shape[2 * lag :] - shape[: -2 * lag]) ** 2
    return _smooth(np.sqrt(power / np.float32(len(shapes))), 20)


def loudness(levels: Floats) -> Floats:
    """Return how far the bands of speech stand above what is always there, from 0 to 1 (10 dB and more), in every frame."""
    if not len(levels):
        return np.zeros(0, np.float32)
    levels = np.maximum(levels, np.float32(np.percentile(levels, 95) - _RANGE))
    return _frames(np.clip(_smooth(np.clip(_above(levels, tuple(_SPEECH)), 0, 1), 3), 0, 1))


def _above(levels: Floats, bands: tuple[int, ...]) -> Floats:
    """Return how far the bands stand above what is always there, on average."""
    total = np.zeros(len(levels), np.float32)
    for band in bands:
        total += np.clip(levels[:, band] - _floor(levels[:, band]), -0.3, 3.0)
    return total / np.float32(len(bands))


def _syllabic(level: Floats, slow: int = 20) -> Floats:
    """Return the movement of a level at the pace of syllables."""
    return _smooth(level, 3) - _smooth(level, slow)


def _strength(power: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(_smooth(power, 20), 0)), np.float32)


def _average(values: Floats, around: int) -> Floats:
    """Return the mean of the values within `around` looks, fewer at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    place = np.arange(len(values))
    first, last = np.maximum(place - around, 0), np.minimum(place + around + 1, len(values))
    return np.asarray((total[last] - total[first]) / (last - first), np.float32)


def _smooth(values: Floats, looks: int) -> Floats:
    kernel = np.hanning(looks + 2)[1:-1].astype(np.float32)
    return np.asarray(np.convolve(values, kernel / kernel.sum(), "same")[: len(values)], np.float32)


def _floor(level: Floats) -> Floats:
    """Return the level of what is always there: a low percentile of each second, followed over some 17 s."""
    seconds = -(-len(level) // _LOOKS)
    padded = np.pad(level, (0, seconds * _LOOKS - len(level)), mode="edge").reshape(seconds, _LOOKS)
    low = np.percentile(padded, 20, axis=1)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(low, 8, mode="edge"), 17)
    floor = 0.5 * around.min(axis=1) + 0.5 * np.percentile(around, 30, axis=1)
    return np.asarray(np.interp(np.arange(len(level)), np.arange(seconds) * _LOOKS + _LOOKS / 2, floor), np.float32)


def _frames(looks: Floats) -> Floats:
    """Return values of frames of 10 ms, two for each look, between which they are interpolated."""
    if not len(looks):
        return looks
    frames = np.repeat(looks * np.float32(0.75), 2)
    frames[2::2] += looks[:-1] * np.float32(0.25)
    frames[1:-1:2] += looks[1:] * np.float32(0.25)
    frames[0] += looks[0] * np.float32(0.25)
    frames[-1] += looks[-1] * np.float32(0.25)
    return frames
