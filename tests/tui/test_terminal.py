"""The terminal below the screens: written to, read from, stuck, gone."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from synctui.tui.terminal.abilities import speaks_unicode
from synctui.tui.terminal.pen import Pen
from tests.tiny_library import warm
from tests.tui.stage import put_series, written_config
from tests.tui.term import Terminal, synctui

_PICTURE = "x" * 30_000


@dataclass
class Line:
    """A line with a pen at its beginning; nothing is read from it but on request."""

    ends: tuple[int, int] = field(default_factory=os.pipe)
    behind: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        fcntl.fcntl(self.ends[1], fcntl.F_SETPIPE_SZ, 4096)
        self.pen = Pen(self.ends[1], "utf-8", self.behind.set, self.gone.set)
        self.pen.start()

    def read(self, until: bytes) -> bytes:
        taken = b""
        while not taken.endswith(until):
            taken += os.read(self.ends[0], 65536)
        return taken


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    with open(made.ends[0], "rb", closefd=False) as rest:
        os.set_blocking(made.ends[0], False)
        rest.read()
    os.close(made.ends[0])
    made.pen.stop()
    os.close(made.ends[1])


def test_what_is_written_comes_out_in_order(line: Line) -> None:
    for number in range(500):
        line.pen.write(f"{number},")
    line.pen.write("end")
    assert line.read(b"end").decode() == "".join(f"{number}," for number in range(500)) + "end"
    assert not line.behind.is_set()


def test_a_stuck_line_holds_nobody_up_and_the_screen_is_drawn_anew_when_it_moves_again(line: Line) -> None:
    for number in range(100):
        line.pen.write(f"{_PICTURE}{number};")  # 3 MB: it would block for ever
    line.pen.write("newest")
    shown = line.read(b"newest")
    assert line.behind.wait(10)
    assert len(shown) < 400_000


def test_a_line_that_moves_again_shows_what_comes_then(line: Line) -> None:
    for _ in range(20):
        line.pen.write(_PICTURE)
    line.pen.write("first")
    line.read(b"first")
    assert line.behind.wait(10)
    line.pen.write("whole screen")
    assert line.read(b"screen") == b"whole screen"


def test_a_line_that_nobody_reads_any_more_is_told_once_and_takes_everything(line: Line) -> None:
    reader = os.dup(line.ends[0])
    os.close(reader)
    os.close(line.ends[0])
    try:
        line.pen.write("hello")
        assert line.gone.wait(10)
        line.pen.write(_PICTURE * 100)
        line.pen.stop()
    finally:
        line.ends = (os.open(os.devnull, os.O_RDONLY), line.ends[1])


def test_what_waits_is_written_before_the_end(line: Line) -> None:
    line.pen.write("goodbye")
    line.pen.stop()
    assert os.read(line.ends[0], 100) == b"goodbye"


def test_another_program_may_have_set_the_terminal_not_to_wait(line: Line) -> None:
    os.set_blocking(line.ends[1], False)
    line.pen.write(_PICTURE)
    line.pen.write("end")
    assert len(line.read(b"end")) == len(_PICTURE) + 3
    assert not line.gone.is_set()


@pytest.mark.parametrize(
    ("encoding", "environment", "unicode"),
    [
        ("utf-8", {"LANG": "en_US.UTF-8"}, True),
        ("utf-8", {"LANG": "de_DE.utf8", "LC_CTYPE": "UTF-8"}, True),
        ("utf-8", {}, True),
        ("utf-8", {"LC_CTYPE": "C.UTF-8"}, True),
        ("utf-8", {"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ("utf-8", {"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ("utf-8", {"LC_ALL": "POSIX"}, False),
        ("iso8859-1", {"LANG": "de_DE"}, False),
        (None, {"LANG": "en_US.UTF-8"}, False),
    ],
)
def test_our_signs_are_shown_where_the_locale_has_them(
    encoding: str | None, environment: dict[str, str], unicode: bool
) -> None:
    assert speaks_unicode(encoding, environment) is unicode


# The real program


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A library of one series, and the words that open it."""
    folder = tmp_path_factory.mktemp("house")
    put_series(folder / "Series")
    written_config(folder, {"Series": folder / "Series"})
    warm(folder / "data")
    return f"--config={folder / 'config.toml'}", f"--data-dir={folder / 'data'}"


def opened(terminal: Terminal) -> None:
    """Wait until the library stands there, and nothing happens any more."""
    terminal.sees("Series", "4 subs", "? help")
    terminal.settle(0.4)


def colours(terminal: Terminal) -> set[bytes]:
    """Return the numbers of every colour and weight that was sent."""
    return {one for sent in re.findall(rb"\x1b\[([0-9;]*)m", terminal.written) for one in (sent or b"0").split(b";")}


