"""What an engine's subtitle is worth: which lines are where they belong, and whether the file is better than before.

A line counts when somebody speaks it and the film has it; it is right when it starts within 250 ms of its true start.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

RIGHT_MS = 250
NEAR_MS = 500
RIGHT_SHARE = 0.9
WORSE_SHARE = 0.02
WORSE_MS = 50
_SAME_MS = 1
_TIMES = re.compile(r"^\s*(-?\d+):(\d\d):(\d\d)[,.](\d{3})\s*-->\s*(-?\d+):(\d\d):(\d\d)[,.](\d{3})")

Truth = Sequence[Sequence[int] | None]
"""For each line of the subtitle, in its order: true start, true end (ms) and whether it is spoken; None: not in the film."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a subtitle, ms."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """How a subtitle ended.

    `outcome`: `right`; `wrong` (written, and not right); `refused` (left as it was, though it should have changed);
    `accepted` (of class `wrong`: another film's subtitle was written). `within_250`, `within_500`: shares of the lines that
    count; `median_ms`: their median distance, lost lines being infinitely far; each also as it was before. `lost`: lines of
    any kind that are not there any more. Shares and distances are None where no line counts.
    """

    outcome: str
    changed: bool
    harmful: bool
    within_250: float | None
    within_500: float | None
    median_ms: float | None
    within_250_before: float | None
    within_500_before: float | None
    median_ms_before: float | None
    lost: int


def read_lines(text: str) -> list[Line]:
    """Return the lines of SubRip text."""
    lines: list[Line] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").lstrip("\ufeff")):
        rows = block.strip("\n").split("\n")
        for place, row in enumerate(rows):
            if found := _TIMES.match(row):
                numbers = found.groups()
                start, end = _ms(numbers[:4]), _ms(numbers[4:])
                lines.append(Line(start, end, "\n".join(rows[place + 1 :]).strip()))
                break
    return lines


def _ms(parts: Sequence[str]) -> int:
    hours, minutes, seconds, thousandths = parts
    size = abs(int(hours)) * 3_600_000 + int(minutes) * 60_000 + int(seconds) * 1000 + int(thousandths)
    return -size if hours.startswith("-") else size


def match_lines(before: Sequence[Line], after: Sequence[Line]) -> list[Line | None]:
    """Return for each line before the one that it has become; None where it is lost.

    Lines are matched by place where all are there in their order, and by their text elsewhere; of equal texts the last ones
    are matched first, since lines are dropped from the beginning when they would start before 0.
    """
    if [line.text for line in before] == [line.text for line in after]:
        return list(after)
    left: dict[str, list[Line]] = defaultdict(list)
    for line in after:
        left[line.text].append(line)
    matched: list[Line | None] = []
    for line in reversed(before):
        same = left.get(line.text)
        matched.append(same.pop() if same else None)
    return matched[::-1]


def score_case(kind: str, truth: Truth, before: Sequence[Line], after: Sequence[Line]) -> Score:
    """Return how a subtitle of class `kind` ended. Raises ValueError where truth and subtitle differ in length."""
    if len(truth) != len(before):
        raise ValueError(f"{len(before)} lines, but the truth of {len(truth)}")
    now = match_lines(before, after)
    lost = sum(line is None for line in now)
    changed = lost > 0 or len(after) != len(before)
    changed = changed or any(
        line is not None and abs(line.start - old.start) > _SAME_MS for old, line in zip(before, now, strict=True)
    )
    if kind == "wrong":
        return Score("accepted" if changed else "right", changed, False, *(None,) * 6, lost)
    counting = [(place, row[0]) for place, row in enumerate(truth) if row is not None and row[2]]
    was = [float(abs(before[place].start - true)) for place, true in counting]
    distances = [_distance(now[place], true) for place, true in counting]
    right = share_within(distances, RIGHT_MS) >= RIGHT_SHARE
    near, near_before = share_within(distances, NEAR_MS), share_within(was, NEAR_MS)
    worse = near < near_before - WORSE_SHARE or median(distances) > median(was) + WORSE_MS
    return Score(
        "right" if right else "wrong" if changed else "refused",
        changed,
        changed and worse,
        share_within(distances, RIGHT_MS),
        near,
        median(distances),
        share_within(was, RIGHT_MS),
        near_before,
        median(was),
        lost,
    )


def _distance(line: Line | None, true: int) -> float:
    return math.inf if line is None else float(abs(line.start - true))


def share_within(distances: Sequence[float], limit: float) -> float:
    """Return the share of the distances that are no larger than the limit; 1 where there is none."""
    return sum(distance <= limit for distance in distances) / len(distances) if distances else 1.0


def count_outcomes(scores: Sequence[Score]) -> Counter[str]:
    """Return how often each outcome occurs, with `harmful` counted besides."""
    counts = Counter(score.outcome for score in scores)
    counts["harmful"] = sum(score.harmful for score in scores)
    return counts
