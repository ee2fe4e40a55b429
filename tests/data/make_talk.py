"""Makes talk.opus and talk.json; run by developers only (`python tests/data/make_talk.py`).

Needs the programs flite, espeak-ng and ffmpeg. The tests never do: what it makes lies beside it.
"""

from __future__ import annotations

import io
import json
import subprocess
import wave
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]
RATE = 16_000
SPEECH_S, LENGTH_S = 604, 960
VOICES = (
    ("espeak-ng", "en-gb-x-gbcwmd", 148, 38),
    ("espeak-ng", "en-029+f3", 152, 60),
    ("espeak-ng", "en-us+m7", 160, 45),
    ("espeak-ng", "en-gb-x-gbclan+f1", 150, 52),
    ("flite", "rms", 100, -350),
    ("flite", "slt", 100, 260),
    ("flite", "awb", 100, -180),
)
"""Program, voice, speed, and pitch (espeak-ng's own scale; hundredths of a semitone for flite)."""

WHO = ("the baker", "my aunt", "the night nurse", "a tall gardener", "our neighbour", "the man with the ladder", "the choir")
WHAT = ("a blue bicycle", "the wrong parcel", "two jars of plum jam", "an umbrella", "a map of the canals", "the spare key")
WHERE = ("behind the library", "under the stairs", "at the tram stop", "on the roof", "in the old cinema", "by the pump")
WHEN = ("on Tuesday", "before the rain", "at half past six", "in the middle of lunch", "last October", "at first light")
SAYINGS = (
    "Good evening, this is the small hours programme.",
    "We have a letter from {who}, who found {what} {where}.",
    "It happened {when}, and nobody has asked about it since.",
    "Would you have kept it?",
    "No.",
    "I would have rung every bell in the street.",
    "That is easy to say when you live {where}.",
    "{Who} came by {when} and left {what} with us.",
    "Please speak up, the line is very poor tonight.",
    "I said that {what} is still {where}.",
    "Then somebody ought to fetch it.",
    "The forecast is fog until noon, and then a little more fog.",
    "Yes, exactly.",
    "My grandfather used to repair clocks {where}, and every one of them ran ten minutes slow.",
    "He said that it gave people time to change their minds.",
    "And did they?",
    "Only {who}, {when}, and that was about {what}.",
    "Here is a question for our listeners.",
    "What do you call the smell of a room that nobody has entered for a year?",
    "Dust.",
    "Not dust, it is warmer than that, like paper and apples.",
    "{Who} writes that the word is probably in a dictionary {where}.",
    "We will look for it {when}.",
    "Hold on, I think the kettle is boiling.",
    "You left {what} on the chair again.",
    "Thank you, I had been looking for that.",
    "The bus to the lake is running late because {who} stopped it to return {what}.",
    "How kind.",
    "In the next hour we hear three songs about bridges, and one about a tunnel.",
    "I do not believe that {who} has ever been {where}.",
    "Ask again {when}, the answer may be different.",
)


def sentences(random: Random) -> list[str]:
    """Return what is said, in order."""
    said: list[str] = []
    while len(said) < 400:
        for form in SAYINGS:
            who = random.choice(WHO)
            words = {"who": who, "what": random.choice(WHAT), "where": random.choice(WHERE), "when": random.choice(WHEN)}
            said.append(form.format(**words, Who=who[0].upper() + who[1:]))
    return said


