"""SubStation Alpha (v4, v4+): only the Start and End columns of [Events] are rewritten.

Times are read as libass reads them (`string2timecode`): one or two digits after the point are centiseconds; three are
milliseconds, as Subtitle Edit writes them. `Comment:` and the other event lines carry times that typesetters keep
aligned with the dialogue: they move as well, but are no cues. Override tags count from their line's start and stay.
"""

from __future__ import annotations

import re
from typing import Final

from synctui.files.faults import fail
from synctui.files.lines import lines_of
from synctui.files.timestamps import END, LOOSE, START, Plain, Stamp, Timed, refuse_time, refuse_too_many
from synctui.model.cues import Cue

_TIME: Final = r"([-+]?)([0-9]{1,5}):([0-9]{1,2}):([0-9]{1,2})(?:([.,:])([0-9]{1,3})(?![0-9])|(?![0-9.:]))"
_CLOCK = re.compile(_TIME)
# Embedded fonts are lines of the characters 33 to 96: only a known name, or one with a small letter, is a section.
_SECTION = re.compile(r"[ \t]*\[([^\]\r\n]{1,60})\]")
_KNOWN = ("SCRIPT INFO", "V4 STYLES", "V4+ STYLES", "V4++ STYLES", "EVENTS", "FONTS", "GRAPHICS")
_FORMAT = re.compile(r"[ \t]*Format[ \t]*:", re.IGNORECASE)
_EVENT = re.compile(r"[ \t]*(Dialogue|Comment|Picture|Sound|Movie|Command)[ \t]*:", re.IGNORECASE)
_DEFAULT = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_OVERRIDE = re.compile(r"\{([^{}]*)\}")
_DRAWING = re.compile(r"\\p([0-9])")


def find_ass(view: str, plain: Plain) -> Timed:
    """Return cues and timestamps of an ASS or SSA file.

    Raises OperationFailed `too_many_cues`, or `unsupported_content` for an event whose times cannot be read.
    """
    cues: list[Cue] = []
    stamps: list[Stamp] = []
    version = "ass"
    in_events = False
    event = _pattern(_DEFAULT)
    for begin, end in lines_of(view):
        first = view[begin : begin + 1]
        if first in "[ \t" and first:
            section = _SECTION.match(view, begin, end)
            if section is not None and _is_section(section.group(1)):
                name = section.group(1).strip().upper()
                in_events = name == "EVENTS"
                if name == "V4 STYLES":
                    version = "ssa"
                continue
        if not in_events:
            continue
        if _FORMAT.match(view, begin, end):
            event = _pattern(_columns(view[begin:end]))
            continue
        kind = _EVENT.match(view, begin, end)
        if kind is None:
            continue
        match = event.match(view, kind.end(), end)
        spoken = kind.group(1).lower() == "dialogue"
        if match is None:
            if spoken:
                refuse_time(view[begin:end])
            continue
        start, stop = _ms(match, "start"), _ms(match, "end")
        if spoken:
            stamps.append(Stamp(*match.span("start"), start, len(cues), START))
            stamps.append(Stamp(*match.span("end"), stop, len(cues), END))
            cues.append(Cue(start, stop, _text(plain(view[match.end() : end]))))
        else:
            stamps.append(Stamp(*match.span("start"), start, -1, LOOSE))
            stamps.append(Stamp(*match.span("end"), stop, -1, LOOSE))
        refuse_too_many(len(stamps) // 2)
    # The End column may stand before Start.
    stamps.sort()
    return Timed(version, cues, stamps, render_centiseconds, 10)


def render_centiseconds(old: str, ms: int) -> str:
    """Return `ms` in the style of `old`, rounded half up to its resolution (so lines that touch still touch)."""
    match = _CLOCK.fullmatch(old)
    assert match is not None
    _, h, m, s, separator, fraction = match.groups()
    sign = "-" if ms < 0 else ""
    if fraction is not None and len(fraction) == 3:
        whole, rest = divmod(abs(ms), 1000)
        back = f"{separator}{rest:03}"
    else:
        whole, rest = divmod((abs(ms) + 5) // 10, 100)
        digits = len(fraction) if fraction else 2
        back = f"{separator or '.'}{rest:0{digits}}" if fraction or rest else ""
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours:0{len(h)}}:{minutes:0{len(m)}}:{seconds:0{len(s)}}{back}"


def _ms(match: re.Match[str], column: str) -> int:
    clock = _CLOCK.fullmatch(match.group(column))
    assert clock is not None
    sign, hours, minutes, seconds, _, fraction = clock.groups()
    ms = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
    if fraction:
        ms += int(fraction) * (1 if len(fraction) == 3 else 10)
    return -ms if sign == "-" else ms


def _is_section(name: str) -> bool:
    return name.strip().upper() in _KNOWN or any(char.islower() for char in name)


def _columns(line: str) -> tuple[str, ...]:
    names = line.partition(":")[2].split(",", 40)
    return tuple(name.strip().lower() for name in names)


def _pattern(columns: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches an event line behind its type, up to its text, with the groups `start` and `end`."""
    if len(columns) > 40 or columns.count("start") != 1 or columns.count("end") != 1 or columns[-1] in ("start", "end"):
        fail("unsupported_content", "the Format line of [Events] names no Start and End before the text")
    time = re.sub(r"\((?!\?)", "(?:", _TIME)
    parts = [rf"[ \t]*(?P<{name}>{time})[ \t]*," if name in ("start", "end") else "[^,\r\n]*," for name in columns[:-1]]
    return re.compile("".join(parts))


def _text(text: str) -> str:
    """Return what is spoken: no override blocks, no drawings, line breaks as such."""
    if "{" in text:
        spoken: list[str] = []
        drawing = False
        at = 0
        for match in _OVERRIDE.finditer(text):
            if not drawing:
                spoken.append(text[at : match.start()])
            for size in _DRAWING.findall(match.group(1)):
                drawing = size != "0"
            at = match.end()
        if not drawing:
            spoken.append(text[at:])
        text = "".join(spoken)
    return text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
