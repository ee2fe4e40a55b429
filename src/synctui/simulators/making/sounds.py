"""Rooms, sound effects and music, all computed: 48 kHz mono floats, the same in every run."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from synctui.simulators.making.voices import RATE, Sound

Wave = NDArray[np.float64]

ROOM_LEVEL = 10 ** (-57 / 20)
AIR_LEVEL = 10 ** (-63 / 20)
CHORDS = {  # semitones above the key, one tuple a bar
    "ship": (45, ((0, 7, 16), (-3, 4, 12), (5, 9, 17), (-5, 7, 14))),
    "sea": (43, ((0, 7, 15), (-4, 3, 12), (-2, 5, 14), (0, 7, 12))),
    "train": (48, ((0, 4, 7), (-3, 4, 9), (2, 5, 9), (-1, 5, 7))),
    "deep": (50, ((0, 5, 10), (-2, 5, 12), (3, 7, 14), (0, 7, 12))),
    "wind": (46, ((0, 7, 10), (3, 7, 14), (-2, 5, 10), (0, 3, 7))),
    "cave": (41, ((0, 6, 12), (-1, 5, 11), (-3, 3, 9), (0, 7, 12))),
    "studio": (48, ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 12))),
}


def _random(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _noise(name: str, count: int, low: float, high: float, slope: float) -> Wave:
    """Return noise between two frequencies whose amplitude falls as f**-slope, with RMS 1."""
    spectrum = np.fft.rfft(_random(name).standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    shape = np.where((frequency >= low) & (frequency <= high), np.maximum(frequency, 20.0) ** -slope, 0.0)
    wave = np.fft.irfft(spectrum * shape, count)
    return np.asarray(wave / np.sqrt((wave**2).mean()))


def _seconds(count: int) -> Wave:
    return np.arange(count) / RATE


def room(tone: str, seconds: float, part: int = 0) -> Sound:
    """Return the quiet sound of a place; parts differ."""
    count = round(seconds * RATE)
    t = _seconds(count) + part * 7.3
    name = f"{tone}{part}"
    if tone == "ship":
        wave = _noise(name, count, 30, 900, 1.0) + 0.5 * np.sin(2 * np.pi * 60 * t) + 0.25 * np.sin(2 * np.pi * 120 * t)
    elif tone == "sea":
        wave = _noise(name, count, 80, 3000, 0.7) * (0.7 + 0.3 * np.sin(2 * np.pi * t / 6.1))
    elif tone == "train":
        wave = _noise(name, count, 30, 1200, 1.1) * (0.8 + 0.2 * np.cos(2 * np.pi * t / 0.75) ** 8)
    elif tone == "deep":
        wave = _noise(name, count, 25, 500, 0.9) * (0.8 + 0.2 * np.sin(2 * np.pi * t / 4.3))
    elif tone == "wind":
        wave = _noise(name, count, 90, 900, 1.1) * (0.4 + 0.15 * np.sin(2 * np.pi * t / 5.2))
    else:
        wave = _noise(name, count, 40, 2500, 1.0)
    air = _noise(f"{name} air", count, 60, 12_000, 0.4)
    return np.asarray(wave * ROOM_LEVEL + air * AIR_LEVEL, dtype=np.float32)


def effect(name: str, tone: str) -> Sound:
    """Return a sound effect heard in a place."""
    wave = np.zeros(round(1.8 * RATE))
    t = _seconds(len(wave))
    if name == "click":
        for at in (0.10, 0.34):
            wave += _decay(t, at, 90) * _noise("click", len(wave), 900, 6000, 0.3) * 0.12
    elif name == "knock":
        for at in (0.05, 0.60, 1.15):
            wave += _decay(t, at, 35) * (np.sin(2 * np.pi * 140 * t) + 0.4 * _noise("knock", len(wave), 80, 700, 0.5)) * 0.2
    elif name == "horn":
        swell = np.clip(t / 0.25, 0, 1) * np.clip((1.75 - t) / 0.4, 0, 1)
        wave += swell * sum(np.sin(2 * np.pi * 87 * k * t) / k for k in (1, 2, 3, 4)) * 0.09
    elif name == "bell":
        for ratio, level in ((1.0, 1.0), (2.76, 0.5), (5.4, 0.25)):
            wave += _decay(t, 0.05, 2.5 * ratio) * np.sin(2 * np.pi * 520 * ratio * t) * level * 0.1
    elif name == "splash":
        wave += _decay(t, 0.05, 5) * _noise("splash", len(wave), 300, 5000, 0.6) * 0.12
    else:
        raise ValueError(f"no effect is called {name!r}")
    wave *= np.clip((1.8 - t) / 0.1, 0, 1)
    return np.asarray(wave, dtype=np.float32) + room(tone, 1.8, 90)


def _decay(t: Wave, at: float, speed: float) -> Wave:
    return np.where(t >= at, np.clip((t - at) / 0.003, 0, 1) * np.exp(-np.maximum(t - at, 0) * speed), 0.0)


def music(tone: str, bars: int) -> Sound:
    """Return soft chords with a plucked melody over the room, faded in and out; about 2.3 s a bar."""
    key, chords = CHORDS[tone]
    beat = 0.56 + 0.02 * (key % 4)
    wave = np.zeros(round((bars * 4 * beat + 1.2) * RATE))
    t = _seconds(len(wave))
    random = _random(f"music {tone} {bars}")
    for bar in range(bars):
        chord = chords[bar % len(chords)]
        start = bar * 4 * beat
        swell = np.clip((t - start) / 0.7, 0, 1) * np.clip((start + 4 * beat + 0.9 - t) / 0.9, 0, 1)
        for note in chord:
            pitch = 440 * 2 ** ((key + note - 69) / 12)
            wave += swell * (np.sin(2 * np.pi * pitch * t) + 0.4 * np.sin(2 * np.pi * pitch * 2.003 * t)) * 0.03
        for step in range(8):
            note = int(random.choice(chord)) + 12 * int(random.integers(1, 3))
            pitch = 440 * 2 ** ((key + note - 69) / 12)
            pluck = _decay(t, start + step * beat / 2, 4.0)
            wave += pluck * (np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(6 * np.pi * pitch * t)) * 0.035
    wave *= np.clip(t / 0.8, 0, 1) * np.clip((t[-1] - t) / 1.6, 0, 1)
    return np.asarray(wave, dtype=np.float32) + room(tone, len(wave) / RATE, 91)
