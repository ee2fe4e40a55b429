"""The real command, run as a person or cron would, and what it said."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has ended: its exit code, its lines of JSON (none without `--json`), and both streams."""

    code: int
    rows: tuple[Row, ...]
    stdout: str
    stderr: str

    def of(self, kind: str) -> list[Row]:
        """Return the lines of one type."""
        return [row for row in self.rows if row["type"] == kind]

    @property
    def ends(self) -> dict[str, Row]:
        """The end of each operation, by path."""
        return {row["path"]: row for row in self.of("op_end")}

    @property
    def plan(self) -> Row:
        """The line that says what was planned."""
        return self.of("plan")[0]

    @property
    def job(self) -> int:
        """The number of the job."""
        return int(self.of("job_start")[0]["job"])


def synctui(*words: str | os.PathLike[str], json_lines: bool = True, timeout: float = 240) -> Finished:
    """Run `synctui` with these words (and `--json`), in a home of its own."""
    argv = [sys.executable, "-m", "synctui", *(os.fspath(word) for word in words), *(["--json"] if json_lines else [])]
    done = subprocess.run(argv, capture_output=True, env=_environment(), timeout=timeout, check=False)
    stdout, stderr = done.stdout.decode(), done.stderr.decode()
    rows = tuple(json.loads(line) for line in stdout.splitlines()) if json_lines else ()
    return Finished(done.returncode, rows, stdout, stderr)


def subtitles(data: Path, *words: str | os.PathLike[str], timeout: float = 240) -> Finished:
    """Run `synctui --run subtitles … --yes --json` with its data in `data`."""
    return synctui("--run", "subtitles", *words, "--yes", "--data-dir", data, timeout=timeout)


def undo(data: Path, job: int, *words: str) -> Finished:
    """Run `synctui jobs undo`."""
    return synctui("jobs", "undo", str(job), *words, "--yes", "--data-dir", data)


@functools.cache
def _home() -> str:
    folder = tempfile.TemporaryDirectory(prefix="synctui-home-")
    _kept.append(folder)
    return folder.name


_kept: list[tempfile.TemporaryDirectory[str]] = []


def _environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCTUI_", "XDG_"))}
    return {**clean, "HOME": _home()}
