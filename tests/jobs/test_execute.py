"""Operations run in the order that stages, tracks and waits ask for, and every way to end has its outcome."""

from __future__ import annotations

import asyncio
import errno
import time
from dataclasses import replace
from datetime import timedelta

import aiosqlite
import pytest

from synctui.errors import NotAuthorised, OperationFailed, Pause, Transient
from synctui.jobs import retries
from synctui.jobs.stop import Stop
from synctui.model.clock import parse_rfc3339
from synctui.model.library import Choice
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation, Request
from synctui.model.states import JobState, OperationState, Result
from synctui.model.sync import Budget, Lane, Run
from synctui.store import budgets, operations
from tests.jobs.conftest import Bench
from tests.jobs.toy import Apply, MovedClock, ScriptedSync, operation, outcome, raising


def slow(seconds: float) -> Apply:
    async def apply(operation: Operation, run: Run) -> Outcome:
        await asyncio.sleep(seconds)
        return Outcome(Result.DONE, "done")

    return apply


async def test_stages_are_in_order_within_a_track_and_a_slow_track_holds_up_nobody(bench: Bench) -> None:
    items = [
        operation(f"{track}{stage}{number}", f"{track}{stage}", track=track, stage=stage)
        for stage in ("second", "first")
        for track in ("slow", "fast")
        for number in range(3)
    ]
    sync = ScriptedSync([*items], stages=("first", "second"))
    sync.does["slowfirst"] = slow(0.15)
    job = await bench.run(bench.engine(sync))
    log = sync.log
    for track in ("slow", "fast"):
        mine = [key for key in log if key.startswith(track)]
        assert all("first" in key for key in mine[:3])
        assert all("second" in key for key in mine[3:])
    assert log.index("fastsecond2") < log.index("slowsecond0"), "the fast track went ahead"
    starts = [
        (one.fields["track"], one.fields["stage"], one.fields["total"]) for one in await bench.events(job, "stage_start")
    ]
    assert sorted(starts) == [("fast", "first", 3), ("fast", "second", 3), ("slow", "first", 3), ("slow", "second", 3)]


async def test_appended_operations_join_the_running_job(bench: Bench) -> None:
    sync = ScriptedSync([operation("page0", "page", stage="list")], stages=("list", "write"))

    async def page(one: Operation, run: Run) -> Outcome:
        number = int(one.key[4:])
        more = [operation(f"entry{number}", "entry", stage="write")]
        if number < 4:
            more.append(operation(f"page{number + 1}", "page", stage="list"))
        return Outcome(Result.UNCHANGED, "done", append=tuple(more))

    sync.does["page"] = page
    job = await bench.run(bench.engine(sync))
    assert len(await bench.ends(job)) == 10
    assert sync.log[:5] == [f"page{number}" for number in range(5)], "the listing comes first"
    (end,) = await bench.events(job, "job_end")
    assert end.fields["total"] == 10


async def test_a_key_that_is_appended_twice_is_done_once_and_said(bench: Bench) -> None:
    sync = ScriptedSync([operation("a", "list"), operation("b", "list")])
    sync.does["list"] = outcome(Result.DONE, append=(operation("same"),))
    job = await bench.run(bench.engine(sync))
    assert sync.log.count("same") == 1
    assert [one.fields["message"] for one in await bench.events(job, "warning")] == ["same was appended twice"]


async def test_appending_to_a_stage_that_is_over_is_a_bug_of_the_kind(bench: Bench) -> None:
    sync = ScriptedSync([operation("a", stage="first"), operation("b", "late", stage="second")], stages=("first", "second"))
    sync.does["late"] = outcome(Result.DONE, append=(operation("c", stage="first"),))
    job = await bench.run(bench.engine(sync))
    assert await bench.ends(job) == {"a": "done done", "b": "failed bug"}


