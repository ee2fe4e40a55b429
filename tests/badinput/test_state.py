"""Group F: the database, second instances and clocks."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, begin, rest, rows, synctui, tree, until
from tests.tiny_library import put_film, put_subtitle, subtitle, warm


@pytest.fixture
def library(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    for number in range(6):
        put_subtitle(tmp_path / "library" / f"film.en.{number + 1}.srt", subtitle(late_ms=1200 + 300 * number))
    return tmp_path / "library"


@pytest.fixture
def data(tmp_path: Path, library: Path) -> Path:
    folder = warm(tmp_path / "data")
    assert synctui("--run", "subtitles", library, "--yes", "--limit", "1", "--data-dir", folder).code == 0
    return folder


def unusable(library: Path, data: Path, code: int) -> None:
    """Assert that nothing runs over such a state, and that nothing of it is overwritten."""
    before, files = (data / "synctui.db").read_bytes(), tree(library)
    for words in (("--run", "subtitles", library, "--yes"), ("status",), ("jobs",)):
        ran = synctui(*words, "--data-dir", data)
        assert ran.code == code
        assert "Traceback" not in ran.err
    assert (data / "synctui.db").read_bytes() == before
    assert tree(library) == files


def test_f90_corrupt_header(library: Path, data: Path) -> None:
    content = (data / "synctui.db").read_bytes()
    (data / "synctui.db").write_bytes(b"garbage garbage!" + content[16:])
    unusable(library, data, 12)


def test_f90_newer_schema(library: Path, data: Path) -> None:
    with sqlite3.connect(data / "synctui.db") as connection:
        connection.execute("PRAGMA user_version = 4711")
    connection.close()
    unusable(library, data, 12)


def test_f90_database_of_another_program(library: Path, data: Path) -> None:
    (data / "synctui.db").unlink()
    with sqlite3.connect(data / "synctui.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    for words in (("--run", "subtitles", library, "--yes"), ("status",), ("jobs",)):
        assert synctui(*words, "--data-dir", data).code in (12, 13)
    assert rows(data) == {"theirs": []}


def test_f90_log_without_its_database(library: Path, data: Path) -> None:
    (data / "synctui.db").unlink()
    (data / "synctui.db-wal").write_bytes(b"left over" * 500)
    ran = synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    assert ran.code in (0, 12, 13)


def test_f90_folder_in_place_of_the_database(library: Path, data: Path) -> None:
    (data / "synctui.db").unlink()
    (data / "synctui.db").mkdir()
    ran = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
    assert ran.code in (12, 13)
    assert ran.lines[-1]["exit_code"] == ran.code


def test_f90_full_disk_under_the_database(library: Path, data: Path) -> None:
    words = (*COMMAND, "--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
    size = (data / "synctui.db").stat().st_size // 1024 + 8
    script = f"trap '' XFSZ; ulimit -f {size // 1}; exec " + " ".join(f"'{word}'" for word in words)
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 3, 5, 12, 13)
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["exit_code"] == done.returncode
    assert synctui("--run", "subtitles", library, "--resume", "--data-dir", data).code == 0
    assert synctui("--run", "subtitles", library, "--yes", "--data-dir", data).code == 0


def test_f91_second_instance(library: Path, data: Path) -> None:
    first = begin("--run", "subtitles", library, "--yes", "--json", "--jobs", "1", "--data-dir", data)
    seen = until(first, lambda line: line["type"] == "op_start")
    second = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
    assert second.code == 11
    assert f"process {first.pid}" in second.err
    assert rest(first, seen).code == 0
    assert len(json.loads(synctui("jobs", "list", "--json", "--limit", "1", "--data-dir", data).out)["targets"]) == 1


def test_f91_two_crons_that_wait(library: Path, data: Path) -> None:
    first = begin("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)
    seen = until(first, lambda line: line["type"] == "op_start")
    second = synctui("--run", "subtitles", library, "--yes", "--json", "--wait-lock", "1m", "--data-dir", data)
    assert rest(first, seen).code == 0
    assert second.code == 0
    assert second.one("plan")["total"] == 0


def test_f91_killed_and_gone_on_with_without_unlocking(library: Path, data: Path) -> None:
    first = begin("--run", "subtitles", library, "--yes", "--json", "--jobs", "1", "--data-dir", data)
    seen = until(first, lambda line: line["type"] == "op_end")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert first.stdout is not None and first.stderr is not None
    first.stdout.close()
    first.stderr.close()
    ran = synctui("--run", "subtitles", "--resume", "--json", "--data-dir", data)
    assert ran.code == 0
    assert ran.one("job_start")["resumed_from"] >= 1
    done = {line["key"] for line in seen if line["type"] == "op_end"}
    assert not done & {line["key"] for line in ran.of("op_end")}
    assert len(list(library.glob("*.bak"))) == 6
    assert not list(library.glob(".synctui*"))


def test_f92_clock_far_ahead_and_back(library: Path, data: Path) -> None:
    for stamp in (4_000_000_000, 1):
        path = library / f"film.en.{1 if stamp == 1 else 2}.srt"
        os.utime(path, (stamp, stamp))
    assert synctui("--run", "subtitles", library, "--yes", "--data-dir", data).code == 0
    assert synctui("--run", "subtitles", library, "--check", "--data-dir", data).code == 0
