"""Standard output with `--json`: the NDJSON contract, line by line."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui import __version__
from tests.cli.command import Ran, fake_alass, synctui
from tests.cli.conftest import put_library
from tests.tiny_library import put_film, put_subtitle, subtitle, warm


@dataclass(frozen=True, slots=True)
class Told:
    """A run that was told as NDJSON, and the late one of its subtitles."""

    ran: Ran
    late: Path


_made: list[Told] = []


@pytest.fixture
def told(narrow_search: None, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One run for all that is asked of its lines."""
    if not _made:
        folder = tmp_path_factory.mktemp("told")
        late = put_library(folder / "library")
        put_subtitle(folder / "library" / "Lost.en.srt", subtitle())
        data = warm(folder / "data")
        ran = synctui("--run", "subtitles", folder / "library", "--yes", "--json", "--data-dir", data)
        _made.append(Told(ran, late))
    return _made[0]


@pytest.fixture
def ran(told: Told) -> Ran:
    return told.ran


def test_every_line_has_version_time_rising_number_and_type(ran: Ran) -> None:
    assert ran.code == 0
    assert [line["seq"] for line in ran.lines] == list(range(1, len(ran.lines) + 1))
    for line in ran.lines:
        assert line["v"] == 1
        assert len(line["t"]) == 24 and line["t"].endswith("Z") and line["t"][10] == "T"
        assert line["type"] in (
            "run_start", "plan", "job_start", "stage_start", "op_start", "op_end", "progress", "job_end", "run_end"
        )  # fmt: skip


def test_the_job_is_named_once_there_is_one(ran: Ran) -> None:
    started = [line["type"] for line in ran.lines].index("job_start")
    assert all("job" not in line for line in ran.lines[:started])
    assert all(line["job"] == 1 for line in ran.lines[started:-1])


def test_the_first_and_the_last_line(ran: Ran) -> None:
    first, last = ran.lines[0], ran.lines[-1]
    assert (first["type"], first["kind"], first["version"]) == ("run_start", "subtitles", __version__)
    assert (last["type"], last["exit_code"], last["resume"]) == ("run_end", 0, None)


def test_the_plan(ran: Ran) -> None:
    plan = ran.one("plan")
    assert plan["total"] == 3
    assert plan["by_action"] == {"align": 2, "skip": 1}
    assert plan["cost"] == 0
    assert plan["warnings"] == []
    assert plan["undo"] == 2


def test_job_and_stage_start(ran: Ran) -> None:
    start = ran.one("job_start")
    assert (start["kind"], start["total"], start["resumed_from"]) == ("subtitles", 3, 0)
    stage = ran.one("stage_start")
    assert (stage["track"], stage["stage"], stage["total"]) == ("default", "align", 3)


def test_every_operation_begins_and_ends_once(ran: Ran) -> None:
    starts, ends = ran.of("op_start"), ran.of("op_end")
    assert len(starts) == len(ends) == 3
    assert {line["key"] for line in starts} == {line["key"] for line in ends}
    for line in (*starts, *ends):
        assert {"key", "track", "stage", "action", "subject", "path"} <= set(line)


def test_the_end_of_an_operation(told: Told) -> None:
    (line,) = [line for line in told.ran.of("op_end") if line["path"] == str(told.late)]
    assert (line["action"], line["outcome"], line["reason"]) == ("align", "done", "aligned")
    assert line["subject"] == "Orbit/Orbit - S01E01.en.srt"
    assert line["engine"] == "builtin"
    assert all(abs(offset + 2300) < 100 for offset in line["offset_ms"])
    assert line["ratio"] == 1.0
    assert 50 <= line["confidence"] <= 100
    assert line["overlap_after"] > line["overlap_before"]
    assert line["reference"] == "audio 1 (en)"


def test_what_is_skipped_says_why(ran: Ran) -> None:
    (line,) = [line for line in ran.of("op_end") if line["action"] == "skip"]
    assert (line["outcome"], line["reason"], line["message"]) == ("skipped", "no_video", "no video beside it")
    assert "retryable" not in line


def test_the_counts_so_far_agree(ran: Ran) -> None:
    completed = 0
    for number, line in enumerate(ran.of("op_end"), 1):
        completed += line["outcome"] in ("done", "unchanged")
        assert (line["current"], line["total"], line["completed"], line["failed"]) == (number, 3, completed, 0)
    for line in ran.of("progress"):
        assert line["current"] == line["completed"] + line["failed"] + line["skipped"]
        assert {"current", "total", "path", "rate", "eta_s"} <= set(line)


def test_the_end_of_the_job(ran: Ran) -> None:
    end = ran.one("job_end")
    assert end["state"] == "completed"
    assert end["started_at"] <= end["completed_at"]
    assert (end["total"], end["completed"], end["skipped"], end["failed"]) == (3, 2, 1, 0)
    assert (end["done"], end["unchanged"], end["refused"], end["deferred"], end["conflict"]) == (1, 1, 0, 0, 0)
    assert end["outcomes"] == {
        "done": 1, "unchanged": 1, "refused": 0, "skipped": 1, "deferred": 0, "failed": 0, "conflict": 0
    }  # fmt: skip
    assert end["errors"] == []


def test_errors_are_listed_at_the_end(library: Path, data: Path, tmp_path: Path) -> None:
    late = library / "Orbit" / "Orbit - S01E01.en.srt"
    env = fake_alass(tmp_path / "bin", "echo broken >&2; exit 3")
    ran = synctui("--run", "subtitles", late, "--yes", "--json", "--engine", "alass", "--data-dir", data, env=env)
    assert ran.code == 3
    (line,) = ran.of("op_end")
    assert (line["outcome"], line["reason"], line["retryable"]) == ("failed", "engine_failed", True)
    (error,) = ran.one("job_end")["errors"]
    assert (error["stage"], error["id"]) == ("align", f"align:{late}")
    assert {"kind", "message", "timestamp"} <= set(error)


def test_a_dry_run_lists_its_operations(library: Path, data: Path, late: Path) -> None:
    ran = synctui("--run", "subtitles", library, "--dry-run", "--json", "--data-dir", data)
    assert [line["type"] for line in ran.lines] == ["run_start", "plan", "plan_op", "plan_op", "run_end"]
    line = ran.of("plan_op")[1]
    assert (line["key"], line["path"]) == (f"align:{late}", str(late))
    assert (line["stage"], line["action"], line["reason"]) == ("align", "align", "against audio 1 (en)")


def test_a_path_that_is_not_utf_8_is_given_twice(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "library"
    raw = os.fsencode(folder) + b"/caf\xe9.en.srt"
    put_film(Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.mkv")))
    put_subtitle(Path(os.fsdecode(raw)), subtitle(late_ms=2300))
    planned = synctui("--run", "subtitles", folder, "--dry-run", "--json", "--data-dir", data).one("plan_op")
    ran = synctui("--run", "subtitles", folder, "--yes", "--json", "--data-dir", data)
    end = ran.one("op_end")
    assert end["outcome"] == "done"
    for line in (planned, ran.one("op_start"), end):
        assert line["path"].endswith("caf\ufffd.en.srt")
        assert base64.b64decode(line["path_b64"]) == raw
        assert (line["key"], line["key_b64"]) == (end["key"], end["key_b64"])