async def test_waiting_across_tracks_and_going_on_or_not_after_a_failure(bench: Bench) -> None:
    """A sequential group: one player after the other, with and without continue_on_error."""
    chain: list[Operation] = []
    before: tuple[str, ...] = ()
    for player in ("one", "two", "three"):
        chain.append(operation(f"{player}/begin", track=player, after=before, continue_on_error=False))
        chain.append(operation(f"{player}/end", track=player, after=(f"{player}/begin",), continue_on_error=False))
        before = (f"{player}/end",)
    for go_on in (False, True):
        sync = ScriptedSync([replace(one, continue_on_error=go_on or not one.after) for one in chain])
        sync.does["one/end"] = raising(OperationFailed("broken"))
        job = await bench.run(bench.engine(sync), Request("scripted", (str(go_on),)))
        ends = await bench.ends(job)
        assert ends["one/end"] == "failed failed"
        for key in ("two/begin", "two/end", "three/begin", "three/end"):
            assert ends[key] == ("done done" if go_on else "skipped after_failed")
        if go_on:
            assert sync.log == [one.key for one in chain]


async def test_a_conflict_stops_those_that_wait_too(bench: Bench) -> None:
    sync = ScriptedSync([operation("b", after=("a",), continue_on_error=False), operation("a")])
    sync.does["a"] = outcome(Result.CONFLICT, "changed_since_plan")
    assert await bench.ends(await bench.run(bench.engine(sync))) == {
        "a": "conflict changed_since_plan",
        "b": "skipped after_failed",
    }


async def test_appended_operations_can_wait_for_others_and_be_doomed(bench: Bench) -> None:
    sync = ScriptedSync([operation("bad"), operation("list", after=("bad",)), operation("slow", "slow")])
    sync.does["bad"] = raising(OperationFailed("broken"))
    sync.does["slow"] = slow(0.2)
    waits = operation("waits", after=("slow",))
    sync.does["list"] = outcome(
        Result.DONE,
        append=(operation("x", after=("bad",), continue_on_error=False), waits, operation("y", after=("waits",))),
    )
    job = await bench.run(bench.engine(sync))
    ends = await bench.ends(job)
    assert ends["x"] == "skipped after_failed"
    assert ends["waits"] == ends["y"] == "done done"
    finished = {one.operation.key: one.finished_at or "" for one in await bench.operations(job)}
    assert finished["slow"] <= finished["waits"] <= finished["y"]


async def test_operations_that_wait_for_one_another_fail_the_job_and_not_the_program(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a", after=("b",)), operation("b", after=("a",)), operation("c")]))
    job = await bench.run(engine)
    seen = await engine.watch(job)
    assert seen.state is JobState.FAILED
    assert "wait for one another" in seen.message
    assert (await bench.ends(job))["c"] == "done done"


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (OperationFailed("no engine", code="engine_missing"), "failed engine_missing"),
        (OSError(errno.ENOSPC, "full"), "failed disk_full"),
        (OSError(errno.EROFS, "ro"), "failed read_only"),
        (PermissionError(errno.EACCES, "no"), "failed permission"),
        (FileNotFoundError(errno.ENOENT, "gone"), "failed gone"),
        (OSError(errno.EIO, "io"), "failed io_error"),
        (ZeroDivisionError("oops"), "failed bug"),
        (asyncio.CancelledError(), "failed bug"),
        (RecursionError("deep"), "failed bug"),
    ],
)
async def test_one_failure_never_stops_the_rest(bench: Bench, error: BaseException, end: str) -> None:
    sync = ScriptedSync([operation("a"), operation("b"), operation("c")], does={"b": raising(error)})
    engine = bench.engine(sync)
    job = await bench.run(engine)
    assert await bench.ends(job) == {"a": "done done", "b": end, "c": "done done"}
    assert (await engine.watch(job)).state is JobState.COMPLETED


