"""How the command line's words are read: numbers, durations, names."""

from __future__ import annotations

import argparse
import math
import re

_LONGEST = 366 * 86400.0


def duration(text: str) -> float:
    """Return the seconds of `90`, `90s`, `10m`, `2h`, `1h30m` or `1d`."""
    if len(text) < 16 and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        value = float(text)
    elif len(text) < 32 and re.fullmatch(r"([0-9]+[dhms])+", text):
        units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
        value = float(sum(int(number) * units[unit] for number, unit in re.findall(r"([0-9]+)([dhms])", text)))
    else:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no duration (such as 90s, 10m, 2h, 1h30m)")
    if value > _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than a year")
    return value


def positive(text: str) -> int:
    """Return a whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no positive number")
    return int(text)


def from_zero(text: str) -> int:
    """Return a whole number from 0 on."""
    return 0 if text == "0" else positive(text)


def seconds(text: str) -> float:
    """Return a number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < _LONGEST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of seconds")
    return value


def languages(text: str) -> tuple[str, ...]:
    """Return the languages of `en,de`."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise argparse.ArgumentTypeError("names no language (such as en,de)")
    return found


def names(text: str) -> tuple[str, ...]:
    """Return what a catalogue holds, of `scenes,tags`."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    known = ("scenes", "performers", "tags", "studios")
    if not found or any(name not in known for name in found):
        raise argparse.ArgumentTypeError("takes one or more of " + ", ".join(known))
    return found
