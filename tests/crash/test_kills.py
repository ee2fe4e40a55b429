"""SIGKILL at any moment, often right after something changed in a folder, and again while it is being made up for."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from random import Random
from threading import Lock

import pytest

from tests.crash.scene import KILLED, RESUME, Places, Scene, check_resumed, wait_for
from tests.crash.stock import Stock

KILLS = 60
STORIES = 30
AIMS = ("change", "running", "change", "anytime", "change", "running")


class Changes:
    """Counts what changes in the folders of a library, as a watcher from outside would."""

    def __init__(self, library: Path) -> None:
        self._folders = [str(library), *(str(path) for path in library.rglob("*") if path.is_dir())]
        self._seen = self._look()
        self.count = 0

    def _look(self) -> list[int]:
        return [os.stat(folder).st_mtime_ns for folder in self._folders]

    def reached(self, number: int) -> bool:
        """Return whether that many changes have been seen."""
        now = self._look()
        if now != self._seen:
            self._seen = now
            self.count += 1
        return self.count >= number


def killed(scene: Scene, words: tuple[str, ...], aim: str, random: Random) -> bool:
    """Start the command and kill it as aimed; False when it had ended before."""
    before = scene.history()
    changes = Changes(scene.library)
    process, output = scene.start(*words)
    if aim == "change":
        number = random.randint(1, 3)
        if wait_for(lambda: changes.reached(number), process) and random.random() < 0.5:
            time.sleep(random.uniform(0, 0.004))
    elif aim == "running":
        wait_for(lambda: b'"job_start"' in output.read_bytes(), process)
        time.sleep(random.uniform(0, scene.stock.span))
    else:
        time.sleep(random.uniform(0, scene.stock.span))
    # The process alone, not its group: its children must see for themselves.
    process.kill()
    ran = scene.ended(process, output)
    after = scene.check_standing()
    if ran.code != KILLED:
        assert ran.code == 0, ran
        if words[:3] == RESUME:
            check_resumed(ran, before, after)
        return False
    return True


def story(scene: Scene, seed: int) -> int:
    """Kill a run and what follows until it gets through, then take everything back under fire; return the kills."""
    random = Random(f"kill {seed}")
    scene.begin()
    run = ("--run", "subtitles", str(scene.library), "--yes")
    kills = 0
    mode = random.choice(("resume", "again"))
    for attempt in range(4):
        words = (*RESUME, "--yes") if attempt and mode == "resume" else run
        if not killed(scene, (*words, "--jobs", random.choice("12")), random.choice(AIMS), random):
            break
        kills += 1
    scene.finish(mode)
    scene.check_finished()
    if seed % 3 == 0:
        scene.check_quiet()
    history = scene.history()
    jobs = sorted({one["job"] for one in history.operations if one["receipt"]}, reverse=True)
    kills += killed(scene, ("jobs", "undo", str(jobs[0]), "--yes"), random.choice(("change", "running")), random)
    for job in jobs:
        scene.finish_undo(random.choice(("resume", "again")), job)
    for name, before in scene.stock.before.items():
        assert scene.read(name) == before
    assert not scene.check_standing().unfinished()
    scene.check_tidy()
    if seed % 3 == 1:
        scene.check_quiet()
    return kills


@pytest.mark.slow
def test_sixty_kills_at_random(stock: Stock, places: Places) -> None:
    lock, total = Lock(), [0]

    def play(scene: Scene, seed: int) -> None:
        if total[0] >= KILLS:
            return
        kills = story(scene, seed)
        with lock:
            total[0] += kills

    places.play(stock, [(f"kill {seed}", partial(play, seed=seed)) for seed in range(STORIES)])
    assert total[0] >= KILLS