async def test_rows_are_written_with_their_outcome(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")])
    sync.does["a"] = outcome(Result.DONE, rows=(Choice("/m/a.srt", "/m/a.mkv"),))
    job = await bench.run(bench.engine(sync))
    assert (await bench.ends(job))["a"] == "done done"
    assert len(await bench.database.rows("SELECT * FROM choices")) == 1


async def test_an_outcome_that_cannot_be_stored_is_a_bug_of_that_operation_alone(bench: Bench) -> None:
    sync = ScriptedSync([operation("a"), operation("b")])
    sync.does["a"] = outcome(Result.DONE, numbers={"x": object()})
    assert await bench.ends(await bench.run(bench.engine(sync))) == {"a": "failed bug", "b": "done done"}


async def test_lanes_limit_how_many_run_at_once(bench: Bench) -> None:
    running, most = 0, 0

    async def count(one: Operation, run: Run) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return Outcome(Result.DONE, "done")

    sync = ScriptedSync([operation(str(number), track=str(number % 3)) for number in range(20)], does={"do": count})
    await bench.run(bench.engine(sync))
    assert most == 4
    most = 0
    await bench.run(bench.engine(sync, widths={"cpu": 2}))
    assert most == 2


async def test_who_only_waits_lets_another_begin(bench: Bench) -> None:
    brought = asyncio.Event()
    running, most = 0, 0

    async def fetch(one: Operation, run: Run) -> Outcome:
        nonlocal running, most
        if one.key == "0":
            async with run.aside():
                await brought.wait()
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        if one.key == "5":
            brought.set()
        running -= 1
        return Outcome(Result.DONE, "done")

    sync = ScriptedSync([operation(str(number)) for number in range(8)], does={"do": fetch})
    job = await bench.run(bench.engine(sync, widths={"cpu": 1}))
    assert set((await bench.ends(job)).values()) == {"done done"}
    # The one that waited is let in where the lane is full, and nobody else besides it.
    assert most <= 2


async def test_no_more_than_some_wait_aside_and_the_cancelled_give_their_places_back_once(bench: Bench) -> None:
    begun: list[str] = []
    ten = asyncio.Event()
    cancelled = False
    running, most = 0, 0

    async def wait(one: Operation, run: Run) -> Outcome:
        nonlocal running, most
        begun.append(one.key)
        if len(begun) == 10:
            ten.set()
        if not cancelled:
            async with run.aside():
                await asyncio.Event().wait()
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return Outcome(Result.DONE, "done")

    sync = ScriptedSync([operation(str(number)) for number in range(20)], does={"do": wait})
    engine = bench.engine(sync, widths={"cpu": 2})
    job = await bench.submit(engine)
    executing = asyncio.create_task(engine.execute([job], stop=Stop()))
    async with asyncio.timeout(10):
        await ten.wait()
        await asyncio.sleep(0.1)
        assert len(begun) == 10, "eight aside, and two that keep their places"
        cancelled = True
        await engine.cancel(job)
        await executing
        await engine.execute([await bench.submit(engine, Request(sync.kind))], stop=Stop())
    assert (len(begun), most) == (30, 2)


async def test_a_lane_is_shared_by_jobs_of_different_kinds_which_run_side_by_side(bench: Bench) -> None:
    running, most, kinds = 0, 0, set()

    async def count(one: Operation, run: Run) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        kinds.add(tuple(sorted(engine._active)))
        await asyncio.sleep(0.01)
        running -= 1
        return Outcome(Result.DONE, "done")

    syncs = [
        ScriptedSync(
            [operation(str(number)) for number in range(10)], does={"do": count}, kind=kind, lanes={"cpu": Lane("cpu", 3)}
        )
        for kind in ("one", "two")
    ]
    engine = bench.engine(*syncs)
    numbers = [await bench.submit(engine, Request(kind)) for kind in ("one", "one", "two")]
    await engine.execute(numbers, stop=Stop())
    assert most == 3
    assert (1, 3) in kinds, "different kinds ran side by side"
    assert not any({1, 2} <= set(one) for one in kinds), "jobs of one kind ran in turn"


async def test_a_rate_spaces_starts(bench: Bench) -> None:
    sync = ScriptedSync([operation(str(number)) for number in range(6)], lanes={"cpu": Lane("cpu", 6, rate=20)})
    began = time.monotonic()
    await bench.run(bench.engine(sync))
    assert 0.25 <= time.monotonic() - began < 3


async def test_a_transient_fault_is_tried_again_and_what_was_asked_for_is_kept_to(bench: Bench) -> None:
    bench.clock = MovedClock(speed=100)
    sync = ScriptedSync([operation("a")], does={"a": raising(Transient("busy", after=30, code="throttled"), None)})
    engine = bench.engine(sync)
    job = await bench.run(engine)
    assert await bench.ends(job) == {"a": "done done"}
    (wait,) = await bench.events(job, "retry_wait")
    assert wait.fields["seconds"] == 30
    assert wait.fields["cause"] == "throttled"
    starts = await bench.events(job, "op_start")
    assert parse_rfc3339(starts[1].at) - parse_rfc3339(wait.at) >= timedelta(seconds=29.9)


async def test_five_failed_tries_are_a_failure_that_can_be_tried_again(bench: Bench) -> None:
    bench.clock = MovedClock(speed=400)
    sync = ScriptedSync([operation("a"), operation("b")], does={"a": raising(Transient("away", code="unreachable"))})
    job = await bench.run(bench.engine(sync))
    (a, b) = await bench.operations(job)
    assert (a.result, a.reason, a.retryable, a.attempts) == (Result.FAILED, "unreachable", True, 4)
    assert sync.log.count("a") == 5
    assert b.result is Result.DONE


async def test_waits_grow_jitter_and_are_capped() -> None:
    for attempts in range(1, 6):
        found = [retries.delay(attempts, None) for _ in range(50)]
        assert all(2**attempts * 0.5 <= one <= 2**attempts * 1.5 for one in found)
        assert len(set(found)) > 10
    assert retries.delay(1, 1e9) == 3600
    for nonsense in (float("nan"), float("inf"), -5.0):
        assert 1 <= retries.delay(1, nonsense) <= 3


async def test_a_long_wait_pauses_the_job_and_survives_a_restart(bench: Bench) -> None:
    clock = bench.clock = MovedClock()
    sync = ScriptedSync([operation("a"), operation("b")], does={"a": raising(Transient("busy", after=600), None)})
    engine = bench.engine(sync)
    job = await bench.run(engine)
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "waiting")
    assert 590 < (parse_rfc3339(seen.pause_until or "") - clock.now()).total_seconds() <= 601
    again = bench.engine(sync)
    await again.resume(job)
    await again.execute([job], stop=Stop())
    assert (await again.watch(job)).pause_reason == "waiting", "resuming does not shorten what the other side asked for"
    assert sync.log.count("a") == 1
    clock.ahead = timedelta(minutes=11)
    await bench.engine(sync).execute(None, stop=Stop())
    assert await bench.ends(job) == {"a": "done done", "b": "done done"}
    assert (await bench.operations(job))[0].attempts == 1