def speak(program: str, voice: str, speed: int, pitch: int, text: str) -> Sound:
    """Return a sentence without the silence around it, at an even loudness."""
    if program == "flite":
        spoken = ["flite", "-voice", voice, "-t", text, "-o", "/dev/stdout"]
    else:
        spoken = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    wav = subprocess.run(spoken, check=True, capture_output=True).stdout
    factor = 2 ** (pitch / 1200) if program == "flite" else 1.0
    turned = f"asetrate={round(16_000 * factor)}," if program == "flite" else ""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "-", "-af", f"{turned}aresample={RATE}", "-ac", "1", "-f", "f32le", "-"],
        input=wav,
        check=True,
        capture_output=True,
    ).stdout
    sound = np.frombuffer(raw, "<f4").astype(np.float64)
    frame = RATE // 100
    level = np.sqrt((sound[: len(sound) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1))
    loud = np.nonzero(level > level.max() * 0.03)[0]
    sound = sound[loud[0] * frame : (loud[-1] + 1) * frame]
    return sound * 0.09 / float(np.sqrt((sound**2).mean()))


def noise(random: np.random.Generator, count: int, low: float, high: float, slope: float) -> Sound:
    """Return noise with an RMS of 1 between two frequencies."""
    spectrum = np.fft.rfft(random.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    shape = np.where((frequency > low) & (frequency < high), np.maximum(frequency, 30) ** -slope, 0)
    made = np.fft.irfft(spectrum * shape, count)
    return np.asarray(made / np.sqrt((made**2).mean()))


def music(random: np.random.Generator, count: int) -> Sound:
    """Return plucked notes over held chords, with an RMS of about 1."""
    time = np.arange(count) / RATE
    made = np.zeros(count)
    for number in range(int(count / RATE / 0.42)):
        at = number * 0.42
        pitch = 196 * 2 ** (int(random.choice((0, 3, 5, 7, 10, 12, 15, 19))) / 12)
        since = np.clip(time - at, 0, None)
        made += (
            (time >= at) * np.exp(-3 * since) * (np.sin(2 * np.pi * pitch * since) + 0.4 * np.sin(4 * np.pi * pitch * since))
        )
    for step in (0, 7, 12):
        made += 0.25 * np.sin(2 * np.pi * 98 * 2 ** (step / 12) * time) * (1 + 0.3 * np.sin(time))
    return np.asarray(made / np.sqrt((made**2).mean()))


def main(folder: Path) -> None:
    """Write the recording and what is said in it when."""
    random, chance = Random(1933), np.random.default_rng(1933)
    whole = noise(chance, LENGTH_S * RATE, 40, 4_000, 0.8) * 0.0016
    rows: list[tuple[int, int, str]] = []
    at, speech = 7.3, 0.0
    parts: list[tuple[float, float]] = [(0.8, 6.2)]
    for number, text in enumerate(sentences(random)):
        sound = speak(*VOICES[(number * 5 + number // 4) % len(VOICES)], text)
        begin = round(at * RATE)
        if begin + len(sound) > (LENGTH_S - 8) * RATE or speech > SPEECH_S:
            break
        whole[begin : begin + len(sound)] += sound
        seconds = len(sound) / RATE
        speech += seconds
        rows.append((round(at * 1000), round((at + seconds) * 1000), text))
        at += seconds + min(max(random.lognormvariate(-0.15, 0.65), 0.18), 5.0)
        if number % 19 == 18:
            pause = random.uniform(4, 14)
            parts.append((at, at + pause))
            at += pause
    for number, (begin_s, end_s) in enumerate(parts):
        if number % 3 != 1:
            _add(whole, begin_s, music(chance, int((end_s - begin_s) * RATE)) * 0.05)
    _add(whole, 200, noise(chance, 110 * RATE, 80, 5_000, 0.5) * 0.016)  # a street, heard while people talk
    _add(whole, 430, music(chance, 80 * RATE) * 0.018)  # music under speech
    _add(whole, 640, noise(chance, 60 * RATE, 40, 900, 0.9) * 0.03)  # an engine
    end = round((rows[-1][1] / 1000 + 6) * RATE)
    _encode(whole[:end], folder / "talk.opus")
    lines = ",\n".join(json.dumps(row) for row in rows)
    (folder / "talk.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    print(len(rows), "sentences", round(speech), "s of speech in", end // RATE, "s", (folder / "talk.opus").stat().st_size)


def _add(whole: Sound, at_s: float, sound: Sound) -> None:
    begin = round(at_s * RATE)
    count = min(len(sound), len(whole) - begin)
    edge = np.clip(np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.8 * RATE), 0, 1)
    whole[begin : begin + count] += sound[:count] * edge


def _encode(sound: Sound, path: Path) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    argv = ["ffmpeg", "-v", "error", "-y", "-i", "-", "-c:a", "libopus", "-b:a", "12k", "-application", "voip"]
    argv += ["-frame_duration", "60", "-vbr", "on", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)]
    subprocess.run(argv, input=buffer.getvalue(), check=True)


if __name__ == "__main__":
    main(Path(__file__).parent)
