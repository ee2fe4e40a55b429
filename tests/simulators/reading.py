"""Reads what the demo wrote, by other programs' means."""

from __future__ import annotations

import codecs
from pathlib import Path

import av
import numpy as np
import pysubs2
from numpy.typing import NDArray


def decoded(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith(codecs.BOM_UTF16_LE):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def starts(path: Path) -> list[int]:
    """Return the starts (ms) of a subtitle's cues, comments left out."""
    lines = pysubs2.SSAFile.from_string(decoded(path), format_=path.suffix[1:])
    return [line.start for line in lines if not line.is_comment]


def loudness(path: Path, track: int = 0) -> NDArray[np.float64]:
    """Return the level in dB of every 10 ms of an audio track."""
    blocks: list[NDArray[np.float32]] = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", 16_000)
        for frame in container.decode(audio=track):
            blocks += [out.to_ndarray()[0] for out in resampler.resample(frame)]
    sound = np.concatenate(blocks)
    power = (sound[: len(sound) // 160 * 160].reshape(-1, 160).astype(np.float64) ** 2).mean(axis=1)
    return np.asarray(10 * np.log10(power + 1e-12))
