"""How the alignment benchmark judges: what is right, what is refused, what does harm."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from benchmarks.alignment.score import Line, count_outcomes, match_lines, read_lines, score_case

TRUE = tuple(range(5_000, 105_000, 5_000))
SPOKEN = [[start, start + 2_000, True] for start in TRUE]


def lines(late: float = 0, starts: Sequence[int] = TRUE) -> list[Line]:
    return [Line(int(start + late), int(start + late) + 2_000, f"line {number}") for number, start in enumerate(starts)]


def test_subrip_is_read_with_its_texts_and_times() -> None:
    text = "\ufeff1\r\n00:00:01,500 --> 00:00:02,000\r\nOne\r\ntwo\r\n\r\n2\r\n01:00:00,000 --> 01:00:01,000\r\n\r\n"
    assert read_lines(text) == [Line(1_500, 2_000, "One\ntwo"), Line(3_600_000, 3_601_000, "")]
    assert read_lines("1\n-00:00:03,250 --> 00:00:01,000\nearly\n")[0].start == -3_250


def test_a_corrected_subtitle_is_right() -> None:
    score = score_case("offset", SPOKEN, lines(7_000), lines(120))
    assert (score.outcome, score.changed, score.harmful) == ("right", True, False)
    assert (score.within_250, score.median_ms, score.median_ms_before) == (1.0, 120, 7_000)


def test_nine_of_ten_lines_must_be_right() -> None:
    assert score_case("cuts", SPOKEN, lines(7_000), lines()[:18] + lines(3_000)[18:]).outcome == "right"
    assert score_case("cuts", SPOKEN, lines(7_000), lines()[:17] + lines(3_000)[17:]).outcome == "wrong"


def test_only_lines_that_are_spoken_in_the_film_count() -> None:
    truth = [*SPOKEN[:10], *([start, start + 500, False] for start in TRUE[10:15]), *[None] * 5]
    score = score_case("cuts", truth, lines(7_000), lines()[:10] + lines(90_000)[10:])
    assert (score.outcome, score.within_250) == ("right", 1.0)


def test_what_was_left_alone_is_refused_unless_it_was_right_before() -> None:
    assert score_case("offset", SPOKEN, lines(7_000), lines(7_000)).outcome == "refused"
    assert score_case("in_sync", SPOKEN, lines(80), lines(80)).outcome == "right"


def test_another_films_subtitle_must_be_left_alone() -> None:
    truth = [None] * len(TRUE)
    assert score_case("wrong", truth, lines(), lines()).outcome == "right"
    moved = score_case("wrong", truth, lines(), lines(2_000))
    assert (moved.outcome, moved.harmful, moved.within_250) == ("accepted", False, None)


def test_harm_is_fewer_lines_near_or_a_larger_distance() -> None:
    assert score_case("in_sync", SPOKEN, lines(80), lines(140)).harmful
    assert not score_case("in_sync", SPOKEN, lines(80), lines(120)).harmful
    assert score_case("cuts", SPOKEN, lines()[:10] + lines(9_000)[10:], lines(9_000)).harmful
    better = score_case("cuts", SPOKEN, lines(9_000), lines()[:10] + lines(9_000)[10:])
    assert (better.outcome, better.harmful) == ("wrong", False)
    assert not score_case("offset", SPOKEN, lines(7_000), lines(7_000)).harmful


def test_a_line_that_was_dropped_is_lost_and_not_right() -> None:
    before = [Line(start, start + 900, "Yes.") for start in (1_000, 4_000, 8_000)]
    after = [Line(start, start + 900, "Yes.") for start in (1_500, 5_500)]
    assert match_lines(before, after) == [None, *after]
    score = score_case("offset", SPOKEN, lines(7_000), lines()[3:])
    assert (score.outcome, score.lost, score.within_250) == ("wrong", 3, 0.85)


def test_truth_and_subtitle_belong_together() -> None:
    with pytest.raises(ValueError, match="20 lines, but the truth of 19"):
        score_case("offset", SPOKEN[:19], lines(), lines())


def test_outcomes_are_counted() -> None:
    scores = [score_case("in_sync", SPOKEN, lines(80), lines(late)) for late in (80, 140, 4_000)]
    assert count_outcomes(scores) == {"right": 2, "wrong": 1, "harmful": 2}
