"""Making a film: its script and voices, what is heard behind them, mixed and encoded in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

import av
import numpy as np
from benchmarks.alignment.acoustics import RATE, Sound, faded, levels, rms
from benchmarks.alignment.backgrounds import KINDS, MusicCue, music_cues, room_tone, tracks_of
from benchmarks.alignment.captions import Caption, caption_film
from benchmarks.alignment.packages import EFFECT_PACKAGES, Packages
from benchmarks.alignment.plans import Plan
from benchmarks.alignment.scenes import Script, cast_of, write_script
from benchmarks.alignment.voices import voices_of
from numpy.typing import NDArray

FILM_RATE = 48_000
BLOCK_S = 10
_ROOM_TONE_DB = -48


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was made: its plan, file name, captions, scenes, and what was measured on its sound."""

    plan: Plan
    path: str
    captions: list[Caption]
    spans: list[tuple[int, int]]
    scenes: list[tuple[float, float, str]]
    speech_share: float
    music_share: float
    found_snr_db: float
    start_error_ms: tuple[float, float]
    correlation: float


def make_film(plan: Plan, folder: Path, cache: Path) -> Film:
    """Make a film in `folder`, and return what is known of it."""
    packages = Packages(cache)
    packages.fetch(EFFECT_PACKAGES)
    random, chance = Random(plan.seed), np.random.default_rng(plan.seed)
    voices = voices_of(plan.split, cache, packages)
    script = write_script(plan, cast_of(plan, voices, random), random, chance)
    others = [voice for voice in voices if voice.source.language != plan.language] or voices
    level = script.level
    behind = level * 10 ** (-plan.snr_db / 20)
    backgrounds = _assign(plan, len(script.scenes), random)
    noise = room_tone(chance, len(script.voices)) * np.float32(level * 10 ** (_ROOM_TONE_DB / 20))
    cues: list[MusicCue] = []
    tracks = tracks_of(plan.split, packages)
    under = np.zeros(len(noise), bool)
    for number, (scene, kind) in enumerate(zip(script.scenes, backgrounds, strict=True)):
        begin, end = scene.start - random.uniform(0.3, 2), scene.end + random.uniform(0.3, 2)
        if kind == "music":
            cues += music_cues(chance, tracks, max(0, begin), min(end, plan.seconds), behind)
        else:
            first, last = round(max(0, begin) * RATE), min(round(end * RATE), len(noise))
            made = KINDS[kind](chance, last - first, others, packages)
            noise[first:last] += made * np.float32(behind / max(rms(made), 1e-9)) * faded(last - first, 1.0, RATE)
            under[first:last] = True
        cues += _between(plan, script, number, kind == "music", level, behind, tracks, random, chance)
    spans = [(round(said.start * 1000), round(said.end * 1000)) for said in script.utterances]
    measured = noise[under]
    snr = 20 * np.log10(level / rms(measured)) if len(measured) else float(plan.snr_db)
    path = folder / f"{plan.name}.{plan.container}"
    _encode(plan, path, _mixed(script.voices + noise, cues, plan.seconds))
    error, correlation = check_spans(script.dry, spans)
    music = sum(kind == "music" for kind in backgrounds) / max(1, len(backgrounds))
    captions = caption_film(script.utterances, plan.seconds, random)
    scenes = [(round(s.start, 2), round(s.end, 2), kind) for s, kind in zip(script.scenes, backgrounds, strict=True)]
    share = script.speech_s / plan.seconds
    return Film(plan, path.name, captions, spans, scenes, share, music, float(snr), error, correlation)


def film_row(film: Film) -> dict[str, object]:
    """Return a film as plain values for JSON."""
    return asdict(film)


def _assign(plan: Plan, scenes: int, random: Random) -> list[str]:
    """Return what is heard behind each scene."""
    if plan.music_dominated:
        many = max(1, round(scenes * random.uniform(0.78, 0.95)))
        rest = [random.choice(("quiet", "effects", "crowd")) for _ in range(scenes - many)]
        kinds = ["music"] * many + rest
    elif plan.noise in ("mixed", "clean"):
        kinds = [plan.kinds[number % len(plan.kinds)] for number in range(scenes)]
    else:
        many = max(1, round(scenes * 0.7))
        kinds = [plan.noise] * many + [random.choice(plan.kinds[1:]) for _ in range(scenes - many)]
    random.shuffle(kinds)
    return kinds