def test_an_idle_terminal_gets_nothing_and_one_that_was_stopped_resized_and_garbled_goes_on(house: tuple[str, ...]) -> None:
    with synctui(*house) as terminal:
        opened(terminal)
        before = terminal.cpu()
        assert terminal.quiet(1.5) == 0
        assert terminal.cpu() - before <= 0.05
        assert b"\x1b[?1000h" in terminal.written and b"\x1b[?1003h" not in terminal.written
        loaded = Path(f"/proc/{terminal.process.pid}/maps").read_text()
        assert not re.search(r"numpy|/av[./]|libavcodec", loaded), "the screens decode nothing"

        terminal.press(":")
        terminal.settle(0.3)
        assert terminal.quiet(1.1) == 0, "a cursor that blinks is traffic"
        terminal.press("escape")
        opened(terminal)

        terminal.press("\x1a")  # ctrl+z
        terminal.until(lambda shown: Path(f"/proc/{terminal.process.pid}/stat").read_text().split()[2] == "T")
        assert "Series" not in terminal.text
        terminal.signal(signal.SIGCONT)
        opened(terminal)

        terminal.send(b"\xff\xfe\x80\x1b[999;999;999~\x1b]0;\xc3\x07\x1b[<999;0;0M\x00j")
        terminal.settle(0.3)
        terminal.press("g")
        opened(terminal)
        for size in ((40, 10), (20, 5), (3, 2), (200, 60), (80, 24)):
            terminal.resize(*size)
            terminal.settle(0.3)
        opened(terminal)
        assert "a fault in SyncTUI" not in terminal.text
        terminal.press("q")
        assert terminal.ended() == 0
        assert b"\x1b[?1000l" in terminal.written and b"\x1b[?25h" in terminal.written


def test_without_a_mouse_with_256_colours_and_ascii(house: tuple[str, ...]) -> None:
    with synctui(*house, "--no-mouse", "--colors=256", "--ascii") as terminal:
        opened(terminal)
        terminal.press("enter", "?")
        terminal.settle(0.4)
        assert terminal.written.isascii()
        assert b"\x1b[?1000h" not in terminal.written
        assert b"38;5;" in terminal.written and b"38;2;" not in terminal.written


def test_no_color_means_none_and_a_locale_without_unicode_gets_ascii(house: tuple[str, ...]) -> None:
    with synctui(*house, environment={"NO_COLOR": "1", "LC_ALL": "C"}) as terminal:
        opened(terminal)
        terminal.press("enter", "j", ":", "x")
        terminal.settle(0.4)
        assert colours(terminal) <= {b"0", b"1", b"2", b"4", b"7", b"39", b"49"}, "weights, reversal, the terminal's own"
        assert terminal.written.isascii()


@pytest.mark.parametrize("given", [("--colors=16", {}), ("", {"TERM": "linux", "COLORTERM": ""})])
def test_sixteen_colours(house: tuple[str, ...], given: tuple[str, dict[str, str]]) -> None:
    flag, environment = given
    with synctui(*house, *([flag] if flag else []), environment=environment) as terminal:
        opened(terminal)
        terminal.press(":", "x")
        terminal.settle(0.3)
        assert b"36" in colours(terminal) and not {b"38", b"48"} & colours(terminal)


def test_a_terminal_that_takes_nothing_keeps_neither_a_job_nor_the_program_from_ending(tmp_path: Path) -> None:
    subtitles = put_series(tmp_path / "Series")
    before = [path.read_bytes() for path in subtitles]
    written_config(tmp_path, {"Series": tmp_path / "Series"})
    words = f"--config={tmp_path / 'config.toml'}", f"--data-dir={warm(tmp_path / 'data')}"
    with synctui(*words, size=(250, 70)) as terminal:
        opened(terminal)
        terminal.press("s")
        terminal.sees("enter run 4")
        terminal.press("enter")
        deadline = time.monotonic() + 30
        while [path.read_bytes() for path in subtitles][1:] == before[1:] or time.monotonic() < deadline - 28:
            terminal.send(b"?")  # whole screens, which nobody reads
            time.sleep(0.01)
            terminal.send(b"\x1b")
            time.sleep(0.01)
            assert time.monotonic() < deadline
        while any(path.read_bytes() == data for path, data in zip(subtitles[1:], before[1:], strict=True)):
            time.sleep(0.05)
            assert time.monotonic() < deadline, "the job waits for the terminal"
        terminal.signal(signal.SIGTERM)
        assert terminal.process.wait(15) == 143


def test_what_a_shell_exported_about_its_size_is_not_believed(house: tuple[str, ...]) -> None:
    with synctui(*house, size=(60, 14), environment={"COLUMNS": "80", "LINES": "24"}) as terminal:
        opened(terminal)
        terminal.resize(100, 30)
        terminal.until(lambda shown: "─" * 100 in shown)
