"""`synctui --demo` on a terminal: who follows what the screen says syncs a series, loses it, goes on, and takes it back."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path

import pytest

from synctui.simulators.demo import DemoLibrary, build_demo
from tests.tui.term import Terminal, synctui

SERIES = "Winter Harbour"
RUNNING = re.compile(rf"▶ subtitles {SERIES} +\d+ %")


def told(terminal: Terminal, step: int, *texts: str) -> str:
    """Wait until the guided tour is at a step."""
    return terminal.sees(f" {step}/9 ", *texts)


def go_down_to(terminal: Terminal, name: str) -> None:
    """Move the cursor to a row."""
    terminal.press("g")
    for _ in range(20):
        terminal.settle(0.15)
        if any(line.startswith(" >") and name in line for line in terminal.lines()):
            return
        terminal.press("j")
    raise AssertionError(f"no row says {name}:\n{terminal.text}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoLibrary:
    """The demo library as it is made."""
    return build_demo(tmp_path_factory.mktemp("made") / "library")


@pytest.mark.slow
def test_the_first_minute_leads_through_a_sync_a_kill_and_an_undo(tmp_path: Path, made: DemoLibrary) -> None:
    base = shutil.copytree(made.folder.parent, tmp_path / "demo")
    library = build_demo(base / "library")
    cases = [case for case in library.cases if SERIES.replace(" ", ".") in case.path]
    before = {case.path: (library.folder / case.path).read_bytes() for case in cases}
    assert len(cases) > 2

    with synctui(f"--demo={base}") as terminal:
        told(terminal, 1, "made-up library", "enter opens a row", "35 subs")
        go_down_to(terminal, SERIES)
        terminal.press("enter")
        told(terminal, 2, "s shows what syncing would do")
        terminal.press("s")
        told(terminal, 3, f"enter run {len(cases)}")
        terminal.press("enter")
        told(terminal, 4, "J goes to the jobs")
        terminal.until(RUNNING.search)
        terminal.signal(signal.SIGKILL)
        assert terminal.ended() == 137

    with synctui(f"--demo={base}") as terminal:
        terminal.sees(f"interrupted: subtitles {SERIES}", "C goes on")
        told(terminal, 4)
        terminal.press("C", "J")
        told(terminal, 5, "enter opens a job")
        terminal.sees("✓ subtitles", f"{SERIES} ", "1 finished today", seconds=60)
        for case in cases:
            changed = (library.folder / case.path).read_bytes() != before[case.path]
            assert changed == (case.result.value == "done"), case.path
        terminal.press("enter")
        told(terminal, 5, "enter on a row")
        terminal.settle(0.4)
        terminal.press("enter")
        told(terminal, 6, "All of it can be taken back.")
        terminal.press("escape", "escape")
        terminal.sees("Z undo")
        terminal.press("Z")
        told(terminal, 6, "enter run", "bring back")
        terminal.press("enter")
        told(terminal, 7, "P shows them")
        terminal.sees("✓ subtitles undo of ", seconds=30)
        terminal.press("P")
        told(terminal, 8, "S goes to its catalogue")
        terminal.sees("Living room", "Kodi 20.1", "Attic", "Den")
        terminal.press("S")
        told(terminal, 8, "s asks the made-up Stash for its 2,000 scenes")
        terminal.sees("This Stash was never synced.")
        terminal.press("s")
        terminal.sees("all scenes to fetch", "run")
        terminal.press("enter")
        told(terminal, 9, "For your own library leave (q)")
        terminal.sees("2,000 scenes", "synced", seconds=60)
        terminal.press("T")
        terminal.until(lambda shown: " 9/9 " not in shown)
        terminal.until(lambda shown: "▶" not in shown.splitlines()[0], seconds=30)
        terminal.press("q")
        assert terminal.ended() == 0
    assert {case.path: (library.folder / case.path).read_bytes() for case in cases} == before

    with synctui(f"--demo={base}") as terminal:
        terminal.sees("35 subs", "? help")
        terminal.settle(0.3)
        assert "/9 " not in terminal.text, "who is done with the tour is left alone"
        terminal.press("T")
        told(terminal, 1)


@pytest.mark.parametrize("size", [(80, 24), (60, 14)])
def test_the_tour_takes_room_only_where_there_is_some_and_can_be_skipped(
    tmp_path: Path, made: DemoLibrary, size: tuple[int, int]
) -> None:
    shutil.copytree(made.folder, tmp_path / "library")
    with synctui(f"--demo={tmp_path}", size=size) as terminal:
        terminal.sees("Demo", "? help")
        if size[1] < 16:
            terminal.settle(0.3)
            assert "/9 " not in terminal.text
            return
        for step in range(1, 10):
            told(terminal, step)
            terminal.press(".")
        terminal.until(lambda shown: "/9 " not in shown)
        terminal.press("q")
        assert terminal.ended() == 0
