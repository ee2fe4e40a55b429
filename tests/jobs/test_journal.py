"""The journal is the NDJSON contract, in order, complete, and harmless to show."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from synctui.errors import OperationFailed
from synctui.jobs import lines
from synctui.jobs.stop import Stop
from synctui.model.events import Event
from synctui.model.json import dump
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation, Request
from synctui.model.states import JobState, Result
from synctui.model.sync import Run
from synctui.store import history, jobs, journal
from tests.jobs.conftest import Bench
from tests.jobs.toy import ScriptedSync, operation, outcome, raising

HOSTILE = os.fsdecode(b"/m/caf\xe9 \x1b[31m[/red]\n.srt")


async def test_every_line_has_the_fields_of_the_contract(bench: Bench) -> None:
    sync = ScriptedSync([operation("a", path="/m/a.srt"), operation("b"), operation("c"), operation("d")])
    sync.does["a"] = outcome(Result.DONE, "aligned", numbers={"offset_ms": -12300, "key": "not mine"})
    sync.does["b"] = raising(OperationFailed("no such thing", hint="install it", code="engine_missing"))
    sync.does["c"] = outcome(Result.REFUSED, "low_confidence")
    sync.does["d"] = outcome(Result.CONFLICT, "changed_since_plan")
    job = await bench.run(bench.engine(sync, widths={"cpu": 1}))
    events = await bench.events(job)
    assert [one.type for one in events] == ["job_start", "stage_start", *["op_start", "op_end"] * 4, "job_end"]
    assert events[0].fields == {"kind": "scripted", "total": 4, "resumed_from": 0}
    assert events[1].fields == {"track": "default", "stage": "only", "total": 4}
    common = {"key": "a", "track": "default", "stage": "only", "action": "do", "subject": "thing a", "path": "/m/a.srt"}
    assert events[2].fields == common
    counts = {"current": 1, "total": 4, "completed": 1, "failed": 0}
    assert events[3].fields == {**common, "outcome": "done", "reason": "aligned", "offset_ms": -12300, **counts}
    failed = events[5].fields
    assert failed["message"] == "no such thing (install it)"
    assert (failed["retryable"], failed["failed"]) == (False, 1)
    end = dict(events[-1].fields)
    errors = end.pop("errors")
    assert isinstance(errors, list)
    assert [(one["stage"], one["kind"], one["id"], one["message"]) for one in errors] == [
        ("only", "scripted", "b", "no such thing (install it)"),
        ("only", "scripted", "d", ""),
    ]
    assert all(one["timestamp"].endswith("Z") for one in errors)
    started, completed = str(end.pop("started_at")), str(end.pop("completed_at"))
    assert started <= completed
    outcomes = {"done": 1, "unchanged": 0, "refused": 1, "skipped": 0, "deferred": 0, "failed": 1, "conflict": 1}
    assert end == {
        "kind": "scripted",
        "state": "completed",
        "total": 4,
        "completed": 1,
        "skipped": 1,
        "failed": 2,
        "done": 1,
        "unchanged": 0,
        "refused": 1,
        "deferred": 0,
        "conflict": 1,
        "outcomes": outcomes,
        "errors_total": 2,
        "found": 0,
    }


async def test_hostile_names_are_harmless_and_not_lost(bench: Bench) -> None:
    sync = ScriptedSync([Operation(HOSTILE, "do", HOSTILE, HOSTILE, path=HOSTILE)])
    sync.does["do"] = raising(OperationFailed(f"cannot read {HOSTILE}"))
    job = await bench.run(bench.engine(sync))
    for event in await bench.events(job):
        line = dump(event.fields)
        assert line.isascii()
        assert "\\udc" not in line, "no lone surrogates for strict readers"
        for name in ("subject", "track", "message"):
            assert "\x1b" not in str(event.fields.get(name, ""))
            assert "\n" not in str(event.fields.get(name, ""))
    (end,) = await bench.events(job, "op_end")
    assert end.fields["path_b64"] == "L20vY2Fm6SAbWzMxbVsvcmVkXQouc3J0"
    assert end.fields["key_b64"] == end.fields["path_b64"]
    assert json.loads(dump(end.fields)) == end.fields


async def test_errors_are_capped_in_the_line_and_complete_in_the_store(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "ERRORS", 20)
    sync = ScriptedSync([operation(f"k{number}") for number in range(30)])
    sync.does["do"] = raising(OperationFailed("no"))
    job = await bench.run(bench.engine(sync))
    (end,) = await bench.events(job, "job_end")
    errors = end.fields["errors"]
    assert isinstance(errors, list)
    assert (len(errors), end.fields["errors_total"]) == (20, 30)
    assert len(await history.errors(bench.database, job, limit=5000)) == 30


async def test_listeners_hear_everything_in_order_after_its_commit(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation(f"k{number}") for number in range(300)]))
    heard: list[Event] = []

    async def listen() -> None:
        async for event in engine.subscribe():
            if event.id:
                rows = await bench.database.rows("SELECT 1 FROM journal WHERE id = ?", (event.id,))
                assert rows, "an event was told before it was kept"
            heard.append(event)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    job = await bench.run(engine)
    await engine.drained()
    listening.cancel()
    kept = [one for one in heard if one.id]
    assert kept == await bench.events(job)
    assert {one.type for one in heard if not one.id} <= {"progress"}


async def test_a_listener_that_falls_far_behind_still_hears_everything(bench: Bench) -> None:
    engine = bench.engine(
        ScriptedSync([operation(f"k{number}") for number in range(3000)], does={"do": outcome(Result.DONE)})
    )
    stream = engine.subscribe()
    first = asyncio.create_task(anext(stream))  # type: ignore[arg-type, var-annotated]
    await asyncio.sleep(0)
    job = await bench.run(engine)
    heard = [await first]
    async for event in stream:
        if event.id:
            heard.append(event)
        if event.type == "job_end":
            break
    assert heard == await bench.events(job)


async def test_progress_is_told_at_most_four_times_a_second(bench: Bench) -> None:
    async def slowly(one: Operation, run: Run) -> Outcome:
        run.progress("listening", 0.5)
        await asyncio.sleep(0.02)
        return Outcome(Result.DONE, "done")

    engine = bench.engine(
        ScriptedSync([operation(str(number), path=f"/m/{number}") for number in range(200)], does={"do": slowly})
    )
    heard: list[Event] = []

    async def listen() -> None:
        async for event in engine.subscribe():
            heard.append(event)

    listening = asyncio.create_task(listen())
    began = asyncio.get_running_loop().time()
    await bench.run(engine)
    took = asyncio.get_running_loop().time() - began
    await engine.drained()
    listening.cancel()
    progress = [one for one in heard if one.type == "progress"]
    assert 2 <= len(progress) <= 4 * took + 1
    names = {"current", "total", "completed", "failed", "skipped", "path", "phase", "rate", "eta_s"}
    assert set(progress[1].fields) == names
    assert progress[1].fields["phase"] == "listening"


async def test_a_snapshot_of_a_running_job(bench: Bench) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waits(one: Operation, run: Run) -> Outcome:
        run.progress("aligning", 1.7)
        begun.set()
        await go_on.wait()
        return Outcome(Result.DONE, "done")

    engine = bench.engine(ScriptedSync([operation("a"), operation("b", "wait", after=("a",))], does={"wait": waits}))
    job = await bench.submit(engine)
    task = asyncio.create_task(engine.execute([job], stop=Stop()))
    await begun.wait()
    seen = engine.snapshot(job)
    assert seen is not None
    assert (seen.state, seen.current, seen.total) == (JobState.RUNNING, 1, 2)
    assert seen.in_flight == (("thing b", "aligning", 1.0),)
    assert seen.lines == ("✓ thing a",)
    assert seen.rate > 0
    go_on.set()
    await task
    assert engine.snapshot(job) is None
    assert (await engine.watch(job)).lines == ("✓ thing a", "✓ thing b")


async def test_history_is_searchable(bench: Bench) -> None:
    sync = ScriptedSync([operation("Show/e1"), operation("Show/e2"), operation("100%_done")])
    sync.does["Show/e2"] = raising(OperationFailed("engine crashed badly"))
    engine = bench.engine(sync)
    job = await bench.run(engine)
    other = await bench.run(engine, Request("scripted", ("x",)))

    async def found(search: str, number: int = 0) -> list[tuple[int, str]]:
        rows = await history.list_operations(bench.database, number, search=search)
        return [(row.job, row.operation.key) for row in rows]

    assert await found("show/E", job) == [(job, "Show/e1"), (job, "Show/e2")]
    assert await found("crashed") == [(job, "Show/e2"), (other, "Show/e2")]
    assert await found("0%_d", job) == [(job, "100%_done")]
    assert await found("0__d", job) == []
    failed = await history.list_operations(bench.database, job, results=[Result.FAILED])
    assert [one.operation.key for one in failed] == ["Show/e2"]
    first = await history.list_operations(bench.database, job, limit=2)
    rest = await history.list_operations(bench.database, job, limit=2, after=first[-1].id)
    assert [len(first), len(rest)] == [2, 1]
    assert [one.id for one in await jobs.list_jobs(bench.database)] == [other, job]
    assert [one.id for one in await jobs.list_jobs(bench.database, before=other)] == [job]
    assert await jobs.list_jobs(bench.database, kind="none") == []
    attempt = await jobs.last_attempt(bench.database, "scripted")
    assert attempt is not None
    assert attempt.id == other
    assert await jobs.last_success(bench.database, "scripted") is None
    assert (await jobs.statistics(bench.database, "scripted"))["failed"] == 2
    assert len(await journal.after(bench.database, 0, job=job, limit=3)) == 3
