"""MicroDVD: `{first frame}{last frame}text`, faithful only where the file itself says its frame rate.

The customary first line `{1}{1}25` (or `{0}{0}`) names the rate; without it a frame number is no time.
"""

from __future__ import annotations

import re

from synctui.files.faults import fail
from synctui.files.lines import lines_of
from synctui.files.timestamps import END, START, Plain, Stamp, Timed, refuse_too_many
from synctui.model.cues import Cue

LINE = re.compile(r"[ \t]*\{([0-9]{1,8})\}\{([0-9]{0,8})\}")
_RATE = re.compile(r"[ \t]*\{[01]\}\{[01]\}[ \t]*([0-9]{1,3}(?:[.,][0-9]{1,6})?)[ \t]*\Z")
_CODE = re.compile(r"\{[A-Za-z]:[^{}]*\}")


def find_microdvd(view: str, plain: Plain) -> Timed:
    """Return cues and frame numbers of a MicroDVD file, as times.

    Raises OperationFailed `unsupported_format` when the file does not say its frame rate or leaves an end open,
    `too_many_cues`.
    """
    cues: list[Cue] = []
    stamps: list[Stamp] = []
    rate = 0.0
    for begin, end in lines_of(view):
        match = LINE.match(view, begin, end)
        if match is None:
            continue
        if not rate:
            named = _RATE.match(view[begin:end])
            rate = float(named.group(1).replace(",", ".")) if named else 0.0
            if not 5 <= rate <= 200:
                fail(
                    "unsupported_format",
                    "a MicroDVD subtitle that does not say its frame rate",
                    "add a first line such as {1}{1}25, or convert it to SubRip",
                )
            continue
        if not match.group(2):
            fail("unsupported_format", "a MicroDVD line without an end", "convert it to SubRip")
        start, stop = (round(int(frame) * 1000 / rate) for frame in match.groups())
        stamps.append(Stamp(*match.span(1), start, len(cues), START))
        stamps.append(Stamp(*match.span(2), stop, len(cues), END))
        cues.append(Cue(start, stop, _CODE.sub("", plain(view[match.end() : end]).replace("|", "\n"))))
        refuse_too_many(len(cues))

    def render(old: str, ms: int) -> str:
        return str(max(0, round(ms * rate / 1000))).zfill(len(old) if old.startswith("0") else 1)

    return Timed("microdvd", cues, stamps, render, max(1, round(1000 / (rate or 25))))
