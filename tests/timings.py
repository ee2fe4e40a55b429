"""What a viewer would notice in a subtitle file: when its lines come, and what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from synctui.files.subtitle import parse_subtitle

_CLOCK = re.compile(r"(?:\d+:)?\d\d?:\d\d[.,]\d{2,3}")


def starts(data: bytes) -> list[int]:
    """Return when the lines of a subtitle start (ms), in the order of the file."""
    return [cue.start for cue in parse_subtitle(data, "").cues]


def wordings(data: bytes) -> str:
    """Return everything in a subtitle but its times, character by character."""
    text = data.decode("utf-16") if data.startswith((b"\xff\xfe", b"\xfe\xff")) else data.decode("latin-1")
    return _CLOCK.sub("<time>", text)


def typical_error(data: bytes, truth: Sequence[int]) -> float:
    """Return the median distance (ms) of a subtitle's lines from the true times."""
    found = starts(data)
    assert len(found) == len(truth)
    return float(median(abs(start - true) for start, true in zip(found, truth, strict=True)))


def backup_of(path: Path, number: int = 0) -> Path:
    """Return where the original of a subtitle is kept."""
    return path.with_name(f"{path.name}.bak" + (f".{number}" if number else ""))
