"""Sections of a subtitle that want shifts of their own, and whether they must: from a path to as few cuts as explain it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines
from synctui.timing.path import JUMP, Path
from synctui.timing.speech import FPS, Floats

_BREAK_S = 0.35
"""A path that moves by more than this from one line to the next has been cut there."""
_SAME_S = 0.25
"""Sections that differ by less are one: nobody sees the difference, and no scene is that short."""
_BACK_AGAIN_S = 0.3
_EXCURSION_GAIN = 60.0
"""There and back again is rare: a passage in music finds a better place somewhere."""
_FEW, _FEW_GAIN = 12, 80.0
"""So few lines at the beginning or the end of a film find another place by chance."""
_WIDE, _NARROW = 60, 40


@dataclass(frozen=True, slots=True)
class Section:
    """Lines [first, last) that want to begin `shift` frames later; `score` is theirs there, in nats."""

    first: int
    last: int
    shift: float
    score: float

    def __len__(self) -> int:
        return self.last - self.first


class Fitting:
    """Lines (at one speed) laid upon the speech, in sections."""

    def __init__(self, evidence: Evidence, lines: Lines) -> None:
        self.evidence = evidence
        self.lines = lines

    def fitted(self, first: int, last: int, near: float, width: int = _NARROW) -> Section:
        """Return lines [first, last) at the best shift within `width` frames of `near`."""
        low = round(near) - width
        total = self.evidence.score(self.lines, low, 2 * width + 1, part=slice(first, last)).sum(axis=0, dtype=np.float64)
        at = int(total.argmax())
        shift = float(low + at)
        if 0 < at < len(total) - 1:
            bend = total[at - 1] - 2 * total[at] + total[at + 1]
            if bend < 0:
                shift += float(np.clip(0.5 * (total[at - 1] - total[at + 1]) / bend, -0.5, 0.5))
        return Section(first, last, shift, float(total[at]))

    def at(self, first: int, last: int, shift: float) -> Floats:
        """Return the score of each of the lines [first, last) at `shift`."""
        return self.evidence.score(self.lines, round(shift), 1, part=slice(first, last))[:, 0]

    def sections(self, path: Path) -> list[Section]:
        """Return the sections that a path of these lines falls into, none without need."""
        breaks = np.nonzero(np.abs(np.diff(path.shift)) > _BREAK_S * FPS)[0] + 1
        edges = [0, *breaks.tolist(), len(self.lines)]
        found = [self.fitted(a, b, float(np.median(path.shift[a:b])), _WIDE) for a, b in pairwise(edges)]
        found = self._simplified(found)
        for _ in range(2):
            found = self._simplified(self._settled(found))
        return found

    def total(self, sections: list[Section]) -> float:
        """Return the score of all sections, less what their cuts cost."""
        return sum(section.score for section in sections) - JUMP * (len(sections) - 1)

    def _simplified(self, sections: list[Section]) -> list[Section]:
        """Return the sections after the least needed cuts have gone, one by one."""
        while len(sections) > 1:
            weakest = min((self._merged(sections, k) for k in range(len(sections) - 1)), key=lambda one: one[0])
            excursions = [self._absorbed(sections, k) for k in range(1, len(sections) - 1)]
            weakest = min([weakest, *(one for one in excursions if one is not None)], key=lambda one: one[0])
            if weakest[0] >= 0:
                break
            sections = weakest[1]
        return sections

    def _merged(self, sections: list[Section], k: int) -> tuple[float, list[Section]]:
        """Return what the cut after section `k` gains beyond what is demanded of it, and the sections without it."""
        one, two = sections[k], sections[k + 1]
        apart = abs(one.shift - two.shift) / FPS
        near = {one.shift, two.shift}
        if apart < 1.0:
            near.add((one.shift * len(one) + two.shift * len(two)) / (len(one) + len(two)))
        whole = max((self.fitted(one.first, two.last, shift) for shift in near), key=lambda section: section.score)
        without = [*sections[:k], whole, *sections[k + 2 :]]
        if apart < _SAME_S:
            return -np.inf, without
        demanded = JUMP
        edge = [section for section, outer in ((one, k == 0), (two, k + 2 == len(sections))) if outer]
        if any(len(section) < _FEW for section in edge):
            demanded = _FEW_GAIN
        return one.score + two.score - whole.score - demanded, without

    def _absorbed(self, sections: list[Section], k: int) -> tuple[float, list[Section]] | None:
        """Return the same for section `k` between two that want the same shift; None where they don't."""
        before, between, after = sections[k - 1 : k + 2]
        if abs(before.shift - after.shift) / FPS > _BACK_AGAIN_S:
            return None
        whole = self.fitted(before.first, after.last, (before.shift + after.shift) / 2)
        gain = before.score + between.score + after.score - whole.score
        return gain - 2 * JUMP - _EXCURSION_GAIN, [*sections[: k - 1], whole, *sections[k + 2 :]]

    def _settled(self, sections: list[Section]) -> list[Section]:
        """Return the sections with every cut where the scores of both sides say, and their shifts fitted anew."""
        settled = list(sections)
        for k in range(len(settled) - 1):
            one, two = settled[k], settled[k + 1]
            here = self.at(one.first, two.last, one.shift).astype(np.float64)
            there = self.at(one.first, two.last, two.shift).astype(np.float64)
            gain = np.cumsum(here - there)[:-1]
            cut = one.first + 1 + self._widest(one.first, gain)
            settled[k], settled[k + 1] = replace(one, last=cut), replace(two, first=cut)
        return [self.fitted(section.first, section.last, section.shift, 15) for section in settled]

    def _widest(self, first: int, gain: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
        """Return where to cut among the places that are as good as the best: at the longest pause."""
        best = np.nonzero(gain >= gain.max() - 1.0)[0]
        pauses = self.lines.start[first + 1 + best] - self.lines.end[first + best]
        return int(best[int(pauses.argmax())])
