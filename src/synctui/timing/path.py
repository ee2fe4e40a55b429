"""The best way through (line, shift): which shift every line wants, when parts of a film may want different ones.

Lines keep their order and film time is used once: after a jump a line may only begin where the last one that was matched has
ended, so that a passage whose speech is drowned cannot be laid upon speech that other lines account for. Lines that match
nothing may be left out. One pass over the lines, linear in lines times shifts (Viterbi, with a running maximum over film
time instead of a search for where to jump from).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines
from synctui.timing.speech import FPS, Floats

GRID = 20
"""Frames from one shift to the next."""
JUMP = 30.0
"""What a jump costs, in nats: chance gains more on a dozen lines in music only rarely."""
_FAR_PER_S = 0.1
"""What every second of film costs that a jump leaves behind: the longer, the more places there were to try."""
_LEFT_OUT = 1.0
"""What a line costs that matches nothing."""
_STEP = 3.0
"""What it costs to drift by one grid step."""
_TALKATIVE = 0.5
_AROUND = 30
"""So much of the mean over so many grid steps around is taken off: where a film is talkative any line fits a little."""
_HELD = 0.6
"""Lines linger on the screen: the next may begin after this share of one."""
_NEVER = np.float32(-1e9)
_FARTHEST_BACK = 400.0


@dataclass(frozen=True, slots=True)
class Path:
    """Shifts in frames, one per line; `matched` is False where a line was left out and has the shift of a neighbour."""

    score: float
    shift: NDArray[np.int64]
    matched: NDArray[np.bool_]


def path_score(evidence: Evidence, lines: Lines, low: int, count: int) -> float:
    """Return the score (nats) of the best path over `count` shifts from `low` (frames), `GRID` apart."""
    return _Trellis(evidence, lines, low, count).run()


def best_path(evidence: Evidence, lines: Lines, low: int, count: int) -> Path:
    """Return the best path over `count` shifts from `low` (frames), `GRID` apart."""
    trellis = _Trellis(evidence, lines, low, count)
    kept = np.empty((len(lines), count), np.float32)
    score = trellis.run(kept)
    index = _filled(trellis.back(kept))
    return Path(score, low + index * GRID, trellis.matched)


class _Trellis:
    """The scores of all lines at all shifts, and the steps between them."""

    def __init__(self, evidence: Evidence, lines: Lines, low: int, count: int) -> None:
        place = np.round(lines.start * (FPS / GRID)).astype(np.int64)
        self._far = np.float32(_FAR_PER_S * GRID / FPS)
        # A day between two lines is as good as the whole range: numbers out of hostile files stay small.
        self._on = np.minimum(np.diff(place), 4 * count)
        self._held = np.round((lines.end - lines.start) * (_HELD * FPS / GRID)).astype(np.int64)
        self._rows = evidence.rows(lines, low, count, GRID)
        place = np.arange(count)
        around = np.minimum(place + _AROUND + 1, count) - np.maximum(place - _AROUND, 0)
        self._share = (_TALKATIVE / around).astype(np.float32)
        self._total = np.zeros(count + 2 * _AROUND + 1, np.float32)
        self._count, self._lines = count, len(lines)
        self.matched = np.zeros(len(lines), bool)

    def run(self, kept: Floats | None = None) -> float:
        """Return the best score; `kept` [lines, shifts] receives the best score of paths that match each line there."""
        ramp = self._far * np.arange(self._count, dtype=np.float32)
        before = np.full(self._count, _NEVER)
        current: Floats | None = None
        best_end = -np.inf
        for i in range(self._lines):
            row = self._row(i)
            if current is None:
                current = row.copy()
            else:
                reached = np.maximum.accumulate(current + ramp)
                reached -= ramp
                on = int(self._on[i - 1])
                before = np.maximum(
                    self._later(before, on) - np.float32(_LEFT_OUT), self._later(reached, on - int(self._held[i - 1]))
                )
                arrived = np.maximum(before - np.float32(JUMP), np.float32(-_LEFT_OUT * i))
                np.maximum(arrived, current, out=arrived)
                stepped = current - np.float32(_STEP)
                np.maximum(arrived[1:], stepped[:-1], out=arrived[1:])
                np.maximum(arrived[:-1], stepped[1:], out=arrived[:-1])
                arrived += row
                current = arrived
            if kept is not None:
                kept[i] = current
            best_end = max(best_end, float(current.max()) - _LEFT_OUT * (self._lines - 1 - i))
        return best_end

    def _row(self, i: int) -> Floats:
        row = self._rows.row(i)
        total, count = self._total, self._count
        np.cumsum(row, out=total[_AROUND + 1 : _AROUND + 1 + count])
        total[_AROUND + 1 + count :] = total[_AROUND + count]
        around = total[2 * _AROUND + 1 :] - total[:count]
        around *= self._share
        row -= around
        return row

    def _later(self, values: Floats, frames: int) -> Floats:
        """Return values by shift of one line as values by shift of a line that begins `frames` grid steps later."""
        count = self._count
        moved = np.empty(count, np.float32)
        if frames <= 0:
            kept = max(0, count + frames)
            moved[: count - kept] = _NEVER
            moved[count - kept :] = values[:kept]
            return moved
        kept = max(0, count - frames)
        moved[:kept] = values[count - kept :] if kept else values[:0]
        beyond = np.arange(max(1, frames - count + 1), frames + 1, dtype=np.float32)
        moved[kept:] = values[-1] - self._far * beyond
        return moved

    def back(self, kept: Floats) -> NDArray[np.int64]:
        """Return the index of the shift of every line on the best path, -1 where it was left out."""
        lines, path = self._lines, np.full(self._lines, -1, np.int64)
        ends = kept.max(axis=1) - _LEFT_OUT * np.arange(lines - 1, -1, -1)
        i = int(ends.argmax())
        j = int(kept[i].argmax())
        while True:
            path[i] = j
            self.matched[i] = True
            if not i:
                break
            wanted = float(kept[i, j]) - float(self._row(i)[j])
            near = [(float(kept[i - 1, j]), j)]
            near += [(float(kept[i - 1, k]) - _STEP, k) for k in (j - 1, j + 1) if 0 <= k < self._count]
            score, k = max(near)
            if score >= wanted - 0.05:
                i, j = i - 1, k
                continue
            came = self._jumped_from(kept, i, j, wanted)
            if came is None:
                break
            i, j = came
        return path

    def _jumped_from(self, kept: Floats, i: int, j: int, wanted: float) -> tuple[int, int] | None:
        """Return the line and the index that the path jumped to (i, j) from, or None where it begins there."""
        if abs(wanted + _LEFT_OUT * i) < 0.05:
            return None
        best: tuple[float, int, int] | None = None
        on = 0
        for q in range(i - 1, -1, -1):
            on += int(self._on[q])
            limit = j + on - int(self._held[q])
            if limit >= 0:
                last = min(limit, self._count - 1)
                scores = kept[q, : last + 1] - self._far * (limit - np.arange(last + 1, dtype=np.float32))
                at = int(scores.argmax())
                score = float(scores[at]) - _LEFT_OUT * (i - 1 - q)
                if best is None or score > best[0]:
                    best = (score, q, at)
                if best[0] - JUMP >= wanted - 0.1:
                    break
            if _LEFT_OUT * (i - q) > _FARTHEST_BACK:
                break
        return None if best is None else best[1:]


def _filled(path: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the path with every line that was left out at the shift of the nearest one that was not."""
    known = np.nonzero(path >= 0)[0]
    place = np.arange(len(path))
    after = np.clip(np.searchsorted(known, place), 0, len(known) - 1)
    before = np.clip(after - 1, 0, None)
    nearer = np.where(np.abs(known[after] - place) < np.abs(place - known[before]), known[after], known[before])
    return path[nearer]
