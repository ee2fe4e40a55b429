"""Killed at, or refused by, single system calls: the same must hold as after any other death."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest

from synctui.errors import ExitCode
from tests.crash.scene import KILLED, Places, Ran, Scene
from tests.crash.stock import TWO, Stock

CALLS = (
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "ftruncate",
)
MOST = {"pwrite64": 5, "write": 1, "fdatasync": 5, "fsync": 1, "unlink": 2}
"""How many of the calls that touch only the data directory."""

# Not `write`: numbers are counted by thread, so that standard output would be refused as well.
REFUSED = ("pwrite64", "fsync", "fdatasync", "rename", "link", "linkat")
MANY = 1
REFUSALS = 4
CLEAN = (
    ExitCode.DONE,
    ExitCode.SOME_FAILED,
    ExitCode.TEMPORARY,
    ExitCode.PAUSED,
    ExitCode.DATABASE,
    ExitCode.STORAGE,
)
"""What a run may answer to a disk that refuses; never that of a fault of ours."""

Act = Callable[[Scene, tuple[str, ...]], Ran]


def tracer() -> str:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed")
    done = subprocess.run([program, "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("strace may not trace here")
    return program


def known(program: str) -> list[str]:
    """The system calls that this machine has by these names."""
    return [
        call
        for call in CALLS
        if not subprocess.run(
            [program, "-o", "/dev/null", "-e", f"trace={call}", "true"], capture_output=True, check=False
        ).returncode
    ]


@contextmanager
def quiet(scene: Scene) -> Iterator[None]:
    """Numbers are counted by thread, and a line of output would be hit before the write to a file that has its number."""
    scene.told = "-q"
    try:
        yield
    finally:
        scene.told = "--json"


def syncing(scene: Scene, before: tuple[str, ...]) -> Ran:
    with quiet(scene):
        return scene.sync(before=before)


def undoing(scene: Scene, before: tuple[str, ...]) -> Ran:
    with quiet(scene):
        return scene.undo(1, before=before)


def points(program: str, scene: Scene, act: Act, log: Path) -> list[tuple[str, int]]:
    """Calls of an undisturbed run by their number within their thread, as strace counts: all that touch the library.

    Of the others there is a sample.
    """
    calls = known(program)
    ran = act(scene, (program, "-f", "-y", "-o", str(log), "-e", "trace=" + ",".join(calls)))
    assert ran.code == 0
    made: Counter[tuple[str, str]] = Counter()
    ours: set[tuple[str, int]] = set()
    for line in log.read_text(errors="replace").splitlines():
        if found := re.match(r"(\d+) +(\w+)\(", line):
            made[(found[2], found[1])] += 1
            if str(scene.library) in line.partition(', "{')[0]:
                ours.add((found[2], made[(found[2], found[1])]))
    most: dict[str, int] = {}
    for (call, _thread), count in made.items():
        most[call] = max(most.get(call, 0), count)
    assert {"pwrite64", "fdatasync"} <= set(most)
    assert {"write", "fsync"} <= {call for call, _ in ours}
    if act is syncing:
        # A worker talks to its owner by `write` and would be hit in the owner's place; the way back has no workers.
        most.pop("write")
        ours = {(call, number) for call, number in ours if call != "write"}
    random, chosen = Random("calls"), set(ours)
    for call, count in sorted(most.items()):
        rest = [(call, number) for number in range(1, count + 1) if (call, number) not in ours]
        chosen.update(random.sample(rest, min(len(rest), MOST.get(call, MANY))))
    return sorted(chosen)


def repaired(scene: Scene, act: Act) -> None:
    """Go on after whatever happened, and see that all is well."""
    if act is syncing:
        scene.finish("again")
        if scene.sync().planned:
            # What a disk refused is planned again until it works.
            assert scene.sync().code == 0
        check_done(scene)
    else:
        scene.finish_undo("again")
        scene.check_taken_back()


def check_done(scene: Scene) -> None:
    scene.check_finished()


@pytest.mark.slow
@pytest.mark.needs_strace
@pytest.mark.parametrize("act", [syncing, undoing])
def test_killed_at_a_system_call(stock: Stock, places: Places, tmp_path: Path, act: Act) -> None:
    program, two = tracer(), stock.only(TWO)
    deaths: list[str] = []

    def play(scene: Scene, call: str, number: int) -> None:
        begin(scene, act)
        inject = f"inject={call}:signal=KILL:when={number}"
        ran = act(scene, (program, "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject))
        # A worker may have been hit instead: then an operation failed.
        assert ran.code in (KILLED, 128 + 9, ExitCode.DONE, ExitCode.SOME_FAILED), ran
        if ran.code in (KILLED, 128 + 9):
            deaths.append(f"{call} {number}")
        scene.check_standing()
        repaired(scene, act)

    with places.scene(two) as scene:
        begin(scene, act)
        chosen = points(program, scene, act, tmp_path / "log")
    places.play(two, [(f"{call} {number}", partial(play, call=call, number=number)) for call, number in chosen])
    assert len(deaths) > len(chosen) * 0.7, f"only {deaths} of {chosen}"


@pytest.mark.slow
@pytest.mark.needs_strace
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("act", [syncing, undoing])
def test_refused_by_the_disk(stock: Stock, places: Places, tmp_path: Path, act: Act, error: str) -> None:
    program, two = tracer(), stock.only(TWO)
    troubles: list[str] = []

    def play(scene: Scene, call: str, number: int) -> None:
        begin(scene, act)
        # A disk error comes and goes; a full disk stays full.
        when = f"{number}+" if error == "ENOSPC" else str(number)
        inject = f"inject={call}:error={error}:when={when}"
        ran = act(scene, (program, "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject))
        assert ran.code in CLEAN, ran
        if ran.code != ExitCode.DONE:
            troubles.append(f"{call} {number}")
        scene.check_standing()
        repaired(scene, act)

    with places.scene(two) as scene:
        begin(scene, act)
        chosen = [(call, number) for call, number in points(program, scene, act, tmp_path / "log") if call in REFUSED]
    chosen = Random(error).sample(chosen, min(len(chosen), REFUSALS))
    places.play(two, [(f"{call} {number}", partial(play, call=call, number=number)) for call, number in chosen])
    assert troubles, f"nobody noticed {chosen}"


def begin(scene: Scene, act: Act) -> None:
    if act is syncing:
        scene.begin()
    else:
        scene.begin_synced()
