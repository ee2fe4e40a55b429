"""The frame rates that video is made at, and the speed changes that mixing them up causes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

_RATES = {"23.976": 24000 / 1001, "24": 24.0, "25": 25.0, "29.97": 30000 / 1001, "30": 30.0}
_COMMON = frozenset(("23.976", "24", "25"))
TOLERANCE = 1.2e-4
"""How far a measured ratio may lie from a known one (relative): the drift of 90 minutes is then within 0.65 s."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A speed change: times are multiplied by `value`; `name` is a quotient of frame rates, "1" for none."""

    value: float
    name: str

    @property
    def common(self) -> bool:
        """True for no change and for those between film and PAL rates, by far the most frequent in the wild."""
        return self.name == "1" or all(rate in _COMMON for rate in self.name.split("/"))


def _known() -> tuple[Ratio, ...]:
    found = [Ratio(1.0, "1")]
    for above, below in permutations(_RATES, 2):
        value = _RATES[above] / _RATES[below]
        if all(abs(value / other.value - 1) > 1e-6 for other in found):
            found.append(Ratio(value, f"{above}/{below}"))
    return tuple(found)


RATIOS = _known()
"""Every known ratio, "1" first; ratios that are equal (24/23.976 and 30/29.97) stand once."""


def nearest(value: float) -> Ratio | None:
    """Return the known ratio that `value` is within `TOLERANCE` of, or None."""
    best = min(RATIOS, key=lambda ratio: abs(value / ratio.value - 1))
    return best if abs(value / best.value - 1) <= TOLERANCE else None
