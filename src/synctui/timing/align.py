"""The built-in engine: shift, speed and cuts that bring a subtitle into step with speech, or why none can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from synctui.model.cues import IDENTITY, Cue, Piece, Warp
from synctui.timing import confidence, rates
from synctui.timing.edges import rise_offset
from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines, usable_lines
from synctui.timing.reference import met
from synctui.timing.search import Hypothesis, search
from synctui.timing.sections import Section
from synctui.timing.solution import COMMON_SPEEDS, Solution, chance_total, solve
from synctui.timing.speech import FPS, SpeechTrack
from synctui.timing.support import MOST_UNHEARD, support_of, unheard

FEWEST_LINES = 8
IN_SYNC_MS = 100
"""A subtitle that no cue of would move by this much, without a change of speed, is in sync."""
_LENGTH_FACTOR = 1.1
_LENGTH_SLACK_S = 60.0
_OUTSIDE = 0.06
_OUTSIDE_OF_CUTS = 0.25
_BEYOND_S = 20.0
_FARTHEST_CUT_S = 600.0
_LEAD_IN_S = 2.0
_SHORTEST_RATIO = 24000 / 1001 / 25
_STRETCH_GAIN = 3.0
_RARE_STRETCH_GAIN = 12.0


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """`max_offset_s` limits what is accepted; the search goes further, so that a result at the limit can be told."""

    max_offset_s: float = 240.0

    @property
    def reach_s(self) -> float:
        """Return how far the search for one shift goes."""
        return max(1.4 * self.max_offset_s, self.max_offset_s + 60.0)

    @property
    def path_reach_s(self) -> float:
        """Return how far the search for shifts that change goes: its memory grows with it, and no cut is as long."""
        return min(self.max_offset_s, _FARTHEST_CUT_S) + _BEYOND_S


@dataclass(frozen=True, slots=True)
class Cut:
    """From the original time `at_ms` on, lines move by `by_ms` more than before."""

    at_ms: int
    by_ms: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """What was found. `verdict`: aligned, in_sync or refused, then `reason` is a code of `model.reasons`.

    `warp` is the change that fits best, also when it is refused (identity when nothing was searched). `offset_first_ms`,
    `…_middle_ms`, `…_last_ms` are what it adds to those cues, `cuts` where it changes. `confidence` (0..100) is trusted from
    `confidence.THRESHOLD` on; `raw` is the score above chance in nats per line, `z` how far the match stands out.
    `overlap_*` are the shares of the lines' time on which there is speech; `unsupported` is the share of lines in sections
    that do not stand out where they are.
    """

    verdict: str
    reason: str
    message: str = ""
    warp: Warp = IDENTITY
    offset_first_ms: int = 0
    offset_middle_ms: int = 0
    offset_last_ms: int = 0
    cuts: tuple[Cut, ...] = ()
    ratio: float = 1.0
    ratio_name: str = "1"
    confidence: int = 0
    raw: float = 0.0
    z: float = 0.0
    overlap_before: float = 0.0
    overlap_after: float = 0.0
    unsupported: float = 0.0
    usable: int = 0
    at_bound: bool = False
    length_mismatch: bool = False


def align(track: SpeechTrack, cues: Sequence[Cue], options: AlignOptions | None = None) -> Alignment:
    """Find shift, speed and cuts of `cues` (ms) against the speech of `track`; refuses what it cannot be sure of."""
    options = options or AlignOptions()
    lines = usable_lines(cues)
    known = Alignment("refused", "too_sparse", usable=len(lines))
    if len(lines) < FEWEST_LINES:
        return replace(known, message=f"only {len(lines)} spoken lines; at least {FEWEST_LINES} are needed")
    if not len(track.probability) or track.share < 0.005:
        return replace(known, reason="no_speech", message="no speech was found in the audio")
    evidence = Evidence.of(track, lines)
    known = replace(known, overlap_before=evidence.overlap(lines))
    found, chance = search(evidence, lines, options.reach_s)
    single = _choose(found, len(lines))
    raw = (single.total - chance) / len(lines)
    sure = confidence.of(raw, single.z, len(lines))
    speeds = [single.ratio.value] if sure >= confidence.THRESHOLD else COMMON_SPEEDS
    if abs(single.offset_s) > options.path_reach_s and sure >= confidence.THRESHOLD:
        whole = Section(0, len(lines), single.shift, single.total)
        solution = Solution(single.ratio.value, (whole,), single.total)
    else:
        solution = solve(evidence, lines, options.path_reach_s, speeds)
    if len(solution.sections) > 1 or sure < confidence.THRESHOLD:
        total = chance_total(evidence, lines, options.path_reach_s, sorted({1.0, solution.scale}))
        raw = (solution.path_score - total) / len(lines)
        if len(solution.sections) == 1:
            sure = max(sure, confidence.of_path(raw, len(lines)))
        else:
            sure = confidence.of_cuts(raw, len(lines))
    solution = _sharpened(track, lines, solution)
    known = _measured(known, cues, lines, evidence, solution)
    known = replace(known, raw=raw, z=single.z, confidence=sure)
    return _judged(known, track, lines, evidence, solution, options)


def _choose(found: list[Hypothesis], count: int) -> Hypothesis:
    """Return the best hypothesis; a change of speed must beat none clearly, a rare one very clearly."""

    def weighed(hypothesis: Hypothesis) -> float:
        if hypothesis.ratio.value == 1.0:
            return hypothesis.total
        return hypothesis.total - (_STRETCH_GAIN if hypothesis.ratio.common else _RARE_STRETCH_GAIN + 0.1 * count)

    return max(found, key=weighed)


def _sharpened(track: SpeechTrack, lines: Lines, solution: Solution) -> Solution:
    """Return the solution with its last tens of milliseconds settled by where lines begin."""
    near = solution.placed(lines)
    # Where voices rise is an estimate as good as the fit of whole lines, and errs in other ways: their mean is better.
    off = 0.5 * rise_offset(track, near) if track.begins_s is None else met(track.begins_s, near)
    sections = tuple(replace(section, shift=section.shift + off * FPS) for section in solution.sections)
    return replace(solution, sections=sections)


def _measured(known: Alignment, cues: Sequence[Cue], lines: Lines, evidence: Evidence, found: Solution) -> Alignment:
    starts = [0, *(_before(lines, section.first) for section in found.sections[1:])]
    pieces = tuple(
        Piece(at, found.scale, section.shift * 1000 / FPS) for at, section in zip(starts, found.sections, strict=True)
    )
    warp = Warp(pieces)
    order = sorted(cues, key=lambda cue: cue.start)
    sample = [order[0], order[len(order) // 2], order[-1]]
    first, middle, last = (span[0] - cue.start for span, cue in zip(warp.spans(sample), sample, strict=True))
    known_ratio = rates.nearest(found.scale)
    return replace(
        known,
        warp=warp,
        offset_first_ms=first,
        offset_middle_ms=middle,
        offset_last_ms=last,
        cuts=tuple(Cut(b.start, round(b.offset - a.offset)) for a, b in pairwise(pieces)),
        ratio=found.scale,
        ratio_name=known_ratio.name if known_ratio and known_ratio.value == found.scale else f"{found.scale:.5f}",
        overlap_after=evidence.overlap(found.placed(lines)),
    )


def _before(lines: Lines, first: int) -> int:
    """Return the time (ms) from which on cues move with line `first`: sounds and songs just before it do as well."""
    begins = float(lines.start[first])
    return round(min(max(float(lines.end[first - 1]), begins - _LEAD_IN_S), begins) * 1000)


def _judged(
    known: Alignment, track: SpeechTrack, lines: Lines, evidence: Evidence, found: Solution, options: AlignOptions
) -> Alignment:
    sure = known.confidence >= confidence.THRESHOLD
    placed = found.placed(lines)
    outside = float(np.mean((placed.end < 0) | (placed.start > track.duration_s)))
    length = float(lines.end[-1] - lines.start[0]) * (found.scale if sure else _SHORTEST_RATIO)
    longer = length > track.duration_s * _LENGTH_FACTOR + _LENGTH_SLACK_S
    if sure:
        # A subtitle that is cut may well be of a longer edition.
        several = len(found.sections) > 1
        too_long = (longer and not several) or outside > (_OUTSIDE_OF_CUTS if several else _OUTSIDE)
    else:
        too_long = longer
    furthest = max((section.shift / FPS for section in found.sections), key=abs)
    bound = abs(furthest) > options.max_offset_s
    known = replace(known, at_bound=bound, length_mismatch=too_long)
    if too_long:
        return replace(known, reason="length_mismatch", message="the lines reach far beyond the video")
    if not sure:
        sparse = len(lines) < confidence.FEW_LINES and known.z >= confidence.PROMISING_Z
        return replace(
            known, reason="too_sparse" if sparse else "low_confidence", message=confidence.sentence(known.confidence)
        )
    if bound:
        message = f"the best shift, {furthest:+.1f} s, is beyond the limit of {options.max_offset_s:g} s"
        return replace(known, reason="at_search_bound", message=message)
    supports = support_of(evidence, placed, [(section.first, section.last) for section in found.sections])
    lost = sum(len(section) for section, support in zip(found.sections, supports, strict=True) if support.weak)
    known = replace(known, unsupported=lost / len(lines))
    if not lost and len(supports) > 1 and unheard(supports) > MOST_UNHEARD:
        message = f"too little was heard of {unheard(supports):.0%} of the lines to tell where the subtitle is cut"
        return replace(known, unsupported=unheard(supports), reason="low_confidence", message=message)
    if lost:
        message = f"the subtitle fits in parts only: {lost} of {len(lines)} lines could be somewhere else as well"
        return replace(known, reason="low_confidence", message=message)
    moves = (known.offset_first_ms, known.offset_middle_ms, known.offset_last_ms)
    if found.scale == 1.0 and len(found.sections) == 1 and max(abs(move) for move in moves) < IN_SYNC_MS:
        return replace(known, verdict="in_sync", reason="already_in_sync")
    if known.overlap_after < known.overlap_before + 0.005 and not _gains(evidence, lines, found):
        return replace(known, reason="no_better", message="the lines lie on speech no better than before")
    return replace(known, verdict="aligned", reason="aligned")


def _gains(evidence: Evidence, lines: Lines, found: Solution) -> bool:
    """Return whether the score is clearly better than where the lines are now."""
    return found.total > float(evidence.score(lines, 0, 1).sum()) + max(2.0, 0.01 * len(lines))
