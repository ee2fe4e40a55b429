"""Timestamps in place: where each one stands in a file, what it says, and how a new time is written in its style."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

from synctui.files.faults import fail
from synctui.model.cues import Cue
from synctui.text import display

MAX_CUES: Final = 100_000
MAX_MS: Final = 100_000 * 3_600_000 - 1

START: Final = 0
END: Final = 1
INNER: Final = 2
"""Between start and end of a cue: a karaoke time of WebVTT."""
LOOSE: Final = 3
"""Of no cue: a comment line of ASS; it moves like the cues around it."""

# Sign, hours, minutes, seconds, separator, fraction. The look-aheads keep a longer number from matching in part.
CLOCK: Final = r"([-+]?)(?:([0-9]{1,5}):)?([0-9]{1,3}):([0-9]{1,2})(?:([.,])([0-9]{1,4})(?![0-9])|(?![0-9.,:]))"
_CLOCK = re.compile(CLOCK)

Plain = Callable[[str], str]
"""Turns a piece of the view (bytes one to one, for 8-bit encodings) into readable text."""


class Stamp(NamedTuple):
    """One timestamp: `view[begin:end]` says `ms` (milliseconds); `cue` is an index, or -1."""

    begin: int
    end: int
    ms: int
    cue: int
    role: int


@dataclass(frozen=True, slots=True)
class Timed:
    """What a format finds in a file: cues and every timestamp, in the order of the file.

    `render(old, ms)` writes a time in the style of the old timestamp's text; `unit` is its resolution in ms.
    """

    format: str
    cues: list[Cue]
    stamps: list[Stamp]
    render: Callable[[str, int], str]
    unit: int = 1


def clock_ms(sign: str, hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    """Return milliseconds.

    Up to three digits of a fraction are a number of milliseconds (`,5` is 5 ms), as FFmpeg's `srtdec.c`, VLC and Kodi
    read them; four are ten-thousandths of a second, of which the last digit is kept as it is.
    """
    ms = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
    if fraction:
        ms += int(fraction) if len(fraction) < 4 else int(fraction) // 10
    return -ms if sign == "-" else ms


def render_clock(old: str, ms: int) -> str:
    """Return `ms` in the style of `old` (SubRip and WebVTT): digits, separator and absent hours are kept if they can be."""
    whole, rest = divmod(abs(ms), 1000)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if len(old) == 12 and old[2] == ":" == old[5] and old[8] in ",." and old[0] not in "-+" and ms >= 0:
        return f"{hours:02}:{minutes:02}:{seconds:02}{old[8]}{rest:03}"
    match = _CLOCK.fullmatch(old)
    assert match is not None
    _, h, m, s, separator, fraction = match.groups()
    if h is not None:
        front = f"{hours:0{len(h)}}:{minutes:0{len(m)}}"
    elif hours:
        front = f"{hours:02}:{minutes:02}"
    else:
        front = f"{minutes:0{len(m)}}"
    if fraction is None:
        back = f",{rest:03}" if rest else ""
    elif len(fraction) == 4:
        back = f"{separator}{rest:03}{fraction[3]}"
    else:
        back = f"{separator}{rest:0{len(fraction)}}"
    return f"{'-' if ms < 0 else ''}{front}:{seconds:0{len(s)}}{back}"


def refuse_too_many(count: int) -> None:
    """Raise OperationFailed `too_many_cues` above the limit."""
    if count > MAX_CUES:
        fail("too_many_cues", f"more than {MAX_CUES:,} lines", "no film has so many: it is probably no subtitle")


def refuse_time(line: str) -> NoReturn:
    """Raise OperationFailed `unsupported_content` for a timing line that cannot be read, and so not be moved."""
    fail("unsupported_content", f"a time that cannot be read: {display(line.strip()[:60])}", "correct that line by hand")
