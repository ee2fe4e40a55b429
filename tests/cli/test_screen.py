"""What a person sees: on a terminal, and in a log."""

from __future__ import annotations

import signal
from pathlib import Path

from synctui.text import cells
from tests.cli.command import Screen, synctui, tree


def test_live_progress_is_calm_and_leaves_a_clean_screen(many: Path, data: Path) -> None:
    import time

    started = time.monotonic()
    screen = Screen.of("--run", "subtitles", many, "--yes", "--jobs", "1", "--data-dir", data)
    assert screen.end() == 0
    seconds = time.monotonic() - started
    assert "█" in screen.text or "░" in screen.text
    assert len(screen.raw) / seconds < 4000
    shown = screen.shown()
    assert not [line for line in shown if "░" in line]
    assert all(cells(line.rstrip("\r")) <= 80 for line in shown if "undo " not in line)
    assert any(line.startswith(" 12 subtitles: 12 aligned") for line in shown)


def test_without_a_terminal_there_are_no_controls(library: Path, data: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    assert "\x1b" not in ran.out and "\r" not in ran.out
    assert len(ran.out.splitlines()) <= 5


def test_colour_on_request_and_never_against_it(library: Path, data: Path) -> None:
    assert "\x1b[" in synctui("--run", "subtitles", library, "-n", "--data-dir", data, env={"FORCE_COLOR": "1"}).out
    screen = Screen.of("--run", "subtitles", library, "-n", "--data-dir", data, env={"NO_COLOR": "1"})
    assert screen.end() == 0
    assert "\x1b[1m" not in screen.text and "\x1b[3" not in screen.text


def test_it_asks_and_no_is_no(library: Path, data: Path) -> None:
    before = tree(library)
    for answer in ("n\n", "\n", "\x04"):
        screen = Screen.of("--run", "subtitles", library, "--data-dir", data)
        screen.until("[y/N]")
        screen.type(answer)
        assert screen.end() == 10
        assert "nothing was written" in screen.text
    assert tree(library) == before


def test_it_asks_and_yes_is_yes(library: Path, data: Path, late: Path) -> None:
    screen = Screen.of("--run", "subtitles", library, "--data-dir", data)
    screen.until("[y/N]")
    screen.type("y\n")
    assert screen.end() == 0
    assert late.with_name(late.name + ".bak").exists()


def test_a_signal_while_it_asks(library: Path, data: Path) -> None:
    before = tree(library)
    screen = Screen.of("--run", "subtitles", library, "--data-dir", data)
    screen.until("[y/N]")
    screen.type("\x03")
    assert screen.end() == 128 + signal.SIGINT
    assert tree(library) == before


def test_a_long_name_is_cut_in_the_middle_so_that_its_language_is_seen() -> None:
    from synctui.words import name

    assert name("Series/The Long Orbit - S01E01 - The coffee machine.de.srt", 38) == "The Lon…S01E01 - The co…machine.de.srt"
    assert name("x/Short.en.srt", 20) == "Short.en.srt        "
    assert all(cells(name("語" * 60 + ".en.srt", width)) == width for width in (20, 38, 56))
