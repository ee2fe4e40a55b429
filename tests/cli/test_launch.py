"""What opens the screens and what does not, what they are given, and what is said after them."""

from __future__ import annotations

import asyncio
import os
import pty
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import pytest

from synctui.cli.main import main
from synctui.cli.places import is_path
from synctui.config.launch import Farewell, Launch
from synctui.errors import ExitCode, StorageError
from tests.cli.command import synctui

BY_HAND = "--run subtitles PATH --dry-run"


@dataclass
class Screens:
    """Stands where the screens are drawn: a person who leaves at once."""

    farewell: Farewell = field(default_factory=Farewell)
    error: Exception | None = None
    launched: list[Launch] = field(default_factory=list)

    async def __call__(self, launch: Launch) -> Farewell:
        self.launched.append(launch)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return self.farewell

    @property
    def launch(self) -> Launch:
        (launch,) = self.launched
        return launch


@dataclass
class Person:
    """Somebody at a terminal, who types commands and reads what is said."""

    master: int
    slave: int
    said: str = ""

    def types(self, *words: str | Path, screens: Screens, **streams: TextIO) -> int:
        """Run the command with all three streams on the terminal, or on another of `streams`; return the exit code."""
        before = sys.stdin, sys.stdout, sys.stderr
        mine = {name: os.fdopen(os.dup(self.slave), mode) for name, mode in _STREAMS.items()}
        try:
            for name, stream in {**mine, **streams}.items():
                setattr(sys, name, stream)
            return main([str(word) for word in words], screens=screens)
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
            for stream in mine.values():
                stream.close()
            self.said = self._read().replace("\r\n", "\n")

    def _read(self) -> str:
        found = b""
        while True:
            try:
                found += os.read(self.master, 65536)
            except BlockingIOError:
                return found.decode()


_STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Somebody at a capable terminal."""
    master, slave = pty.openpty()
    monkeypatch.setenv("TERM", "xterm-256color")
    os.set_blocking(master, False)
    yield Person(master, slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the demo library be a folder with one file, made in no time, and temporary folders lie here."""

    def build(folder: Path, *, on_progress: object = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "film.en.srt").write_text("1\n")

    monkeypatch.setattr("synctui.cli.demo.build_demo", build)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


# what opens them


def test_without_a_terminal_it_says_how_to_do_without(tmp_path: Path) -> None:
    ran = synctui("--data-dir", tmp_path / "data")
    assert (ran.code, ran.out) == (2, "")
    assert BY_HAND in ran.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_every_stream_must_be_a_terminal(name: str, person: Person, tmp_path: Path) -> None:
    screens = Screens()
    with open(tmp_path / "file", "w+") as stream:
        assert person.types(screens=screens, **{name: stream}) == 2
        assert not screens.launched
        stream.seek(0)
        assert (BY_HAND in stream.read()) is (name == "stderr")


