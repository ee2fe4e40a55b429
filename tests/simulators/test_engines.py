"""Programs of other people find the planted errors too: the demo is not shaped for our own detector."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from statistics import median

import pytest

from synctui.simulators.cases import TOLERANCE_MS
from synctui.simulators.demo import DemoLibrary
from tests.simulators.reading import decoded, starts

ALASS = shutil.which("alass") or shutil.which("alass-cli")
FFSUBSYNC = shutil.which("ffsubsync")
QUIET = {"RUST_BACKTRACE": "0", "COLUMNS": "300", "NO_COLOR": "1"}

SHIFTED = ["The coffee machine.en.srt", "Abfahrt.de.srt", "Lanternfish - 01 [1080p].ass", "(2021).en.srt"]
RIGHT = ["A question of windows.en.srt", "Salt (2019).en.srt"]
STRETCHED = ["The leap second.en.srt"]


def check(demo: DemoLibrary, name: str, engine: str, argv: list[str], tmp_path: Path) -> None:
    case = next(case for case in demo.cases if case.path.endswith(name))
    assert engine in case.engines
    assert case.video is not None
    assert case.offsets_ms is not None
    source, given, result = demo.folder / case.path, tmp_path / f"in{name[-4:]}", tmp_path / f"out{name[-4:]}"
    given.write_text(decoded(source), "utf-8", newline="")
    names = {"VIDEO": str(demo.folder / case.video), "IN": str(given), "OUT": str(result)}
    argv = [names.get(word, word) for word in argv]
    subprocess.run(argv, env=os.environ | QUIET, capture_output=True, check=True, timeout=120)
    before, after, true = starts(source), starts(result), demo.truth(case.path)
    assert len(after) == len(true)
    assert abs(median(new - truth for new, truth in zip(after, true, strict=True))) < TOLERANCE_MS
    for at, offset in zip((0, len(before) // 2, -1), case.offsets_ms, strict=True):
        assert abs(after[at] - before[at] - offset) <= TOLERANCE_MS


@pytest.mark.needs_alass
@pytest.mark.skipif(ALASS is None, reason="alass is not installed")
@pytest.mark.parametrize("name", SHIFTED + RIGHT)
def test_alass_is_right(demo: DemoLibrary, name: str, tmp_path: Path) -> None:
    check(demo, name, "alass", [str(ALASS), "VIDEO", "IN", "OUT"], tmp_path)


@pytest.mark.needs_ffsubsync
@pytest.mark.skipif(FFSUBSYNC is None, reason="ffsubsync is not installed")
@pytest.mark.parametrize("name", SHIFTED[:2] + RIGHT[:1] + STRETCHED)
def test_ffsubsync_is_right(demo: DemoLibrary, name: str, tmp_path: Path) -> None:
    check(demo, name, "ffsubsync", [str(FFSUBSYNC), "VIDEO", "-i", "IN", "-o", "OUT", "--reference-stream", "a:0"], tmp_path)
