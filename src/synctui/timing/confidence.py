"""One number for how sure a match is, from 0 to 100.

Two measures, each held against what chance reaches: `raw`, the score above that of decoys (the speech track backwards, which
cannot match) in nats per line; and `z`, how far the match stands out of all other shifts in robust standard deviations.
"""

from __future__ import annotations

THRESHOLD = 50
"""From here on a result is trusted."""
FEW_LINES = 20
"""With fewer lines chance gets closer to the truth, and more is demanded."""
PROMISING_Z = 6.0
REFERENCE_LINES = 50
"""A text with fewer does not stand for what is said."""
# On 448 excerpts of 9 to 110 lines (half of them of other films) the wrong ones reached 0.8 of what is demanded here; whole
# films of 80 lines and more are above three times that.
_RAW = 1.0
_Z = 7.5
_PATH, _PATH_FEW = 0.5, 12.0
_CUTS = 1.75
"""A wrong film is refused with less; but in a film that is half drowned a cut may be missed, or one found that is none."""


def of(raw: float, z: float, lines: int) -> int:
    """Return the confidence (0..100) of a match of so many lines; 50 is where both measures just reach what is demanded."""
    demand = 1.0 + max(0, 2 * FEW_LINES - lines) / (3 * FEW_LINES)
    return _told(min(raw / (_RAW * demand), z / (_Z * demand)))


def sentence(value: int) -> str:
    """Return the refusal of a match of this confidence."""
    return f"no timing fits clearly (confidence {value} of 100, {THRESHOLD} needed)"


def of_path(raw: float, lines: int) -> int:
    """Return the confidence of a match that was free to cut, from its score above that of decoys that were as free.

    On 600 pairs of films and foreign subtitles, whole and in excerpts of 12 to 40 lines, wrong ones reached 0.7 of what is
    demanded here.
    """
    return _told(raw / (_PATH + _PATH_FEW / lines))


def of_cuts(raw: float, lines: int) -> int:
    """Return the confidence of a match that is cut: the wrong ones have some sections right, and score above decoys."""
    return _told(raw / (_CUTS * (_PATH + _PATH_FEW / lines)))


def _told(measure: float) -> int:
    """Return 0..100 for a measure that is 1 where it just reaches what is demanded."""
    if measure <= 0:
        return 0
    return int(100 * measure**1.5 / (1 + measure**1.5) + 0.5)
