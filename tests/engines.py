"""The three engines as test parameters; one that is not installed is skipped, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest
from _pytest.mark import ParameterSet

from synctui.adapters.engines import find_engine

Name = Literal["builtin", "alass", "ffsubsync"]
NAMES: tuple[Name, ...] = ("builtin", "alass", "ffsubsync")


def each_engine(names: Sequence[Name] = NAMES) -> list[ParameterSet]:
    """Return the engines, each with its marker."""
    return [_parameter(name) for name in names]


def _parameter(name: Name) -> ParameterSet:
    if name == "builtin":
        return pytest.param(name)
    engine = find_engine(name)
    marker = pytest.mark.needs_alass if name == "alass" else pytest.mark.needs_ffsubsync
    absent = pytest.mark.skipif(not engine.available, reason=f"{name}: {engine.problem} ({engine.hint})")
    return pytest.param(name, marks=(marker, absent))
