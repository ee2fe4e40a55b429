"""What is heard behind speech: music, babble, effects, a crowd, and the tone of a quiet room."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from benchmarks.alignment.acoustics import (
    RATE,
    Sound,
    convolved,
    decode_stereo,
    faded,
    length_s,
    repitched,
    rms,
    room,
    shaped_noise,
    smooth_random,
)
from benchmarks.alignment.packages import MUSIC_PACKAGES, Packages
from benchmarks.alignment.voices import Voice

SHORTEST_TRACK_S = 60.0


@dataclass(frozen=True, slots=True)
class MusicCue:
    """A part of a track, heard in the film from `start_s` on at the loudness `level` (RMS)."""

    start_s: float
    seconds: float
    track: Path
    at_s: float
    level: float

    def sound(self, rate: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """Return it in stereo, float32 of shape [2, n], faded in and out."""
        made = decode_stereo(self.track, self.at_s, self.seconds, rate)
        if not made.size:
            return made
        return np.asarray(made * (self.level / max(rms(made), 1e-3)) * faded(made.shape[1], 1.2, rate), np.float32)


def tracks_of(split: str, packages: Packages) -> list[Path]:
    """Return the music of a split: the even tracks of both packages for dev, the odd ones for test."""
    packages.fetch(MUSIC_PACKAGES)
    found = [path for name in MUSIC_PACKAGES for path in packages.files(name, "*.ogg", "*.opus")]
    long = [path for path in found if length_s(path) >= SHORTEST_TRACK_S]
    return long[0 if split == "dev" else 1 :: 2]


def music_cues(
    chance: np.random.Generator, tracks: Sequence[Path], begin_s: float, end_s: float, level: float
) -> list[MusicCue]:
    """Return music for a time, one track after the other where one is too short."""
    cues = []
    while end_s - begin_s > 1:
        track = tracks[int(chance.integers(len(tracks)))]
        whole = length_s(track)
        seconds = min(end_s - begin_s, whole - 10)
        cues.append(MusicCue(begin_s, seconds, track, float(chance.uniform(3, whole - seconds - 4)), level))
        begin_s += seconds
    return cues


def babble(chance: np.random.Generator, count: int, voices: Sequence[Voice]) -> Sound:
    """Return 3 to 6 people who talk at once, each with pauses of their own."""
    made = np.zeros(count, np.float32)
    for _ in range(int(chance.integers(3, 7))):
        talker = _talk(chance, count, voices[int(chance.integers(len(voices)))], float(chance.uniform(0.85, 1.15)))
        made += talker * np.float32(chance.uniform(0.5, 1.0))
    return convolved(made, room(chance, 0.35, 0.5))


def crowd(chance: np.random.Generator, count: int, voices: Sequence[Voice]) -> Sound:
    """Return 15 and more people far away in a large room, dull and blurred, over its noise."""
    streams = [
        _talk(chance, min(count, 40 * RATE), voices[int(chance.integers(len(voices)))], float(chance.uniform(0.85, 1.15)))
        for _ in range(6)
    ]
    made = np.zeros(count, np.float32)
    for number in range(18):
        stream = streams[number % len(streams)]
        made += np.resize(np.roll(stream, int(chance.integers(len(stream)))), count) * np.float32(chance.uniform(0.4, 1))
    size = len(made)
    spectrum = np.fft.rfft(made)
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    dull = np.fft.irfft(spectrum / np.sqrt(1 + (frequency / 1800) ** 4), size).astype(np.float32)
    wet = convolved(dull, room(chance, 1.4, 1.6))
    return wet + shaped_noise(chance, count, 60, 6000, 0.5) * np.float32(rms(wet) * 0.35)


def _talk(chance: np.random.Generator, count: int, voice: Voice, pitch: float) -> Sound:
    made = np.zeros(count, np.float32)
    at = int(chance.uniform(-1, 1.5) * RATE)
    while at < count:
        sound = repitched(voice.utterance(int(chance.integers(voice.count))), pitch)
        if at >= 0:
            part = sound[: count - at]
            made[at : at + len(part)] += part
        at += len(sound) + int(chance.exponential(0.35) * RATE)
    return made


def effects(chance: np.random.Generator, count: int, recorded: Sequence[Sound]) -> Sound:
    """Return bangs, knocks, steps and recorded effects over wind or an engine."""
    bed = _engine(chance, count) if chance.random() < 0.45 else _wind(chance, count)
    made = bed * np.float32(chance.uniform(0.2, 0.6))
    at = int(chance.exponential(1.0) * RATE)
    while at < count:
        event = _event(chance, recorded) * np.float32(10 ** (chance.uniform(-8, 8) / 20))
        part = event[: count - at]
        made[at : at + len(part)] += part
        at += int((0.15 + chance.exponential(1.6)) * RATE)
    return made


def _event(chance: np.random.Generator, recorded: Sequence[Sound]) -> Sound:
    kind = chance.random()
    if recorded and kind < 0.5:
        return repitched(recorded[int(chance.integers(len(recorded)))], float(chance.uniform(0.8, 1.25)))
    if kind < 0.65:
        return _burst(chance, float(chance.uniform(0.15, 0.9)), 40, float(chance.uniform(800, 6000)))
    knock = _burst(chance, 0.08, 150, 1800)
    gap, strokes = (0.5, 12) if kind > 0.82 else (0.22, 4)
    return _repeated(chance, knock, int(chance.integers(3, strokes + 1)), gap * float(chance.uniform(0.8, 1.25)))


def _burst(chance: np.random.Generator, seconds: float, low: float, high: float) -> Sound:
    count = int(seconds * RATE)
    fall = np.exp(-6 * np.arange(count) / count).astype(np.float32)
    return shaped_noise(chance, count, low, high, 0.3) * fall


def _repeated(chance: np.random.Generator, stroke: Sound, times: int, every_s: float) -> Sound:
    step = int(every_s * RATE)
    made = np.zeros(step * times + len(stroke), np.float32)
    for number in range(times):
        at = number * step + int(chance.uniform(0, 0.04) * RATE)
        made[at : at + len(stroke)] += (stroke * np.float32(chance.uniform(0.6, 1)))[: len(made) - at]
    return made


def _engine(chance: np.random.Generator, count: int) -> Sound:
    turns = 28 + 40 * smooth_random(chance, count, 4.0)
    phase = np.cumsum(turns / RATE, dtype=np.float64) * 2 * np.pi
    made = sum((np.sin(number * phase) / number for number in range(1, 9)), np.zeros(count))
    return np.asarray(made, np.float32) * 0.5 + shaped_noise(chance, count, 50, 3000, 0.7) * 0.5


def _wind(chance: np.random.Generator, count: int) -> Sound:
    gusts = 0.25 + smooth_random(chance, count, 1.7) ** 2
    return shaped_noise(chance, count, 60, 2500, 0.8) * gusts


def room_tone(chance: np.random.Generator, count: int) -> Sound:
    """Return the faint noise of a quiet place."""
    return shaped_noise(chance, count, 40, 7000, 0.5)


@cache
def recorded_effects(packages: Packages) -> tuple[Sound, ...]:
    """Return the sound effects of a game, at an even loudness; format: 16-bit type 3, rate, count, unsigned bytes."""
    sounds = []
    for path in packages.files("freedoom", "freedoom2.wad"):
        data = path.read_bytes()
        entries, at = struct.unpack("<ii", data[4:12])
        for number in range(entries):
            begin, size, name = struct.unpack_from("<ii8s", data, at + 16 * number)
            # The soldiers' calls are words.
            if not name.startswith(b"DS") or name.startswith((b"DSSSSIT", b"DSRADIO")) or size < 2000:
                continue
            _, rate, count = struct.unpack_from("<HHI", data, begin)
            raw: Sound = np.frombuffer(data, np.uint8, min(count, size - 8), begin + 8).astype(np.float32)
            sound = repitched(raw / np.float32(128) - np.float32(1), rate / RATE)
            if rms(sound) > 0.005:
                sounds.append(sound / np.float32(rms(sound)))
    return tuple(sounds)


KINDS: dict[str, Callable[[np.random.Generator, int, Sequence[Voice], Packages], Sound]] = {
    "babble": lambda chance, count, voices, packages: babble(chance, count, voices),
    "crowd": lambda chance, count, voices, packages: crowd(chance, count, voices),
    "effects": lambda chance, count, voices, packages: effects(chance, count, recorded_effects(packages)),
    "quiet": lambda chance, count, voices, packages: room_tone(chance, count),
}
"""Everything but music, which is mixed in stereo while the film is written."""
