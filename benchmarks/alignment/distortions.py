"""What is wrong with a subtitle: another moment, another frame rate, a drift, another cut of the film, another film."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.alignment import texts
from benchmarks.alignment.captions import Caption

CLASSES = ("in_sync", "offset", "ratio", "drift", "cuts", "cuts_ratio", "wrong")
RATIOS = {
    "23.976/25": 24000 / 1001 / 25,
    "25/23.976": 25 / (24000 / 1001),
    "24/25": 24 / 25,
    "25/24": 25 / 24,
    "23.976/24": 24000 / 1001 / 24,
    "24/23.976": 24 / (24000 / 1001),
}
FEWEST_LINES = 15
"""So many spoken lines there are between two breaks."""
FARTHEST_MS = 240_000


@dataclass(frozen=True, slots=True)
class Break:
    """A place, in film time (ms), from which on the lines come `shift_ms` later than before it.

    `kind`: `longer` (the subtitle's edition has more there, without lines), `longer_with_lines` (with lines that the film
    has no sound for), `shorter` (the subtitle's edition lacks the part that begins there, and its lines).
    """

    at_ms: int
    shift_ms: int
    kind: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A line of the subtitle as it is given out, and where it belongs (ms, spoken), or None."""

    start: int
    end: int
    text: str
    truth: tuple[int, int, bool] | None


@dataclass(frozen=True, slots=True)
class Distorted:
    """A subtitle with an error; subtitle time is `ratio` times film time, moved by `offset_ms` and the breaks."""

    cues: list[Cue]
    ratio: float = 1.0
    ratio_name: str = "1"
    offset_ms: int = 0
    breaks: tuple[Break, ...] = ()


def distort(kind: str, captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted:
    """Return the captions with an error of this class; lines that would begin before 0 are not there."""
    for _ in range(200):
        made = _MAKERS[kind](captions, seconds, language, random)
        if made is not None and (kind == "wrong" or sum(cue.truth is not None for cue in made.cues) >= 0.55 * len(captions)):
            return made
    raise RuntimeError(f"no {kind} can be made of {len(captions)} captions")


def _mapped(captions: Sequence[Caption], ratio: float, offset_ms: float) -> list[Cue]:
    cues = [
        Cue(
            round(caption.start * ratio + offset_ms),
            round(caption.end * ratio + offset_ms),
            caption.text,
            (caption.start, caption.end, caption.spoken),
        )
        for caption in captions
    ]
    return [cue for cue in cues if cue.start >= 0]


def _in_sync(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted:
    return Distorted(_mapped(captions, 1, 0))


def _wrong(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted:
    return Distorted([Cue(cue.start, cue.end, cue.text, None) for cue in _mapped(captions, 1, 0)])


def _offset(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted:
    size = random.uniform(400, 15_000) if random.random() < 0.5 else random.uniform(400, FARTHEST_MS)
    offset = round(size * random.choice((-1, 1)))
    return Distorted(_mapped(captions, 1, offset), offset_ms=offset)


def _ratio(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted:
    name = random.choice(sorted(RATIOS))
    offset = round(random.uniform(-20_000, 20_000))
    return Distorted(_mapped(captions, RATIOS[name], offset), RATIOS[name], name, offset)


def _drift(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted | None:
    slope = random.uniform(max(0.0002, 0.8 / seconds), 0.002)
    if abs(slope - 0.001) < 0.00015:
        return None
    ratio = 1 + slope * random.choice((-1, 1))
    offset = round(random.uniform(-10_000, 10_000))
    return Distorted(_mapped(captions, ratio, offset), ratio, "drift", offset)


def _cuts(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted | None:
    offset = round(random.uniform(-8_000, 8_000)) if random.random() < 0.5 else 0
    return _cut(captions, random.randint(1, 6), offset, language, random)


def _cuts_ratio(captions: Sequence[Caption], seconds: float, language: str, random: Random) -> Distorted | None:
    offset = round(random.uniform(-8_000, 8_000)) if random.random() < 0.5 else 0
    made = _cut(captions, random.randint(1, 3), offset, language, random)
    if made is None:
        return None
    name = random.choice(sorted(RATIOS))
    ratio = RATIOS[name]
    cues = [Cue(round(cue.start * ratio), round(cue.end * ratio), cue.text, cue.truth) for cue in made.cues]
    return Distorted(cues, ratio, name, round(offset * ratio), made.breaks)


def _cut(captions: Sequence[Caption], wanted: int, offset: int, language: str, random: Random) -> Distorted | None:
    """Cut the captions at so many places (fewer where the film is too short for them)."""
    spoken_before = [0]
    for caption in captions:
        spoken_before.append(spoken_before[-1] + caption.spoken)
    most = max(1, min(wanted, spoken_before[-1] // (FEWEST_LINES + 8) - 1))
    breaks = _find_breaks(captions, spoken_before, most, offset, random)
    if breaks is None:
        return None
    cues: list[Cue] = []
    shift, number = offset, 0
    gone_until = 0
    for caption in captions:
        while number < len(breaks) and caption.start >= breaks[number].at_ms:
            this = breaks[number]
            if this.kind == "longer_with_lines":
                cues += _foreign_lines(this.at_ms + shift, this.shift_ms, language, random)
            if this.kind == "shorter":
                gone_until = this.at_ms - this.shift_ms
            shift += this.shift_ms
            number += 1
        if caption.start < gone_until:
            continue
        truth = (caption.start, caption.end, caption.spoken)
        cues.append(Cue(caption.start + shift, caption.end + shift, caption.text, truth))
    cues = sorted((cue for cue in cues if cue.start >= 0), key=lambda cue: cue.start)
    return Distorted(cues, offset_ms=offset, breaks=tuple(breaks))


def _find_breaks(
    captions: Sequence[Caption], spoken_before: Sequence[int], wanted: int, offset: int, random: Random
) -> list[Break] | None:
    pauses = sorted(range(1, len(captions)), key=lambda index: captions[index - 1].end - captions[index].start)
    scene_changes = pauses[: max(4, len(pauses) // 15)]
    starts = [caption.start for caption in captions]
    for _ in range(300):
        places = sorted({random.choice(scene_changes if random.random() < 0.7 else pauses) for _ in range(wanted)})
        breaks, shift, begin = [], offset, 0
        for place in places:
            at = random.randint(captions[place - 1].end, max(captions[place - 1].end, captions[place].start - 1))
            length = round(3000 * 60 ** random.random())
            kept = spoken_before[place] - spoken_before[begin]
            if random.random() < 0.5:
                # The part that is lacking ends in front of a line.
                after = bisect_right(starts, at + min(length, 75_000))
                if after >= len(captions):
                    break
                length = captions[after].start - random.randint(20, 120) - at
                breaks.append(Break(at, -length, "shorter"))
                begin = after
            else:
                with_lines = length > 12_000 and random.random() < 0.5
                breaks.append(Break(at, length, "longer_with_lines" if with_lines else "longer"))
                begin = place
            shift += breaks[-1].shift_ms
            if abs(breaks[-1].shift_ms) < 3000 or abs(shift) > FARTHEST_MS or kept < FEWEST_LINES:
                break
        else:
            if len(breaks) == wanted and spoken_before[-1] - spoken_before[begin] >= FEWEST_LINES:
                return breaks
    return None


def _foreign_lines(begin: int, length: int, language: str, random: Random) -> list[Cue]:
    cues = []
    at = begin + random.randint(200, 4000)
    while at < begin + length - 2500:
        until = at + round(1000 * min(5.0, max(0.8, random.lognormvariate(0.85, 0.45))))
        until = min(until, begin + length - 200)
        cues.append(Cue(at, until, texts.words_for(random, language, (until - at) / 1000), None))
        at = until + round(1000 * min(8.0, max(0.1, random.lognormvariate(-0.3, 0.9))))
    return cues


_MAKERS: dict[str, Callable[[Sequence[Caption], float, str, Random], Distorted | None]] = {
    "in_sync": _in_sync,
    "offset": _offset,
    "ratio": _ratio,
    "drift": _drift,
    "cuts": _cuts,
    "cuts_ratio": _cuts_ratio,
    "wrong": _wrong,
}


def write_srt(cues: Sequence[Cue]) -> str:
    """Return the subtitle as SubRip text."""
    return "".join(
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n\n" for number, cue in enumerate(cues, 1)
    )


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"
