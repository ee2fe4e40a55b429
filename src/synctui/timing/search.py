"""The search for the one shift and speed that fits, and what chance alone would reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synctui.timing.fit import COARSE, Evidence, correlations
from synctui.timing.lines import Lines
from synctui.timing.rates import RATIOS, Ratio
from synctui.timing.speech import FPS, Floats

_BACKGROUND = 8 * FPS // COARSE
"""A true match is a peak a second wide; what moves more slowly is where the film is talkative, and is taken off."""
_APART = FPS // COARSE
_PEAKS = 3
_NEAR = 40


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A ratio and a shift (frames, with fractions) with the floored score of all lines there."""

    ratio: Ratio
    shift: float
    total: float
    z: float

    @property
    def offset_s(self) -> float:
        """Return the shift in seconds."""
        return self.shift / FPS


@dataclass(frozen=True, slots=True)
class Peak:
    """A place in the correlation of one ratio: how far it stands out (`height`) and in units of the spread (`z`)."""

    ratio: Ratio
    shift: int
    height: float
    z: float


def search(
    evidence: Evidence, lines: Lines, reach_s: float, ratios: Sequence[Ratio] = RATIOS
) -> tuple[list[Hypothesis], float]:
    """Return the best hypothesis of every ratio that has a promising peak, best first, and the best score in decoys."""
    decoys = list(evidence.decoys())
    found, *others = _peaks(evidence, decoys, lines, ratios, reach_s)
    best: dict[str, Hypothesis] = {}
    plain = [peak for peak in found if peak.ratio.value == 1.0][:1]
    for peak in found[:10] + plain:
        shift, total = refine(evidence, lines, peak.ratio, peak.shift)
        known = best.get(peak.ratio.name)
        if known is None or total > known.total:
            best[peak.ratio.name] = Hypothesis(peak.ratio, shift, total, peak.z)
    totals: list[float] = []
    for these in others:
        # What scoring needs is five times the track: no decoy outlives its turn.
        decoy = decoys.pop(0)
        totals += [refine(decoy, lines, peak.ratio, peak.shift)[1] for peak in these[:3]]
    return sorted(best.values(), key=lambda hypothesis: hypothesis.total, reverse=True), max(totals)


def _peaks(
    evidence: Evidence, decoys: Sequence[Evidence], lines: Lines, ratios: Sequence[Ratio], reach_s: float
) -> list[list[Peak]]:
    """Return the places that stand out most, best first, some of every ratio: of the evidence, and of each decoy."""
    found: list[list[Peak]] = [[] for _ in range(1 + len(decoys))]
    for ratio in ratios:
        surfaces = correlations([evidence, *decoys], lines.moved(ratio.value, 0.0), round(reach_s * FPS))
        for these, surface in zip(found, surfaces, strict=True):
            these += _highest(ratio, _sharpened(surface))
    return [sorted(these, key=lambda peak: peak.height, reverse=True) for these in found]


def _highest(ratio: Ratio, sharp: Floats) -> list[Peak]:
    # Few lines on a quiet film score the same almost everywhere: the median deviation alone would then be nothing.
    typical = 1.4826 * float(np.median(np.abs(sharp - np.median(sharp))))
    spread = max(typical, 0.7 * float(np.std(sharp)), 1e-6)
    left = sharp.copy()
    middle = len(sharp) // 2
    found: list[Peak] = []
    for _ in range(_PEAKS):
        at = int(left.argmax())
        found.append(Peak(ratio, (at - middle) * COARSE, float(sharp[at]), float(sharp[at]) / spread))
        left[max(0, at - _APART) : at + _APART + 1] = -np.inf
    return found


def _sharpened(surface: Floats) -> Floats:
    """Return the surface less its mean over ±8 s."""
    width = 2 * _BACKGROUND + 1
    total = np.cumsum(np.pad(surface.astype(np.float64), (_BACKGROUND + 1, _BACKGROUND), mode="reflect"))
    return (surface - (total[width:] - total[:-width]) / width).astype(np.float32)


def refine(evidence: Evidence, lines: Lines, ratio: Ratio, near: float, width: int = _NEAR) -> tuple[float, float]:
    """Return the best shift (frames, to fractions) within `width` frames of `near`, and the score there."""
    low = round(near) - width
    total = evidence.score(lines.moved(ratio.value, 0.0), low, 2 * width + 1).sum(axis=0, dtype=np.float64)
    at = int(total.argmax())
    shift = float(low + at)
    if 0 < at < len(total) - 1:
        bend = total[at - 1] - 2 * total[at] + total[at + 1]
        if bend < 0:
            shift += float(np.clip(0.5 * (total[at - 1] - total[at + 1]) / bend, -0.5, 0.5))
    return shift, float(total[at])