async def test_credentials_that_are_refused_pause_the_track_and_nothing_else(bench: Bench) -> None:
    sync = ScriptedSync([operation("a1", track="a"), operation("a2", track="a", after=("a1",)), operation("b", track="b")])
    sync.does["a1"] = raising(NotAuthorised("wrong token"), None)
    engine = bench.engine(sync)
    job = await bench.run(engine)
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason, seen.pause_until) == (JobState.PAUSED, "not_authorised", None)
    assert await bench.ends(job) == {"a1": "pending", "a2": "pending", "b": "done done"}
    assert sync.log.count("a1") == 1
    paused = [(one.fields["scope"], one.fields["reason"]) for one in await bench.events(job, "paused")]
    assert paused == [("track", "not_authorised"), ("job", "not_authorised")]
    await engine.execute(None, stop=Stop())
    assert sync.log.count("a1") == 1, "nothing tries again by itself"
    await engine.resume(job)
    await engine.execute([job], stop=Stop())
    assert (await engine.watch(job)).state is JobState.COMPLETED


@pytest.mark.parametrize("scope", ["track", "lane", "job"])
async def test_a_pause_of_an_operation_reaches_as_far_as_it_says(bench: Bench, scope: str) -> None:
    clock = bench.clock = MovedClock()
    tomorrow = clock.now() + timedelta(days=1)
    lanes = {name: Lane(name, 1) for name in ("one", "two")}
    items = [operation(f"{track}{lane}", track=track, lane=lane) for track in ("a", "b") for lane in ("one", "two")]
    for item in items:
        lanes[item.lane] = Lane(item.lane, 1)
    sync = ScriptedSync([*items], lanes=lanes, does={"aone": raising(Pause("quota", tomorrow, scope), None)})
    engine = bench.engine(sync)
    job = await bench.run(engine)
    pending = {key for key, end in (await bench.ends(job)).items() if end == "pending"}
    if scope == "track":
        assert "aone" in pending
        assert pending <= {"aone", "atwo"}
    elif scope == "lane":
        assert pending == {"aone", "bone"}
    else:
        assert {"aone", "bone"} <= pending
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "quota")
    assert abs(parse_rfc3339(seen.pause_until or "") - tomorrow) < timedelta(seconds=1)
    clock.ahead = timedelta(days=1, seconds=5)
    await engine.execute(None, stop=Stop())
    assert (await engine.watch(job)).state is JobState.COMPLETED


