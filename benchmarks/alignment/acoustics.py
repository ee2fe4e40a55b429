"""Sound as arrays: decoding, levels, trimming, pitch, rooms and shaped noise. Mono, float32, 16 kHz unless said."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
FRAME = RATE // 100
Sound = NDArray[np.float32]


def decode(path: Path, form: str | None = None) -> Sound:
    """Return a whole file as mono sound, its full scale being 1."""
    parts: list[Sound] = []
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(str(path), format=form) as container:
        for frame in container.decode(audio=0):
            parts += [_samples(made)[0] for made in resampler.resample(frame)]
    parts += [_samples(made)[0] for made in resampler.resample(None)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _samples(frame: av.AudioFrame) -> Sound:
    return frame.to_ndarray().astype(np.float32, copy=False)


def decode_stereo(path: Path, at_s: float, seconds: float, rate: int) -> NDArray[np.float32]:
    """Return a part of a file, float32 of shape [2, n]; shorter where the file ends earlier."""
    parts: list[NDArray[np.float32]] = []
    resampler = av.AudioResampler("fltp", "stereo", rate)
    wanted, have, skip = round(seconds * rate), 0, -1
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        if at_s > 1:
            container.seek(int((at_s - 1) * av.time_base))
        for frame in container.decode(stream):
            for made in resampler.resample(frame):
                if skip < 0:
                    skip = max(0, round((at_s - float(made.time or 0)) * rate))
                block = _samples(made)
                kept = block[:, skip:] if skip < block.shape[1] else block[:, :0]
                skip = max(0, skip - block.shape[1])
                parts.append(kept)
                have += kept.shape[1]
            if have >= wanted:
                break
    return np.concatenate(parts, axis=1)[:, :wanted] if parts else np.zeros((2, 0), np.float32)


def length_s(path: Path) -> float:
    """Return how long a file plays."""
    with av.open(str(path)) as container:
        return (container.duration or 0) / av.time_base


def rms(sound: NDArray[np.float32]) -> float:
    """Return the root of the mean power."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else 0.0


def levels(sound: Sound) -> NDArray[np.float64]:
    """Return the level of each 10 ms."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    return np.asarray(np.sqrt(np.mean(np.square(frames, dtype=np.float64), axis=1)))


def trim(sound: Sound, below: float = 0.03) -> Sound:
    """Return the sound without what is quieter than this share of its loudest 10 ms, at both ends."""
    level = levels(sound)
    loud = np.nonzero(level > below * level.max(initial=0))[0]
    return sound[loud[0] * FRAME : (loud[-1] + 1) * FRAME] if len(loud) else sound[:0]


def cut_at_pauses(sound: Sound, longest_s: float = 4.5, pause_s: float = 0.18) -> list[Sound]:
    """Return trimmed parts of at most about this length, cut in the middle of their longest pauses."""
    sound = trim(sound)
    if len(sound) <= longest_s * RATE:
        return [sound] if len(sound) else []
    level = levels(sound)
    quiet = np.concatenate(([0], (level <= 0.03 * level.max()).astype(np.int8), [0]))
    begins, ends = np.nonzero(np.diff(quiet) == 1)[0], np.nonzero(np.diff(quiet) == -1)[0]
    if not len(begins) or (ends - begins).max() < pause_s * 100:
        return []
    best = int(np.argmax(ends - begins))
    middle = int(begins[best] + ends[best]) // 2 * FRAME
    return cut_at_pauses(sound[:middle], longest_s, pause_s) + cut_at_pauses(sound[middle:], longest_s, pause_s)


def repitched(sound: Sound, factor: float) -> Sound:
    """Return the sound played `factor` times as fast: another speaker's pitch, vowels and pace."""
    if factor == 1 or not len(sound):
        return sound
    count = round(len(sound) / factor)
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(count // 2 + 1, np.complex128)
    bins = min(len(kept), len(spectrum))
    kept[:bins] = spectrum[:bins]
    return (np.fft.irfft(kept, count) * (count / len(sound))).astype(np.float32)


def convolved(sound: Sound, response: NDArray[np.float64]) -> Sound:
    """Return the sound in a room, as long as it was."""
    size = 1 << (len(sound) + len(response) - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return wet[: len(sound)].astype(np.float32)


def room(chance: np.random.Generator, decay_s: float, wet: float) -> NDArray[np.float64]:
    """Return an impulse response: the direct sound, some early reflections, and a tail that falls 60 dB in `decay_s`."""
    count = int(decay_s * RATE)
    time = np.arange(count) / RATE
    tail = chance.standard_normal(count) * 10 ** (-3 * time / decay_s) * (time > 0.018)
    for _ in range(6):
        tail[int(chance.uniform(0.004, 0.05) * RATE)] += chance.uniform(1, 4) * chance.choice((-1, 1))
    tail *= wet / np.sqrt(np.sum(tail**2))
    tail[0] += 1
    return np.asarray(tail)


def shaped_noise(chance: np.random.Generator, count: int, low: float, high: float, slope: float) -> Sound:
    """Return noise of RMS 1 between two frequencies, falling as frequency to the power of `slope`; 30 s, repeated."""
    period = min(count, 30 * RATE)
    spectrum = np.fft.rfft(chance.standard_normal(period))
    frequency = np.fft.rfftfreq(period, 1 / RATE)
    made = np.fft.irfft(
        spectrum * np.where((frequency > low) & (frequency < high), np.maximum(frequency, 30) ** -slope, 0), period
    )
    made /= max(1e-9, float(np.sqrt(np.mean(made**2))))
    return np.resize(made, count).astype(np.float32)


def smooth_random(chance: np.random.Generator, count: int, every_s: float) -> Sound:
    """Return a curve between 0 and 1 that wanders to another value in each such time."""
    knots = chance.uniform(0, 1, max(2, int(count / RATE / every_s) + 2))
    return np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots).astype(np.float32)


def faded(count: int, seconds: float, rate: int) -> Sound:
    """Return the curve of a fade in and out."""
    edge = max(1, min(count // 2, int(seconds * rate)))
    ramp = np.ones(count, np.float32)
    ramp[:edge] = np.linspace(0, 1, edge, dtype=np.float32)
    ramp[count - edge :] = np.minimum(ramp[count - edge :], np.linspace(1, 0, edge, dtype=np.float32))
    return ramp