def _between(
    plan: Plan,
    script: Script,
    number: int,
    music_before: bool,
    level: float,
    behind: float,
    tracks: Sequence[Path],
    random: Random,
    chance: np.random.Generator,
) -> list[MusicCue]:
    """Return the music of the pause after a scene, and of the opening."""
    scenes = script.scenes
    gaps = [(scenes[number].end, scenes[number + 1].start if number + 1 < len(scenes) else plan.seconds)]
    if number == 0:
        gaps.append((0.0, scenes[0].start))
    cues = []
    for begin, end in gaps:
        often = 0.9 if plan.music_dominated else 0.15 if plan.noise == "clean" else 0.45
        if end - begin >= 4 and random.random() < often:
            loud = max(behind, level * 10 ** (-14 / 20)) * 10 ** (random.uniform(-1, 4) / 20)
            cues += music_cues(chance, tracks, begin + 0.3, end - 0.3, loud)
    return cues


def _mixed(mono: Sound, cues: Sequence[MusicCue], seconds: float) -> Iterator[NDArray[np.float32]]:
    """Yield the film in stereo, blocks of shape [2, n] at 48 kHz, the music decoded when its time comes."""
    resampler = av.AudioResampler("fltp", "stereo", FILM_RATE)
    waiting = sorted(cues, key=lambda cue: cue.start_s)
    playing: list[tuple[int, NDArray[np.float32]]] = []
    at, left = 0, round(seconds * FILM_RATE)
    for begin in range(0, len(mono) + 1, BLOCK_S * RATE):
        part = mono[begin : begin + BLOCK_S * RATE]
        frames = resampler.resample(_frame(part[None, :], "mono", RATE)) if len(part) else resampler.resample(None)
        for frame in frames:
            block = frame.to_ndarray()[:, :left].copy()
            end = at + block.shape[1]
            while waiting and waiting[0].start_s * FILM_RATE < end:
                cue = waiting.pop(0)
                playing.append((round(cue.start_s * FILM_RATE), cue.sound(FILM_RATE)))
            for start, sound in playing:
                first, last = max(start, at), min(start + sound.shape[1], end)
                if first < last:
                    block[:, first - at : last - at] += sound[:, first - start : last - start]
            playing = [(start, sound) for start, sound in playing if start + sound.shape[1] > end]
            at, left = end, left - block.shape[1]
            yield np.tanh(block * np.float32(0.9))


def _frame(block: NDArray[np.float32], layout: str, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", layout)
    frame.sample_rate = rate
    return frame


def _encode(plan: Plan, path: Path, blocks: Iterator[NDArray[np.float32]]) -> None:
    part = path.with_name(f"part-{path.name}")
    with av.open(str(part), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(plan.codec, rate=FILM_RATE)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = plan.bit_rate
        stream.layout = "stereo"
        stream.options = {"aac_coder": "fast"} if plan.codec == "aac" else {"compression_level": "3"}
        at = 0
        for block in blocks:
            frame = _frame(block, "stereo", FILM_RATE)
            frame.pts, frame.time_base = at, Fraction(1, FILM_RATE)
            at += block.shape[1]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.rename(path)


def check_spans(dry: Sound, spans: Sequence[tuple[int, int]]) -> tuple[tuple[float, float], float]:
    """Return median and largest distance (ms) of the spans' starts from where speech begins, and how well both agree.

    The agreement is the correlation, on 10 ms frames, of the spans with the dry speech being louder than -60 dB.
    """
    level = levels(dry)
    inside = np.zeros(len(level), np.float64)
    errors = []
    for start, end in spans:
        first, last = start // 10, -(-end // 10)
        inside[first:last] = 1
        near = level[max(0, first - 40) : first + 40]
        loud = np.nonzero(near > 0.03 * level[first:last].max())[0]
        # What is heard before may be the line before.
        own = loud[loud >= min(first, 40) - 8]
        errors.append(abs((own[0] - min(first, 40)) * 10 - start % 10) if len(own) else 800.0)
    heard = (level > 1e-3).astype(np.float64)
    agreement = float(np.corrcoef(inside, heard)[0, 1])
    return (float(np.median(errors)), float(np.max(errors))), agreement
