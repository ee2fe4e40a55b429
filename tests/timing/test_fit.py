"""The two ways to score shifts, line by line and by one correlation, say the same."""

from __future__ import annotations

import numpy as np
import pytest

from synctui.timing import fit
from synctui.timing.fit import COARSE, correlations
from synctui.timing.speech import FPS
from tests.timing.test_path import evidence_of, shifted, spoken, track_of

REACH = 30 * FPS


def test_the_correlation_follows_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where no line is held by the floor both are the same but for a constant.
    monkeypatch.setattr(fit, "FLOOR", 1e6)
    right = spoken(21)
    wrong = shifted(right, np.full(len(right), 7.3))
    evidence = evidence_of(track_of(right), wrong)
    (surface,) = correlations([evidence], wrong, REACH)
    score = evidence.score(wrong, -REACH, 2 * (REACH // COARSE) + 1, COARSE).sum(axis=0, dtype=np.float64)
    assert len(surface) == len(score)
    assert (int(surface.argmax()) - len(surface) // 2) * COARSE / FPS == pytest.approx(7.3, abs=COARSE / FPS)
    both = np.corrcoef(surface, score)[0, 1]
    assert both > 0.999


def test_a_decoy_has_no_peak() -> None:
    right = spoken(22)
    evidence = evidence_of(track_of(right), right)
    found, *decoys = correlations([evidence, *evidence.decoys()], right, REACH)
    assert len(decoys) == 3
    for decoy in decoys:
        assert found.max() - np.median(found) > 3 * (decoy.max() - np.median(decoy))


def test_scores_of_many_lines_are_those_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    right = spoken(23)
    evidence = evidence_of(track_of(right), right)
    rows = evidence.rows(right, -500, 101, 10)
    one_by_one = np.stack([rows.row(i) for i in range(len(rows))])
    for at_once in (1, 7 * 101, 1 << 18):
        monkeypatch.setattr(fit, "_AT_ONCE", at_once)
        assert np.array_equal(evidence.score(right, -500, 101, 10), one_by_one)
    part = slice(20, 43)
    assert np.array_equal(evidence.score(right, -500, 101, 10, part), one_by_one[part])