async def test_a_budget_pauses_until_tomorrow(bench: Bench) -> None:
    clock = bench.clock = MovedClock()
    lanes = {"metered": Lane("metered", 2, budget=Budget(100, "America/Los_Angeles")), "cpu": Lane("cpu")}
    items = [operation(f"m{number}", cost=40, lane="metered") for number in range(4)]
    sync = ScriptedSync([*items, operation("free")], lanes=lanes)
    engine = bench.engine(sync)
    job = await bench.run(engine)
    budget = lanes["metered"].budget
    assert budget is not None
    seen = await engine.watch(job)
    assert (seen.state, seen.pause_reason) == (JobState.PAUSED, "budget")
    assert abs(parse_rfc3339(seen.pause_until or "") - budget.resets_at(clock.now())) < timedelta(seconds=1)
    assert sorted(sync.log) == ["free", "m0", "m1"]
    (quota, *_) = await bench.events(job, "quota")
    assert (quota.fields["used"], quota.fields["limit"]) == (80, 100)
    await engine.resume(job)
    await engine.execute([job], stop=Stop())
    assert (await engine.watch(job)).pause_reason == "budget", "resuming buys nothing"
    clock.ahead = budget.resets_at(clock.now()) - clock.now() + timedelta(seconds=1)
    await bench.engine(sync).execute(None, stop=Stop())
    assert sorted(sync.log) == ["free", "m0", "m1", "m2", "m3"]
    assert await budgets.used(bench.database, "metered", budget.day(clock.now())) == 80


async def test_a_reservation_is_settled_by_the_real_cost_and_an_operation_too_dear_for_any_day_fails(bench: Bench) -> None:
    lanes = {"metered": Lane("metered", 1, budget=Budget(100))}
    sync = ScriptedSync([operation("a", cost=50, lane="metered"), operation("b", cost=101, lane="metered")], lanes=lanes)
    sync.does["a"] = outcome(Result.DONE, numbers={"cost": 7})
    job = await bench.run(bench.engine(sync))
    assert await bench.ends(job) == {"a": "done done", "b": "failed over_budget"}
    budget = lanes["metered"].budget
    assert budget is not None
    assert await budgets.used(bench.database, "metered", budget.day(bench.clock.now())) == 7


async def test_an_answer_that_was_lost_is_found_out_and_never_asked_for_again(bench: Bench) -> None:
    bench.clock = MovedClock(speed=50)

    async def lost(one: Operation, run: Run) -> Outcome:
        await run.intent({"number": 7})
        raise Transient("the answer was lost")

    async def look(one: Operation, intent: object) -> Outcome | None:
        assert intent == {"number": 7}
        return Outcome(Result.DONE, "recovered", numbers={"found": 1})

    sync = ScriptedSync([operation("a")], does={"a": lost}, reconciles=look)
    job = await bench.run(bench.engine(sync))
    assert sync.log == ["a", "reconcile a"]
    (record,) = await bench.operations(job)
    assert (record.reason, record.numbers) == ("recovered", {"found": 1})


async def test_settling_finds_out_without_running_anything(bench: Bench) -> None:
    async def nothing_happened(one: Operation, intent: object) -> Outcome | None:
        return None if one.key == "a" else Outcome(Result.DONE, "recovered")

    sync = ScriptedSync([operation("a"), operation("b")], reconciles=nothing_happened)
    engine = bench.engine(sync)
    job = await bench.submit(engine)
    for one in await bench.operations(job):
        await bench.database.write(lambda connection, number=one.id: operations.mark_in_doubt(connection, number, {}))  # type: ignore[misc]
    await engine.settle("another")
    assert sync.log == []
    await engine.settle("scripted")
    assert sync.log == ["reconcile a", "reconcile b"]
    assert await bench.ends(job) == {"a": "pending", "b": "done recovered"}
    assert (await engine.watch(job)).current == 1


