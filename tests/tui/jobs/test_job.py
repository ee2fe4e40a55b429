"""One job: its operations, what went wrong first, and its log."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from synctui.model.states import JobState
from synctui.tui.screens.jobs.job import JobScreen
from synctui.tui.screens.jobs.operation import OperationScreen
from synctui.tui.screens.preview.screen import PreviewScreen
from tests.tui.jobs.scenes import (
    add_events,
    frozen_after_one,
    in_state,
    open_job,
    put_episodes,
    shown,
    some_done,
    store_job,
    submit,
)
from tests.tui.stage import stage


def numbers(lines: list[str]) -> list[str]:
    """Return the episodes on the screen, from top to bottom."""
    return [line.split("Episode ")[1][:6] for line in lines if "Episode " in line]


async def test_tens_of_thousands_of_operations_open_at_once_with_what_went_wrong_on_top(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        job = await store_job(s, {"done": 20_000, "failed": 2, "refused": 3, "unchanged": 19_995}, message="")
        began = time.monotonic()
        await open_job(s, job)
        await s.until(lambda: len(numbers(s.lines())) > 8)
        assert time.monotonic() - began < 2
        await s.sees("20,000 aligned", "2 failed", "19,995 right already", "no space left on the disk")
        assert numbers(s.lines())[:6] == ["020000", "020001", "020002", "020003", "020004", "000000"]
        await s.sees("failed: no space left on the disk", "free some space on that disk")
        await s.press("G")
        await s.until(lambda: numbers(s.lines())[-1:] == ["039999"])
        await s.press("g", "e")
        await s.sees("only errors: 2", "e refused")
        assert numbers(s.lines()) == ["020000", "020001"]
        await s.press("e")
        await s.sees("only what was refused: 3")
        await s.until(lambda: numbers(s.lines()) == ["020002", "020003", "020004"])
        await s.press("e")
        await s.until(lambda: "only" not in s.text and len(numbers(s.lines())) > 8)
        # A filter, over names as over outcomes.
        await s.press("/")
        await s.type("e 03777")
        await s.until(lambda: numbers(s.lines()) == [f"03777{digit}" for digit in range(10)])
        await s.sees("with “e 03777”: 10")
        await s.press("enter", "j", "enter")
        await s.until(lambda: isinstance(s.app.screen, OperationScreen))
        await s.sees("Episode 037771")
        await s.press("escape")
        await s.until(lambda: not isinstance(s.app.screen, OperationScreen))
        await s.sees("with “e 03777”: 10")
        screen = s.app.screen
        assert isinstance(screen, JobScreen)
        await s.until(lambda: screen._looked and not screen._reading.busy)
        await s.press("escape")
        await s.until(lambda: "with" not in s.text and numbers(s.lines())[:1] == ["020000"])
        await s.press("escape")
        await s.until(lambda: s.app.screen is s.app.screen_stack[0])


async def test_a_job_is_followed_and_one_operation_or_all_are_taken_back(tmp_path: Path) -> None:
    put_episodes(tmp_path / "media", 8)
    async with stage(tmp_path) as s, frozen_after_one(s) as wake:
        job = await submit(s)
        await open_job(s, job)
        await some_done(s, job)
        await s.sees("running", "aligned", "waits")
        await s.press("z")
        await s.sees("pause or cancel it first")
        assert not isinstance(s.app.screen, PreviewScreen)
        await s.press("o", "G")
        await s.sees("begins: 8 operations")
        await s.press("space")
        await s.sees("pausing: what is in flight")
        wake()
        await in_state(s, job, JobState.PAUSED)
        await s.sees("paused: by you", "paused by you", "space go on")
        await s.press("space")
        await in_state(s, job, JobState.COMPLETED)
        # The log followed to its newest line.
        await s.sees("goes on", "completed: 8")
        await s.press("/")
        await s.type("s01e03")
        await s.sees("with “s01e03”: 1")
        await s.until(lambda: "begins" not in s.text and "S01E03" in s.text)
        await s.press("enter", "enter")
        await s.until(lambda: isinstance(s.app.screen, OperationScreen))
        await s.sees("S01E03.en.srt", "the lines came too late")
        await s.press("escape")
        await s.until(lambda: not isinstance(s.app.screen, OperationScreen))
        await s.press("escape", "o")
        await s.sees("S01E01", "S01E08", "aligned: its lines were moved by −12.3 s")
        await s.press("j", "z")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.sees("S01E02", "enter run")
        assert "S01E01" not in s.text
        await s.press("enter")
        await s.until(lambda: any(one.undo_of == job and one.state.final for one in s.app.board.jobs), 30)
        await s.until(lambda: not isinstance(s.app.screen, PreviewScreen))
        await s.sees("taken back")
        assert shown(s, job).undoable
        await s.go_to("taken back")
        await s.press("z")
        await s.sees("it was taken back already, by job 2")
        await s.press("Z")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.sees("S01E01", "S01E08")
        assert "S01E02" not in s.text


async def test_wide_screens_have_the_log_beside(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(170, 40)) as s:
        job = await store_job(s, {"done": 3, "conflict": 1})
        told: list[tuple[str, dict[str, object]]] = [
            ("job_start", {"total": 4, "resumed_from": 0}),
            ("op_start", {"subject": "never told"}),
            ("retry_wait", {"subject": "Salt \x1b[31m.srt", "seconds": 5, "message": "busy [red]", "attempt": 1}),
            ("paused", {"reason": "duration", "until": None, "scope": "job"}),
            ("warning", {"message": "x was appended twice"}),
            ("stage_start", {"stage": "align", "total": 4}),
            ("quota", {"used": 3, "limit": 10}),
            ("something_new", {}),
            ("job_end", {"state": "completed", "outcomes": {"done": 3, "conflict": 1}}),
        ]
        await add_events(s, job, told)
        await open_job(s, job)
        await s.sees("Episode 000003", "begins: 4 operations", "Salt ␛[31m.srt: waits 5 s and tries again: busy [red]")
        await s.sees("paused: the time for it is over", "x was appended twice", "align: 4 operations", "3 of 10 used")
        await s.sees("something new", "completed: 3 done, 1 changed meanwhile", "it changed since the plan was made")
        assert "never told" not in s.text
        await s.press("o", "g", "tab")
        await s.press("r")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.press("escape")


async def test_a_job_that_is_gone_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        s.app.show(JobScreen(99))
        await s.sees("there is no job 99")
        await s.press("space", "x", "z", "o", "e", "enter")
        await s.press("escape")
        await s.until(lambda: s.app.screen is s.app.screen_stack[0])


async def test_a_job_that_is_left_while_it_is_being_looked_at_again_is_no_fault(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        s.app.faults.lenient = True
        await open_job(s, await store_job(s, {"done": 300}))
        await s.until(lambda: len(numbers(s.lines())) > 8)
        await s.press("enter")
        await s.until(lambda: isinstance(s.app.screen, OperationScreen))
        # Closing the operation brings the job's page up again for the moment in which that is closed as well.
        await s.press("comma")
        await s.sees("Libraries")
        await s.until(lambda: not any(task.get_name() == "operations" for task in asyncio.all_tasks()))
        assert not s.app.faults.all
