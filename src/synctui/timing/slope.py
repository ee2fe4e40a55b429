"""How the shift changes along a film when the speed is not quite right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from synctui.timing.path import Path
from synctui.timing.sections import Fitting
from synctui.timing.speech import FPS

_WINDOW = 12
_FEWEST = 5
_REACH = 40
_SUPPORT = 0.5
"""Windows that fit worse than this, in nats per line, say nothing about the speed."""
_BREAK_S = 0.35
_LEAST_S = 0.12
_CERTAIN = 3.0


@dataclass(frozen=True, slots=True)
class Slope:
    """By how many seconds the shift grows in a second, with its standard error, over `span_s` seconds."""

    value: float
    error: float
    span_s: float

    @property
    def certain(self) -> bool:
        """True when the change over the film is large enough to see, and too large for chance."""
        return abs(self.value) * self.span_s > _LEAST_S and abs(self.value) > _CERTAIN * self.error


def slope_of(fitting: Fitting, path: Path) -> Slope:
    """Measure the common slope of all sections of a path: a robust straight line in each, all equally steep.

    Windows of a dozen lines are fitted each on its own; iteratively reweighted least squares (Cauchy) bears wrong ones.
    """
    at, shift, section = _windows(fitting, path)
    if len(at) < _FEWEST:
        return Slope(0.0, np.inf, 0.0)
    weight = np.ones(len(at))
    slope, spread, base = 0.0, 0.04, 1e-9
    groups = [section == name for name in np.unique(section)]
    for _ in range(12):
        centred, moved = np.zeros(len(at)), np.zeros(len(at))
        for group in groups:
            centred[group] = at[group] - np.average(at[group], weights=weight[group])
            moved[group] = shift[group] - np.average(shift[group], weights=weight[group])
        base = float((weight * centred**2).sum())
        if base <= 0:
            return Slope(0.0, np.inf, 0.0)
        slope = float((weight * centred * moved).sum()) / base
        rest = shift - slope * at
        for group in groups:
            rest[group] -= np.median(rest[group])
        spread = max(0.04, 1.5 * float(np.median(np.abs(rest))))
        weight = 1 / (1 + (rest / spread) ** 2)
    return Slope(slope, spread / float(np.sqrt(base)), float(at.max() - at.min()))


Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


def _windows(fitting: Fitting, path: Path) -> tuple[Numbers, Numbers, Numbers]:
    """Return where windows of lines lie (s), which shift each wants (s), and the section that each belongs to."""
    breaks = np.nonzero(np.abs(np.diff(path.shift)) > _BREAK_S * FPS)[0] + 1
    edges = [0, *breaks.tolist(), len(path.shift)]
    found: list[tuple[float, float, float]] = []
    for name, (a, b) in enumerate(pairwise(edges)):
        for first in range(a, b, _WINDOW):
            last = min(b, first + _WINDOW)
            if last - first < _WINDOW // 2:
                continue
            near = float(np.median(path.shift[first:last]))
            window = fitting.fitted(first, last, near, _REACH)
            if window.score >= _SUPPORT * len(window) and abs(window.shift - near) < _REACH - 1:
                middle = float(fitting.lines.start[first:last].mean())
                found.append((middle, window.shift / FPS, float(name)))
    columns = np.array(found, np.float64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]
