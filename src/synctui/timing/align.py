"""The built-in engine: the constant shift and the frame-rate ratio that bring a subtitle into step with speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from synctui.model.cues import IDENTITY, Cue, Piece, Warp
from synctui.timing import confidence
from synctui.timing.edges import rise_offset
from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines, usable_lines
from synctui.timing.reference import met
from synctui.timing.search import Hypothesis, chance, search
from synctui.timing.speech import FPS, SpeechTrack
from synctui.timing.unity import drift, unity

FEWEST_LINES = 8
IN_SYNC_MS = 100
"""A subtitle that no cue of would move by this much, without a change of speed, is in sync."""
_LENGTH_FACTOR = 1.1
_LENGTH_SLACK_S = 60.0
_OUTSIDE = 0.06
_CUT_REACH_S = 180.0
_ADRIFT = 0.12
_SHORTEST_RATIO = 24000 / 1001 / 25
_STRETCH_GAIN = 3.0
_RARE_STRETCH_GAIN = 12.0


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """`max_offset_s` limits what is accepted; the search goes further, so that a result at the limit can be told."""

    max_offset_s: float = 240.0

    @property
    def reach_s(self) -> float:
        """Return how far the search goes."""
        return max(1.4 * self.max_offset_s, self.max_offset_s + 60.0)


@dataclass(frozen=True, slots=True)
class Alignment:
    """What was found. `verdict`: aligned, in_sync or refused, then `reason` is a code of `model.reasons`.

    `warp` is the change that fits best, also when it is refused (identity when nothing was searched). `offset_first_ms`,
    `…_middle_ms`, `…_last_ms` are what it adds to those cues. `confidence` (0..100) is trusted from
    `confidence.THRESHOLD` on; `raw` is the score above chance in nats per line, `z` how far the match stands out.
    `overlap_*` are the shares of the lines' time on which there is speech.
    """

    verdict: str
    reason: str
    message: str = ""
    warp: Warp = IDENTITY
    offset_first_ms: int = 0
    offset_middle_ms: int = 0
    offset_last_ms: int = 0
    ratio: float = 1.0
    ratio_name: str = "1"
    confidence: int = 0
    raw: float = 0.0
    z: float = 0.0
    overlap_before: float = 0.0
    overlap_after: float = 0.0
    usable: int = 0
    at_bound: bool = False
    length_mismatch: bool = False


def align(track: SpeechTrack, cues: Sequence[Cue], options: AlignOptions | None = None) -> Alignment:
    """Find the shift and ratio of `cues` (ms) against the speech of `track`; refuses what it cannot be sure of."""
    options = options or AlignOptions()
    lines = usable_lines(cues)
    known = Alignment("refused", "too_sparse", usable=len(lines))
    if len(lines) < FEWEST_LINES:
        return replace(known, message=f"only {len(lines)} spoken lines; at least {FEWEST_LINES} are needed")
    if not len(track.probability) or track.share < 0.005:
        return replace(known, reason="no_speech", message="no speech was found in the audio")
    coverage = covered(lines) / max(track.duration_s, 1.0)
    evidence = Evidence(track, coverage)
    known = replace(known, overlap_before=evidence.overlap(lines))
    found = _choose(search(evidence, lines, options.reach_s), len(lines))
    near = lines.moved(found.ratio.value, found.offset_s)
    off = rise_offset(track, near) if track.begins_s is None else met(track.begins_s, near)
    found = replace(found, shift=found.shift + off * FPS)
    decoys = chance(track, lines, coverage, options.reach_s)
    known = _measured(known, cues, lines, evidence, found)
    raw = (found.total - decoys.total) / len(lines)
    trust = confidence.of(raw, found.z, len(lines))
    known = replace(known, raw=raw, z=found.z, confidence=trust)
    return _judged(known, track, lines, evidence, found, options)


def covered(lines: Lines) -> float:
    """Return on how many seconds there is a line."""
    latest = np.maximum.accumulate(lines.end)
    overlap = np.clip(latest[:-1] - lines.start[1:], 0, lines.end[1:] - lines.start[1:])
    return float((lines.end - lines.start).sum() - overlap.sum())


def _choose(found: list[Hypothesis], count: int) -> Hypothesis:
    """Return the best hypothesis; a change of speed must beat none clearly, a rare one very clearly."""

    def weighed(hypothesis: Hypothesis) -> float:
        if hypothesis.ratio.value == 1.0:
            return hypothesis.total
        return hypothesis.total - (_STRETCH_GAIN if hypothesis.ratio.common else _RARE_STRETCH_GAIN + 0.1 * count)

    return max(found, key=weighed)


def _measured(known: Alignment, cues: Sequence[Cue], lines: Lines, evidence: Evidence, found: Hypothesis) -> Alignment:
    scale, offset = found.ratio.value, found.offset_s
    warp = Warp((Piece(0, scale, offset * 1000),))
    order = sorted(cues, key=lambda cue: cue.start)
    sample = [order[0], order[len(order) // 2], order[-1]]
    first, middle, last = (span[0] - cue.start for span, cue in zip(warp.spans(sample), sample, strict=True))
    return replace(
        known,
        warp=warp,
        offset_first_ms=first,
        offset_middle_ms=middle,
        offset_last_ms=last,
        ratio=scale,
        ratio_name=found.ratio.name,
        overlap_after=evidence.overlap(lines.moved(scale, offset)),
    )


def _judged(
    known: Alignment, track: SpeechTrack, lines: Lines, evidence: Evidence, found: Hypothesis, options: AlignOptions
) -> Alignment:
    sure = known.confidence >= confidence.THRESHOLD
    placed = lines.moved(found.ratio.value, found.offset_s)
    outside = float(np.mean((placed.end < 0) | (placed.start > track.duration_s)))
    length = float(lines.end[-1] - lines.start[0]) * (found.ratio.value if sure else _SHORTEST_RATIO)
    too_long = length > track.duration_s * _LENGTH_FACTOR + _LENGTH_SLACK_S or (sure and outside > _OUTSIDE)
    bound = abs(found.offset_s) > options.max_offset_s
    known = replace(known, at_bound=bound, length_mismatch=too_long)
    if too_long:
        return replace(known, reason="length_mismatch", message="the lines reach far beyond the video")
    if not sure:
        sparse = len(lines) < confidence.FEW_LINES and known.z >= confidence.PROMISING_Z
        return replace(
            known, reason="too_sparse" if sparse else "low_confidence", message=confidence.sentence(known.confidence)
        )
    if bound:
        message = f"the best shift, {found.offset_s:+.1f} s, is beyond the limit of {options.max_offset_s:g} s"
        return replace(known, reason="at_search_bound", message=message)
    whole = unity(evidence, lines, found, min(options.reach_s, _CUT_REACH_S))
    if whole.strays:
        part = whole.strays[0]
        astray = part.last - part.first
        message = f"the subtitle seems cut: {astray} of {len(lines)} lines want to be {part.shift_s:+.1f} s from the rest"
        return replace(known, reason="low_confidence", message=message)
    if whole.adrift > _ADRIFT:
        message = f"the subtitle fits in parts only: {whole.adrift:.0%} of the lines find no speech where they should"
        return replace(known, reason="low_confidence", message=message)
    slope = drift(evidence, lines, found)
    if slope.certain:
        message = f"the speed differs: {slope.seconds:+.2f} s from the first line to the last, at no known frame-rate ratio"
        return replace(known, reason="low_confidence", message=message)
    moves = (known.offset_first_ms, known.offset_middle_ms, known.offset_last_ms)
    if found.ratio.value == 1.0 and max(abs(move) for move in moves) < IN_SYNC_MS:
        return replace(known, verdict="in_sync", reason="already_in_sync")
    if known.overlap_after < known.overlap_before + 0.005 and not _gains(evidence, lines, found):
        return replace(known, reason="no_better", message="the lines lie on speech no better than before")
    return replace(known, verdict="aligned", reason="aligned")


def _gains(evidence: Evidence, lines: Lines, found: Hypothesis) -> bool:
    """Return whether the score is clearly better than where the lines are now."""
    return found.total > float(evidence.score(lines, 0, 1).sum()) + max(2.0, 0.01 * len(lines))
