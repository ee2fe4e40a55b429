"""SubRip: any line of the form `time --> time …` begins a cue, as FFmpeg's `srtdec.c` has it.

Cue numbers, coordinates after the times, blank lines within a cue and whatever else a file holds are left alone.
"""

from __future__ import annotations

import re

from synctui.files.lines import untagged
from synctui.files.timestamps import (
    CLOCK,
    END,
    START,
    Plain,
    Stamp,
    Timed,
    clock_ms,
    refuse_time,
    refuse_too_many,
    render_clock,
)
from synctui.model.cues import Cue

TIMING = re.compile(rf"[ \t]*{CLOCK}[ \t]*-{{1,3}}>[ \t]*{CLOCK}")
_LEFT = re.compile(r"[ \t]*[-+]?[0-9]+[ \t]*:")
_RIGHT = re.compile(r"[ \t]*[-+]?[0-9]+[ \t]*:")
_INDEX = re.compile(r"[ \t]*[0-9]{1,9}[ \t]*\Z")
_END = re.compile(r"[\r\n]")
_BREAK = re.compile(r"\r\n|\n|\r")


def find_srt(view: str, plain: Plain) -> Timed:
    """Return cues and timestamps of a SubRip file.

    Raises OperationFailed `too_many_cues`, or `unsupported_content` for a timing line that cannot be read.
    """
    found: list[tuple[int, int, int, int]] = []
    stamps: list[Stamp] = []
    done = 0
    arrow = view.find("->")
    match_at = TIMING.match
    while arrow >= 0:
        begin = max(view.rfind("\n", done, arrow), view.rfind("\r", done, arrow), done - 1) + 1
        done = line_end(view, arrow)
        match = match_at(view, begin)
        if match is not None and match.end() <= done:
            sign, hours, minutes, seconds, _, fraction, sign2, hours2, minutes2, seconds2, _, fraction2 = match.groups()
            start = clock_ms(sign, hours, minutes, seconds, fraction)
            end = clock_ms(sign2, hours2, minutes2, seconds2, fraction2)
            cue = len(found)
            stamps.append(Stamp(match.start(1), match.end(6) if fraction else match.end(4), start, cue, START))
            stamps.append(Stamp(match.start(7), match.end(12) if fraction2 else match.end(10), end, cue, END))
            found.append((begin, done, start, end))
            refuse_too_many(len(found))
        elif looks_like_timing(view, begin, arrow):
            refuse_time(view[begin:done])
        arrow = view.find("->", done)
    cues: list[Cue] = []
    last = len(found) - 1
    for number, (_, text_begin, start, end) in enumerate(found):
        if number < last:
            text = _text(plain(view[text_begin : found[number + 1][0]]), followed=True)
        else:
            text = _text(plain(view[text_begin:]), followed=False)
        cues.append(Cue(start, end, text))
    return Timed("srt", cues, stamps, render_clock)


def line_end(view: str, at: int) -> int:
    """Return where the line around `at` ends, before its line end."""
    match = _END.search(view, at)
    return len(view) if match is None else match.start()


def looks_like_timing(view: str, begin: int, arrow: int) -> bool:
    """True when a line reads `12:… -> 3:…`: meant as times, so that leaving it alone would leave a cue behind."""
    return _LEFT.match(view, begin, arrow) is not None and _RIGHT.match(view, arrow + 2) is not None


def _text(block: str, *, followed: bool) -> str:
    """Return a cue's lines, without the rest of its timing line, trailing blanks and the next cue's number."""
    lines = _BREAK.split(block)
    # The timing line's own end comes first; the last piece is empty when a line end closes the block.
    lines = lines[1:]
    adjacent = False
    if followed and lines:
        lines.pop()
        adjacent = bool(lines) and bool(lines[-1].strip())
    while lines and not lines[-1].strip():
        lines.pop()
    if followed and lines and _INDEX.match(lines[-1]) and (adjacent or (len(lines) > 1 and not lines[-2].strip())):
        lines.pop()
        while lines and not lines[-1].strip():
            lines.pop()
    return untagged("\n".join(lines))
