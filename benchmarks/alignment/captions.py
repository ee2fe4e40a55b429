"""A film's captions as people make them: starts a bit off, lingering ends, merged and split lines, lines for no speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.alignment import texts
from benchmarks.alignment.scenes import Utterance

SHORTEST_MS = 500


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption at film time (ms): `true_start` is where speech begins, `start` where its author put it.

    `spoken` is False for what nobody says; its true start is its start.
    """

    start: int
    end: int
    true_start: int
    text: str
    spoken: bool


@dataclass(frozen=True, slots=True)
class _Line:
    start: float
    end: float
    text: str
    scene: int


def caption_film(utterances: Sequence[Utterance], seconds: float, random: Random) -> list[Caption]:
    """Return the captions of a film in order."""
    lines = _merge_and_split([said for said in utterances if random.random() >= 0.1], random)
    captions = [
        _place(line, lines[number + 1].start if number + 1 < len(lines) else seconds, random)
        for number, line in enumerate(lines)
    ]
    return _with_unspoken(captions, seconds, random)


def _merge_and_split(said: Sequence[Utterance], random: Random) -> list[_Line]:
    lines: list[_Line] = []
    number = 0
    while number < len(said):
        first = said[number]
        after = said[number + 1] if number + 1 < len(said) else None
        length = first.end - first.start
        if (
            after
            and after.scene == first.scene
            and after.start - first.end < 0.9
            and random.random() < 0.12
            and after.end - first.start < 7
        ):
            lines.append(_Line(first.start, after.end, f"- {first.text}\n- {after.text}", first.scene))
            number += 2
            continue
        if length > 2.6 and random.random() < 0.15:
            share = random.uniform(0.4, 0.6)
            middle = first.start + share * length
            words = first.text.split(" ")
            cut = max(1, round(share * len(words)))
            lines.append(_Line(first.start, middle, " ".join(words[:cut]), first.scene))
            lines.append(_Line(middle, first.end, " ".join(words[cut:]) or "...", first.scene))
        else:
            lines.append(_Line(first.start, first.end, first.text, first.scene))
        number += 1
    return lines


def _place(line: _Line, after: float, random: Random) -> Caption:
    jitter = min(0.15, max(-0.15, random.gauss(0, 0.06)))
    start = max(0.0, line.start + jitter)
    end = min(line.end + random.uniform(0, 0.8), after - 0.16)
    end = max(end, min(line.end, after - 0.16), start + SHORTEST_MS / 1000)
    return Caption(round(start * 1000), round(end * 1000), round(line.start * 1000), line.text, True)


def _with_unspoken(captions: Sequence[Caption], seconds: float, random: Random) -> list[Caption]:
    """Add about one caption that nobody says for seven that somebody does, where there is room for it."""
    bounds = [0, *(edge for caption in captions for edge in (caption.start, caption.end)), round(seconds * 1000)]
    gaps = [(begin + 60, end - 60) for begin, end in zip(bounds[::2], bounds[1::2], strict=True) if end - begin > 1200]
    random.shuffle(gaps)
    wanted = round(len(captions) * random.uniform(0.1, 0.15))
    extra: list[Caption] = []
    for begin, end in gaps:
        if len(extra) >= wanted:
            break
        many = end - begin > 12_000 and random.random() < 0.5
        at = begin + random.randint(0, max(1, min(end - begin - 1000, 2500)))
        for _ in range(random.randint(2, 5) if many else 1):
            until = min(end, at + random.randint(1000, 3500))
            if until - at < 900:
                break
            kind = texts.LYRICS if many else texts.SOUNDS if random.random() < 0.72 else texts.SIGNS
            extra.append(Caption(at, until, at, random.choice(kind), False))
            at = until + random.randint(100, 1500)
    return sorted([*captions, *extra], key=lambda caption: caption.start)
