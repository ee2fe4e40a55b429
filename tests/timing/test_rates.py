"""Frame-rate ratios."""

from __future__ import annotations

import pytest

from synctui.timing.rates import RATIOS, nearest


def test_the_family_is_closed_under_inversion() -> None:
    values = [ratio.value for ratio in RATIOS]
    assert len(values) == 17
    assert all(any(abs(value * other - 1) < 1e-9 for other in values) for value in values)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1.0, "1"),
        (25 / 24 * 1.001, "25/23.976"),
        (24 / 25, "24/25"),
        (1.001, "24/23.976"),
        (1 / 1.001, "23.976/24"),
        (1.25, "29.97/23.976"),
    ],
)
def test_a_ratio_is_named_after_its_rates(value: float, name: str) -> None:
    found = nearest(value * (1 + 3e-5))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("value", [1.0004, 0.98, 1.03, 2.0, 0.0])
def test_other_speeds_are_not_known(value: float) -> None:
    assert nearest(value) is None
