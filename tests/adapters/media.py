"""Short real recordings for the engines: synthesised sentences at known times, in a real container."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from synctui.model.cues import Cue

RATE = 16_000
DATA = Path(__file__).parent / "data"

Samples = NDArray[np.int16]


def sentences() -> list[Samples]:
    """Return the spoken sentences, mono, 16 kHz."""
    return [_decode(path) for path in sorted(DATA.glob("line*.opus"))]


def _decode(path: Path) -> Samples:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    parts: list[Samples] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts)


def talk(lines: Sequence[Samples], seconds: int, seed: int) -> tuple[Samples, list[Cue]]:
    """Return audio with the sentences at irregular times, and the cues that fit it."""
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    audio = noise.normal(0, 12, seconds * RATE)
    cues: list[Cue] = []
    at = 4.0
    while True:
        number = chance.randrange(len(lines))
        spoken = lines[number]
        length = len(spoken) / RATE
        if at + length > seconds - 2:
            return audio.clip(-32768, 32767).astype(np.int16), cues
        first = int(at * RATE)
        audio[first : first + len(spoken)] += spoken
        cues.append(Cue(round(at * 1000), round((at + length) * 1000), f"Line {len(cues) + 1}: sentence {number}"))
        at += length + (chance.uniform(3, 7) if chance.random() < 0.25 else chance.uniform(0.25, 1.6))


def write_media(path: Path, *tracks: Samples) -> None:
    """Write a container with the given audio tracks (PCM)."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=RATE, layout="mono") for _ in tracks]
        for stream, samples in zip(streams, tracks, strict=True):
            for first in range(0, len(samples), RATE):
                frame = av.AudioFrame.from_ndarray(samples[first : first + RATE].reshape(1, -1), format="s16", layout="mono")
                frame.sample_rate, frame.pts = RATE, first
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
