"""`.bak` is the first original for ever: over a second sync, an edit, deaths on the way, and back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.crash.scene import KILLED, Places, Ran, Scene
from tests.crash.stock import TWO, Stock

NAME = TWO[0]
BACKUP, LATER = f"{NAME}.bak", f"{NAME}.bak.1"
_MINUTE = re.compile(rb"(?<=00:)\d\d(?=:\d\d,)")
EDIT = b"\r\n"
POINTS = (
    "temp.before",
    "temp.written",
    "backup.before",
    "backup.after",
    "replace.before",
    "replace.after",
    "outcome.before",
)


def two_minutes_late(data: bytes) -> bytes:
    """A subtitle that asks for another result when it is the reference."""
    return _MINUTE.sub(lambda minute: b"%02d" % (int(minute[0]) + 2), data)


def sync(scene: Scene, reference: str = "", failpoint: str = "") -> Ran:
    """Sync the one subtitle, against another one or the film."""
    against = ("--reference", reference) if reference else ()
    words = ("--run", "subtitles", str(scene.library / NAME), "--yes", "--max-offset", "240")
    return scene.run(*words, *against, failpoint=failpoint)


def restore(scene: Scene, *options: str) -> Ran:
    return scene.restore(*options, names=[NAME])


def generations(scene: Scene, points: tuple[str, ...]) -> None:
    """Sync, sync against something else, edit, sync again, restore; die at each of the points on the way."""
    first = scene.stock.before[NAME]
    scene.begin()
    assert sync(scene).code == 0
    one = scene.read(NAME)
    assert one == scene.stock.after[NAME]
    reference = scene.root / "reference.srt"
    reference.write_bytes(two_minutes_late(one))

    for point in points:
        if not point.startswith("backup"):
            assert sync(scene, str(reference), failpoint=f"{point}:1").code == KILLED
        assert scene.read(BACKUP) == first
    assert sync(scene, str(reference)).code == 0
    two = scene.read(NAME)
    assert two not in (one, first)
    assert scene.read(BACKUP) == first
    assert LATER not in scene.names()

    edited = two.replace(EDIT, b" (edited)" + EDIT, 2)
    assert edited != two
    (scene.library / NAME).write_bytes(edited)
    for point in points:
        assert sync(scene, failpoint=f"{point}:1").code in (KILLED, 0)
        assert scene.read(BACKUP) == first
        assert LATER not in scene.names() or scene.read(LATER) == edited
    assert sync(scene).code == 0
    three = scene.read(NAME)
    assert three not in (edited, two, one, first)
    assert three.count(b"(edited)") == 2
    assert (scene.read(BACKUP), scene.read(LATER)) == (first, edited)

    assert restore(scene).code == 0
    assert scene.read(NAME) == first
    assert restore(scene, "--to", "1").code == 0
    assert scene.read(NAME) == edited
    assert (scene.read(BACKUP), scene.read(LATER)) == (first, edited)
    ran = sync(scene)
    assert (ran.code, ran.planned) == (0, 0), "what a person took back is done again"
    assert scene.names() == sorted([*scene.stock.before, BACKUP, LATER])
    assert not scene.history().unfinished()
    scene.check_tidy()


@pytest.mark.slow
def test_the_first_original_outlives_every_later_sync(stock: Stock, places: Places) -> None:
    both = stock.only(TWO)
    places.play(
        both,
        [
            ("undisturbed", lambda scene: generations(scene, ())),
            ("killed on the way", lambda scene: generations(scene, POINTS)),
        ],
    )


@pytest.mark.slow
def test_undoing_the_second_sync_gives_the_first_result_back(stock: Stock, places: Places, tmp_path: Path) -> None:
    def play(scene: Scene) -> None:
        scene.begin()
        assert sync(scene).code == 0
        one = scene.read(NAME)
        reference = scene.root / "reference.srt"
        reference.write_bytes(two_minutes_late(one))
        assert sync(scene, str(reference), failpoint="replace.after:1").code == KILLED
        job = max(job["id"] for job in scene.history().jobs)
        assert scene.undo(job, failpoint="replace.before:1").code == KILLED
        scene.finish_undo("resume", job)
        assert scene.read(NAME) == one
        assert scene.read(BACKUP) == stock.before[NAME]
        assert LATER not in scene.names()
        assert scene.undo(1).code == 0
        assert scene.read(NAME) == stock.before[NAME]
        scene.check_tidy()

    places.play(stock.only(TWO), [("undo", play)])
