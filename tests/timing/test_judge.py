"""The judge of other engines' results."""

from __future__ import annotations

import numpy as np
import pytest

from synctui.model.cues import Cue, Span
from synctui.timing.align import AlignOptions
from synctui.timing.judge import judge
from tests.timing.films import film, moved

RIGHT = film(2, 10.0, 10.0)
TRUTH: list[Span] = [(cue.start, cue.end) for cue in RIGHT.cues]


def shifted(spans: list[Span], by_ms: int) -> list[Span]:
    return [(start + by_ms, end + by_ms) for start, end in spans]


@pytest.mark.parametrize(
    ("offset", "scale", "name"), [(12.3, 1.0, "1"), (-3.0, 25 / 24 * 1.001, "25/23.976"), (0.4, 1.0, "1")]
)
def test_a_right_result_passes_with_its_numbers(offset: float, scale: float, name: str) -> None:
    before = moved(RIGHT.cues, offset, scale)
    verdict = judge(RIGHT.track, before, TRUTH)
    assert (verdict.plausible, verdict.reason) == (True, "aligned"), verdict.message
    assert verdict.ratio_name == name
    assert verdict.offset_ms == pytest.approx(offset * 1000, abs=5)
    assert (verdict.pieces, verdict.residual_ms < 2) == (1, True)
    assert verdict.score_after > verdict.score_before
    assert verdict.overlap_after > verdict.overlap_before


def test_a_right_result_in_pieces_passes() -> None:
    """An engine that knows cuts may be right where ours refuses."""
    half = len(TRUTH) // 2
    before = [
        Cue(cue.start + (20_000 if n >= half else 3_000), cue.end + (20_000 if n >= half else 3_000))
        for n, cue in enumerate(RIGHT.cues)
    ]
    verdict = judge(RIGHT.track, before, TRUTH)
    assert (verdict.plausible, verdict.pieces) == (True, 2)


@pytest.mark.parametrize("by_ms", [600, -1_500, 20_000])
def test_a_result_that_is_off_is_refused(by_ms: int) -> None:
    verdict = judge(RIGHT.track, moved(RIGHT.cues, 30.0), shifted(TRUTH, by_ms))
    assert not verdict.plausible
    assert verdict.reason == "low_confidence"


def test_making_a_right_subtitle_worse_is_refused() -> None:
    verdict = judge(RIGHT.track, RIGHT.cues, shifted(TRUTH, 900))
    assert not verdict.plausible


def test_changing_nothing_is_not_better() -> None:
    verdict = judge(RIGHT.track, RIGHT.cues, TRUTH)
    assert (verdict.plausible, verdict.reason) == (False, "no_better")


def test_half_right_is_refused() -> None:
    half = len(TRUTH) // 2
    spans = TRUTH[:half] + shifted(TRUTH[half:], 8_000)
    assert not judge(RIGHT.track, moved(RIGHT.cues, 5.0), spans).plausible


def test_the_wrong_film_is_refused_however_it_is_bent() -> None:
    other = film(77, 10.0)
    verdict = judge(RIGHT.track, other.cues, [(cue.start + 4_000, cue.end + 4_000) for cue in other.cues])
    assert (verdict.plausible, verdict.reason) == (False, "low_confidence")


def test_many_tiny_blocks_are_refused() -> None:
    """What alass makes of noise: blocks of a few lines, each dragged to the nearest burst."""
    rng = np.random.default_rng(1)
    spans: list[Span] = []
    while len(spans) < len(TRUTH):
        by = int(rng.uniform(-20_000, 20_000))
        spans += shifted(TRUTH[len(spans) : len(spans) + int(rng.integers(1, 12))], by)
    verdict = judge(RIGHT.track, moved(RIGHT.cues, 5.0), spans)
    assert not verdict.plausible
    assert verdict.pieces > 10


def test_an_unknown_speed_is_refused() -> None:
    before = moved(RIGHT.cues, 1.0, 1.02)
    verdict = judge(RIGHT.track, before, TRUTH)
    assert (verdict.plausible, verdict.reason) == (False, "implausible_ratio")


def test_beyond_the_limit_is_refused() -> None:
    verdict = judge(RIGHT.track, moved(RIGHT.cues, -90.0), TRUTH, AlignOptions(max_offset_s=60.0))
    assert (verdict.plausible, verdict.reason) == (False, "at_search_bound")


def test_piled_up_lines_are_refused() -> None:
    spans = [(0, 0) if n < 30 else span for n, span in enumerate(TRUTH)]
    assert not judge(RIGHT.track, moved(RIGHT.cues, 5.0), spans).plausible


def test_few_lines_and_lost_lines() -> None:
    assert judge(RIGHT.track, RIGHT.cues[:1], TRUTH[:1]).reason == "too_sparse"
    assert judge(RIGHT.track, RIGHT.cues[:5], TRUTH[:5]).reason == "too_sparse"
    with pytest.raises(ValueError, match="as many"):
        judge(RIGHT.track, RIGHT.cues, TRUTH[1:])
