"""Killed at every named place, again on the way back, and once more: nothing is lost, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from synctui.files.replacement import FAILPOINTS as FILES
from synctui.jobs.points import FAILPOINTS as JOBS
from tests.crash.scene import KILLED, NOTHING_TO_UNDO, Places, Ran, Scene
from tests.crash.stock import Stock

PASSED_ONCE = ("submit.before_commit", "submit.after_commit", "job.claimed", "job.before_end", "job.after_end")
ON_RECOVERY = ("reconcile.before", "reconcile.after")
ELSEWHERE = ("retry.after", "append.before", "append.after")
"""Places that no run of this kind comes by: the tests of the engine do."""

PER_OPERATION = tuple(point for point in (*JOBS, *FILES) if point not in (*PASSED_ONCE, *ON_RECOVERY, *ELSEWHERE))
NOT_ON_THE_WAY_BACK = ("backup.before", "backup.after")
BACK = tuple(point for point in (*PASSED_ONCE, *PER_OPERATION) if point not in NOT_ON_THE_WAY_BACK)
CHAINS = (
    ("intent.after:1", "reconcile.before:1", "reconcile.after:1", "replace.after:1"),
    ("replace.after:1", "reconcile.before:1", "reconcile.after:1", "outcome.before:1"),
    ("outcome.before:2", "reconcile.after:1", "outcome.before:1", "reconcile.before:1"),
    ("temp.written:3", "reconcile.after:1", "backup.after:1", "reconcile.before:1", "replace.before:1"),
    ("job.before_end:1", "job.claimed:1", "job.before_end:1", "job.after_end:1"),
)
QUIET = ("submit.after_commit:1", "intent.after:1", "replace.after:1", "outcome.after:1", "job.before_end:1")
"""Where the second resume is looked at as well; it costs as much as the rest."""

Story = tuple[str, Callable[[Scene], None]]


def dying(scene: Scene, first: Callable[[str], Ran], again: Callable[[str], Ran], points: tuple[str, ...]) -> None:
    """Run, die, run again, die …; the first death must come, a later one may find too little left to do."""
    assert first(points[0]).code == KILLED, f"{points[0]} was not passed"
    scene.check_standing()
    for point in points[1:]:
        ran = again(point)
        assert ran.code in (KILLED, 0, NOTHING_TO_UNDO), ran
        scene.check_standing()
        if ran.code != KILLED:
            return


def thrice(point: str) -> tuple[str, ...]:
    return (f"{point}:1",) if point in PASSED_ONCE else (f"{point}:1", f"{point}:2", f"{point}:3")


def modes(points: tuple[tuple[str, ...], ...]) -> list[tuple[tuple[str, ...], str]]:
    return [(chain, ("resume", "again")[number % 2]) for number, chain in enumerate(points)]


@pytest.mark.slow
def test_a_run_killed_at_every_named_place(stock: Stock, places: Places) -> None:
    def story(points: tuple[str, ...], mode: str) -> Story:
        def play(scene: Scene) -> None:
            scene.begin()
            dying(
                scene,
                lambda point: scene.sync(failpoint=point),
                lambda point: (scene.resume if mode == "resume" else scene.sync)(failpoint=point),
                points,
            )
            scene.finish(mode)
            scene.check_finished()
            if points[0] in QUIET or len(points) > 3:
                scene.check_quiet()

        return f"run {points} {mode}", play

    wanted = modes((*map(thrice, (*PASSED_ONCE, *PER_OPERATION)), *CHAINS))
    places.play(stock, [story(points, mode) for points, mode in wanted])


@pytest.mark.slow
def test_an_undo_killed_at_every_named_place(stock: Stock, places: Places) -> None:
    def story(points: tuple[str, ...], mode: str) -> Story:
        def play(scene: Scene) -> None:
            scene.begin_synced()
            dying(
                scene,
                lambda point: scene.undo(1, failpoint=point),
                lambda point: scene.resume(failpoint=point) if mode == "resume" else scene.undo(1, failpoint=point),
                points,
            )
            scene.finish_undo(mode)
            scene.check_taken_back()
            if points[0] in QUIET or len(points) > 3:
                scene.check_quiet()

        return f"undo {points} {mode}", play

    wanted = modes((*map(thrice, BACK), CHAINS[0], CHAINS[1]))
    places.play(stock, [story(points, mode) for points, mode in wanted])


@pytest.mark.slow
def test_a_restore_killed_at_every_named_place(stock: Stock, places: Places) -> None:
    def story(points: tuple[str, ...], mode: str) -> Story:
        def play(scene: Scene) -> None:
            scene.begin_synced()
            dying(
                scene,
                lambda point: scene.restore(failpoint=point),
                lambda point: scene.resume(failpoint=point) if mode == "resume" else scene.restore(failpoint=point),
                points,
            )
            if mode == "resume":
                assert scene.resume().code == 0
            assert scene.restore().code == 0
            history = scene.check_standing()
            for name, before in stock.before.items():
                assert scene.read(name) == before
            assert history.done("restore") == {str(scene.library / name): 1 for name in stock.after}
            assert not history.unfinished()
            scene.check_tidy()
            if points[0] in QUIET or len(points) > 3:
                scene.check_quiet()

        return f"restore {points} {mode}", play

    wanted = [(chain, "again" if mode == "resume" else "resume") for chain, mode in modes((*map(thrice, BACK), CHAINS[1]))]
    places.play(stock, [story(points, mode) for points, mode in wanted])
