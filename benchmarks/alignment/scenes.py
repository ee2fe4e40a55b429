"""A film's script and its dry voices: scenes of dialogue, the pauses between them, who says what, and when exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
from benchmarks.alignment import texts
from benchmarks.alignment.acoustics import RATE, Sound, convolved, repitched, room
from benchmarks.alignment.plans import Plan
from benchmarks.alignment.voices import Voice

_PITCHES = (0.86, 1.0, 1.14, 0.93, 1.07)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech from the first sound to the last one, seconds of film."""

    start: float
    end: float
    text: str
    scene: int


@dataclass(slots=True)
class Scene:
    """A stretch of dialogue, seconds of film."""

    start: float
    end: float = 0.0


@dataclass(slots=True)
class Script:
    """Everything that is said, and the sound of it: `voices` with the rooms it is said in, `dry` without."""

    seconds: float
    voices: Sound
    dry: Sound
    scenes: list[Scene] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)

    @property
    def speech_s(self) -> float:
        """How long somebody speaks."""
        return sum(said.end - said.start for said in self.utterances)

    @property
    def level(self) -> float:
        """The RMS of the speech while somebody speaks."""
        power = sum(
            float(np.sum(np.square(self.dry[int(said.start * RATE) : int(said.end * RATE)], dtype=np.float64)))
            for said in self.utterances
        )
        return float(np.sqrt(power / max(1.0, self.speech_s * RATE)))


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice at a pitch."""

    voice: Voice
    pitch: float


def cast_of(plan: Plan, voices: Sequence[Voice], random: Random) -> list[Speaker]:
    """Return five people: as many different voices as the film's language has, the rest at other pitches."""
    own = [voice for voice in voices if voice.source.language == plan.language]
    human = [voice for voice in own if voice.source.human]
    synthetic = [voice for voice in own if not voice.source.human]
    chosen = {"human": human, "synthetic": synthetic}.get(plan.cast) or [*human, *synthetic]
    random.shuffle(chosen)
    pitches = list(_PITCHES)
    random.shuffle(pitches)
    return [Speaker(chosen[number % len(chosen)], pitches[number]) for number in range(5)]


def write_script(plan: Plan, speakers: Sequence[Speaker], random: Random, chance: np.random.Generator) -> Script:
    """Return a film's script; about half of the film is speech."""
    count = round(plan.seconds * RATE)
    script = Script(plan.seconds, np.zeros(count, np.float32), np.zeros(count, np.float32))
    wanted = random.uniform(0.44, 0.56)
    at = random.uniform(18, 55) if random.random() < 0.4 else random.uniform(3, 14)
    last = plan.seconds - random.uniform(6, 25)
    while at < last - 15:
        share = script.speech_s / at
        pace = random.uniform(0.85, 1.2) * (1.35 if share > wanted else 1.0)
        end = min(at + min(180.0, max(20.0, random.lognormvariate(4.2, 0.55))), last)
        _play_scene(plan, script, at, end, random.sample(list(speakers), random.randint(2, 4)), pace, random, chance)
        share = script.speech_s / script.scenes[-1].end
        pause = 2 * 30 ** random.uniform(0.3 if share > wanted + 0.05 else 0.0, 1.0 if share > wanted else 0.4)
        at = script.scenes[-1].end + pause
    return script


def _play_scene(
    plan: Plan,
    script: Script,
    start: float,
    end: float,
    speakers: Sequence[Speaker],
    pace: float,
    random: Random,
    chance: np.random.Generator,
) -> None:
    scene, number = Scene(start), len(script.scenes)
    at, who = start, 0
    begin = round(start * RATE)
    dry = np.zeros(round((end + 9 - start) * RATE), np.float32)
    while at < end:
        sound = _sentence(speakers[who], random)
        sound *= np.float32(10 ** (min(8.0, max(-8.0, random.gauss(0, 3.2))) / 20))
        offset = round(at * RATE) - begin
        first, last = at, at + len(sound) / RATE
        if last > end or last > script.seconds - 1:
            break
        dry[offset : offset + len(sound)] += sound
        script.utterances.append(Utterance(first, last, texts.words_for(random, plan.language, last - first), number))
        at = last + min(8.0, max(0.1, random.lognormvariate(-0.35, 0.95) * pace))
        if random.random() < 0.72:
            who = (who + random.randint(1, len(speakers) - 1)) % len(speakers)
    scene.end = max(start + 1, script.utterances[-1].end if script.utterances else start)
    wet = (
        convolved(dry, room(chance, random.uniform(0.35, 0.9), random.uniform(0.3, 0.8))) if random.random() < 0.34 else dry
    )
    size = min(len(dry), len(script.dry) - begin)
    script.dry[begin : begin + size] += dry[:size]
    script.voices[begin : begin + size] += wet[:size]
    script.scenes.append(scene)


def _sentence(speaker: Speaker, random: Random) -> Sound:
    """Return one to four utterances with short gaps, 0.8 to 6 s."""
    wanted = min(5.0, max(0.8, random.lognormvariate(0.5, 0.5)))
    parts: list[Sound] = []
    seconds = 0.0
    for _ in range(12):
        index = random.randrange(speaker.voice.count)
        length = speaker.voice.length_s(index) / speaker.pitch
        if seconds + length > 6:
            continue
        if parts:
            gap = random.uniform(0.05, 0.15)
            parts.append(np.zeros(round(gap * RATE), np.float32))
            seconds += gap
        parts.append(repitched(speaker.voice.utterance(index), speaker.pitch))
        seconds += length
        if seconds >= wanted or len(parts) >= 7:
            break
    if seconds < 0.8:
        return _sentence(speaker, random)
    return np.concatenate(parts)
