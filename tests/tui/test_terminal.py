"""The terminal below the screens: written to, read from, stuck, gone."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from synctui.tui.terminal.abilities import speaks_unicode
from synctui.tui.terminal.pen import Pen

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
