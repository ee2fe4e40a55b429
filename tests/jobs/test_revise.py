"""Rows of a plan are planned again with other options, one by one or all together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from synctui.errors import DependencyMissing, UsageError
from synctui.jobs.draft import Draft
from synctui.jobs.stop import Stop
from synctui.model.plan import Notice, Operation, PlanItem, Request, Tally
from tests.jobs.conftest import Bench
from tests.jobs.toy import ScriptedSync


@dataclass
class Choosy(ScriptedSync):
    """Plans a file per target (all four without one), by the engine that the options name."""

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield operations; `fast` knows `/c` already, unless it is forced."""
        self.log.append(f"plan {request.options} {request.targets}")
        engine = str(request.options.get("engine", "plain"))
        if engine == "missing":
            raise DependencyMissing("missing is not installed")
        for path in request.targets if request.targets != ("all",) else ("/a", "/b", "/c", "/d"):
            if engine == "fast" and path == "/c" and not request.options.get("force"):
                yield Tally("in_sync")
            elif engine != "picky" or path != "/b":
                yield self._one(path, engine)
        yield Notice("warning", f"with {engine}")

    def _one(self, path: str, engine: str) -> Operation:
        return Operation(
            path,
            "look" if engine == "looker" else "do",
            f"{path} by {engine}",
            path=path,
            cost=len(engine),
            payload={"engine": engine},
            precondition=engine,
        )


ALL = Request("scripted", ("all",), {"mode": "x"})


async def _rows(draft: Draft) -> list[tuple[str, object, bool]]:
    return [(one.operation.key, one.operation.payload["engine"], one.selected) for one in await draft.page(0, 100)]


async def test_another_engine_for_some_rows(bench: Bench) -> None:
    sync = Choosy()
    engine = bench.engine(sync)
    async with await engine.plan(ALL) as draft:
        await draft.select(["/b", "/d"], False)
        await engine.revise(draft, ["/c", "/d"], {"engine": "fast"})
        assert await _rows(draft) == [
            ("/a", "plain", True),
            ("/b", "plain", False),
            ("/c", "fast", True),
            ("/d", "fast", False),
        ]
        assert draft.totals.cost == len("plain") + len("fast")
        assert [notice.message for notice in draft.totals.notices] == ["with plain", "with fast"]
        assert (await draft.page(2, 1))[0].operation.subject == "/c by plain", "a row keeps the name it is known by"
        assert sync.log[-1] == "plan {'mode': 'x', 'engine': 'fast', 'force': True} ('/c', '/d')"
        job = await engine.submit(draft)
    await engine.execute([job], stop=Stop())
    done = {
        one.operation.key: (one.operation.payload["engine"], one.operation.precondition)
        for one in await bench.operations(job)
    }
    assert done == {"/a": ("plain", "plain"), "/c": ("fast", "fast")}, "the job runs what each row said"


async def test_another_engine_for_all(bench: Bench) -> None:
    engine = bench.engine(Choosy())
    async with await engine.plan(ALL) as draft:
        await draft.select(["/b"], False)
        await engine.revise(draft, ["/a"], {"engine": "looker"})
        await engine.revise(draft, None, {"engine": "fast"})
        assert await _rows(draft) == [("/a", "fast", True), ("/b", "fast", False), ("/d", "fast", True)]
        assert (draft.totals.total, draft.totals.known, draft.count) == (2, {"in_sync": 1}, 3)
        assert [notice.message for notice in draft.totals.notices] == ["with fast"]
        assert [one.operation.key for one in await draft.page(2, 10)] == ["/d"], "places are counted anew"
        job = await engine.submit(draft)
    record = await engine.watch(job)
    assert record.total == 2
    assert list((bench.folder / "drafts").iterdir()) == []


async def test_what_cannot_be_planned_so_stays_and_is_taken_out(bench: Bench) -> None:
    engine = bench.engine(Choosy())
    async with await engine.plan(ALL) as draft:
        await engine.revise(draft, ["/a", "/b"], {"engine": "picky"})
        assert await _rows(draft) == [
            ("/a", "picky", True),
            ("/b", "plain", False),
            ("/c", "plain", True),
            ("/d", "plain", True),
        ]
        before = await _rows(draft), draft.totals
        with pytest.raises(UsageError, match="nothing of it"):
            await engine.revise(draft, ["/b"], {"engine": "picky"})
        assert (await _rows(draft), draft.totals) == before


async def test_an_error_leaves_the_plan_as_it_was(bench: Bench) -> None:
    engine = bench.engine(Choosy())
    async with await engine.plan(ALL) as draft:
        before = await _rows(draft), draft.totals, draft.request
        for keys in (["/a"], None):
            with pytest.raises(DependencyMissing):
                await engine.revise(draft, keys, {"engine": "missing"})
        with pytest.raises(UsageError, match="no such operation"):
            await engine.revise(draft, ["/a", "/ghost"], {"engine": "fast"})
        await engine.revise(draft, [], {"engine": "fast"})
        assert (await _rows(draft), draft.totals, draft.request) == before
        assert len(list((bench.folder / "drafts").iterdir())) == 2
        await engine.submit(draft)


async def test_many_rows_are_planned_in_one_go(bench: Bench) -> None:
    sync = Choosy()
    engine = bench.engine(sync)
    asked = Request("scripted", tuple(f"/{number:03}" for number in range(300)))
    async with await engine.plan(asked) as draft:
        await draft.select(["/007"], False)
        keys = [f"/{number:03}" for number in range(250)]
        await engine.revise(draft, keys, {"engine": "fast"})
        rows = await draft.page(0, 300)
        assert [one.operation.payload["engine"] for one in rows] == ["fast"] * 250 + ["plain"] * 50
        assert [one.operation.key for one in rows if not one.selected] == ["/007"]
        assert draft.totals.total == 299
        assert draft.request == asked


async def test_actions_and_totals_follow(bench: Bench) -> None:
    engine = bench.engine(Choosy())
    async with await engine.plan(ALL) as draft:
        await engine.revise(draft, ["/a", "/b", "/c"], {"engine": "looker"})
        assert draft.totals.by_action == {"do": 1, "look": 3}
        await draft.select(["/a"], False)
        assert draft.totals.by_action == {"do": 1, "look": 2}


async def test_an_undo_has_no_options(bench: Bench) -> None:
    engine = bench.engine(Choosy())
    job = await bench.run(engine, ALL)
    async with await engine.plan_undo(job) as draft:
        with pytest.raises(UsageError, match="brought back"):
            await engine.revise(draft, None, {"engine": "fast"})


async def test_a_plan_with_a_limit_keeps_it(bench: Bench) -> None:
    engine = bench.engine(Choosy())
    async with await engine.plan(ALL, limit=2) as draft:
        await engine.revise(draft, None, {"engine": "looker"})
        assert await _rows(draft) == [("/a", "looker", True), ("/b", "looker", True)]
