"""A subtitle as the reference for another."""

from __future__ import annotations

import numpy as np
import pytest

from synctui.model.cues import Cue
from synctui.timing.align import align
from synctui.timing.reference import track_of_cues
from tests.timing.films import error_s, film, moved


def translated(cues: list[Cue], seed: int) -> list[Cue]:
    """Return what another translator makes of it: lines joined, left out, held longer."""
    rng = np.random.default_rng(seed)
    made: list[Cue] = []
    for cue in cues:
        fate = rng.random()
        if fate < 0.1:
            continue
        if fate < 0.25 and made and cue.start - made[-1].end < 500:
            made[-1] = Cue(made[-1].start, cue.end, made[-1].text)
        else:
            made.append(Cue(cue.start + round(rng.normal(0, 40)), cue.end + round(rng.uniform(0, 500)), "Ligne"))
    return made


@pytest.mark.parametrize(("offset", "scale"), [(0.35, 1.0), (-61.0, 1.0), (7.0, 25 / 24)])
def test_another_subtitle_is_a_precise_reference(offset: float, scale: float) -> None:
    right = list(film(1).cues)
    wrong = moved(right, offset, scale)
    found = align(track_of_cues(translated(right, 3)), wrong)
    assert found.verdict == "aligned", found.message
    assert error_s(wrong, right, found.warp.spans(wrong)) < 0.02


def test_in_sync_and_unrelated() -> None:
    right = list(film(1).cues)
    assert align(track_of_cues(translated(right, 3)), right).verdict == "in_sync"
    assert align(track_of_cues(film(8).cues), right).verdict == "refused"


def test_sounds_are_left_out_and_the_length_holds() -> None:
    track = track_of_cues([Cue(1_000, 2_000, "Hi."), Cue(5_000, 6_000, "[rain]")], duration_s=20.0)
    assert track.duration_s == 20.0
    assert set(np.nonzero(track.probability)[0].tolist()) == set(range(100, 200))


def test_absurd_times_cost_nothing() -> None:
    assert track_of_cues([Cue(0, 10**13, "x"), Cue(10**13, 10**13 + 1_000, "y")]).duration_s <= 86_400
    assert track_of_cues([]).share == 0
