"""WebVTT (https://www.w3.org/TR/webvtt1/): timing lines and the times inside cue text move, nothing else.

NOTE, STYLE and REGION blocks are left alone up to their blank line, even where one holds a commented-out cue.
An `X-TIMESTAMP-MAP` (RFC 8216, 3.5) that shifts the times is refused: players of a plain file ignore it, players of a
stream do not, so no time can be right for both.
"""

from __future__ import annotations

import re

from synctui.files.faults import fail
from synctui.files.lines import lines_of, untagged
from synctui.files.srt import TIMING, looks_like_timing
from synctui.files.timestamps import (
    CLOCK,
    END,
    INNER,
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

_INNER = re.compile(rf"<({CLOCK})>")
_SKIPPED = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|\Z)")
_LOCAL = re.compile(rf"LOCAL[:=]{CLOCK}")
_MPEGTS = re.compile(r"MPEGTS[:=]([0-9]{1,15})")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\u00a0"), ("&lrm;", "\u200e"), ("&rlm;", "\u200f"), ("&amp;", "&"))


def find_vtt(view: str, plain: Plain) -> Timed:
    """Return cues and timestamps of a WebVTT file.

    Raises OperationFailed `too_many_cues`, or `unsupported_content` for a time that cannot be read and for a shifting
    X-TIMESTAMP-MAP.
    """
    cues: list[Cue] = []
    stamps: list[Stamp] = []
    times = (0, 0)
    text_from = text_to = -1
    header = view.startswith("WEBVTT")
    skipping = False
    blank_before = True

    def close() -> None:
        if text_from >= 0:
            cues.append(Cue(*times, _text(plain(view[text_from:text_to])) if text_to > text_from else ""))

    for begin, end in lines_of(view):
        if begin == end or not view[begin:end].strip():
            # Only a truly empty line ends a block; one of spaces is text.
            if begin == end:
                header = skipping = False
                blank_before = True
                close()
                text_from = -1
            continue
        if text_from < 0 and view.startswith("X-TIMESTAMP-MAP", begin):
            _check_map(view[begin:end])
        if skipping or (header and TIMING.match(view, begin, end) is None):
            continue
        header = False
        if blank_before and _SKIPPED.match(view, begin, end):
            skipping = True
            continue
        blank_before = False
        arrow = view.find("->", begin, end)
        if arrow >= 0:
            match = TIMING.match(view, begin, end)
            if match is not None:
                close()
                sign, hours, minutes, seconds, _, fraction, sign2, hours2, minutes2, seconds2, _, fraction2 = match.groups()
                times = (
                    clock_ms(sign, hours, minutes, seconds, fraction),
                    clock_ms(sign2, hours2, minutes2, seconds2, fraction2),
                )
                cue = len(cues)
                stamps.append(Stamp(match.start(1), match.end(6) if fraction else match.end(4), times[0], cue, START))
                stamps.append(Stamp(match.start(7), match.end(12) if fraction2 else match.end(10), times[1], cue, END))
                refuse_too_many(cue + 1)
                text_from = text_to = end
                continue
            if looks_like_timing(view, begin, arrow):
                refuse_time(view[begin:end])
        if text_from >= 0:
            if text_to == text_from:
                text_from = begin
            text_to = end
            if "<" in view[begin:end]:
                _inner(view, begin, end, len(cues), stamps)
    close()
    return Timed("vtt", cues, stamps, render_clock)


def _inner(view: str, begin: int, end: int, cue: int, stamps: list[Stamp]) -> None:
    for match in _INNER.finditer(view, begin, end):
        _, sign, hours, minutes, seconds, _, fraction = match.groups()
        ms = clock_ms(sign, hours, minutes, seconds, fraction)
        stamps.append(Stamp(match.start(1), match.end(1), ms, cue, INNER))


def _check_map(line: str) -> None:
    local, mpegts = _LOCAL.search(line), _MPEGTS.search(line)
    if local is None or mpegts is None:
        fail("unsupported_content", "an X-TIMESTAMP-MAP that cannot be read")
    sign, hours, minutes, seconds, _, fraction = local.groups()
    # MPEG timestamps count 90,000 a second.
    if clock_ms(sign, hours, minutes, seconds, fraction) * 90 != int(mpegts.group(1)):
        fail(
            "unsupported_content",
            "an X-TIMESTAMP-MAP shifts all times: a piece of a stream, not a whole subtitle",
            "remove the X-TIMESTAMP-MAP line if the file is played beside a video",
        )


def _text(block: str) -> str:
    text = block.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if "<" in text:
        text = untagged(_INNER.sub("", text))
    if "&" in text:
        for entity, char in _ENTITIES:
            text = text.replace(entity, char)
    return text
