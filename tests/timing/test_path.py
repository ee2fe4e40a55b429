"""The path through (line, shift), the sections it falls into, and whether each of them stands by itself."""

from __future__ import annotations

import numpy as np
import pytest

from synctui.timing.confidence import THRESHOLD, of_cuts, of_path
from synctui.timing.fit import Evidence
from synctui.timing.lines import Lines
from synctui.timing.path import GRID, best_path, path_score
from synctui.timing.sections import Fitting
from synctui.timing.slope import slope_of
from synctui.timing.solution import chance_total, solve
from synctui.timing.speech import FPS, SpeechTrack
from synctui.timing.support import MOST_UNHEARD, support_of, unheard

REACH_S = 60.0
LOW, COUNT = -round(REACH_S * FPS), 2 * round(REACH_S * FPS / GRID) + 1


def spoken(seed: int, count: int = 80) -> Lines:
    """Return lines of some seconds with pauses between them."""
    rng = np.random.default_rng(seed)
    length = rng.uniform(0.8, 3.5, count)
    start = 10 + np.cumsum(np.concatenate([[0.0], length[:-1]]) + rng.exponential(1.2, count) + 0.1)
    return Lines(start, start + length)


def track_of(lines: Lines, drowned: tuple[float, float] | None = None) -> SpeechTrack:
    """Return a track with speech on the lines; between the seconds `drowned` nothing can be told."""
    probability = np.full(round((lines.end[-1] + 90) * FPS), 12, np.uint8)
    for begin, end in zip(lines.start, lines.end, strict=True):
        probability[round(begin * FPS) : round(end * FPS)] = 240
    if drowned:
        probability[round(drowned[0] * FPS) : round(drowned[1] * FPS)] = 120
    return SpeechTrack(probability)


def evidence_of(track: SpeechTrack, lines: Lines) -> Evidence:
    return Evidence(track, float((lines.end - lines.start).sum()) / track.duration_s)


