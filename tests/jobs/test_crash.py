"""Killed at any named place and started again, nothing is lost, nothing is done twice, nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from synctui.jobs.points import FAILPOINTS
from synctui.model.events import Event
from tests.jobs import worker
from tests.jobs.server import CountingServer
from tests.jobs.toy import entries, keys

ONCE = {"submit.before_commit", "submit.after_commit", "job.claimed", "job.before_end", "job.after_end"}
"""Passed once in a run of the toy."""

RESUMED_ONLY = {"reconcile.before", "reconcile.after"}

CASES = [(name, at) for name in FAILPOINTS for at in ((1,) if name in ONCE else (1, 4))]


class Process:
    """A run of the worker: its exit code and its events."""

    def __init__(self, code: int, events: list[dict[str, Any]], errors: str) -> None:
        self.code, self.events, self.errors = code, events, errors

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a type."""
        return [event for event in self.events if event["type"] == kind]


async def work(folder: Path, server: CountingServer, what: str = "toy", of: int = 0, failpoint: str = "") -> Process:
    """Run the worker in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.worker",
        str(folder),
        server.url,
        folder.name,
        what,
        str(of),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "SYNCTUI_FAILPOINT": failpoint},
    )
    try:
        out, errors = await asyncio.wait_for(process.communicate(), 120)
    except BaseException:
        process.kill()
        raise
    lines = [line for line in out.decode().splitlines() if line.endswith("}")]
    return Process(process.returncode or 0, [json.loads(line) for line in lines], errors.decode())


def check(folder: Path, server: CountingServer, job: int = 1) -> None:
    """Assert what must hold once the toy job is through, however often it was killed."""
    with sqlite3.connect(folder / "synctui.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT state FROM jobs WHERE id = ?", (job,)).fetchone() == ("completed",)
        found = connection.execute(
            "SELECT CAST(key AS TEXT), state, result FROM operations WHERE job = ?", (job,)
        ).fetchall()
        assert {key for key, _, _ in found} == keys()
        assert len(found) == len(keys())
        assert {(state, result) for _, state, result in found} == {("finished", "done"), ("finished", "unchanged")}
        ends = connection.execute("SELECT fields FROM journal WHERE job = ? AND type = 'op_end'", (job,)).fetchall()
        assert sorted(json.loads(fields)["key"] for (fields,) in ends) == sorted(keys()), "each end is told exactly once"
        assert connection.execute("SELECT count(*) FROM journal WHERE type = 'job_end' AND job = ?", (job,)).fetchone() == (
            1,
        )
        counted = connection.execute("SELECT total, done + unchanged FROM jobs WHERE id = ?", (job,)).fetchone()
        assert counted == (len(keys()), len(keys()))
        assert connection.execute("SELECT sum(total), sum(finished) FROM queues WHERE job = ?", (job,)).fetchone() == counted
    connection.close()
    assert server.calls[folder.name] == dict.fromkeys(entries(), 1), "every effect happened exactly once"
    assert list((folder / "drafts").iterdir()) == [], "no draft is left"


async def crash_and_resume(folder: Path, server: CountingServer, name: str, at: int) -> None:
    """Kill at a place, go on, go on once more."""
    folder.mkdir()
    first = await work(folder, server, failpoint=f"{name}:{at}")
    if name not in RESUMED_ONLY:
        assert first.code == -signal.SIGKILL, f"{name}:{at} was not passed: {first.errors}"
    second = await work(folder, server)
    assert second.code == 0, second.errors
    if name not in RESUMED_ONLY:
        told = [event["type"] for event in second.events]
        if "job_start" in told:
            begun = told.index("job_start")
            assert second.events[begun]["resumed_from"] + told[begun:].count("op_end") == len(keys())
    check(folder, server)
    third: list[Event] = []
    await worker.work(folder, server.url, folder.name, "toy", tell=third.append)
    assert third == [], "nothing is left to do"
    check(folder, server)


@pytest.mark.parametrize("batch", range(4))
async def test_killed_at_every_failpoint(tmp_path: Path, server: CountingServer, batch: int) -> None:
    two = asyncio.Semaphore(2)

    async def case(name: str, at: int) -> None:
        async with two:
            await crash_and_resume(tmp_path / f"{name}.{at}", server, name, at)

    async with asyncio.TaskGroup() as cases:
        for one in CASES[batch::4]:
            cases.create_task(case(*one))


async def test_killed_while_finding_out_what_a_killed_run_did(tmp_path: Path, server: CountingServer) -> None:
    folder = tmp_path / "reconcile"
    folder.mkdir()
    await work(folder, server, failpoint="intent.after:3")
    for name in ("reconcile.before", "reconcile.after", "outcome.before"):
        assert (await work(folder, server, failpoint=f"{name}:1")).code == -signal.SIGKILL
    assert (await work(folder, server)).code == 0
    check(folder, server)


async def test_killed_again_and_again_it_still_gets_there(tmp_path: Path, server: CountingServer) -> None:
    folder = tmp_path / "stubborn"
    folder.mkdir()
    for _ in range(40):
        process = await work(folder, server, failpoint="outcome.after:5")
        if process.code == 0:
            break
    assert process.code == 0, process.errors
    check(folder, server)


async def test_an_undo_killed_midway_is_resumed_and_takes_everything_back_once(
    tmp_path: Path, server: CountingServer
) -> None:
    folder = tmp_path / "undone"
    folder.mkdir()
    assert (await work(folder, server)).code == 0
    check(folder, server)
    for name in ("intent.after:4", "outcome.before:2"):
        assert (await work(folder, server, "undo", 1, failpoint=name)).code == -signal.SIGKILL
    last = await work(folder, server, "undo", 1)
    assert last.code == 0, last.errors
    undone = {key: calls for key, calls in server.calls[folder.name].items() if key.startswith("undo:")}
    assert undone == dict.fromkeys((f"undo:{key}" for key in entries()), 1), "every entry was taken back exactly once"
    with sqlite3.connect(folder / "synctui.db") as connection:
        assert connection.execute("SELECT state, total, done FROM jobs WHERE undo_of = 1").fetchone() == (
            "completed",
            18,
            18,
        )
        left = "SELECT count(*) FROM operations WHERE job = 1 AND receipt IS NOT NULL AND undone_by IS NULL"
        assert connection.execute(left).fetchone() == (0,)
    connection.close()
