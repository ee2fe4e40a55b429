"""Speech from the programs flite and espeak-ng, as 48 kHz mono floats."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Sound = NDArray[np.float32]

FLITE = frozenset(("awb", "kal16", "rms", "slt"))
SPEECH_LEVEL = 0.09  # RMS of the voiced frames, about -21 dBFS
ESPEAK_SPEED = {"de": "150", "ja": "135", "en": "155"}


def say(voice: str, text: str) -> Sound:
    """Return `text` spoken; `voice` is a flite voice with optional semitones (`slt:-1`), or an espeak-ng voice (`de+f2`)."""
    name, _, semitones = voice.partition(":")
    pitch = 2 ** (int(semitones or 0) / 12)
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        if name in FLITE:
            argv = ["flite", "-voice", name, "--setf", f"duration_stretch={pitch * 1.04:.4f}", "-t", text, "-o", str(wav)]
        else:
            argv = ["espeak-ng", "-v", name, "-s", ESPEAK_SPEED[name[:2]], "-w", str(wav), text]
        subprocess.run(argv, check=True, capture_output=True)
        sound = read_wave(wav, pitch)
    sound -= sound.mean()
    return np.asarray(sound * (SPEECH_LEVEL / _voiced_level(sound)), dtype=np.float32)


def read_wave(path: Path, pitch: float = 1.0) -> Sound:
    """Return a sound file at 48 kHz, played `pitch` times as fast."""
    chunks: list[Sound] = []
    with av.open(str(path)) as container:
        resampler = None
        for frame in container.decode(audio=0):
            frame.sample_rate = round(frame.sample_rate * pitch)
            resampler = resampler or av.AudioResampler("flt", "mono", RATE)
            frame.pts = None
            chunks += [out.to_ndarray()[0] for out in resampler.resample(frame)]
        if resampler:
            chunks += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(chunks).astype(np.float32)


def levels(sound: Sound, step: int = RATE // 100) -> Sound:
    """Return the RMS of every 10 ms."""
    whole = sound[: len(sound) // step * step].reshape(-1, step)
    return np.asarray(np.sqrt((whole.astype(np.float64) ** 2).mean(axis=1)), dtype=np.float32)


def _voiced_level(sound: Sound) -> float:
    each = levels(sound)
    return float(np.sqrt((each[each > each.max() * 0.1] ** 2).mean()))


def trim(sound: Sound, threshold_db: float = -28.0) -> Sound:
    """Return the sound from its first to its last 10 ms above a threshold, relative to the loudest (voices hiss at -38)."""
    each = levels(sound)
    loud = np.flatnonzero(each > each.max() * 10 ** (threshold_db / 20))
    step = RATE // 100
    return sound[loud[0] * step : (loud[-1] + 1) * step]
