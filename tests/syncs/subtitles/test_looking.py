"""A hand that runs over a list starts no worker after the other, and the last line is answered."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synctui.errors import OperationFailed, TemporaryFailure
from synctui.processes.workers import Task, Workers
from synctui.syncs.subtitles.looking import Looking

Progress = Callable[[str, float | None], None]


def gaze(arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Say that it has begun, and wait until told to go on."""
    for pipe in ("begun", "go"):
        with open(arguments[pipe], "w" if pipe == "begun" else "r") as file:
            file.write("x") if pipe == "begun" else file.read()
    return {"pid": os.getpid()}


def glance(arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Note that somebody looked."""
    Path(arguments["note"]).touch()
    return {"pid": os.getpid()}


def blunder(arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    raise OperationFailed("nothing to see", code="gone")


async def test_who_looks_away_ends_no_worker_and_who_waits_costs_none(tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    os.mkfifo(begun)
    os.mkfifo(go)
    async with Workers(2) as workers:
        looking = Looking(workers)
        first = asyncio.create_task(looking.run(Task(f"{__name__}:gaze", {"begun": str(begun), "go": str(go)})))
        await asyncio.to_thread(begun.read_text)
        (pid,) = workers.pids
        first.cancel()
        waiting = asyncio.create_task(looking.run(Task(f"{__name__}:glance", {"note": str(tmp_path / "second")})))
        last = asyncio.create_task(looking.run(Task(f"{__name__}:glance", {"note": str(tmp_path / "third")})))
        with pytest.raises(asyncio.CancelledError):
            await first
        waiting.cancel()
        assert workers.pids == (pid,), "what has begun goes on, and nothing runs beside it"
        await asyncio.to_thread(go.write_text, "x")
        assert (await last)["pid"] == pid
        assert not (tmp_path / "second").exists()
        assert (tmp_path / "third").exists()


async def test_an_error_is_told_to_who_asked_and_the_next_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Workers(1) as workers:
        looking = Looking(workers)
        with pytest.raises(OperationFailed, match="nothing to see"):
            await looking.run(Task(f"{__name__}:blunder"))
        monkeypatch.setattr("synctui.syncs.subtitles.looking._PATIENCE_S", 0.0)
        with pytest.raises(TemporaryFailure, match="too long"):
            await looking.run(Task(f"{__name__}:glance", {"note": str(tmp_path / "late")}))
        monkeypatch.undo()
        assert "pid" in await looking.run(Task(f"{__name__}:glance", {"note": str(tmp_path / "x")}))
