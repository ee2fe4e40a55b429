"""The whole search: at which speed, in which sections, with which shifts the lines fit the speech best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines
from synctui.timing.path import GRID, Path, best_path, path_score
from synctui.timing.rates import RATIOS, nearest
from synctui.timing.sections import Fitting, Section
from synctui.timing.slope import slope_of
from synctui.timing.speech import FPS

_PLAIN_GAIN = 2.0
"""No change of speed is by far the most frequent."""
_PLAIN_GAIN_PER_LINE = 0.03
_SNAP_S = 0.25
"""A measured speed is a known one when over the whole film they differ by less."""
_STEEPEST = 0.004
"""No drift is as steep; what seems to be is cut where nothing was heard."""
_POLISH_S, _POLISH_STEPS, _POLISH_GIVE_UP = 0.1, 12, 6.0
"""The speed is tried in steps of so many seconds over the film."""
_LEAVE_GAIN = 5.0


@dataclass(frozen=True, slots=True)
class Solution:
    """Times are multiplied by `scale`, then lines of each section move by its shift.

    `total` is the score of the lines there less what cuts cost, `path_score` that of the path that led there; in nats.
    """

    scale: float
    sections: tuple[Section, ...]
    total: float
    path_score: float = 0.0

    def placed(self, lines: Lines) -> Lines:
        """Return the lines where this puts them."""
        shift = np.zeros(len(lines))
        for section in self.sections:
            shift[section.first : section.last] = section.shift / FPS
        return Lines(lines.start * self.scale + shift, lines.end * self.scale + shift)


def solve(evidence: Evidence, lines: Lines, reach_s: float, speeds: Sequence[float]) -> Solution:
    """Return the best solution near one of `speeds`, shifts within `reach_s` of none.

    A speed between the known ones is found too: the path may drift, and what is left of a slope is measured and taken in.
    """
    low, count = _range(reach_s)
    speed = speeds[0]
    if len(speeds) > 1:
        speed = max(speeds, key=lambda one: _speed_score(evidence, lines, low, count, one))
    fitting = Fitting(evidence, lines.moved(speed, 0.0))
    path = best_path(evidence, fitting.lines, low, count)
    solutions = [_solution(fitting, path, speed)]
    slope = slope_of(fitting, path)
    if slope.certain and abs(slope.value) < _STEEPEST:
        corrected = _snapped(speed * (1 + slope.value), float(lines.end[-1] - lines.start[0]))
        solutions.append(_at_speed(evidence, lines, low, count, corrected))
    if len(speeds) > 1 and all(one.scale != 1.0 for one in solutions):
        solutions.append(_at_speed(evidence, lines, low, count, 1.0))

    def weighed(solution: Solution) -> float:
        return solution.total + (_PLAIN_GAIN_PER_LINE * len(lines) if solution.scale == 1.0 else 0.0)

    return _polished(evidence, lines, max(solutions, key=weighed))


def _polished(evidence: Evidence, lines: Lines, found: Solution) -> Solution:
    """Return the solution at the speed near its own that fits best; a known speed is left only for a clear gain."""
    span = float(lines.end[-1] - lines.start[0])
    step = _POLISH_S / max(span, 1.0)
    best, tried = found, {0: found}
    demanded = _LEAVE_GAIN if nearest(found.scale) is not None else 0.0
    for direction in (1, -1):
        for count in range(1, _POLISH_STEPS + 1):
            speed = found.scale * (1 + direction * count * step)
            tried[direction * count] = at = _refitted(evidence, lines, found, speed)
            if at.total > best.total:
                best = at
            if at.total < best.total - _POLISH_GIVE_UP:
                break
    return best if best.total > found.total + demanded else found


def _refitted(evidence: Evidence, lines: Lines, found: Solution, speed: float) -> Solution:
    fitting = Fitting(evidence, lines.moved(speed, 0.0))
    sections: list[Section] = []
    for section in found.sections:
        middle = float(lines.start[section.first : section.last].mean())
        near = section.shift - middle * (speed - found.scale) * FPS
        sections.append(fitting.fitted(section.first, section.last, near, 15))
    return Solution(speed, tuple(sections), fitting.total(sections), found.path_score)


def chance_total(evidence: Evidence, lines: Lines, reach_s: float, speeds: Sequence[float]) -> float:
    """Return the best score that the same freedom finds in decoys."""
    low, count = _range(reach_s)
    return max(path_score(decoy, lines.moved(speed, 0.0), low, count) for decoy in evidence.decoys() for speed in speeds)


def _range(reach_s: float) -> tuple[int, int]:
    half = round(reach_s * FPS / GRID)
    return -half * GRID, 2 * half + 1


def _speed_score(evidence: Evidence, lines: Lines, low: int, count: int, speed: float) -> float:
    return path_score(evidence, lines.moved(speed, 0.0), low, count) + (_PLAIN_GAIN if speed == 1.0 else 0.0)


def _snapped(speed: float, span_s: float) -> float:
    known = nearest(speed)
    return known.value if known is not None and abs(speed / known.value - 1) * span_s < _SNAP_S else speed


def _solution(fitting: Fitting, path: Path, speed: float) -> Solution:
    sections = fitting.sections(path)
    return Solution(speed, tuple(sections), fitting.total(sections), path.score)


def _at_speed(evidence: Evidence, lines: Lines, low: int, count: int, speed: float) -> Solution:
    fitting = Fitting(evidence, lines.moved(speed, 0.0))
    return _solution(fitting, best_path(evidence, fitting.lines, low, count), speed)


COMMON_SPEEDS = tuple(ratio.value for ratio in RATIOS if ratio.common)
