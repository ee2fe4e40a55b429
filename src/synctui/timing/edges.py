"""The last tens of milliseconds: lines begin when the sound of a voice rises."""

from __future__ import annotations

import numpy as np

from synctui.timing.lines import Lines
from synctui.timing.speech import FPS, SpeechTrack

_STEP = 40
_REACH = 25
_LATE_S = 0.012
"""A voice is half up this long after it began (measured)."""
_PULL = 1.5
"""How strongly (per squared second) the place that the whole lines chose holds: loosely timed lines have no sharp rise."""


def rise_offset(track: SpeechTrack, lines: Lines) -> float:
    """Return by how many seconds (at most 0.25) the lines should move for their beginnings to meet the rises of the level.

    The steepest rise does not depend on noise, unlike the place where a probability passes a threshold. 0 where no best
    place lies within reach, or the track has no level.
    """
    if track.level is None or len(track.level) <= 2 * _STEP or not len(lines):
        return 0.0
    level = track.level.astype(np.float32) / 255
    total = np.concatenate([[0.0], np.cumsum(level, dtype=np.float64)])
    places = np.arange(-_REACH, _REACH + 1)
    at = np.round((lines.start - track.start_s) * FPS).astype(np.int64)
    at = at[(at >= _STEP + _REACH) & (at < len(level) - _STEP - _REACH)][:, None] + places
    if not len(at):
        return 0.0
    rise = (total[at + _STEP] - 2 * total[at] + total[at - _STEP]).mean(axis=0) / _STEP
    rise -= _PULL * (places / FPS) ** 2
    best = int(rise.argmax())
    if not 0 < best < len(rise) - 1:
        return 0.0
    bend = rise[best - 1] - 2 * rise[best] + rise[best + 1]
    part = float(np.clip(0.5 * (rise[best - 1] - rise[best + 1]) / bend, -0.5, 0.5)) if bend < 0 else 0.0
    return (int(places[best]) + part) / FPS - _LATE_S
