"""How subtitles and media are handed to an engine, and its times are read back.

Engines get subtitles as SubRip in UTF-8 made from our cues, whatever the file's own format and encoding: then format,
encoding, styling and precision (ASS has hundredths) are none of their business. They get media under a plain name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span

# alass -n writes a negative time with a sign on every field: 00:00:-7,-512
_TIME = r"(-?\d{1,6}):(-?\d{1,4}):(-?\d{1,4})[,.](-?\d{1,4})"
_ARROW = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}", re.MULTILINE)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


def write_srt(cues: Sequence[Cue]) -> bytes:
    """Return the cues as SubRip, UTF-8, in their order, exactly one entry each.

    The text stays (engines leave out sound descriptions and music), on one line; a cue that ends before it starts is
    given no length, because engines would swap its times.
    """
    parts = []
    for number, cue in enumerate(cues, 1):
        start = max(0, cue.start)
        parts.append(f"{number}\n{_clock(start)} --> {_clock(max(start, cue.end))}\n{_one_line(cue.text)}\n\n")
    return "".join(parts).encode("utf-8", "replace")


def _one_line(text: str) -> str:
    # Some parsers find a new entry wherever two times stand on a line.
    plain = "".join(char if char.isprintable() and char != ":" else " " for char in text)
    return " ".join(plain.replace("-->", "->").split()) or "♪"


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def read_spans(data: bytes) -> list[Span]:
    """Return the times (ms, possibly negative) of a SubRip file that an engine wrote, in the file's order."""
    text = data.decode("utf-8-sig", "replace")
    return [(_ms(*match.groups()[:4]), _ms(*match.groups()[4:])) for match in _ARROW.finditer(text)]


def _ms(hours: str, minutes: str, seconds: str, fraction: str) -> int:
    return int(hours) * 3_600_000 + int(minutes) * 60_000 + int(seconds) * 1000 + int(fraction)


def moved_like(cues: Sequence[Cue], produced: Sequence[Span], scale: float) -> list[Span]:
    """Return new spans for the original cues: each starts where the engine put it and lasts `scale` times as long.

    Raises OperationFailed `engine_no_output` when the engine lost or invented lines.
    """
    if len(produced) != len(cues):
        raise OperationFailed(
            f"the engine returned {len(produced)} lines for {len(cues)}",
            hint="try another engine",
            code="engine_no_output",
        )
    return [(start, start + round((cue.end - cue.start) * scale)) for cue, (start, _) in zip(cues, produced, strict=True)]


def stage_reference(folder: str, path: str) -> str:
    """Make a link with a plain name in `folder` (private, absolute) that leads to a media file, and return its path.

    Whatever the file is called, an engine sees `reference.mkv`.
    """
    suffix = os.path.splitext(path)[1]
    link = os.path.join(folder, "reference" + (suffix.lower() if _SUFFIX.fullmatch(suffix) else ""))
    Path(link).symlink_to(os.path.abspath(path))
    return link
