"""Signals, and a second process that looks on, pauses, resumes and cancels."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import alive, begin, descendants, rest, synctui, tree, until, wait_for


def listed(data: Path) -> dict[str, Any]:
    """Return the newest job as `jobs` tells it."""
    found: dict[str, Any] = json.loads(synctui("jobs", "--json", "--limit", "1", "--data-dir", data).out)
    return found


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["INT", "TERM", "HUP"]
)
def test_a_signal_checkpoints_and_resume_goes_on(number: signal.Signals, code: int, many: Path, data: Path) -> None:
    run = begin("--run", "subtitles", many, "--yes", "--jobs", "1", "--json", "--data-dir", data)
    seen = until(run, lambda line: line["type"] == "op_end")
    children = descendants(run.pid)
    run.send_signal(number)
    ran = rest(run, seen)
    assert ran.code == code
    assert (ran.lines[-1]["type"], ran.lines[-1]["exit_code"]) == ("run_end", code)
    assert "--resume=1" in ran.lines[-1]["resume"]
    assert not [child for child in children if alive(child)]
    done = {line["key"] for line in ran.of("op_end")}
    assert 0 < len(done) < 12
    again = synctui("--run", "subtitles", "--resume", "--json", "--data-dir", data)
    assert again.code == 0
    assert again.one("job_start")["resumed_from"] == len(done)
    assert not done & {line["key"] for line in again.of("op_end")}
    assert len(list(many.glob("*.bak"))) == 12


def test_a_second_signal_ends_at_once_and_leaves_no_child(many: Path, data: Path) -> None:
    run = begin("--run", "subtitles", many, "--yes", "--jobs", "2", "--json", "--data-dir", data)
    seen = until(run, lambda line: line["type"] == "op_start")
    wait_for(lambda: descendants(run.pid))
    children = descendants(run.pid)
    os.kill(run.pid, signal.SIGINT)
    os.kill(run.pid, signal.SIGTERM)
    ran = rest(run, seen)
    assert ran.code in (130, 143)
    assert ran.lines[-1]["type"] == "run_end"
    assert "--resume=" in ran.lines[-1]["resume"]
    wait_for(lambda: not [child for child in children if alive(child)])
    assert synctui("--run", "subtitles", "--resume", "--data-dir", data).code == 0
    assert len(list(many.glob("*.bak"))) == 12


def test_a_signal_while_waiting_for_the_lock(library: Path, data: Path) -> None:
    import fcntl

    before = tree(library)
    with (data / "synctui.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = begin("--run", "subtitles", library, "--yes", "--wait-lock", "1h", "--json", "--data-dir", data)
        seen = until(run, lambda line: line["type"] == "run_start")
        wait_for(lambda: (data / "synctui.db").exists())
        run.send_signal(signal.SIGINT)
        ran = rest(run, seen)
    assert (ran.code, ran.lines[-1]["exit_code"]) == (130, 130)
    assert tree(library) == before


def test_a_second_process_looks_on_pauses_and_resumes(many: Path, data: Path) -> None:
    run = begin("--run", "subtitles", many, "--yes", "--jobs", "1", "--json", "--data-dir", data)
    seen = until(run, lambda line: line["type"] == "op_end")
    job = listed(data)
    assert (job["state"], job["total"]) == ("running", 12)
    assert 1 <= job["current"] < 12
    assert "running" in synctui("jobs", "--data-dir", data).out
    assert "is running" in synctui("status", "--data-dir", data).out
    assert synctui("jobs", "pause", "1", "--data-dir", data).code == 0
    ran = rest(run, seen)
    assert ran.code == 6
    assert ran.of("paused")[-1]["reason"] == "user"
    assert listed(data)["state"] == "paused"
    assert "paused" in synctui("jobs", "show", "1", "--data-dir", data).out
    again = synctui("jobs", "resume", "1", "--json", "--data-dir", data)
    assert again.code == 0
    assert (again.lines[0]["type"], again.lines[-1]["type"]) == ("run_start", "run_end")
    assert listed(data)["state"] == "completed"


def test_a_second_process_cancels(many: Path, data: Path) -> None:
    run = begin("--run", "subtitles", many, "--yes", "--jobs", "1", "--json", "--data-dir", data)
    seen = until(run, lambda line: line["type"] == "op_end")
    assert synctui("jobs", "cancel", "1", "--data-dir", data).code == 0
    ran = rest(run, seen)
    assert ran.code == 3
    assert ran.one("job_end")["state"] == "cancelled"
    assert ran.lines[-1]["resume"] is None
    assert synctui("--run", "subtitles", "--resume", "--json", "--data-dir", data).of("job_start") == []
    assert synctui("jobs", "resume", "1", "--data-dir", data).code == 2


def test_undo_of_one_operation(library: Path, data: Path, late: Path) -> None:
    original = late.read_bytes()
    synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    assert synctui("jobs", "undo", "1", "--op", "align:nothing", "--yes", "--data-dir", data).code in (2, 4)
    ran = synctui("jobs", "undo", "1", "--op", f"align:{late}", "--yes", "--json", "--data-dir", data)
    assert ran.code == 0
    assert late.read_bytes() == original
    assert "undo of" in synctui("jobs", "--data-dir", data).out


def test_commands_that_only_look_write_nothing(tmp_path: Path) -> None:
    for words in (("status",), ("status", "subtitles", "--json"), ("jobs",), ("jobs", "list", "--json"), ("config", "show")):
        assert synctui(*words, "--data-dir", tmp_path / "none").code == 0
    assert synctui("jobs", "show", "1", "--data-dir", tmp_path / "none").code == 4
    assert not (tmp_path / "none").exists()


def test_changed_tells_the_feed(late: Path, data: Path) -> None:
    assert synctui("changed", late, "--data-dir", data).code == 0
    assert json.loads(synctui("changed", late, "/gone.srt", "--json", "--data-dir", data).out)["changed"] == 2
