"""Ten minutes of speech that nobody tuned anything to, as films and as subtitles with known errors."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path
from random import Random

import av
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Disposition, Stream

from synctui.model.cues import Cue
from synctui.simulators.formats import Format, encode

OPUS = Path(__file__).parent / "data" / "talk.opus"
MADE_AT = 1_709_640_000
FRAME_MS = 60
SURROUND_S = 300


@functools.cache
def sentences() -> tuple[tuple[int, int, str], ...]:
    """Return when each sentence is really spoken (ms), and what it says."""
    return tuple((begin, end, text) for begin, end, text in json.loads(OPUS.with_suffix(".json").read_text("utf-8")))


@functools.cache
def script(seed: int = 0, seconds: float = 2_000) -> tuple[tuple[Cue, int], ...]:
    """Return cues as a careful person makes them, each with the true start of what it shows.

    Starts are up to 120 ms off, ends linger, short neighbours share a cue.
    """
    random = Random(seed)
    made: list[tuple[Cue, int]] = []
    spoken = [one for one in sentences() if one[1] < seconds * 1000]
    for number, (begin, end, text) in enumerate(spoken):
        following = spoken[number + 1][0] if number + 1 < len(spoken) else end + 5_000
        last = made[-1] if made else None
        if last and begin - last[0].end < 700 and end - last[0].start < 5_500 and random.random() < 0.5:
            made[-1] = Cue(last[0].start, min(end + 150, following - 40), f"- {last[0].text}\n- {text}"), last[1]
            continue
        start = begin + round(random.triangular(-120, 120))
        start = max(start, last[0].end + 10 if last else 0)
        linger = round(random.uniform(-60, 250) if random.random() < 0.8 else random.uniform(300, 1_200))
        made.append((Cue(start, max(start + 300, min(end + linger, following - 60)), text), begin))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Made:
    """Cues with a known error, and when each would be right."""

    cues: tuple[Cue, ...]
    truth: tuple[int, ...]


def made(late_s: float = 0.0, stretch: float = 1.0, *, seed: int = 0, seconds: float = 2_000) -> Made:
    """Return the cues that many seconds late, their times multiplied first; none from before the beginning."""
    rows: list[tuple[Cue, int]] = []
    for cue, true in script(seed, seconds):
        start, end = (round(at * stretch + late_s * 1000) for at in (cue.start, cue.end))
        if start >= 0:
            rows.append((Cue(start, end, cue.text), true))
    return Made(tuple(cue for cue, _ in rows), tuple(true for _, true in rows))


def write_subtitle(path: Path, cues: Sequence[Cue], *, encoding: str = "utf-8", newline: str = "\n") -> Path:
    """Write cues in the format that the name says, as if they had been there for long."""
    form: Format = "ass" if path.suffix == ".ass" else "vtt" if path.suffix == ".vtt" else "srt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(cues, form, title="Talk", encoding=encoding, newline=newline))
    os.utime(path, (MADE_AT, MADE_AT))
    return path


def link(film: Path, path: Path) -> Path:
    """Let a film stand at another path as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.link(film, path)
    return path


def write_film(path: Path, *, seconds: float = 2_000, late_s: float = 0.0, commentary: bool = False) -> Path:
    """Write a film that holds the talk, or its first `seconds`, by copying packets.

    `late_s`: the talk starts that late on the file's clock, which players count from whatever comes first. `commentary`: the
    first track is one, the same voices at other times, from zero on.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    packets = _packets()
    kept = packets[: round(seconds * 1000 / FRAME_MS)]
    options = {"avoid_negative_ts": "disabled"} if late_s else {}
    with av.open(str(OPUS)) as source, av.open(str(path), "w", options=options) as film:
        rows: list[Iterator[tuple[float, Packet[Stream]]]] = []
        if commentary:
            track = _track(film, source.streams.audio[0], "Commentary by the producer", Disposition.comment)
            half = len(packets) // 2
            rows.append(_timed(track, [*packets[half:], *packets[:half]][: len(kept)], 0.0))
        track = _track(film, source.streams.audio[0], "", None if commentary else Disposition.default)
        rows.append(_timed(track, kept, late_s))
        for _, packet in merge(*rows, key=lambda row: row[0]):
            film.mux_one(packet)
    os.utime(path, (MADE_AT, MADE_AT))
    return path


def write_surround(path: Path) -> Path:
    """Write a film whose AC-3 track has the talk in the centre and other sounds all around; its first five minutes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(5)
    with av.open(str(OPUS)) as source, av.open(str(path), "w") as film:
        stream = film.add_stream("ac3", rate=48_000)
        assert isinstance(stream, AudioStream)
        stream.layout, stream.bit_rate = "5.1", 448_000
        stream.metadata["language"] = "eng"
        resampler = av.AudioResampler("fltp", "mono", 48_000, frame_size=1536)
        at = 0
        for frame in source.decode(audio=0):
            for mono in resampler.resample(frame):
                speech = mono.to_ndarray()[0]
                time = (at + np.arange(len(speech))) / 48_000
                around = 0.02 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(time)) + 0.01 * random.standard_normal(
                    len(speech)
                )
                deep = 0.1 * np.sin(2 * np.pi * 45 * time)
                planes = np.stack([around, around[::-1], speech, deep, around, around]).astype(np.float32)
                made = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format="fltp", layout="5.1")
                made.sample_rate, made.pts, made.time_base = 48_000, at, Fraction(1, 48_000)
                film.mux(stream.encode(made))
                at += len(speech)
            if at > SURROUND_S * 48_000:
                break
        film.mux(stream.encode(None))
    os.utime(path, (MADE_AT, MADE_AT))
    return path


@functools.cache
def _packets() -> list[bytes]:
    with av.open(str(OPUS)) as source:
        return [bytes(packet) for packet in source.demux(audio=0) if packet.size]


def _track(film: av.container.OutputContainer, like: AudioStream, title: str, flag: Disposition | None) -> Stream:
    track = film.add_stream_from_template(like)
    track.metadata["language"] = "eng"
    if title:
        track.metadata["title"] = title
    if flag is not None:
        track.disposition = flag.value  # type: ignore[assignment]  # PyAV 15.0 takes nothing but the number
    return track


def _timed(track: Stream, packets: Sequence[bytes], late_s: float) -> Iterator[tuple[float, Packet[Stream]]]:
    first = round(late_s * 1000 / FRAME_MS)
    for number, data in enumerate(packets, first):
        packet = av.Packet(data)
        packet.stream, packet.time_base = track, Fraction(FRAME_MS, 1000)
        packet.pts = packet.dts = number
        packet.duration = 1
        packet.is_keyframe = True
        yield number * FRAME_MS / 1000, packet
