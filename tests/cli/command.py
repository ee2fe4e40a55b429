"""Runs the real command, and looks at what it leaves behind."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pty
import select
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import nursery

COMMAND = (sys.executable, "-m", "synctui")
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended."""

    code: int
    out: str
    err: str
    lines: tuple[Line, ...] = ()

    def of(self, type_: str) -> list[Line]:
        """Return the NDJSON lines of a type."""
        return [line for line in self.lines if line["type"] == type_]

    def one(self, type_: str) -> Line:
        """Return the one line of a type."""
        (line,) = self.of(type_)
        return line


def synctui(
    *arguments: str | Path, env: Mapping[str, str] | None = None, stdin: int | None = subprocess.DEVNULL, **more: Any
) -> Ran:
    """Run `synctui` to its end: in a copied process, or in a new one where Python itself may be told something by `env`."""
    words = list(map(str, arguments))
    if env is None and stdin == subprocess.DEVNULL and not more.keys() - {"cwd"}:
        return _copied(words, Path(more.get("cwd", ".")))
    done = subprocess.run(
        [*COMMAND, *words],
        stdin=stdin,
        capture_output=True,
        timeout=120,
        env={**os.environ, **(env or {})},
        **more,
    )
    return told(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def _copied(words: Sequence[str], folder: Path) -> Ran:
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        process = nursery.start(words, os.environ, folder.absolute(), out, err)
        try:
            code = process.wait(120)
        finally:
            process.kill()
        return told(code, out.read_bytes().decode("utf-8", "replace"), err.read_bytes().decode("utf-8", "replace"))


def told(code: int, out: str, err: str = "") -> Ran:
    """Return a command's end, its NDJSON read where that is what it wrote."""
    lines = tuple(json.loads(line) for line in out.splitlines()) if out.startswith('{"v": 1') else ()
    assert "Traceback" not in err and "Traceback" not in out, err
    return Ran(code, out, err, lines)


def begin(*arguments: str | Path, env: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[str]:
    """Start `synctui` and return at once."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
        **more,
    )


def until(process: subprocess.Popen[str], wanted: Callable[[Line], bool]) -> list[Line]:
    """Read NDJSON until a line is the wanted one."""
    assert process.stdout is not None
    read: list[Line] = []
    for text in process.stdout:
        read.append(json.loads(text))
        if wanted(read[-1]):
            return read
    raise AssertionError(f"it ended before: {read}")


def rest(process: subprocess.Popen[str], before: Sequence[Line] = ()) -> Ran:
    """Return the end of a command that was begun, with what was read before."""
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return Ran(process.returncode, out, err, (*before, *(json.loads(line) for line in out.splitlines())))


def wait_for(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.005)


@dataclass(slots=True)
class Screen:
    """A command on a terminal of its own."""

    process: int
    master: int
    raw: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, *arguments: str | Path, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None) -> Screen:
        """Start `synctui` on a terminal of this size."""
        process, master = pty.fork()
        if process == 0:
            os.environ.update({"TERM": "xterm-256color", **(env or {})})
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execv(COMMAND[0], [*COMMAND, *map(str, arguments)])
        return cls(process, master)

    def read(self, seconds: float) -> bytes:
        """Return what is written within so many seconds at most."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        self.raw += data
        return data

    def until(self, text: str, seconds: float = 60) -> None:
        """Read until a text is on the screen."""
        deadline = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            self.read(0.2)

    def type(self, text: str) -> None:
        """Type on the terminal."""
        os.write(self.master, text.encode())

    def end(self, seconds: float = 120) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + seconds
        while self.read(1.0) or not self._gone():
            assert time.monotonic() < deadline, self.text
        os.close(self.master)
        return self.code

    code: int = -1

    def _gone(self) -> bool:
        done, status = os.waitpid(self.process, os.WNOHANG)
        if done:
            self.code = os.waitstatus_to_exitcode(status)
        return bool(done)

    @property
    def text(self) -> str:
        """Everything that was written."""
        return self.raw.decode("utf-8", "replace")

    def shown(self) -> list[str]:
        """Return the lines as they stand at the end: returns and erasing done, colours gone."""
        import re

        lines: list[str] = []
        for line in re.sub(r"\x1b\[[0-9;]*m", "", self.text).replace("\r\n", "\n").split("\n"):
            lines.append(line.rpartition("\x1b[K")[2].rpartition("\r")[2])
        return lines


def tree(folder: Path) -> dict[str, tuple[str, int]]:
    """Return what stands in a folder: names with content and time of change."""
    return {
        os.path.relpath(path, folder): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def rows(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the database."""
    with sqlite3.connect(f"file:{data / 'synctui.db'}?mode=ro", uri=True) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    connection.close()
    return found


def descendants(process: int) -> list[int]:
    """Return the processes that a process has started, with theirs."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == process:
                found += [int(entry.name), *descendants(int(entry.name))]
        except (OSError, IndexError):
            continue
    return found


def alive(process: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def fake_alass(folder: Path, script: str) -> dict[str, str]:
    """Put an alass that does what a shell script says in front of the others; return the environment for it."""
    folder.mkdir(exist_ok=True)
    for name in ("alass", "alass-cli"):
        program = folder / name
        program.write_text(f'#!/bin/sh\ncase "$1" in --version) echo alass-cli 2.0.0; exit 0;; esac\n{script}\n')
        program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
