"""Four processes write into one database and are killed again and again: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from synctui.store.database import Database

SECONDS = float(os.environ.get("SYNCTUI_DURABILITY_SECONDS", "10"))
"""The whole minute: SYNCTUI_DURABILITY_SECONDS=60."""


class Writer:
    """A writing process, whose acknowledgements are kept in a file that survives it."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.said = path.with_name(f"{name}.acknowledged")
        with self.said.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.store.writer_process", str(path), name],
                stdout=out,
                stderr=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
            )

    def kill(self) -> bytes:
        """Kill it and return what it complained about."""
        self.process.kill()
        return self.process.communicate()[1]

    def acknowledged(self) -> set[int]:
        """Return the numbers of the writes that it was told are done; a line cut off by the kill does not count."""
        lines = self.said.read_bytes().split(b"\n")
        return {int(line) for line in lines[:-1]}


@pytest.mark.slow
async def test_four_processes_with_kills_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "synctui.db"
    await (await Database.open(path)).close()
    chance = random.Random(7)
    writers = [Writer(path, f"w{number}") for number in range(4)]
    complaints: list[bytes] = []
    kills = 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.1, 0.9))  # noqa: ASYNC251
        number = chance.randrange(4)
        complaints.append(writers[number].kill())
        writers[number] = Writer(path, f"w{number}")
        kills += 1
    time.sleep(0.5)  # noqa: ASYNC251
    complaints += [writer.kill() for writer in writers]
    assert [one for one in complaints if one] == []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        total = 0
        for writer in writers:
            rows = connection.execute("SELECT used FROM budgets WHERE lane = ?", (writer.name,))
            lost = writer.acknowledged() - {row[0] for row in rows}
            assert not lost, f"{writer.name} lost {sorted(lost)[:10]}"
            total += len(writer.acknowledged())
    assert kills >= SECONDS / 2
    assert total > 50 * SECONDS, f"only {total} writes in {SECONDS} s with {kills} kills"