async def test_an_end_is_recorded_once_however_often_it_comes(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")])
    engine = bench.engine(sync)
    job = await bench.submit(engine)
    (row,) = await operations.queues(bench.database, job)
    (taken,) = await operations.ready(bench.database, row.id, "9", 10)
    await engine.execute([job], stop=Stop())

    async def again(connection: aiosqlite.Connection) -> None:
        late = Outcome(Result.FAILED, "late")
        await operations.finish(
            connection, job, taken, late, appended=0, started_at=None, at="", fields=lambda total, counts: {}
        )

    for work in (again, lambda connection: operations.mark_in_doubt(connection, taken.id, {})):
        with pytest.raises(operations.Fenced):
            await bench.database.write(work)
    assert await bench.ends(job) == {"a": "done done"}
    assert (await engine.watch(job)).current == 1
    assert len(await bench.events(job, "op_end")) == 1


async def test_an_effect_of_a_cancelled_job_is_still_recorded(bench: Bench) -> None:
    async def happened(one: Operation, intent: object) -> Outcome | None:
        return Outcome(Result.DONE, "recovered", receipt={"x": 1})

    sync = ScriptedSync([operation("a"), operation("b")], reconciles=happened)
    engine = bench.engine(sync)
    job = await bench.submit(engine)
    first = (await bench.operations(job))[0]
    await bench.database.write(lambda connection: operations.mark_in_doubt(connection, first.id, {}))
    await engine.cancel(job)
    await engine.settle()
    states = {one.operation.key: one.state for one in await bench.operations(job)}
    assert states == {"a": OperationState.FINISHED, "b": OperationState.PENDING}
    assert (await engine.watch(job)).state is JobState.CANCELLED


async def test_a_stored_request_is_planned_and_run_by_whoever_executes(bench: Bench) -> None:
    sync = ScriptedSync([operation("a")])
    asking = bench.engine(sync)
    job = await asking.enqueue(Request("scripted", origin="hook"))
    waits = await asking.enqueue(Request("scripted", ("other",), origin="schedule"), confirm=True)
    assert (await asking.watch(job)).state is JobState.PLANNING
    executing = bench.engine(sync)
    await executing.execute(None, stop=Stop())
    assert (await executing.watch(job)).state is JobState.COMPLETED
    assert (await executing.watch(waits)).state is JobState.AWAITING_CONFIRMATION
    assert [one.type for one in await bench.events(waits)] == ["alert"]


async def test_a_stored_request_that_cannot_be_planned_fails_with_its_reason(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a"), operation("a")]))
    job = await engine.enqueue(Request("scripted"))
    await engine.execute(None, stop=Stop())
    seen = await engine.watch(job)
    assert seen.state is JobState.FAILED
    assert "twice" in seen.message
    (end,) = await bench.events(job, "job_end")
    assert end.fields["errors_total"] == 1


async def test_an_empty_plan_is_completed(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([]))
    job = await bench.run(engine)
    assert (await engine.watch(job)).state is JobState.COMPLETED


async def test_what_arrives_while_executing_is_taken_along(bench: Bench) -> None:
    sync = ScriptedSync([operation("a", "slow")], does={"slow": slow(0.4)})
    other = ScriptedSync([operation("b")], kind="other")
    engine = bench.engine(sync, other)
    await bench.submit(engine, Request("scripted"))
    executing = asyncio.create_task(engine.execute(None, stop=Stop()))
    await asyncio.sleep(0.1)
    late = await engine.enqueue(Request("other"))
    await executing
    assert (await engine.watch(late)).state is JobState.COMPLETED


async def test_superseding_cancels_what_asks_the_same_unless_a_person_paused_it(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    ask = Request("scripted", ("x",), {"force": True})
    same, kept, different = [await bench.submit(engine, one) for one in (ask, ask, Request("scripted", ("y",)))]
    await engine.pause(kept)
    assert await engine.supersede(ask) == [same]
    states = [(await engine.watch(job)).state for job in (same, kept, different)]
    assert states == [JobState.CANCELLED, JobState.PAUSED, JobState.PENDING]
    assert [one.type for one in await bench.events(same)] == ["job_end"]


async def test_newest_unfinished(bench: Bench) -> None:
    engine = bench.engine(ScriptedSync([operation("a")]))
    assert await engine.newest_unfinished("scripted") is None
    first, second = await bench.submit(engine), await bench.submit(engine)
    assert await engine.newest_unfinished("scripted") == second
    await engine.execute([second], stop=Stop())
    assert await engine.newest_unfinished("scripted") == first
    assert await engine.newest_unfinished("other") is None
