"""Another subtitle as the reference: its lines, taken for speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synctui.model.cues import Cue
from synctui.timing.lines import Lines, usable_lines
from synctui.timing.speech import FPS, SpeechTrack

REFERENCE = "cues-1"
_LONGEST_S = 86_400.0
_MEET_S = 0.35


def track_of_cues(cues: Sequence[Cue], duration_s: float = 0.0) -> SpeechTrack:
    """Return a track that says speech during every spoken cue and silence elsewhere.

    Without `duration_s` it ends with the last cue. A cue shorter than a frame still counts for one; cues
    after a day are left out.
    """
    lines = usable_lines(cues)
    last = float(lines.end.max()) if len(lines) else 0.0
    frames = round(min(max(last + 5.0, duration_s), _LONGEST_S) * FPS)
    change = np.zeros(frames + 1, np.int32)
    begin = np.clip(np.round(lines.start * FPS).astype(np.int64), 0, frames)
    end = np.clip(np.round(lines.end * FPS).astype(np.int64), 0, frames)
    np.add.at(change, begin, 1)
    np.add.at(change, np.maximum(end, np.minimum(begin + 1, frames)), -1)
    speech = np.cumsum(change)[:frames] > 0
    return SpeechTrack((speech * np.uint8(255)).astype(np.uint8), detector=REFERENCE, begins_s=lines.start)


def met(begins_s: NDArray[np.float64], lines: Lines) -> float:
    """Return by how many seconds the lines begin before those of the reference, on average (median) of those that meet.

    Lines end as translators please, but begin with the speech. 0 when too few lines meet within `_MEET_S`.
    """
    if not len(begins_s) or not len(lines):
        return 0.0
    after = np.clip(np.searchsorted(begins_s, lines.start), 1, max(1, len(begins_s) - 1))
    low, high = begins_s[after - 1], begins_s[np.minimum(after, len(begins_s) - 1)]
    away = np.where(np.abs(low - lines.start) < np.abs(high - lines.start), low, high) - lines.start
    meeting = away[np.abs(away) < _MEET_S]
    return float(np.median(meeting)) if len(meeting) >= max(6, 0.3 * len(lines)) else 0.0
