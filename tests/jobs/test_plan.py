"""Planning changes nothing, pages fast at any size, and submitting is all or nothing."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from synctui.errors import ConfirmationNeeded, ExitCode, StalePlan, SyncTuiError, TemporaryFailure, Transient, UsageError
from synctui.jobs.draft import sweep
from synctui.jobs.stop import Stop
from synctui.model.plan import Operation, PlanItem, PlanTotals, Request, Tally
from synctui.model.states import JobState
from synctui.store import jobs
from tests.jobs.conftest import Bench
from tests.jobs.toy import BRAKE, WARNING, ScriptedSync, operation

ASK = Request("scripted", ("a", "b"), {"force": True})


def _drafts(bench: Bench) -> list[Path]:
    folder = bench.folder / "drafts"
    return sorted(folder.iterdir()) if folder.exists() else []


async def test_a_plan_has_sums_and_stores_nothing(bench: Bench) -> None:
    sync = ScriptedSync(
        [
            operation("a", cost=3, estimate=2.5),
            operation("b", "look", undoable=False),
            Tally("in_sync", 40),
            Tally("in_sync", 2),
            WARNING,
            operation("c", cost=1),
        ]
    )
    seen: list[PlanTotals] = []
    async with await bench.engine(sync).plan(ASK, on_item=seen.append) as draft:
        want = PlanTotals(3, {"do": 2, "look": 1}, {"in_sync": 42}, 4, 2.5, 2, (WARNING,))
        assert draft.totals == want
        assert seen[-1] == want
        assert [one.operation.key for one in await draft.page(1, 5)] == ["b", "c"]
        assert len(_drafts(bench)) == 2
    assert _drafts(bench) == []
    assert await bench.database.rows("SELECT * FROM jobs") == []
    assert sync.log == []


async def test_what_is_planned_comes_back_whole(bench: Bench) -> None:
    hostile = os.fsdecode(b"/caf\xe9/[/red]\n\x1b.srt")
    full = Operation(
        key=f"k:{hostile}",
        action="align",
        subject=hostile,
        track=hostile,
        stage="only",
        path=hostile,
        reason="why",
        cost=3,
        estimate=1.5,
        lane="cpu",
        payload={"deep": [1, {"name": hostile}], "none": None},
        precondition="abc",
        after=("first",),
        continue_on_error=False,
        undoable=False,
    )
    engine = bench.engine(ScriptedSync([operation("first"), full]))
    async with await engine.plan(ASK) as draft:
        assert (await draft.page(1, 1))[0].operation == full
        job = await engine.submit(draft)
    stored = (await bench.operations(job))[1].operation
    assert stored == full


async def test_what_is_deselected_is_not_submitted(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation(name) for name in "abcd"]))
    async with await engine.plan(ASK) as draft:
        await draft.select(["b", "c"], False)
        assert draft.totals.total == 2
        await draft.select(["c"], True)
        assert [one.selected for one in await draft.page(0, 10)] == [True, False, True, True]
        job = await engine.submit(draft)
    await engine.execute([job], stop=Stop())
    assert set(await bench.ends(job)) == {"a", "c", "d"}


async def test_what_waits_for_a_deselected_operation_does_not_wait(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a"), operation("b", after=("a",), continue_on_error=False)]))
    async with await engine.plan(ASK) as draft:
        await draft.select(["a"], False)
        job = await engine.submit(draft)
    await engine.execute([job], stop=Stop())
    assert await bench.ends(job) == {"b": "done done"}


async def test_a_limit_ends_the_plan_early(bench: Bench) -> None:
    async with await bench.engine(ScriptedSync([operation(str(number)) for number in range(10)])).plan(
        ASK, limit=4
    ) as draft:
        assert draft.totals.total == 4


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([operation("a"), operation("b"), operation("a")], "twice"),
        ([operation("a", stage="nowhere")], "stage"),
        ([operation("a", lane="nowhere")], "lane"),
        ([operation("a", after=("ghost",))], "ghost"),
    ],
)
async def test_a_faulty_plan_is_reported_as_a_bug(bench: Bench, items: list[PlanItem], words: str) -> None:
    with pytest.raises(SyncTuiError, match=words) as caught:
        await bench.engine(ScriptedSync(items)).plan(ASK)
    assert caught.value.code == "bug"
    assert caught.value.exit_code == ExitCode.BUG
    assert _drafts(bench) == []


async def test_a_duplicate_is_found_across_batches(bench: Bench) -> None:
    items: list[PlanItem] = [operation(f"k{number}") for number in range(1200)]
    with pytest.raises(SyncTuiError, match="k7 twice"):
        await bench.engine(ScriptedSync([*items, operation("k7")])).plan(ASK)


async def test_an_unknown_kind_is_a_usage_error(bench: Bench) -> None:
    with pytest.raises(UsageError, match="nothing"):
        await bench.engine(ScriptedSync()).plan(Request("nothing"))


async def test_planning_that_fails_or_is_cancelled_leaves_no_draft(bench: Bench) -> None:
    class Slow(ScriptedSync):
        async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
            try:
                yield operation("a")
                await asyncio.sleep(60)
            finally:
                self.log.append("closed")

    class Away(ScriptedSync):
        async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
            yield operation("a")
            raise Transient("the server is away", code="unreachable")

    sync = Slow()
    planning = asyncio.create_task(bench.engine(sync).plan(ASK))
    await asyncio.sleep(0.1)
    planning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await planning
    assert sync.log == ["closed"]
    with pytest.raises(TemporaryFailure, match="away"):
        await bench.engine(Away()).plan(ASK)
    assert _drafts(bench) == []


async def test_a_plan_is_stale_when_the_configuration_changed(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")])
    async with await bench.engine(sync, configuration="one").plan(ASK) as draft:
        with pytest.raises(StalePlan) as caught:
            await bench.engine(sync, configuration="two").submit(draft)
        assert caught.value.exit_code == ExitCode.CONFIRMATION_NEEDED
        changed = replace(draft.request, targets=("c",))
        draft.request = changed
        with pytest.raises(StalePlan):
            await bench.engine(sync, configuration="one").submit(draft)
    assert await bench.database.rows("SELECT * FROM jobs") == []


async def test_a_brake_is_lifted_only_by_allowing_a_mass_change(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a"), BRAKE]))
    async with await engine.plan(ASK) as draft:
        assert draft.totals.brakes == (BRAKE,)
        with pytest.raises(ConfirmationNeeded, match="more than half"):
            await engine.submit(draft)
        waiting = await engine.submit(draft, confirmed=False)
        lifted = await engine.submit(draft, allow_mass_change=True)
    assert (await engine.watch(waiting)).state is JobState.AWAITING_CONFIRMATION
    await engine.execute(None, stop=Stop())
    assert (await engine.watch(waiting)).state is JobState.AWAITING_CONFIRMATION
    assert (await engine.watch(lifted)).state is JobState.COMPLETED
    with pytest.raises(ConfirmationNeeded):
        await engine.confirm(waiting)
    await engine.confirm(waiting, allow_mass_change=True)
    await engine.execute(None, stop=Stop())
    assert (await engine.watch(waiting)).state is JobState.COMPLETED


async def test_confirming_after_a_change_of_configuration_plans_again(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")])
    engine = bench.engine(sync, configuration="one")
    async with await engine.plan(ASK) as draft:
        job = await engine.submit(draft, confirmed=False)
    later = bench.engine(sync, configuration="two")
    sync.items = [operation("b")]
    with pytest.raises(StalePlan):
        await later.confirm(job)
    await later.execute(None, stop=Stop())
    assert (await later.watch(job)).state is JobState.AWAITING_CONFIRMATION
    await later.confirm(job)
    await later.execute(None, stop=Stop())
    assert await bench.ends(job) == {"b": "done done"}


async def test_a_hundred_thousand_operations_page_fast(bench: Bench) -> None:
    class Many(ScriptedSync):
        async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
            for number in range(100_000):
                yield operation(f"series/season/episode {number:06}.en.srt", path=f"/m/{number}.srt")

    engine = bench.engine(Many())
    began = time.perf_counter()
    async with await engine.plan(ASK) as draft:
        planned = time.perf_counter() - began
        assert draft.totals.total == 100_000
        slowest = 0.0
        for offset in (0, 50_000, 99_950):
            began = time.perf_counter()
            page = await draft.page(offset, 50)
            slowest = max(slowest, time.perf_counter() - began)
            assert page[0].operation.path == f"/m/{offset}.srt"
            assert len(page) == 50
        began = time.perf_counter()
        job = await engine.submit(draft)
        submitted = time.perf_counter() - began
    record = await jobs.get(bench.database, job)
    assert record is not None
    assert record.total == 100_000
    assert slowest < 0.1, f"a page took {slowest:.3f} s"
    assert planned < 30, f"planning took {planned:.1f} s"
    assert submitted < 15, f"submitting took {submitted:.1f} s"


async def test_drafts_of_dead_processes_are_swept_and_those_of_living_ones_are_not(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    async with await engine.plan(ASK) as draft:
        for name in (
            "draft-1-dead.db",
            "draft-1-dead.db-journal",
            "draft-1-dead.lock",
            "draft-2-dead.db",
            "draft-3-dead.lock",
        ):
            (bench.folder / "drafts" / name).touch()
        sweep(bench.folder / "drafts")
        assert {file.name for file in _drafts(bench)} == {draft.path.name, draft.path.with_suffix(".lock").name}
        assert (await draft.page(0, 1))[0].operation.key == "a"
    assert _drafts(bench) == []
    await draft.discard()
