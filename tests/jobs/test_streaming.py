"""A plan shows while it is being drawn up, is changed meanwhile, and leaves nothing when it is given up."""

# ruff: noqa: ASYNC110

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from synctui.errors import StorageError, SyncTuiError, UsageError
from synctui.jobs.draft import Draft
from synctui.model.plan import Notice, Operation, PlanItem, Request, Tally
from synctui.store import drafts
from tests.jobs.conftest import Bench
from tests.jobs.toy import ScriptedSync, operation

ASK = Request("scripted", ("a",))


@dataclass
class Stream(ScriptedSync):
    """A kind whose plan comes piece by piece, as a test hands it out."""

    pieces: asyncio.Queue[list[PlanItem] | None] = field(default_factory=asyncio.Queue)
    closed: bool = False

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield what is handed out, until None."""
        try:
            while (piece := await self.pieces.get()) is not None:
                for item in piece:
                    yield item
        finally:
            self.closed = True


@dataclass
class Preview:
    """A plan as a preview sees it, from its first moment."""

    sync: Stream
    task: asyncio.Task[Draft]
    draft: Draft

    async def until(self, count: int) -> None:
        """Wait until so many operations can be paged."""
        async with asyncio.timeout(30):
            while self.draft.count < count:
                await asyncio.sleep(0.005)

    async def whole(self, *items: PlanItem) -> Draft:
        """Hand out the last items and return the complete plan."""
        self.sync.pieces.put_nowait(list(items))
        self.sync.pieces.put_nowait(None)
        return await asyncio.wait_for(self.task, 30)


async def _begun(bench: Bench, limit: int | None = None) -> Preview:
    sync = Stream()
    seen: asyncio.Future[Draft] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(bench.engine(sync).plan(ASK, on_draft=seen.set_result, limit=limit))
    return Preview(sync, task, await asyncio.wait_for(seen, 30))


def _files(bench: Bench) -> list[Path]:
    return list((bench.folder / "drafts").iterdir())


def _many(first: int, count: int, *, cost: int = 0) -> list[PlanItem]:
    return [operation(f"k{number:06}", cost=cost) for number in range(first, first + count)]


async def test_the_draft_is_there_before_anything_is_planned_and_rows_show_soon(bench: Bench) -> None:
    preview = await _begun(bench)
    assert (preview.draft.count, preview.draft.filled, preview.draft.totals.total) == (0, False, 0)
    assert await preview.draft.page(0, 10) == []
    asked = time.monotonic()
    preview.sync.pieces.put_nowait(
        [operation("a", cost=2, estimate=1.5), Tally("in_sync", 7), Notice("warning", "look out")]
    )
    await preview.until(1)
    assert time.monotonic() - asked < 0.5, "few rows do not wait for a batch to fill"
    assert [one.operation.key for one in await preview.draft.page(0, 10)] == ["a"]
    totals = preview.draft.totals
    assert (totals.total, totals.cost, totals.estimate, totals.known) == (1, 2, 1.5, {"in_sync": 7})
    assert [notice.message for notice in totals.notices] == ["look out"]
    draft = await preview.whole(operation("b"))
    assert draft is preview.draft
    assert draft.filled
    assert [one.operation.key for one in await draft.page(0, 10)] == ["a", "b"]
    await draft.discard()


async def test_totals_follow_while_it_is_filled_and_say_so_at_the_end(bench: Bench) -> None:
    told: list[tuple[int, bool]] = []
    drafts_seen: list[Draft] = []

    def tell(totals: object) -> None:
        told.append((drafts_seen[0].totals.total, drafts_seen[0].filled))

    sync = ScriptedSync(_many(0, 3000))
    async with await bench.engine(sync).plan(ASK, on_draft=drafts_seen.append, on_item=tell) as draft:
        assert told[-1] == (3000, True)
        assert told == sorted(told)
        assert draft.totals.by_action == {"do": 3000}


async def test_choosing_while_it_is_filled(bench: Bench) -> None:
    preview = await _begun(bench)
    preview.sync.pieces.put_nowait(_many(0, 700, cost=1))
    await preview.until(60)
    chosen = [preview.draft.select([f"k{number:06}"], False) for number in range(50)]
    preview.sync.pieces.put_nowait(_many(700, 700, cost=1))
    pages = [preview.draft.page(offset, 40) for offset in range(0, 400, 40)]
    await asyncio.gather(*chosen, *pages)
    draft = await preview.whole(*_many(1400, 5, cost=1))
    assert draft.totals.total == draft.totals.cost == 1405 - 50
    assert [one.selected for one in await draft.page(48, 4)] == [False, False, True, True]
    await draft.discard()


async def test_none_chosen_holds_for_what_is_still_to_come(bench: Bench) -> None:
    preview = await _begun(bench)
    preview.sync.pieces.put_nowait(_many(0, 5))
    await preview.until(5)
    await preview.draft.select(None, False)
    assert preview.draft.totals.total == 0
    draft = await preview.whole(*_many(5, 5))
    assert (draft.totals.total, draft.count) == (0, 10)
    await draft.select(["k000007"], True)
    assert (draft.totals.total, draft.totals.by_action) == (1, {"do": 1})
    await draft.select(None, True)
    assert draft.totals.total == 10
    await draft.discard()


async def test_choosing_the_same_twice_counts_once(bench: Bench) -> None:
    sync = ScriptedSync([operation("a", cost=3, estimate=0.1), operation("b", estimate=0.2, undoable=False)])
    async with await bench.engine(sync).plan(ASK) as draft:
        await draft.select(["a", "a", "ghost"], False)
        await draft.select(["a"], False)
        assert (draft.totals.total, draft.totals.cost, draft.totals.undoable) == (1, 0, 0)
        await draft.select(["b"], False)
        assert (draft.totals.estimate, draft.totals.by_action) == (0.0, {})


async def test_a_limit_holds_for_a_stream(bench: Bench) -> None:
    preview = await _begun(bench, limit=3)
    preview.sync.pieces.put_nowait(_many(0, 100))
    draft = await asyncio.wait_for(preview.task, 30)
    assert (draft.count, preview.sync.closed) == (3, True)
    await draft.discard()


async def test_cancelling_discards_the_plan_and_leaves_no_file(bench: Bench) -> None:
    preview = await _begun(bench)
    preview.sync.pieces.put_nowait(_many(0, 300))
    await preview.until(50)
    assert len(_files(bench)) == 2
    preview.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await preview.task
    assert preview.sync.closed
    assert _files(bench) == []
    assert not preview.draft.open
    assert await preview.draft.page(0, 10) == [], "a screen that still looks sees an empty plan"
    await preview.draft.select(None, True)
    await preview.draft.discard()


async def test_a_plan_that_is_not_complete_is_not_submitted(bench: Bench) -> None:
    preview = await _begun(bench)
    preview.sync.pieces.put_nowait(_many(0, 3))
    await preview.until(3)
    engine = bench.engine(preview.sync)
    with pytest.raises(UsageError, match="not complete"):
        await engine.submit(preview.draft)
    draft = await preview.whole()
    await draft.discard()
    with pytest.raises(UsageError, match="not complete"):
        await engine.submit(draft)
    assert await bench.database.rows("SELECT * FROM jobs") == []


async def test_what_is_wrong_with_a_late_row_ends_the_planning(bench: Bench) -> None:
    preview = await _begun(bench)
    preview.sync.pieces.put_nowait(_many(0, 3))
    await preview.until(3)
    preview.sync.pieces.put_nowait(_many(1, 1))
    preview.sync.pieces.put_nowait(None)
    with pytest.raises(SyncTuiError, match="twice"):
        await asyncio.wait_for(preview.task, 30)
    assert _files(bench) == []


async def test_a_scratch_disk_that_fills_up_is_told_as_such(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_SCHEMA", (*drafts._SCHEMA, "PRAGMA max_page_count = 40"))
    with pytest.raises(StorageError) as caught:
        await bench.engine(ScriptedSync(_many(0, 20_000))).plan(ASK)
    assert caught.value.code == "disk_full"
    assert _files(bench) == []


async def test_an_undo_streams_as_well(bench: Bench) -> None:
    sync = ScriptedSync(_many(0, 60))
    engine = bench.engine(sync)
    job = await bench.run(engine)
    seen: list[Draft] = []
    async with await engine.plan_undo(job, on_draft=seen.append) as draft:
        assert seen == [draft]
        assert draft.totals.by_action == {"undo": 60}


async def test_many_operations_cost_the_same_at_every_place_while_they_come(bench: Bench) -> None:
    class Many(ScriptedSync):
        async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
            for number in range(30_000):
                yield Operation(f"k{number}", "do", f"thing {number}")

    slowest = 0.0
    looks = 0
    seen: asyncio.Future[Draft] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(bench.engine(Many()).plan(ASK, on_draft=seen.set_result))
    draft = await seen
    while not task.done():
        began = time.perf_counter()
        await draft.page(max(0, draft.count - 50), 50)
        slowest, looks = max(slowest, time.perf_counter() - began), looks + 1
        await asyncio.sleep(0.01)
    assert draft.count == 30_000
    assert looks > 5
    assert slowest < 0.5, f"a page took {slowest:.3f} s while the plan was filled"
    await (await task).discard()