def test_a_dumb_terminal_has_no_screens(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screens = Screens()
    assert person.types(screens=screens) == 2
    assert not screens.launched
    assert BY_HAND in person.said


def test_what_the_screens_are_given(person: Person, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[subtitles]\njobs = 3\n")
    screens = Screens(Farewell(ExitCode.PAUSED, ("paused: go on with it",)))
    words = ["--data-dir", str(tmp_path / "my data"), "--config", str(config)]
    looks = ["--no-mouse", "--ascii", "--colors", "16"]
    code = person.types(*words, *looks, "--engine", "builtin", "--jobs", "2", screens=screens)
    assert code == ExitCode.PAUSED
    launch = screens.launch
    assert (launch.mouse, launch.ascii, launch.colors, launch.jobs) == (False, True, "16", 2)
    assert (launch.paths.data, launch.file, launch.demo) == (tmp_path / "my data", config, None)
    assert launch.loaded.config.subtitles.engine == "builtin"
    assert launch.flags["subtitles.engine"] == "builtin"
    command = shlex.split(launch.command("--run", "subtitles", "--resume=4"))
    assert command[-7:] == [
        "--run",
        "subtitles",
        "--resume=4",
        "--data-dir",
        str(tmp_path / "my data"),
        "--config",
        str(config),
    ]
    assert "paused: go on with it" in person.said
    assert (launch.paths.logs / "synctui.log").exists()


def test_a_configuration_that_is_wrong_is_said_before_anything_is_drawn(person: Person, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[subtitles]\n\nengine = "magic"\n')
    screens = Screens()
    assert person.types("--config", str(config), screens=screens) == 2
    assert not screens.launched
    assert f"{config}:3: subtitles.engine" in person.said


def test_what_the_screens_raise_is_said_in_the_shell(person: Person, tmp_path: Path) -> None:
    words = ["--data-dir", str(tmp_path / "data")]
    full = Screens(error=StorageError("no space is left", hint="free some space"))
    assert person.types(*words, screens=full) == ExitCode.STORAGE
    assert "free some space" in person.said
    broken = Screens(error=RuntimeError("a screen broke"))
    assert person.types(*words, screens=broken) == ExitCode.BUG
    (report,) = (tmp_path / "data" / "logs").glob("fault-*.txt")
    assert "a screen broke" in report.read_text()
    assert report.name in person.said


# what does not go together


@pytest.mark.parametrize("words", [["--no-mouse"], ["--ascii"], ["--colors", "256"]], ids=" ".join)
@pytest.mark.parametrize("run", [["--run", "subtitles", "/tmp"], ["--demo", "--json"]], ids=" ".join)
def test_a_run_has_no_looks(words: list[str], run: list[str], person: Person) -> None:
    assert person.types(*run, *words, screens=Screens()) == 2
    assert f"{words[0]} is for the screens" in person.said


def test_a_demo_without_a_terminal_has_no_looks(made: Path) -> None:
    ran = synctui(f"--demo={made / 'demo'}", "--ascii")
    assert ran.code == 2
    assert "--ascii is for the screens: this is no terminal" in ran.err
    assert not (made / "demo").exists()


@pytest.mark.parametrize(
    "words",
    [["--force"], ["--json"], ["-n"], ["-y"], ["--check"], ["--limit", "3"], ["--reference", "x"], ["-q"], ["-v"]],
    ids=" ".join,
)
def test_what_only_a_run_knows_is_not_ignored(words: list[str], person: Person) -> None:
    screens = Screens()
    assert person.types(*words, screens=screens) == 2
    assert not screens.launched
    assert "goes with --run" in person.said


def test_colors_are_one_of_three(person: Person) -> None:
    assert person.types("--colors", "17", screens=Screens()) == 2
    assert "256" in person.said


# the demo


def test_the_demo_opens_the_screens_over_a_folder_that_stays(made: Path, person: Person) -> None:
    base = made / "demo"
    for _ in range(2):
        screens = Screens()
        assert person.types(f"--demo={base}", screens=screens) == 0
        launch = screens.launch
        assert (launch.demo, launch.demo_kept, launch.paths.data) == (base, True, base / "data")
        assert [(one.name, one.path) for one in launch.libraries] == [("Demo", str(base / "library"))]
        assert launch.jobs == os.cpu_count()
        assert f"--data-dir {base / 'data'}" in launch.command("jobs")
    assert (base / "library" / "film.en.srt").exists()
    assert str(base / "library") in person.said


def test_a_temporary_demo_is_removed_on_a_clean_exit_and_named_on_any_other(made: Path, person: Person) -> None:
    left = Screens()
    assert person.types("--demo", screens=left) == 0
    assert (left.launch.demo_kept, list(made.iterdir())) == (False, [])
    assert "temporary and is removed" in person.said
    for screens in (
        Screens(Farewell(ExitCode.SIGHUP)),
        Screens(error=RuntimeError("broke")),
        Screens(error=StorageError("full")),
    ):
        assert person.types("--demo", screens=screens) != 0
        base = screens.launch.demo
        assert base is not None
        assert base.exists()
        assert f"--demo={base}" in person.said


def test_a_temporary_demo_that_was_paused_can_be_gone_on_with(made: Path, person: Person) -> None:
    assert person.types("--demo", "-y", "--max-duration", "0s", screens=Screens()) == ExitCode.PAUSED
    (base,) = made.iterdir()
    assert (base / "data" / "synctui.db").exists()
    assert "--resume=1" in person.said
    assert f"--demo={base}" in person.said


@pytest.mark.parametrize("words", [["--dry-run"], ["--run", "subtitles", "--dry-run"], ["--json", "--check"]], ids=" ".join)
def test_a_demo_with_an_option_of_a_run_stays_in_the_shell(words: list[str], made: Path, person: Person) -> None:
    screens = Screens()
    person.types(f"--demo={made / 'demo'}", *words, screens=screens)
    assert not screens.launched


@pytest.mark.parametrize(
    ("target", "is_one"),
    [
        ("/nowhere/a.srt", True),
        ("nowhere/a.srt", True),
        ("Series", False),
        ("Series::The Long Orbit::Season 01", False),
        ("Series::/Old/The Long Orbit", False),
        ("/media/a::b/c.srt", True),
    ],
)
def test_an_address_is_no_path(target: str, is_one: bool) -> None:
    assert is_path(target) is is_one
