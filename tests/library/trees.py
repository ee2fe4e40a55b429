"""Makes trees on the disk for tests."""

from __future__ import annotations

import os
import time
from pathlib import Path

LONG_AGO = time.time_ns() - 3600 * 10**9


def put(root: Path, *paths: str, content: str = "x") -> None:
    """Make files, with the folders that they need."""
    for path in paths:
        full = os.path.join(os.fspath(root), path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(content)


def age(root: Path) -> None:
    """Date every directory back, so that a scan trusts its time (it does not trust the last two seconds)."""
    for folder, _, _ in os.walk(root):
        os.utime(folder, ns=(LONG_AGO, LONG_AGO))


def touch_folder(folder: Path) -> None:
    """Give a folder another old time: what a change in it would do, without the two seconds."""
    moment = folder.stat().st_mtime_ns + 10**9
    os.utime(folder, ns=(moment, moment))
