"""A terminal for tests: a pseudo terminal with the real program in it, and what a person would see on its screen."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from synctui.text import cells

KEYS = {"enter": "\r", "escape": "\x1b", "down": "\x1b[B", "up": "\x1b[A", "tab": "\t", "space": " "}
_PIECE = re.compile(
    r"\x1b\[(?P<csi>[0-9;:?<>=$!]*)(?P<end>[@-~])"  # a control sequence
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"  # an operating system command
    r"|\x1b[P_^X](?:[^\x1b]|\x1b(?!\\))*\x1b\\"  # a string for the terminal
    r"|\x1b[()*+][0-9A-Za-z]|\x1b[78=>cDEHMNOZ]"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
)


class Screen:
    """What stands on a terminal after all that was written to it; as much of one as our screens need."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells = self._blank()
        self._shell = self._blank()
        self._x = self._y = 0
        self._wraps = True

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.rows)]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size as a terminal does: what fits stays where it is."""
        old, self.columns, self.rows = self._cells, columns, rows
        self._cells = self._blank()
        for y, line in enumerate(old[:rows]):
            self._cells[y][: min(columns, len(line))] = line[:columns]
        self._shell = self._blank()

    def feed(self, text: str) -> str:
        """Take what was written; return what is not complete yet."""
        at = 0
        while at < len(text):
            found = _PIECE.match(text, at)
            if found is None:
                return text[at:]
            at = found.end()
            if found["end"]:
                self._control(found["csi"], found["end"])
            elif found["control"]:
                self._move(found["control"])
            elif found["text"]:
                self._write(found["text"])
        return ""

    def lines(self) -> list[str]:
        """Return the lines, without blanks at their ends."""
        return ["".join(line).rstrip() for line in self._cells]

    def _write(self, text: str) -> None:
        for char in text:
            width = cells(char)
            if width == 0:
                if self._x:
                    self._cells[self._y][self._x - 1] += char
                continue
            if self._x + width > self.columns:
                if not self._wraps:
                    continue
                self._x = 0
                self._next_line()
            self._cells[self._y][self._x] = char
            if width == 2:
                self._cells[self._y][self._x + 1] = ""
            self._x += width

    def _move(self, control: str) -> None:
        if control == "\r":
            self._x = 0
        elif control == "\n":
            self._next_line()
        elif control == "\b":
            self._x = max(0, self._x - 1)

    def _next_line(self) -> None:
        if self._y < self.rows - 1:
            self._y += 1
        else:
            self._cells = [*self._cells[1:], [" "] * self.columns]

    def _control(self, given: str, end: str) -> None:
        if end in "hl" and given == "?1049":
            self._cells, self._shell = self._blank() if end == "h" else self._shell, self._cells
            return
        if end in "hl" and given == "?7":
            self._wraps = end == "h"
        if not re.fullmatch(r"[0-9;]*", given):
            return
        numbers = [int(one or 0) for one in given.split(";")]
        first = numbers[0]
        if end in "Hf":
            self._y = min(self.rows, max(1, first)) - 1
            self._x = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif end == "A":
            self._y = max(0, self._y - max(1, first))
        elif end == "B":
            self._y = min(self.rows - 1, self._y + max(1, first))
        elif end == "C":
            self._x = min(self.columns - 1, self._x + max(1, first))
        elif end == "D":
            self._x = max(0, self._x - max(1, first))
        elif end == "J" and first == 2:
            self._cells = self._blank()
        elif end == "K":
            line = self._cells[self._y]
            line[self._x :] = [" "] * (self.columns - self._x)


class Terminal:
    """A program on a terminal: press keys, look at the screen, close the window, drop the line.

    Without a `controlling` terminal the program does not hear SIGHUP when it is closed, as below `nohup` and in some
    containers.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        controlling: bool = True,
    ) -> None:
        self._master, slave = pty.openpty()
        self.screen = Screen(*size)
        self._set_size(*size)
        clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TMUX", "COLORTERM")}
        self.process = subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**clean, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(environment or {})},
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if controlling else None,
        )
        os.close(slave)
        self.written = bytearray()
        self._left = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    # what a person does

    def press(self, *keys: str) -> None:
        """Press keys by name (`enter`, `escape`, …) or by character."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def send(self, data: bytes) -> None:
        """Send bytes that no key sends."""
        os.write(self._master, data)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller."""
        self.screen.resize(columns, rows)
        self._set_size(columns, rows)

    def close(self) -> None:
        """Close the window, as when the line drops: the program hears SIGHUP and can neither read nor write any more."""
        os.close(self._master)
        self._master = -1

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    # what a person sees

    @property
    def text(self) -> str:
        """What is on the screen now."""
        self._take(0)
        return "\n".join(self.screen.lines())

    def lines(self) -> list[str]:
        """What is on the screen now, line by line."""
        self._take(0)
        return self.screen.lines()

    def until(self, true: Callable[[str], object], seconds: float = 30) -> str:
        """Wait until what is on the screen is as it should be, and return it."""
        deadline = time.monotonic() + seconds
        while not true(text := self.text):
            assert "a fault in SyncTUI" not in text, text
            assert time.monotonic() < deadline, f"never came to be; the screen says:\n{text}"
            if not self._take(0.2) and self.process.poll() is not None:
                assert true(self.text), f"the program ended with {self.process.returncode}; it said:\n{self.text}"
        return text

    def sees(self, *texts: str, seconds: float = 30) -> str:
        """Wait until all these texts are on the screen."""
        return self.until(lambda shown: all(text in shown for text in texts), seconds)

    def quiet(self, seconds: float) -> int:
        """Return how many bytes come within so many seconds."""
        self._take(0)
        before, end = len(self.written), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)
        return len(self.written) - before

    def settle(self, seconds: float = 0.5, most: float = 20) -> None:
        """Wait until nothing was written for so many seconds."""
        deadline = time.monotonic() + most
        while self._take(seconds):
            assert time.monotonic() < deadline, "it never stops writing"

    def ended(self, seconds: float = 40) -> int:
        """Wait until the program has ended and return its exit code, 128 + n when signal n killed it."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it did not end; the screen says:\n{self.text}"
            if not self._take(0.05):
                time.sleep(0.01)
        self._take(0)
        code = self.process.returncode
        return 128 - code if code < 0 else code

    def cpu(self) -> float:
        """Return the processor seconds of the program, without its children's."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def children(self) -> set[int]:
        """Return the processes that the program has started and that live."""
        found: set[int] = set()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid and fields[0] != "Z":
                    found.add(int(entry.name))
        return found

    def end(self) -> None:
        """Kill the program when it still runs, and close the window."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            self.close()

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _take(self, seconds: float) -> int:
        """Read what comes within so many seconds (as soon as something comes); return how much it was."""
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            return 0
        taken = 0
        while select.select([self._master], [], [], 0)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # nobody has the other end any more
                data = b""
            if not data:
                break
            taken += len(data)
            self.written += data
            self._left = self.screen.feed(self._left + self._decoder.decode(data))
        return taken


@contextmanager
def synctui(
    *words: str | os.PathLike[str],
    size: tuple[int, int] = (80, 24),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    controlling: bool = True,
) -> Iterator[Terminal]:
    """Run `synctui` with these words on a terminal of its own."""
    argv = [sys.executable, "-m", "synctui", *(os.fspath(word) for word in words)]
    terminal = Terminal(argv, size=size, environment=environment, folder=folder, controlling=controlling)
    try:
        yield terminal
    finally:
        terminal.end()
