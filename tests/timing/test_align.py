"""The built-in engine on films whose right timing is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from synctui.model.cues import Cue
from synctui.timing.align import AlignOptions, align
from synctui.timing.confidence import THRESHOLD
from synctui.timing.rates import RATIOS
from synctui.timing.speech import FPS, SpeechTrack
from tests.timing.films import Film, error_s, film, heard, moved

RATIO = {ratio.name: ratio.value for ratio in RATIOS}


def kinds() -> list[Film]:
    return [film(1), film(2, 10.0, 10.0), film(3, 10.0, 5.0), film(4, 10.0, 30.0, 8.0)]


@pytest.mark.parametrize("offset", [12.3, -12.3, 0.4, -0.7, 200.0])
@pytest.mark.parametrize("kind", range(4), ids=["clean", "noise", "loud-noise", "music"])
def test_a_constant_shift_is_found(kind: int, offset: float) -> None:
    right = kinds()[kind]
    wrong = moved(right.cues, offset)
    found = align(right.track, wrong)
    assert (found.verdict, found.reason) == ("aligned", "aligned"), found.message
    assert error_s(wrong, right.cues, found.warp.spans(wrong)) < 0.1
    assert found.offset_first_ms == pytest.approx(offset * 1000, abs=100)
    assert (found.ratio, found.ratio_name) == (1.0, "1")
    assert found.overlap_after > found.overlap_before


@pytest.mark.parametrize(
    "name", [ratio.name for ratio in RATIOS if ratio.common and ratio.name != "1"] + ["29.97/23.976", "25/30"]
)
def test_a_frame_rate_ratio_is_found(name: str) -> None:
    right = film(5, 16.0, 15.0)
    wrong = moved(right.cues, -4.2, RATIO[name])
    found = align(right.track, wrong)
    assert (found.verdict, found.ratio_name) == ("aligned", name)
    assert error_s(wrong, right.cues, found.warp.spans(wrong)) < 0.1
    assert found.offset_last_ms - found.offset_first_ms == pytest.approx(
        (RATIO[name] - 1) * (wrong[-1].start - wrong[0].start), abs=2
    )


@pytest.mark.parametrize("kind", range(4))
@pytest.mark.parametrize("offset", [0.0, 0.03, -0.03])
def test_what_is_right_is_left_alone(kind: int, offset: float) -> None:
    right = kinds()[kind]
    found = align(right.track, moved(right.cues, offset))
    assert (found.verdict, found.reason) == ("in_sync", "already_in_sync")
    assert abs(found.offset_middle_ms) < 100


@pytest.mark.parametrize("seed", range(6))
def test_another_film_is_refused(seed: int) -> None:
    right, other = film(30 + seed, 8.0, (40.0, 10.0, 3.0)[seed % 3]), film(50 + seed, 8.0)
    found = align(right.track, other.cues)
    assert (found.verdict, found.reason) == ("refused", "low_confidence")
    assert found.confidence < THRESHOLD


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_too_few_lines_to_tell(count: int) -> None:
    right = film(1)
    found = align(right.track, moved(right.cues[10 : 10 + count], 3.0))
    assert (found.verdict, found.reason) == ("refused", "too_sparse")
    assert found.usable == count


def test_few_lines_demand_more() -> None:
    right = film(1)
    refused = [align(right.track, film(60 + n).cues[:10]).verdict for n in range(5)]
    assert refused == ["refused"] * 5


def cut(cues: Sequence[Cue], gaps: Sequence[tuple[float, float]]) -> list[Cue]:
    """Return cues made for an edition with so much more (s) from those shares of the lines on."""
    starts = [(cues[int(len(cues) * share)].start, round(gap_s * 1000)) for share, gap_s in gaps]
    made = []
    for cue in cues:
        by = sum(gap for start, gap in starts if cue.start >= start)
        made.append(Cue(cue.start + by, cue.end + by, cue.text))
    return made


@pytest.mark.parametrize(
    "gaps",
    [
        [(0.5, 20.0)],
        [(0.3, 45.0)],
        [(0.75, 4.0)],
        [(0.25, 30.0), (0.6, 62.0)],
        [(0.2, 12.0), (0.4, 180.0), (0.6, 7.5), (0.8, 25.0)],
    ],
)
@pytest.mark.parametrize("kind", [1, 3], ids=["noise", "music"])
def test_cuts_are_found(kind: int, gaps: list[tuple[float, float]]) -> None:
    right = kinds()[kind]
    wrong = moved(cut(right.cues, gaps), 2.0)
    found = align(right.track, wrong)
    assert (found.verdict, found.reason) == ("aligned", "aligned"), found.message
    assert [one.by_ms for one in found.cuts] == pytest.approx([-gap_s * 1000 for _, gap_s in gaps], abs=120)
    assert error_s(wrong, right.cues, found.warp.spans(wrong)) < 0.1


def test_what_the_film_lacks_moves_with_a_neighbour() -> None:
    right = film(2, 10.0, 10.0)
    first, last = int(len(right.cues) * 0.4), int(len(right.cues) * 0.55)
    gap = right.cues[last].start - right.cues[first].start
    # The film was cut: the lines of a scene have no place, and those after it come earlier.
    lacking = right.samples.copy()
    at, until = (round(right.cues[line].start * 16 - 1600) for line in (first, last))
    track = heard(np.concatenate([lacking[:at], lacking[until:]]))
    found = align(track, right.cues)
    assert found.verdict == "aligned", found.message
    spans = found.warp.spans(right.cues)
    after = [span[0] - cue.start for span, cue in zip(spans, right.cues, strict=True)]
    assert after[:first] == pytest.approx([0] * first, abs=100)
    assert after[last:] == pytest.approx([-gap] * (len(after) - last), abs=100)


@pytest.mark.parametrize("name", ["25/23.976", "24/25"])
def test_cuts_and_another_speed_are_found_together(name: str) -> None:
    right = film(5, 16.0, 15.0)
    wrong = moved(cut(right.cues, [(0.4, 33.0), (0.7, 12.0)]), -4.2, RATIO[name])
    found = align(right.track, wrong)
    assert (found.verdict, found.ratio_name, len(found.cuts)) == ("aligned", name, 2), found.message
    assert error_s(wrong, right.cues, found.warp.spans(wrong)) < 0.1


@pytest.mark.parametrize("speed", [1.002, 0.997, 1.0004, 0.9985])
def test_a_slow_drift_is_found(speed: float) -> None:
    right = film(5, 16.0, 15.0)
    wrong = moved(right.cues, 1.0, speed)
    found = align(right.track, wrong)
    assert (found.verdict, found.cuts) == ("aligned", ())
    assert found.ratio == pytest.approx(speed, abs=1e-4)
    assert error_s(wrong, right.cues, found.warp.spans(wrong)) < 0.1


def test_a_shift_beyond_the_limit_is_found_and_refused() -> None:
    right = film(1)
    wrong = moved(right.cues, -40.0)
    found = align(right.track, wrong, AlignOptions(max_offset_s=30.0))
    assert (found.verdict, found.reason, found.at_bound) == ("refused", "at_search_bound", True)
    assert found.offset_first_ms == pytest.approx(-40_000, abs=100)
    assert align(right.track, wrong, AlignOptions(max_offset_s=41.0)).verdict == "aligned"


def test_a_subtitle_much_longer_than_the_video() -> None:
    short, long = film(1, 6.0), film(7, 12.0)
    found = align(short.track, long.cues)
    assert (found.verdict, found.reason, found.length_mismatch) == ("refused", "length_mismatch", True)


def test_lines_beyond_the_end_of_a_truncated_video() -> None:
    whole = film(1)
    half = replace(whole.track, probability=whole.track.probability[: len(whole.track.probability) // 2])
    found = align(half, moved(whole.cues, 1.0))
    assert found.verdict == "refused"


def test_silence() -> None:
    found = align(SpeechTrack(np.zeros(60_000, np.uint8)), film(1).cues)
    assert (found.verdict, found.reason) == ("refused", "no_speech")
    assert align(SpeechTrack(np.zeros(0, np.uint8)), film(1).cues).reason == "no_speech"


def test_descriptions_of_sounds_do_not_mislead() -> None:
    right = film(1)
    rng = np.random.default_rng(4)
    noise = [Cue(int(at), int(at) + 2_000, "[wind howls]") for at in rng.uniform(0, 450_000, 80)]
    wrong = moved(sorted([*right.cues, *noise], key=lambda cue: cue.start), 5.0)
    found = align(right.track, wrong)
    assert found.verdict == "aligned"
    assert found.usable == len(right.cues)
    assert found.offset_first_ms == pytest.approx(5_000, abs=100)


def test_the_order_of_cues_does_not_matter() -> None:
    right = film(1)
    wrong = moved(right.cues, 5.0)
    shuffled = [wrong[i] for i in np.random.default_rng(1).permutation(len(wrong))]
    assert align(right.track, shuffled) == align(right.track, wrong)


def test_a_track_that_starts_late_shifts_everything() -> None:
    right = film(1)
    late = replace(right.track, start_s=right.track.start_s + 7.5)
    found = align(late, right.cues)
    assert found.offset_first_ms == pytest.approx(7_500, abs=100)


def test_lines_that_are_bogus_in_part_and_loose_timing() -> None:
    right = film(2, 10.0, 10.0)
    rng = np.random.default_rng(9)
    loose = []
    for cue in right.cues:
        by = round(rng.normal(0, 150)) if rng.random() > 0.15 else round(rng.uniform(-4_000, 4_000))
        loose.append(Cue(max(0, cue.start + by), cue.end + by, cue.text))
    found = align(right.track, moved(loose, -6.0))
    assert found.verdict == "aligned", found.message
    assert found.offset_middle_ms == pytest.approx(-6_000, abs=120)


@pytest.mark.parametrize(
    "cues",
    [
        [Cue(0, 0)] * 100,
        [Cue(1_000, 2_000, "same")] * 100,
        [Cue(n, n + 1, "short") for n in range(200)],
        [Cue(-(10**12) + n * 5_000, -(10**12) + n * 5_000 + 1_000, "x") for n in range(50)],
        [Cue(n * 10**10, n * 10**10 + 1_000, "far apart") for n in range(50)],
        [Cue(0, 10**15, "forever"), *[Cue(n * 3_000, n * 3_000 + 1_500, "x") for n in range(100)]],
    ],
    ids=["empty", "copies", "dust", "ages-ago", "far-apart", "forever"],
)
def test_nonsense_is_refused_quickly(cues: list[Cue]) -> None:
    assert align(film(1).track, cues).verdict == "refused"


def test_a_tiny_track() -> None:
    assert align(SpeechTrack(np.full(3, 255, np.uint8)), film(1).cues).verdict == "refused"
    assert len(film(1).track.probability) > 100 * FPS


def test_the_same_question_gets_the_same_answer() -> None:
    right = film(4, 10.0, 30.0, 8.0)
    wrong = moved(right.cues, 33.3)
    assert align(right.track, wrong) == align(right.track, wrong)
