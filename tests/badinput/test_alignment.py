"""Subtitles and sound that the built-in engine cannot be sure of, or that would cost it too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synctui.model.cues import Cue
from synctui.processes.workers import Task, Workers
from synctui.timing import tasks
from synctui.timing.align import Alignment, AlignOptions, align
from synctui.timing.speech import SpeechTrack
from tests.cli.command import synctui, tree
from tests.timing.films import RATE, film, heard, moved, music, sentences, write_media
from tests.tiny_library import put_film, put_subtitle, subtitle, warm

HOUR = 3_600_000
LATE_S = 5.0
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of a process is read from /proc")


def wrong() -> list[Cue]:
    """Return the lines of a film, which want to be `LATE_S` later."""
    return moved(film(1).cues, LATE_S)


def asked(cues: Sequence[Cue], **options: float) -> Alignment:
    """Return what comes of cues beside that film."""
    return align(film(1).track, cues, AlignOptions(**options))


def found(cues: Sequence[Cue], within_ms: int = 100) -> bool:
    """Tell whether cues are aligned by what the film's own lines want."""
    answer = asked(sorted(cues, key=lambda cue: cue.start))
    moves = (answer.offset_first_ms, answer.offset_middle_ms, answer.offset_last_ms)
    return answer.verdict == "aligned" and all(abs(move - LATE_S * 1000) < within_ms for move in moves)


def several(count: int, first_ms: int, step_ms: int = 3_000) -> list[Cue]:
    """Return lines of two seconds."""
    return [Cue(first_ms + n * step_ms, first_ms + n * step_ms + 2_000, "Nobody says this.") for n in range(count)]


def rows(cues: Sequence[Cue]) -> list[list[Any]]:
    """Return cues as workers get them."""
    return [[cue.start, cue.end, cue.text] for cue in cues]


def silently(phase: str, fraction: float | None) -> None:
    """Hear no progress."""


EXTRA: dict[str, Callable[[], list[Cue]]] = {
    "zero-length": lambda: [Cue(cue.start + 200, cue.start + 200, "x") for cue in wrong()],
    "ends before it starts": lambda: [Cue(cue.end, cue.start, "x") for cue in wrong()],
    "overlapping": lambda: [Cue(cue.start + 300, cue.end + 2_500, cue.text) for cue in wrong()[::2]],
    "two languages": lambda: [Cue(cue.start + 120, cue.end - 100, "Jemand sagt dies.") for cue in wrong()],
    "over everything": lambda: [Cue(0, 480_000, "a mark in the corner")],
    "one at 100 h": lambda: several(1, 100 * HOUR),
    "fifty at 100 h": lambda: several(50, 100 * HOUR),
    "one at 30 h": lambda: several(1, 30 * HOUR),
    "five at 47 h": lambda: several(5, 47 * HOUR),
    "far before zero": lambda: several(2, -20 * HOUR),
    "ages before zero": lambda: several(2, -(10**6) * HOUR),
}


@pytest.mark.parametrize("name", EXTRA)
def test_lines_that_are_nonsense_beside_real_ones_change_nothing(name: str) -> None:
    started = time.process_time()
    assert found([*wrong(), *EXTRA[name]()])
    assert time.process_time() - started < 5, "a broken number has a day searched instead of the film"


@pytest.mark.parametrize("hours", [100, -2])
def test_a_subtitle_all_of_which_is_hours_away_is_refused(hours: int) -> None:
    away = [Cue(cue.start + hours * HOUR, cue.end + hours * HOUR, cue.text) for cue in wrong()]
    assert asked(away).reason in ("too_sparse", "low_confidence", "length_mismatch")


@pytest.mark.parametrize("first", [0, 10, 40])
def test_ten_lines_are_brought_to_their_place_or_left_alone(first: int) -> None:
    answer = asked(wrong()[first : first + 10])
    assert answer.usable == 10
    if answer.verdict == "aligned":
        assert answer.offset_middle_ms == pytest.approx(LATE_S * 1000, abs=100)
    else:
        assert answer.reason in ("too_sparse", "low_confidence")
        assert answer.message


def test_the_shortest_reach() -> None:
    right = film(1).cues
    assert asked(moved(right, 0.7), max_offset_s=1.0).verdict == "aligned"
    assert asked(wrong(), max_offset_s=1.0).reason == "at_search_bound"


def test_the_longest_reach() -> None:
    answer = asked(moved(film(1).cues, 7190.0), max_offset_s=7200.0)
    assert answer.verdict == "aligned"
    assert answer.offset_first_ms == pytest.approx(7_190_000, abs=100)


@pytest.mark.parametrize("lines", [1, 30])
def test_a_video_of_music_alone_is_refused(tmp_path: Path, lines: int) -> None:
    sound = music(240 * RATE, np.random.default_rng(3)) * np.float32(0.1)
    write_media(tmp_path / "film.mkv", [(0.0, sound)])
    cues = rows(several(lines, 4_000, 7_100))
    for detector in ("bands", "auto"):
        asking = {"video": str(tmp_path / "film.mkv"), "cues": cues, "detector": detector}
        answer = tasks.align_cues(asking, silently)
        assert answer["verdict"] == "refused"
        assert answer["reason"] in ("low_confidence", "no_speech") if lines > 1 else "too_sparse"


