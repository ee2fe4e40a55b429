"""Numbers, names and times as a person reads them: on screens and on the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from synctui.text import cells, clip, pad, tail

_TAIL = 14
_HEAD = 8
_EPISODE = re.compile(r"(?i)s\d{1,4}[ ._-]?e\d{1,4}|(?<= - )\d{2,4}(?!\d)")


def name(path: str, width: int) -> str:
    """Return a displayed path's file name in exactly `width` columns: cut in the middle, the language stays to be seen."""
    base = os.path.basename(path)
    if cells(base) <= width or width < 2 * _TAIL:
        return pad(base, width)
    end = tail(base, _TAIL)
    episode = _EPISODE.search(base)
    if episode is not None and episode.start() > _HEAD + 2:
        # Of a series the episode tells one file from another, not the name that all of them begin with.
        begin = clip(base[: episode.start()], _HEAD) + episode.group()
        rest = base[episode.end() :]
        room = width - cells(begin) - _TAIL
        if room > 1:
            return pad(begin + (rest if cells(rest) <= room + _TAIL else clip(rest, room) + tail(rest, _TAIL)), width)
    return pad(clip(base, width - cells(end)) + end, width)


def clock_time(seconds: float) -> str:
    """Return `0:41`, `12:05` or `1:02:03`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def about(seconds: float) -> str:
    """Return a rough duration: `40 s`, `6 min`, `2.5 h`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def offset(milliseconds: float) -> str:
    """Return a signed shift in seconds with a real minus sign."""
    seconds = milliseconds / 1000
    digits = 2 if abs(seconds) < 10 else 1
    text = f"{abs(seconds):.{digits}f} s"
    if float(f"{abs(seconds):.{digits}f}") == 0:
        return text
    return ("−" if seconds < 0 else "+") + text


def found(numbers: Mapping[str, object]) -> str:
    """Return in which way a subtitle is off, from the numbers of its check: `12.3 s late`, `stretched 25/23.976`."""
    ratio, told = numbers.get("ratio_name"), numbers.get("offset_ms")
    given = told if isinstance(told, Sequence) and not isinstance(told, str) else ()
    offsets = [float(one) for one in given if isinstance(one, (int, float))]
    pieces = numbers.get("pieces")
    if isinstance(pieces, int) and pieces > 1:
        return f"cut in {pieces}"
    if isinstance(ratio, str) and ratio not in ("", "1"):
        return f"stretched {ratio}"
    if not offsets:
        return ""
    return f"{abs(offsets[0]) / 1000:.1f} s {'late' if offsets[0] < 0 else 'early'}"


def measured(numbers: Mapping[str, object]) -> str:
    """Return what a check has found, where it was cut, and how sure it is: `12.3 s late, confidence 97`."""
    confidence = numbers.get("confidence")
    parts = [found(numbers), ", ".join(cuts(numbers)[:4])]
    parts.append(f"confidence {confidence:.0f}" if isinstance(confidence, (int, float)) else "")
    return ", ".join(part for part in parts if part)


def cut(at_ms: float, by_ms: float) -> str:
    """Return where a subtitle was cut and by how much: `17:08 −30.0 s`."""
    minutes, seconds = divmod(round(at_ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    place = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{place} {offset(by_ms)}"


def cuts(numbers: Mapping[str, object]) -> list[str]:
    """Return the cuts that an alignment found, each as `cut` has it, from its numbers."""
    told = numbers.get("cuts")
    rows = told if isinstance(told, Sequence) and not isinstance(told, str) else ()
    found: list[str] = []
    for row in rows:
        if isinstance(row, Sequence) and not isinstance(row, str) and len(row) == 2:
            at, by = row
            if isinstance(at, (int, float)) and isinstance(by, (int, float)):
                found.append(cut(at, by))
    return found


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 subtitle` or `4,118 subtitles`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
