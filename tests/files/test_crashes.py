"""Killed at any instant, a replacement leaves the old or the new file whole, and the first original kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.files.replacement import FAILPOINTS, sweep
from synctui.files.temporary import is_temp
from tests.files import driver
from tests.files.folders import names

OLD, NEW = b"old content " * 500, b"new content " * 600
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "renameat2", "link", "linkat", "unlink", "ftruncate", "fchmod")


@dataclass
class Scene:
    """A library of one file, another folder with the new content, and a vault."""

    root: Path

    def __post_init__(self) -> None:
        (self.root / "library").mkdir(parents=True)
        self.file = self.root / "library" / "x.en.srt"
        self.file.write_bytes(OLD)
        self.file.chmod(0o640)
        self.new = self.root / "new.srt"
        self.new.write_bytes(NEW)

    def run(self, *before: str, failpoint: str = "") -> int:
        environment = {**os.environ, "SYNCTUI_FAILPOINT": failpoint, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [*before, sys.executable, driver.__file__, str(self.file), str(self.root / "vault"), str(self.new)]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    def check(self) -> None:
        """What must hold after any death, before anything is repaired, and after the next run."""
        current = self.file.read_bytes()
        assert current in (OLD, NEW)
        backup = Path(f"{self.file}.bak")
        if current == NEW:
            assert backup.read_bytes() == OLD
        if backup.exists():
            assert backup.read_bytes() == OLD
        assert self.file.stat().st_mode & 0o7777 == 0o640
        sweep(str(self.file.parent))
        assert not any(is_temp(name) for name in names(self.file.parent))
        assert self.run() == 0
        assert self.file.read_bytes() == NEW
        assert names(self.file.parent) == ["x.en.srt", "x.en.srt.bak"]
        assert backup.read_bytes() == OLD


@pytest.mark.parametrize("point", FAILPOINTS)
def test_killed_at_every_named_place(tmp_path: Path, point: str) -> None:
    scene = Scene(tmp_path / "scene")
    assert scene.run(failpoint=f"{point}:1") == -9
    scene.check()


def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed")
    done = subprocess.run([program, "-o", "/dev/null", "true"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("strace may not trace here")
    return program


def known_calls(program: str) -> list[str]:
    """The system calls that this machine has by these names."""
    return [
        call
        for call in CALLS
        if subprocess.run(
            [program, "-o", "/dev/null", "-e", f"trace={call}", "true"], capture_output=True, check=False
        ).returncode
        == 0
    ]


@pytest.mark.slow
@pytest.mark.needs_strace
@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=ENOSPC"])
def test_every_system_call_may_be_the_last_or_fail(tmp_path: Path, fault: str) -> None:
    program = strace()
    counting = Scene(tmp_path / "counting")
    calls = known_calls(program)
    log = tmp_path / "log"
    assert counting.run(program, "-f", "-o", str(log), "-e", "trace=" + ",".join(calls)) == 0
    lines = log.read_text().splitlines()
    points = [(call, number) for call in calls for number in range(1, sum(1 for line in lines if f" {call}(" in line) + 1)]
    assert len(points) >= 6

    def injected(point: tuple[str, int]) -> None:
        call, number = point
        scene = Scene(tmp_path / f"{call}{number}")
        inject = f"inject={call}:{fault}:when={number}"
        code = scene.run(program, "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
        assert (code in (-9, 137)) if "KILL" in fault else code in (0, 3), point
        if "KILL" not in fault:
            assert not any(is_temp(name) for name in names(scene.file.parent)) or call == "unlink"
        scene.check()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(injected, points))
