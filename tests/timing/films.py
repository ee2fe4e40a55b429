"""Films for the tests: recorded sentences put together, with the subtitles that belong to them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from synctui.model.cues import Cue
from synctui.timing.speech import SpeechDetector, SpeechTrack

RATE = 16_000
DATA = Path(__file__).parent / "data"
Samples = NDArray[np.float32]


@functools.cache
def sentences() -> tuple[Samples, ...]:
    """Return the recorded sentences (16 kHz)."""
    with av.open(str(DATA / "voices.opus")) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    whole = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.float32)
    edges = [line.split() for line in (DATA / "voices.txt").read_text().splitlines()]
    return tuple(whole[int(first) : int(last)] for first, last in edges)


@dataclass(frozen=True)
class Film:
    """Sound, and the cues that are right for it."""

    samples: Samples
    cues: tuple[Cue, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    @functools.cached_property
    def track(self) -> SpeechTrack:
        return heard(self.samples)


def heard(samples: Samples) -> SpeechTrack:
    """Return the speech track of samples."""
    detector = SpeechDetector()
    for at in range(0, len(samples), 30 * RATE):
        detector.feed(samples[at : at + 30 * RATE])
    return detector.finish()


@functools.cache
def film(seed: int, minutes: float = 8.0, noise_db: float | None = 30.0, music_db: float | None = None) -> Film:
    """Return a film of scenes with pauses; `noise_db` and `music_db` are how far speech stands above them."""
    rng = np.random.default_rng(seed)
    voices, count = sentences(), int(minutes * 60 * RATE)
    samples = np.zeros(count, np.float32)
    cues: list[Cue] = []
    at = float(rng.uniform(3, 15))
    while at < minutes * 60 - 15:
        for _ in range(int(rng.integers(4, 20))):
            voice = voices[int(rng.integers(len(voices)))]
            length = len(voice) / RATE
            if at + length > minutes * 60 - 6:
                break
            first = int(at * RATE)
            samples[first : first + len(voice)] += voice * np.float32(rng.uniform(0.3, 0.8))
            pause = float(rng.exponential(0.6) + 0.1 if rng.random() < 0.7 else rng.uniform(1, 5))
            linger = min(float(rng.exponential(0.3)), pause * 0.9)
            early = float(rng.normal(0, 0.05))
            if rng.random() > 0.08:
                cues.append(Cue(round((at + early) * 1000), round((at + length + linger) * 1000), "Somebody says this."))
            at += length + pause
        at += float(rng.uniform(3, 30))
    loud = float(np.sqrt(np.mean(np.concatenate(voices) ** 2))) * 0.55
    if noise_db is not None:
        samples += rng.standard_normal(count).astype(np.float32) * np.float32(loud * 10 ** (-noise_db / 20))
    if music_db is not None:
        samples += music(count, rng) * np.float32(loud * 10 ** (-music_db / 20))
    return Film(samples, tuple(cues))


def music(count: int, rng: np.random.Generator) -> Samples:
    """Return broken chords over a bass, with an even level of 1."""
    sound = np.zeros(count + 4 * RATE, np.float32)
    at, beat, root = 0.0, float(rng.uniform(0.3, 0.6)), float(rng.uniform(110, 180))
    while at * RATE < count:
        for step, note in ((0, 0.5), (0, 1.0), (1, 1.25), (2, 1.5), (3, 2.0)):
            time = np.arange(int(beat * 2 * RATE)) / RATE
            pitch = root * note * 2 ** (int(rng.choice([0, 0, 5, 7])) / 12)
            tone = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 7))
            first = int((at + step * beat) * RATE)
            sound[first : first + len(time)] += (tone * np.exp(-time * 3)).astype(np.float32)[: len(sound) - first]
        at += 4 * beat
    sound = sound[:count]
    return np.asarray(sound / np.sqrt(np.mean(sound**2)), np.float32)


def moved(cues: Iterable[Cue], offset_s: float = 0.0, scale: float = 1.0) -> list[Cue]:
    """Return cues that the change `t * scale + offset` would bring back to where they are now."""
    return [
        Cue(round((cue.start - offset_s * 1000) / scale), round((cue.end - offset_s * 1000) / scale), cue.text)
        for cue in cues
    ]


def error_s(cues: Sequence[Cue], right: Sequence[Cue], spans: Sequence[tuple[int, int]]) -> float:
    """Return the median distance (seconds) of new starts from the right ones."""
    return float(np.median([abs(span[0] - cue.start) for span, cue in zip(spans, right, strict=True)])) / 1000


def write_media(
    path: str | Path,
    pieces: Sequence[tuple[float, Samples]],
    codec: str = "pcm_s16le",
    container: str = "matroska",
    layout: str = "mono",
    tracks: Sequence[dict[str, str]] = ({},),
) -> None:
    """Write samples (16 kHz, [n] or [channels, n]) that begin at the given seconds as the audio tracks of a media file."""
    with av.open(f"file:{path}", "w", format=container) as out:
        streams = []
        for facts in tracks:
            stream = out.add_stream(codec, rate=RATE, layout=layout)
            assert isinstance(stream, AudioStream)
            stream.metadata.update(facts)
            streams.append(stream)
        for stream in streams:
            size = stream.codec_context.frame_size or 1024
            for begin, samples in pieces:
                planes = np.atleast_2d(samples)
                for at in range(0, planes.shape[1], size):
                    part = np.clip(planes[:, at : at + size], -1, 1)
                    data = np.ascontiguousarray((part.T.reshape(1, -1) * 32767).astype(np.int16))
                    frame = AudioFrame.from_ndarray(data, format="s16", layout=layout)
                    frame.sample_rate = RATE
                    frame.time_base = Fraction(1, RATE)
                    frame.pts = round(begin * RATE) + at
                    for packet in stream.encode(frame):
                        out.mux(packet)
            for packet in stream.encode(None):
                out.mux(packet)
