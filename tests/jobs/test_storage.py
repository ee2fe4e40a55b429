"""When the disk of our own database fails, what is in flight lands, the error comes out, and the next run goes on."""

# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio

import aiosqlite
import pytest

from synctui.errors import StorageError
from synctui.jobs.stop import Stop
from synctui.model.json import Fields
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import JobState, Result
from synctui.model.sync import Run
from synctui.store import operations
from tests.jobs.conftest import Bench
from tests.jobs.toy import ScriptedSync, operation


async def _limit(bench: Bench, pages: int) -> None:
    async def work(connection: aiosqlite.Connection) -> None:
        await connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")

    await bench.database.write(work)


async def test_a_full_disk_ends_the_run_and_what_was_done_is_found_out_afterwards(bench: Bench) -> None:
    effects: list[str] = []

    async def effect(one: Operation, run: Run) -> Outcome:
        await run.intent({"key": one.key})
        effects.append(one.key)
        return Outcome(Result.DONE, "done", numbers={"much": "x" * 20_000})

    async def look(one: Operation, intent: Fields) -> Outcome | None:
        return Outcome(Result.DONE, "recovered") if intent["key"] in effects else None

    sync = ScriptedSync([operation(f"k{number}") for number in range(100)], does={"do": effect}, reconciles=look)
    engine = bench.engine(sync)
    job = await bench.submit(engine)
    await _limit(bench, 200)
    with pytest.raises(StorageError) as caught:
        await engine.execute([job], stop=Stop())
    assert caught.value.code == "disk_full"
    assert engine.lock.free()
    assert 0 < len(effects) < 100
    await _limit(bench, 1_000_000)
    async with engine.executing():
        await engine.settle()
        await engine.resume(job)
        await engine.execute([job], stop=Stop())
    assert (await engine.watch(job)).state is JobState.COMPLETED
    assert sorted(effects) == sorted(f"k{number}" for number in range(100)), "nothing was done twice"


async def test_a_read_that_fails_leaves_nothing_flying(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    landed: list[str] = []

    async def slowly(one: Operation, run: Run) -> Outcome:
        await run.intent({})
        await asyncio.sleep(0.2)
        landed.append(one.key)
        return Outcome(Result.DONE, "done")

    async def broken(*arguments: object) -> list[object]:
        raise StorageError("the disk is gone", code="io_error")

    sync = ScriptedSync([operation("a"), operation("b", after=("a",)), operation("c", track="late", after=("a",))])
    sync.does["a"] = slowly
    engine = bench.engine(sync)
    job = await bench.submit(engine)
    task = asyncio.create_task(engine.execute([job], stop=Stop()))
    while "a" not in sync.log:
        await asyncio.sleep(0.01)
    monkeypatch.setattr(operations, "ready", broken)
    with pytest.raises(StorageError, match="the disk is gone"):
        await task
    assert landed == ["a"]
    assert (await engine.watch(job)).state is JobState.PAUSED
    assert (await bench.ends(job))["a"] == "done done"
    monkeypatch.undo()
    async with engine.executing():
        await engine.resume(job)
        await engine.execute([job], stop=Stop())
    assert (await engine.watch(job)).state is JobState.COMPLETED
