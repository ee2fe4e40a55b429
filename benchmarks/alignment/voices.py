"""Voices: recorded ones of telephone systems and synthesised ones, each kept in the cache as short trimmed utterances."""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from benchmarks.alignment import texts
from benchmarks.alignment.acoustics import RATE, Sound, cut_at_pauses, decode, repitched, rms
from benchmarks.alignment.packages import Packages
from numpy.typing import NDArray

SENTENCES = 110
SHORTEST_S = 0.25
_NO_SPEECH = ("beep", "tone.", "tt-monkeys.", "silence")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a voice comes from: a folder of recordings in a package, or a synthesiser with its settings."""

    name: str
    language: str
    split: str
    package: str = ""
    folder: str = ""
    form: str = ""
    program: str = ""
    options: tuple[str, ...] = ()
    pitch: float = 1.0

    @property
    def human(self) -> bool:
        """Whether somebody recorded it."""
        return bool(self.package)


def _core(language: str, split: str) -> Source:
    return Source(f"{language}-core", language, split, f"asterisk-core-sounds-{language}-g722", "", "g722")


def _espeak(name: str, language: str, split: str, voice: str, speed: int, pitch: int) -> Source:
    return Source(name, language, split, program="espeak-ng", options=("-v", voice, "-s", str(speed), "-p", str(pitch)))


def _flite(name: str, split: str, voice: str, pitch: float) -> Source:
    return Source(name, "en", split, program="flite", options=("-voice", voice), pitch=pitch)


SOURCES = (
    _core("en", "dev"),
    _core("fr", "dev"),
    Source("fr-armelle", "fr", "dev", "asterisk-prompt-fr-armelle", "sounds/fr", "gsm"),
    _flite("en-flite-rms", "dev", "rms", 1.0),
    _flite("en-flite-slt", "dev", "slt", 1.04),
    _espeak("en-espeak-gb", "en", "dev", "en-gb+m3", 155, 42),
    _espeak("en-espeak-us", "en", "dev", "en-us+f2", 165, 56),
    _espeak("fr-espeak-a", "fr", "dev", "fr-fr+m1", 150, 40),
    _espeak("fr-espeak-b", "fr", "dev", "fr-fr+f4", 165, 58),
    _core("es", "test"),
    _core("it", "test"),
    _core("ru", "test"),
    Source("es-co", "es", "test", "asterisk-prompt-es-co", "sounds/es", "gsm"),
    Source("it-menardi", "it", "test", "asterisk-prompt-it-menardi-wav", "it_IT_f_Menardi", "wav"),
    _flite("en-flite-awb", "test", "awb", 1.0),
    _flite("en-flite-kal", "test", "kal16", 1.0),
    _espeak("en-espeak-sc", "en", "test", "en-gb-scotland+f1", 150, 50),
    _espeak("es-espeak-a", "es", "test", "es+m4", 150, 44),
    _espeak("es-espeak-b", "es", "test", "es-419+f3", 170, 55),
    _espeak("it-espeak-a", "it", "test", "it+m2", 150, 40),
    _espeak("it-espeak-b", "it", "test", "it+f2", 165, 56),
    _espeak("ru-espeak-a", "ru", "test", "ru+m7", 150, 42),
    _espeak("ru-espeak-b", "ru", "test", "ru+f5", 160, 54),
)
"""No voice is in both splits; the recorded English and Spanish ones are of the same speaker."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Utterances of one voice at an even loudness, RMS 0.1."""

    source: Source
    samples: NDArray[np.int16]
    ends: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many utterances there are."""
        return len(self.ends)

    def length_s(self, index: int) -> float:
        """Return how long an utterance is."""
        return float(self.ends[index] - (self.ends[index - 1] if index else 0)) / RATE

    def utterance(self, index: int) -> Sound:
        """Return an utterance."""
        begin = int(self.ends[index - 1]) if index else 0
        return (self.samples[begin : int(self.ends[index])] / np.float32(32767)).astype(np.float32)


def open_voice(source: Source, cache: Path, packages: Packages) -> Voice:
    """Return a voice from the cache, which is filled first where it is not."""
    path = cache / "voices" / f"{source.name}.npz"
    if not path.exists():
        sounds = [sound * (0.1 / rms(sound)) for sound in _sounds(source, packages) if len(sound) >= SHORTEST_S * RATE]
        joined = np.concatenate(sounds)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(
            part,
            samples=(np.clip(joined, -1, 1) * 32767).astype(np.int16),
            ends=np.cumsum([len(sound) for sound in sounds]),
        )
        part.rename(path)
    with np.load(path) as kept:
        return Voice(source, kept["samples"], kept["ends"])


def _sounds(source: Source, packages: Packages) -> list[Sound]:
    if not source.human:
        return _spoken(source, packages)
    packages.fetch([source.package])
    made: list[Sound] = []
    for path in packages.files(source.package, f"*.{source.form}"):
        name = path.as_posix()
        if source.folder in name and not any(word in name for word in _NO_SPEECH):
            made += cut_at_pauses(decode(path, source.form))
    return made


def _spoken(source: Source, packages: Packages) -> list[Sound]:
    random = Random(source.name)
    said = sorted({texts.sentence(random, source.language) for _ in range(3 * SENTENCES)})
    random.shuffle(said)
    program, env = packages.program(source.program)
    with ThreadPoolExecutor(2) as pool:
        sounds = list(pool.map(lambda text: _speak(source, program, env, text), said[:SENTENCES]))
    return [part for sound in sounds for part in cut_at_pauses(sound)]


def _speak(source: Source, program: str, env: Mapping[str, str], text: str) -> Sound:
    if source.program == "flite":
        words = [program, *source.options, "-t", text, "-o", "/dev/stdout"]
    else:
        words = [program, *source.options, "--stdout", text]
    raw = subprocess.run(words, env=dict(env), check=True, capture_output=True).stdout
    # What is written to a pipe has no true length in its header.
    with wave.open(io.BytesIO(raw)) as reader:
        rate = reader.getframerate()
    pcm = raw[44 : 44 + (len(raw) - 44) // 2 * 2]
    sound: Sound = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    return repitched(sound, source.pitch * rate / RATE)


def voices_of(split: str, cache: Path, packages: Packages) -> list[Voice]:
    """Return the voices of a split."""
    return [open_voice(source, cache, packages) for source in SOURCES if source.split == split]
