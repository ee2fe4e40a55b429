"""Subtitle lines as a person would have timed them: a little early or late, lingering, merged and split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from synctui.simulators.reels import Moment, Reel

JITTER_MS = 150
LONGEST_LINE = 42
SHORT, LONG = (-60, 200), (300, 1_100)
Style = Literal["full", "sdh", "forced", "sparse"]

LYRICS = {
    "en": ("♪ [soft music] ♪", "♪ Slowly the lamps come on ♪", "♪ [the theme returns] ♪"),
    "de": ("♪ [leise Musik] ♪", "♪ Langsam gehen die Lampen an ♪", "♪ [das Thema kehrt wieder] ♪"),
    "fr": ("♪ [musique douce] ♪", "♪ Lentement les lampes s'allument ♪", "♪ [le thème revient] ♪"),
    "es": ("♪ [música suave] ♪", "♪ Despacio se encienden las lámparas ♪", "♪ [vuelve el tema] ♪"),
    "ja": ("♪ [しずかな おんがく] ♪", "♪ ひとつずつ ひかりが つく ♪", "♪ [また おなじ うた] ♪"),
}
SIGNS = {
    "en": ("SALT FLATS 40 km", "STATION CLOSED SINCE SPRING", "PLEASE MIND THE LAKE", "MAP ROOM"),
    "de": ("SCHLEUSE 2", "BITTE NICHT KLOPFEN", "GEWÄCHSHAUS", "HEUTE: NEPTUN"),
    "es": ("SALINAS 40 km", "ESTACIÓN CERRADA DESDE LA PRIMAVERA", "CUIDADO CON EL LAGO", "SALA DE MAPAS"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A cue before any error is planted (ms), with the true time of what it shows."""

    start: int
    end: int
    truth: int
    speaker: str
    text: str


def write_script(reel: Reel, language: str, *, translated: bool, style: Style, random: Random) -> list[Draft]:
    """Return the cues of a film in the order in which they start."""
    if style in ("forced", "sparse"):
        return _signs(reel, language, 6 if style == "forced" else 13, random)
    drafts: list[Draft] = []
    for number, moment in enumerate(reel.moments):
        if moment.line is None or moment.line.effect:
            if style == "sdh" or (moment.line is None and number % 4 == 1):
                drafts.append(_heard(moment, language, translated, number))
        elif drafts and _mergeable(drafts[-1], moment) and random.random() < 0.3:
            last = drafts[-1]
            text = f"- {last.text}\n- {moment.line.words(translated)}"
            drafts[-1] = replace(last, end=moment.end, text=text)
        elif random.random() < 0.14:
            drafts += _split(moment, translated)
        else:
            drafts.append(Draft(moment.start, moment.end, moment.start, moment.line.speaker, moment.line.words(translated)))
    if style == "sdh":
        drafts = [replace(draft, text=_with_speaker(draft)) for draft in drafts]
    drafts = [replace(draft, text=_wrapped(draft.text)) for draft in drafts]
    return _by_hand(drafts, random)


def _heard(moment: Moment, language: str, translated: bool, number: int) -> Draft:
    if moment.line is not None:
        return Draft(moment.start, moment.end, moment.start, "", moment.line.words(translated))
    lyrics = LYRICS[language]
    return Draft(moment.start, moment.end, moment.start, "", lyrics[number % len(lyrics)])


def _mergeable(last: Draft, moment: Moment) -> bool:
    return (
        bool(last.speaker) and "\n" not in last.text and moment.start - last.end < 1_300 and moment.end - last.start < 6_500
    )


def _split(moment: Moment, translated: bool) -> list[Draft]:
    """Return two cues for a line of two clauses, one cue where there is no place to break."""
    assert moment.line is not None
    text = moment.line.words(translated)
    for sign in (". ", "? ", ", "):
        head, found, tail = text.partition(sign)
        if found and min(len(head), len(tail)) >= 9:
            middle = moment.start + round((moment.end - moment.start) * (len(head) + 1) / len(text))
            speaker = moment.line.speaker
            return [
                Draft(moment.start, middle, moment.start, speaker, head + sign.rstrip()),
                Draft(middle, moment.end, middle, speaker, tail),
            ]
    return [Draft(moment.start, moment.end, moment.start, moment.line.speaker, text)]


def _with_speaker(draft: Draft) -> str:
    return f"{draft.speaker.upper()}: {draft.text}" if draft.speaker and "\n" not in draft.text else draft.text


def _wrapped(text: str) -> str:
    """Return a long line broken in two near its middle."""
    if len(text) <= LONGEST_LINE or "\n" in text:
        return text
    spaces = [at for at, char in enumerate(text) if char == " "]
    at = min(spaces, key=lambda at: abs(at - len(text) / 2), default=-1)
    return text if at < 0 else f"{text[:at]}\n{text[at + 1 :]}"


def _by_hand(drafts: list[Draft], random: Random) -> list[Draft]:
    """Return the cues with the inaccuracy of a careful person: starts within ±150 ms, a few ends linger up to 1.1 s."""
    starts = [max(0, draft.start + round(random.uniform(-JITTER_MS, JITTER_MS))) for draft in drafts]
    timed: list[Draft] = []
    for number, draft in enumerate(drafts):
        start = max(starts[number], timed[-1].start + 40 if timed else 0)
        linger = random.uniform(*(LONG if random.random() < 0.15 else SHORT))
        end = max(draft.end + round(linger), start + 700)
        if number + 1 < len(drafts):
            end = max(min(end, starts[number + 1] - 40), start + 200)
        timed.append(replace(draft, start=start, end=end))
    return timed


def _signs(reel: Reel, language: str, count: int, random: Random) -> list[Draft]:
    signs = SIGNS[language]
    step = reel.duration // (count + 1)
    drafts: list[Draft] = []
    for number in range(count):
        at = step * (number + 1) + round(random.uniform(-0.3, 0.3) * step)
        drafts.append(Draft(at, at + 2_800, at, "", signs[number % len(signs)]))
    return drafts
