"""`--inspect`: how each stands, by the contract, with not a byte written, and however often it is killed."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.cli.command import begin, rest, synctui, until


def test_tells_how_each_stands_and_writes_no_file(library: Path, late: Path, data: Path) -> None:
    before = {path: path.read_bytes() for path in library.rglob("*") if path.is_file()}
    ran = synctui("--run", "subtitles", library, "--inspect", "--yes", "--json", "--data-dir", data)
    assert ran.code == 0
    plan = ran.one("plan")
    assert (plan["by_action"], plan["undo"]) == ({"check": 2}, 0)
    ends = {line["path"]: line for line in ran.of("op_end")}
    found = ends[str(late)]
    assert (found["action"], found["outcome"], found["reason"]) == ("check", "unchanged", "found_shifted")
    assert found["key"] == f"check:{late}"
    assert all(abs(offset + 2300) < 100 for offset in found["offset_ms"])
    end = ran.one("job_end")
    assert (end["completed"], end["unchanged"], end["found"], end["done"]) == (2, 2, 1, 0)
    assert {path: path.read_bytes() for path in library.rglob("*") if path.is_file()} == before

    status = synctui("status", "subtitles", "--json", "--data-dir", data).one("status")
    assert status["states"] == {"in_sync": 1, "shifted": 1}
    assert status["last_success"] is None, "nothing was synced"
    again = synctui("--run", "subtitles", library, "--inspect", "--check", "--json", "--data-dir", data)
    assert (again.code, again.one("plan")["known"]) == (0, {"in_sync": 1, "shifted": 1})
    assert synctui("jobs", "undo", "1", "--yes", "--data-dir", data).code == 2, "nothing to take back"

    ran = synctui("--run", "subtitles", library, "--yes", "--data-dir", data)
    assert (ran.code, " 1 to align" in ran.out, "1 aligned" in ran.out) == (0, True, True)
    ran = synctui("--run", "subtitles", library, "--inspect", "--force", "--yes", "--data-dir", data)
    assert "2 subtitles: 2 in sync" in ran.out


def test_a_check_that_was_killed_is_done_again(many: Path, data: Path) -> None:
    before = {path: path.read_bytes() for path in many.iterdir()}
    process = begin("--run", "subtitles", many, "--inspect", "--yes", "--json", "--jobs", "1", "--data-dir", data)
    until(process, lambda line: line["type"] == "op_end")
    process.send_signal(signal.SIGKILL)
    rest(process)
    ran = synctui("--run", "subtitles", "--resume", "--json", "--data-dir", data)
    assert ran.code == 0
    end = ran.one("job_end")
    assert (end["total"], end["unchanged"], end["found"]) == (12, 12, 12)
    assert {path: path.read_bytes() for path in many.iterdir()} == before


@pytest.mark.parametrize("option", ["--resume", "--inspect=yes"])
def test_goes_with_a_plan_of_its_own(option: str, data: Path) -> None:
    ran = synctui("--run", "subtitles", "--inspect", option, "--data-dir", data)
    assert ran.code == 2