def shifted(lines: Lines, by: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Lines:
    return Lines(lines.start - by, lines.end - by)


def test_a_path_follows_two_cuts() -> None:
    right = spoken(1)
    by = np.where(np.arange(80) < 30, 2.0, np.where(np.arange(80) < 55, 14.0, 21.0))
    track, wrong = track_of(right), shifted(right, by)
    path = best_path(evidence_of(track, wrong), wrong, LOW, COUNT)
    assert np.abs(path.shift / FPS - by).max() <= GRID / FPS
    assert path.matched.all()
    assert path.score == pytest.approx(path_score(evidence_of(track, wrong), wrong, LOW, COUNT), rel=1e-5)


def test_lines_that_nobody_speaks_are_left_out() -> None:
    right = spoken(2)
    track = track_of(Lines(np.delete(right.start, slice(30, 50)), np.delete(right.end, slice(30, 50))))
    # The scene is not in the film, and what follows it comes earlier.
    gone = right.start[50] - right.start[30]
    later = np.delete(right.start, slice(30, 50))
    later[30:] -= gone
    ends = np.delete(right.end, slice(30, 50))
    ends[30:] -= gone
    track = track_of(Lines(later, ends))
    path = best_path(evidence_of(track, right), right, LOW - 4000, COUNT + 400)
    assert np.abs(path.shift[:30]).max() <= GRID
    assert path.shift[50:] / FPS == pytest.approx(np.full(30, -gone), abs=GRID / FPS)


def test_drowned_lines_are_not_laid_upon_speech_that_others_account_for() -> None:
    right = spoken(3)
    drowned = (float(right.start[30]) - 1, float(right.end[45]) + 1)
    track = track_of(right, drowned)
    path = best_path(evidence_of(track, right), right, LOW, COUNT)
    assert np.abs(path.shift).max() <= GRID


def test_sections_know_their_cuts_to_the_line() -> None:
    right = spoken(4)
    by = np.where(np.arange(80) < 37, -3.0, 9.5)
    wrong = shifted(right, by)
    fitting = Fitting(evidence_of(track_of(right), wrong), wrong)
    sections = fitting.sections(best_path(fitting.evidence, wrong, LOW, COUNT))
    assert [(one.first, one.last) for one in sections] == [(0, 37), (37, 80)]
    assert [one.shift / FPS for one in sections] == pytest.approx([-3.0, 9.5], abs=0.05)


def test_a_few_lines_astray_are_no_section() -> None:
    right = spoken(5)
    by = np.where((np.arange(80) >= 40) & (np.arange(80) < 43), 5.0, 0.0)
    wrong = shifted(right, by)
    fitting = Fitting(evidence_of(track_of(right), wrong), wrong)
    assert len(fitting.sections(best_path(fitting.evidence, wrong, LOW, COUNT))) == 1


@pytest.mark.parametrize("slope", [0.002, -0.0015, 0.0])
def test_the_slope_of_a_drift_is_measured(slope: float) -> None:
    right = spoken(6, 200)
    wrong = Lines((right.start - 3) / (1 + slope), (right.end - 3) / (1 + slope))
    fitting = Fitting(evidence_of(track_of(right), wrong), wrong)
    found = slope_of(fitting, best_path(fitting.evidence, wrong, LOW, COUNT))
    assert found.value == pytest.approx(slope, abs=1e-4)
    assert found.certain == (slope != 0)


def test_a_solution_takes_cuts_and_speed_together() -> None:
    right = spoken(7, 160)
    by = np.where(np.arange(160) < 90, 1.0, 31.0)
    wrong = shifted(Lines(right.start * 25 / 24, right.end * 25 / 24), by)
    track = track_of(right)
    evidence = evidence_of(track, wrong)
    found = solve(evidence, wrong, REACH_S, (1.0, 24 / 25, 25 / 24))
    assert found.scale == pytest.approx(24 / 25)
    assert np.abs(found.placed(wrong).start - right.start).max() < 0.1
    chance = chance_total(evidence, wrong, REACH_S, (1.0, 24 / 25))
    assert found.path_score - chance > 3 * len(wrong)


def test_a_section_that_could_be_anywhere_is_weak() -> None:
    right = spoken(8)
    track = track_of(right, (float(right.start[40]) - 20, float(right.end[-1]) + 20))
    strong, weak = support_of(evidence_of(track, right), right, [(0, 40), (40, 80)])
    assert not strong.weak
    assert weak.weak


def with_scene_missing(right: Lines, first: int, last: int) -> tuple[Lines, Lines]:
    """Return the lines that a film without the scene [first, last) has, and all lines where two sections put them."""
    gone = right.start[last] - right.start[first]
    start = np.concatenate([right.start[:first], right.start[last:] - gone])
    end = np.concatenate([right.end[:first], right.end[last:] - gone])
    by = np.where(np.arange(len(right)) < last, 0.0, gone)
    return Lines(start, end), shifted(right, by)


def test_a_scene_that_the_film_lacks_counts_against_nobody() -> None:
    right = spoken(9, 110)
    film, placed = with_scene_missing(right, 30, 80)
    one, two = support_of(evidence_of(track_of(film), placed), placed, [(0, 80), (80, 110)])
    assert (one.counted, two.counted) == pytest.approx((30, 30), abs=16)
    assert not one.weak
    assert not two.weak
    assert unheard([one, two]) < MOST_UNHEARD


def test_a_scene_that_was_drowned_does() -> None:
    right = spoken(10, 110)
    drowned = (float(right.start[30]) - 1, float(right.start[80]) - 1)
    supports = support_of(evidence_of(track_of(right, drowned), right), right, [(0, 80), (80, 110)])
    assert sum(one.counted for one in supports) == 110
    assert unheard(supports) > MOST_UNHEARD


def test_a_match_that_is_cut_is_asked_for_more() -> None:
    for lines in (20, 60, 400):
        at_threshold = next(raw / 100 for raw in range(1000) if of_path(raw / 100, lines) >= THRESHOLD)
        assert of_cuts(at_threshold, lines) < THRESHOLD <= of_cuts(2 * at_threshold, lines)
