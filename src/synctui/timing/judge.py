"""The judge of any engine's result: does it fit the speech, better than before, by a change that can be true?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synctui.model.cues import Cue, Span
from synctui.timing import confidence, rates
from synctui.timing.align import Alignment, AlignOptions, Cut, align
from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines, is_spoken, lines_of, usable_lines
from synctui.timing.speech import SpeechTrack

Doubles = NDArray[np.float64]

LEFT_OVER_MS = 250
"""A result is right when nothing is left to correct beyond this."""
_SAME_PIECE_MS = 250.0
_TINY_PIECE = 8
_MOST_TINY = 2
"""Engines tear a subtitle into blocks of a few lines where they hear nothing; a real cut leaves long ones."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a result may be written; when not `plausible`, `reason` is a code of `model.reasons`.

    `score_*` are nats per line, `overlap_*` shares of the lines' time on speech, `confidence` is that of the result (0..100,
    trusted from `confidence.THRESHOLD` on). `ratio` and `offset_ms` are the straight line fitted from before to after,
    `residual_ms` the median distance from it, `pieces` the number of runs of cues that moved alike,
    `tiny_pieces` those of a few cues, `cuts` lie between them.
    """

    plausible: bool
    reason: str
    message: str = ""
    score_before: float = 0.0
    score_after: float = 0.0
    overlap_before: float = 0.0
    overlap_after: float = 0.0
    confidence: int = 0
    ratio: float = 1.0
    ratio_name: str = "1"
    offset_ms: int = 0
    residual_ms: float = 0.0
    pieces: int = 1
    tiny_pieces: int = 0
    cuts: tuple[Cut, ...] = ()
    most_moved_ms: int = 0


def judge(
    track: SpeechTrack, before: Sequence[Cue], after: Sequence[Span], options: AlignOptions | None = None
) -> Judgement:
    """Judge `after` (ms, one span per cue of `before`, in order) against the speech of `track`.

    The result is searched for what is left to correct: where that is nothing, with confidence, it is right. Raises
    ValueError when the lengths differ: whoever lost a cue is not judged here.
    """
    options = options or AlignOptions()
    if len(before) != len(after):
        raise ValueError("as many spans as cues")
    lines = usable_lines(before)
    if len(lines) < 2:
        return Judgement(False, "too_sparse", f"only {len(lines)} spoken lines")
    known = _fitted(before, after)
    moved = lines_of(after, [is_spoken(cue.text) for cue in before])
    if len(moved) < 0.9 * len(lines):
        return replace(known, plausible=False, reason="low_confidence", message="lines were piled up or lost their length")
    evidence = Evidence.of(track, moved)
    known = replace(
        known,
        score_before=_score(evidence, lines),
        score_after=_score(evidence, moved),
        overlap_before=evidence.overlap(lines),
        overlap_after=evidence.overlap(moved),
    )
    result = [Cue(span[0], span[1], cue.text) for span, cue in zip(after, before, strict=True)]
    left = align(track, result, options)
    known = replace(known, confidence=left.confidence)
    rest = max(abs(span[0] - cue.start) for span, cue in zip(left.warp.spans(result), result, strict=True))
    reason, message = _objection(known, left, rest, options)
    return replace(known, plausible=not reason, reason=reason or "aligned", message=message)


def _score(evidence: Evidence, lines: Lines) -> float:
    return float(evidence.score(lines, 0, 1).sum()) / len(lines)


def _objection(known: Judgement, left: Alignment, rest: int, options: AlignOptions) -> tuple[str, str]:
    """Return why the result cannot be trusted, as a reason code and a sentence; both empty when it can.

    `rest` is by how much (ms) some line is still to be moved.
    """
    if left.verdict == "refused" and left.reason not in ("no_better", "at_search_bound"):
        return left.reason, left.message
    if left.confidence < confidence.THRESHOLD:
        return "low_confidence", confidence.sentence(left.confidence)
    if rest > LEFT_OVER_MS:
        return "low_confidence", f"the lines would still be {rest / 1000:.2f} s from the speech"
    if known.tiny_pieces > _MOST_TINY:
        return "low_confidence", f"torn into {known.pieces} pieces, {known.tiny_pieces} of them of a few lines"
    if known.pieces == 1 and rates.nearest(known.ratio) is None:
        return "implausible_ratio", f"times would be multiplied by {known.ratio:.5f}"
    if known.pieces > 1 and abs(known.offset_ms) > 1.5 * options.max_offset_s * 1000:
        return "at_search_bound", f"lines would move by {known.most_moved_ms / 1000:.1f} s"
    if known.pieces == 1 and abs(known.offset_ms) > options.max_offset_s * 1000:
        return (
            "at_search_bound",
            f"the shift, {known.offset_ms / 1000:+.1f} s, is beyond the limit of {options.max_offset_s:g} s",
        )
    if known.score_after < known.score_before + 0.01 and known.overlap_after < known.overlap_before + 0.005:
        return "no_better", "the lines would lie on speech no better than before"
    return "", ""


def _fitted(before: Sequence[Cue], after: Sequence[Span]) -> Judgement:
    """Return the speed and shift from old to new starts, and the breaks where cues depart from it.

    Cut subtitles make the straight line lean: the known speed that leaves the fewest runs is then the true one.
    """
    old = np.array([cue.start for cue in before], np.float64)
    new = np.array([span[0] for span in after], np.float64)
    # Engines clamp what would begin before the film; those cues say nothing about the rest.
    free = new > 0 if np.count_nonzero(new > 0) >= 2 else np.ones(len(new), bool)
    order = np.argsort(old[free], kind="stable")
    old, new = old[free][order], new[free][order]
    slope = _slope(old, new)
    breaks = _breaks(new - slope * old)
    if len(breaks):
        slope, breaks = min(
            ((speed, _breaks(new - speed * old)) for speed in (slope, *(ratio.value for ratio in rates.RATIOS))),
            key=lambda candidate: len(candidate[1]),
        )
    rest = new - slope * old
    sizes = np.diff([0, *breaks, len(rest)])
    level = float(np.median(rest))
    known = rates.nearest(slope)
    return Judgement(
        plausible=False,
        reason="low_confidence",
        ratio=slope,
        ratio_name=known.name if known else f"{slope:.5f}",
        offset_ms=round(level),
        residual_ms=float(np.median(np.abs(rest - level))),
        pieces=len(sizes),
        tiny_pieces=int(np.count_nonzero(sizes < _TINY_PIECE)),
        cuts=tuple(Cut(round(old[at]), round(rest[at] - rest[at - 1])) for at in breaks),
        most_moved_ms=int(np.abs(new - old).max()),
    )


def _slope(old: Doubles, new: Doubles) -> float:
    """Return the slope of a straight line through the points that a few of them do not bend."""
    weight = np.ones(len(old))
    slope = 1.0
    for _ in range(12):
        middle, mean = np.average(old, weights=weight), np.average(new, weights=weight)
        base = float((weight * (old - middle) ** 2).sum())
        if base <= 0:
            return 1.0
        slope = float((weight * (old - middle) * (new - mean)).sum()) / base
        rest = np.abs(new - mean - slope * (old - middle))
        weight = 1 / (1 + (rest / max(10.0, 2 * float(np.median(rest)))) ** 2)
    return slope


def _breaks(rest: Doubles) -> list[int]:
    """Return the cues whose shift differs from that of the cue before."""
    return [int(at) + 1 for at in np.nonzero(np.abs(np.diff(rest)) > _SAME_PIECE_MS)[0]]