@pytest.mark.parametrize("level", [0.0, 1e-3], ids=["digital silence", "hiss"])
def test_one_sentence_in_ten_minutes_is_no_basis(level: float) -> None:
    sound = np.random.default_rng(1).standard_normal(600 * RATE).astype(np.float32) * np.float32(level)
    voice = sentences()[0]
    sound[300 * RATE : 300 * RATE + len(voice)] += voice
    track = heard(sound)
    for cues in (wrong(), several(9, 297_000, 400)):
        assert align(track, cues).reason in ("low_confidence", "no_speech", "too_sparse")


def test_a_silent_film_has_no_speech(tmp_path: Path) -> None:
    write_media(tmp_path / "film.mkv", [(0.0, np.zeros(60 * RATE, np.float32))])
    answer = tasks.align_cues({"video": str(tmp_path / "film.mkv"), "cues": rows(wrong()), "detector": "bands"}, silently)
    assert (answer["verdict"], answer["reason"]) == ("refused", "no_speech")


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(broken: float) -> None:
    samples = film(1).samples.copy()
    samples[::1000] = broken
    samples[100 * RATE : 104 * RATE] = broken
    answer = align(heard(samples), wrong())
    assert answer.verdict == "aligned"
    assert answer.offset_middle_ms == pytest.approx(LATE_S * 1000, abs=100)
    samples[:] = broken
    assert align(heard(samples), wrong()).verdict == "refused"


def peak_mb(process: int) -> int:
    """Return the most memory that a process has had, in MiB."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) >> 10


@linux
async def test_masses_of_lines_over_a_long_film_cost_seconds_and_little_memory() -> None:
    count = 100_000
    # What is said in 90 minutes is another subtitle: nothing fits, and everything is tried.
    spoken, lines = _scattered(900, 1), _scattered(count, 2)
    arguments = {"video": "/nowhere", "cues": rows(lines), "reference_cues": rows(spoken), "duration_s": 5400.0}
    async with Workers(1) as pool:
        answer = await pool.run(Task("synctui.timing.tasks:align_cues", arguments), None, time.monotonic() + 100)
        (worker,) = pool.pids
        assert peak_mb(worker) < 1024
    assert answer["verdict"] == "refused"
    assert answer["usable"] <= 5_000
    assert len(answer["spans"]) == count
    assert not Path(f"/proc/{worker}").exists()


def _scattered(count: int, seed: int) -> list[Cue]:
    starts = np.sort(np.random.default_rng(seed).uniform(5, 5_380, count)) * 1000
    return [Cue(int(start), int(start) + 800, "Somebody says this.") for start in starts]


def test_nothing_is_written_for_music_silence_and_masses_of_lines(tmp_path: Path) -> None:
    library, data = tmp_path / "library", warm(tmp_path / "data")
    seconds = 120 * RATE
    sounds = {"music": music(seconds, np.random.default_rng(3)) * np.float32(0.1), "silent": np.zeros(seconds, np.float32)}
    paths = {name: put_subtitle(library / name / "film.en.srt", subtitle(late_ms=2_300)) for name in (*sounds, "good")}
    for name, sound in sounds.items():
        write_media(library / name / "film.mkv", [(0.0, sound)])
    mass = [Cue(50 * n, 50 * n + 900, "x") for n in range(100_000)]
    paths["mass"] = put_subtitle(library / "mass" / "film.en.srt", subtitle(cues=mass))
    for name in ("good", "mass"):
        put_film(library / name / "film.mkv")
    before = tree(library)
    ran = synctui("--run", "subtitles", library, "--yes", "--json", "--jobs", "2", "--data-dir", data)
    ends = {line["path"]: line for line in ran.of("op_end")}
    told = {name: ends[str(path)] for name, path in paths.items()}
    assert {name: line["outcome"] for name, line in told.items()} == {
        "music": "refused",
        "silent": "refused",
        "mass": "refused",
        "good": "done",
    }
    assert told["music"]["reason"] in ("low_confidence", "no_speech")
    assert told["silent"]["reason"] == "no_speech"
    assert told["mass"]["reason"] == "length_mismatch"
    assert all(line["message"] for name, line in told.items() if name != "good")
    changed = {name for name, state in tree(library).items() if before.get(name) != state}
    assert changed == {"good/film.en.srt", "good/film.en.srt.bak"}


WITHOUT = """
import importlib.util, json, sys
sys.modules["onnxruntime"] = None
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "onnxruntime" else find(name, package)
from synctui.errors import DependencyMissing
from synctui.timing import tasks
asked = json.load(sys.stdin)
try:
    answer = tasks.align_cues(asked, lambda phase, fraction: None)
    print(json.dumps([answer["verdict"], answer["detector"]]))
except DependencyMissing as missing:
    print(json.dumps([missing.code, missing.message + " | " + missing.hint]))
"""


def test_silero_where_it_is_not_installed_and_auto_that_does_without(tmp_path: Path) -> None:
    write_media(tmp_path / "film.mkv", [(0.0, film(24, 1.0).samples)])

    def outcome(detector: str) -> list[str]:
        # So few lines leave a doubt, which is when "auto" would ask for Silero.
        asking = {"video": str(tmp_path / "film.mkv"), "cues": rows(several(9, 2_000)), "detector": detector}
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT],
            input=json.dumps(asking),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env=os.environ,
        )
        told: list[str] = json.loads(done.stdout)
        return told

    code, said = outcome("silero")
    assert code == "dependency_missing"
    assert "pip install 'synctui[speech]'" in said
    verdict, detector = outcome("auto")
    assert verdict == "refused"
    assert detector == SpeechTrack(np.zeros(0, np.uint8)).detector
