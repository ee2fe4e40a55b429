"""Processes that somebody left behind, found by the home directory that they were given."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path


def strays(home: Path) -> list[str]:
    """Return the living processes with that HOME, as `number command`; one that waits to be collected does not live."""
    if not Path("/proc/self/environ").exists():
        listed = subprocess.run(["ps", "-AEww", "-o", "pid=,command="], capture_output=True, text=True, check=True).stdout
        return [line.strip()[:200] for line in listed.splitlines() if f"HOME={home} " in f"{line} "]
    found = []
    mark = b"HOME=" + os.fsencode(home)
    for number in os.listdir("/proc"):  # noqa: PTH208
        if number.isdigit():
            try:
                environment = Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
                command = Path(f"/proc/{number}/cmdline").read_bytes() if mark in environment else b""
            except OSError:
                continue
            if mark in environment:
                found.append(f"{number} {command!r}")
    return found


def all_gone(home: Path, within: float = 30.0) -> list[str]:
    """Return those that still live after `within` seconds."""
    end = time.monotonic() + within
    while (left := strays(home)) and time.monotonic() < end:
        time.sleep(0.005)
    return left
