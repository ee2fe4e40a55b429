"""Another subtitle as the reference: its lines, taken for speech."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synctui.model.cues import Cue
from synctui.timing.lines import usable_lines
from synctui.timing.speech import FPS, SpeechTrack

REFERENCE = "cues-1"
_LONGEST_S = 86_400.0


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
    return SpeechTrack((speech * np.uint8(255)).astype(np.uint8), 0.0, REFERENCE)
