"""When a failed try is repeated."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

ATTEMPTS = 5
"""After so many failed tries an operation has failed."""

LONGEST = 3600.0
"""What another side may ask us to wait at most, in seconds."""


def delay(attempts: int, asked: float | None) -> float:
    """Return the seconds before try `attempts` + 1: 2^n with ±50 % jitter, or what was asked for when that is longer."""
    own = 2.0**attempts * (0.5 + random.random())
    if asked is None or not math.isfinite(asked):
        return own
    return max(own, min(asked, LONGEST))


def due(now: datetime, seconds: float) -> datetime:
    """Return the moment that many seconds after `now`."""
    return now + timedelta(seconds=seconds)
