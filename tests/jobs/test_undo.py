"""What was done can be taken back, by operation or whole, once, and the taking back as well."""

from __future__ import annotations

import asyncio

import pytest

from synctui.errors import OperationFailed, UsageError
from synctui.jobs.stop import Stop
from synctui.model.plan import Operation, Request
from synctui.model.states import JobState, Result
from synctui.store import history, jobs
from tests.jobs.conftest import Bench
from tests.jobs.toy import ScriptedSync, operation, outcome, raising


def _undoable(bench: Bench) -> ScriptedSync:
    sync = ScriptedSync([operation(name) for name in "abcd"])
    sync.does["undo"] = outcome(Result.DONE, receipt={"again": True})
    return sync


async def _undo(bench: Bench, sync: ScriptedSync, job: int, keys: list[str] | None = None) -> int:
    engine = bench.engine(sync)
    async with await engine.plan_undo(job, keys) as draft:
        number = await engine.submit(draft)
    await engine.execute([number], stop=Stop())
    assert (await engine.watch(number)).state is JobState.COMPLETED
    return number


async def _undone(bench: Bench, job: int) -> int:
    record = await jobs.get(bench.database, job)
    assert record is not None
    return record.undone


async def test_a_whole_job_newest_first(bench: Bench) -> None:
    sync = _undoable(bench)
    job = await bench.run(bench.engine(sync, widths={"cpu": 1}))
    async with await bench.engine(sync).plan_undo(job) as draft:
        assert [one.operation.key for one in await draft.page(0, 9)] == ["undo:d", "undo:c", "undo:b", "undo:a"]
        assert draft.request.origin == "undo"
        assert draft.undo_of == job
    undone = await _undo(bench, sync, job)
    assert await bench.ends(undone) == dict.fromkeys(("undo:a", "undo:b", "undo:c", "undo:d"), "done done")
    assert {one.undone_by for one in await bench.operations(job)} == {undone}
    with pytest.raises(UsageError, match="nothing of job"):
        await bench.engine(sync).plan_undo(job)


async def test_some_operations_and_then_the_rest(bench: Bench) -> None:
    sync = _undoable(bench)
    job = await bench.run(bench.engine(sync))
    await _undo(bench, sync, job, ["b"])
    async with await bench.engine(sync).plan_undo(job) as draft:
        assert {one.operation.key for one in await draft.page(0, 9)} == {"undo:a", "undo:c", "undo:d"}
    with pytest.raises(UsageError, match="no operation 'x'"):
        await bench.engine(sync).plan_undo(job, ["x"])
    with pytest.raises(UsageError, match="nothing of job"):
        await bench.engine(sync).plan_undo(job, ["b"])


async def test_an_undo_is_undone_and_then_the_job_can_be_undone_again(bench: Bench) -> None:
    sync = _undoable(bench)
    job = await bench.run(bench.engine(sync))
    undone = await _undo(bench, sync, job)
    assert await _undone(bench, job) == 4
    again = await _undo(bench, sync, undone, ["undo:a"])
    assert await bench.ends(again) == {"undo:undo:a": "done done"}
    # What stands again is not counted as taken back any more.
    assert (await _undone(bench, job), await _undone(bench, undone)) == (3, 1)
    async with await bench.engine(sync).plan_undo(job) as draft:
        assert [one.operation.key for one in await draft.page(0, 9)] == ["undo:a"]


async def test_undos_of_undos_of_undos_are_told_right(bench: Bench) -> None:
    sync = _undoable(bench)
    chain = [await bench.run(bench.engine(sync))]
    for _ in range(4):
        chain.append(await _undo(bench, sync, chain[-1]))
    # The fourth undo is in force: the third is taken back, the second stands, and so on down to the job.
    assert [await _undone(bench, job) for job in chain] == [0, 4, 0, 4, 0]
    taken = [{one.undone_by for one in await bench.operations(job)} for job in chain]
    assert taken == [{None}, {chain[2]}, {None}, {chain[4]}, {None}]
    chain.append(await _undo(bench, sync, chain[-1]))
    assert [await _undone(bench, job) for job in chain] == [4, 0, 4, 0, 4, 0]
    assert {one.undone_by for one in await bench.operations(chain[0])} == {chain[1]}


async def test_an_undo_that_fails_can_be_tried_again(bench: Bench) -> None:
    sync = _undoable(bench)
    sync.does["undo:a"] = raising(OperationFailed("changed since"))
    job = await bench.run(bench.engine(sync))
    await _undo(bench, sync, job)
    async with await bench.engine(sync).plan_undo(job) as draft:
        assert [one.operation.key for one in await draft.page(0, 9)] == ["undo:a"]


async def test_what_changed_nothing_cannot_be_undone(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")], does={"a": outcome(Result.UNCHANGED)})
    job = await bench.run(bench.engine(sync))
    with pytest.raises(UsageError, match="nothing of job"):
        await bench.engine(sync).plan_undo(job)


async def test_a_kind_that_cannot_undo_says_so(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")], undoes=False)
    job = await bench.run(bench.engine(sync))
    with pytest.raises(UsageError, match="Scripted cannot be undone"):
        await bench.engine(sync).plan_undo(job)


async def test_no_such_job_and_a_running_one(bench: Bench) -> None:
    sync = _undoable(bench)
    engine = bench.engine(sync)
    with pytest.raises(UsageError, match="no job 7"):
        await engine.plan_undo(7)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waits(one: Operation, run: object) -> object:
        begun.set()
        await go_on.wait()
        return await outcome(Result.DONE)(one, run)  # type: ignore[arg-type]

    sync.does["do"] = waits  # type: ignore[assignment]
    job = await bench.submit(engine)
    task = asyncio.create_task(engine.execute([job], stop=Stop()))
    await begun.wait()
    with pytest.raises(UsageError, match="is running"):
        await engine.plan_undo(job)
    go_on.set()
    await task


async def test_thousands_of_receipts_are_read_a_page_at_a_time_and_in_order(bench: Bench) -> None:
    sync = ScriptedSync([operation(f"k{number:04}") for number in range(1000)])
    job = await bench.run(bench.engine(sync), Request("scripted"))
    ended = [one.fields["key"] for one in await bench.events(job, "op_end")]
    found = [one.operation.key async for one in history.receipts(bench.database, job)]
    assert found == ended[::-1]
