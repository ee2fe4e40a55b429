"""The list of jobs: what a person sees, and what happens to the jobs and the files."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from synctui.model.plan import Notice, PlanTotals, Request
from synctui.model.states import JobState
from synctui.store.jobs import totals_json
from synctui.tui.screens.preview.screen import PreviewScreen
from tests.tui.jobs.scenes import (
    finished,
    frozen_after_one,
    in_state,
    put_episodes,
    shown,
    some_done,
    store_job,
    submit,
    touched,
)
from tests.tui.stage import stage


async def test_a_job_is_watched_paused_resumed_and_leaves_one_line(tmp_path: Path) -> None:
    put_episodes(tmp_path / "media", 6)
    async with stage(tmp_path) as s, frozen_after_one(s) as wake:
        await s.press("J")
        job = await submit(s)
        await some_done(s, job)
        await s.sees("1 running", "▶ subtitles everything", "/6", "aligned")
        await s.press("space")
        await s.sees("pausing: what is in flight")
        wake()
        await in_state(s, job, JobState.PAUSED)
        await s.sees("1 paused", "paused by you", "of 6 done, all kept", "goes on", "space go on")
        done = shown(s, job).snapshot.current
        assert 0 < done < 6
        await s.press("space")
        await in_state(s, job, JobState.COMPLETED)
        await s.sees("1 finished today", "✓ subtitles everything: 6 aligned", "6 aligned")
        assert len(s.lines()[3].rstrip()) <= 80
        await s.press("space")
        await s.sees("it is over: 6 aligned")
        await s.press("x", "r", "c")
        assert s.app.screen is s.place
        await s.press("Z")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.press("escape")
        await s.press("enter")
        await s.sees("job 1", "S01E01", "−12.3 s", "completed")


async def test_cancelling_asks_and_keeps_what_is_done(tmp_path: Path) -> None:
    subtitles = put_episodes(tmp_path / "media", 6)
    before = [path.read_bytes() for path in subtitles]
    async with stage(tmp_path) as s, frozen_after_one(s) as wake:
        await s.press("J")
        job = await submit(s)
        await some_done(s, job)
        await s.press("space")
        await s.sees("pausing: what is in flight")
        wake()
        await in_state(s, job, JobState.PAUSED)
        done = shown(s, job).snapshot.current
        await s.press("x")
        await s.sees("Cancel subtitles everything?", "keep it", f"what is done stays done: {done} of 6")
        await s.press("enter")
        await s.until(lambda: "keep it" not in s.text)
        assert shown(s, job).state is JobState.PAUSED
        await s.press("x")
        await s.sees("cancel it")
        await s.press("y")
        await in_state(s, job, JobState.CANCELLED)
        await s.sees(f"cancelled: {done} aligned")
        assert sum(path.read_bytes() != old for path, old in zip(subtitles, before, strict=True)) == done

        # What comes to its end while the question stands is no fault.
        other = await store_job(s, {"done": 1, "": 1}, state=JobState.PAUSED, pause_reason="user", paused_by_person=1)
        await in_state(s, other, JobState.PAUSED)
        await s.go_to("paused by you")
        await s.press("x")
        await s.sees("cancel it")
        await s.services.engine.cancel(other)
        await s.press("y")
        await s.until(lambda: any("is cancelled already" in said.text for said in s.app.messages.all))


async def test_what_is_paused_goes_on_though_another_job_ended_since_the_last_look(tmp_path: Path) -> None:
    put_episodes(tmp_path / "media", 2)
    async with stage(tmp_path) as s:
        engine = s.services.engine
        paused = await store_job(s, {"done": 1}, state=JobState.PAUSED, pause_reason="user", paused_by_person=1)
        cut = await store_job(s, {"done": 1, "": 1}, state=JobState.PAUSED, pause_reason="interrupted")
        await in_state(s, cut, JobState.PAUSED)
        await in_state(s, paused, JobState.PAUSED)
        s.app.pulse.end()
        await engine.cancel(cut)
        await s.press("C")
        await s.until(lambda: any("goes on: subtitles" in said.text for said in s.app.messages.all))
        seen = await engine.snapshot_of(paused)
        assert seen is not None
        assert seen.state is not JobState.PAUSED


async def test_what_went_wrong_is_found_and_tried_again(tmp_path: Path) -> None:
    subtitles = put_episodes(tmp_path / "media", 2)
    async with stage(tmp_path) as s:
        await store_job(s, {"done": 3})
        await finished(s, between=touched(subtitles[0]))
        await s.press("J")
        await s.sees("! subtitles everything", "1 changed, 1 aligned", "Series")
        await s.press("e")
        await s.sees("only where something went wrong", "1 job where something went wrong")
        assert "Series  " not in s.text
        await s.press("r")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.sees("S01E01")
        assert "S01E02" not in s.text
        await s.press("escape")
        await s.until(lambda: not isinstance(s.app.screen, PreviewScreen))
        await s.press("escape")
        await s.sees("Series")


async def test_a_job_that_waits_shows_its_plan_and_runs_when_told(tmp_path: Path) -> None:
    subtitles = put_episodes(tmp_path / "media", 1)
    before = subtitles[0].read_bytes()
    async with stage(tmp_path) as s:
        notices = (Notice("warning", "two seasons [b]look[/b] alike", "Sal\x1bt"), Notice("brake", "a third would change"))
        plan = PlanTotals(1, {"align": 1}, {"in_sync": 4}, notices=notices)
        braked = await store_job(s, {"": 1}, state=JobState.AWAITING_CONFIRMATION, plan=totals_json(plan), confirm=1)
        job = await submit(s, confirmed=False)
        await s.press("J")
        await s.sees("waits for you: 1 operation", "c shows what it would do")
        assert subtitles[0].read_bytes() == before
        await s.go_to("everything")
        await s.press("c")
        await s.sees("waits for you", "1 to align", "not now")
        await s.press("enter")
        await s.until(lambda: "not now" not in s.text)
        assert shown(s, job).state is JobState.AWAITING_CONFIRMATION
        await s.press("c", "y")
        await in_state(s, job, JobState.COMPLETED)
        assert subtitles[0].read_bytes() != before
        await s.go_to("waits for you")
        await s.press("space")
        await s.sees("c shows what it would do")
        await s.press("c")
        await s.sees("a third would change", "Sal␛t: two seasons [b]look[/b] alike", "do it all the same", "4 known already")
        await s.press("x")
        await in_state(s, braked, JobState.CANCELLED)


async def test_none_and_hundreds_of_past_jobs(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.press("J")
        await s.sees("no jobs yet", "press s: a preview comes first", "nothing runs")
        await s.press("space", "enter", "e")
        await s.sees("nothing went wrong in any job")
        await s.press("escape")
        await s.sees("no jobs yet")
        for number in range(250):
            at = f"2025-{1 + number // 28:02d}-{1 + number % 28:02d}T03:04:05.678Z"
            await store_job(s, {"done": 1}, request=Request("subtitles", (f"Show {number}",)), at=at)
        # The cursor stays on its job while others come above it.
        await s.until(lambda: s.app.board.jobs[0].what == "Show 249")
        await s.press("g")
        await s.sees("Show 249", "Sep 25")
        for _ in range(6):
            await s.press("G")
            await s.pilot.pause()
        await s.until(lambda: s.rows.source.count() == 250)
        await s.press("G")
        await s.sees("Show 0 ", "1 Jan 25")
        await s.press("g")
        await s.sees("Show 249")


async def test_wide_screens_tell_the_job_beside_the_list(tmp_path: Path) -> None:
    async with stage(tmp_path, size=(140, 45)) as s:
        lines = ["✓ Series/Season 01/" + "a" * 60 + ".srt: aligned"]
        await store_job(
            s, {"done": 3, "failed": 2}, snapshot={"lines": lines}, request=Request("subtitles", ("A", "B", "C"))
        )
        await s.press("J")
        await s.sees("3  aligned", "2  failed", "3 targets", "aaa.srt: aligned", "asked for by you")


def elsewhere(tmp_path: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start a headless run and return it when its job has begun."""
    command = [sys.executable, "-m", "synctui", "--run", "subtitles", "--yes", "--json", "--jobs", "1", *more]
    places = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data")]
    process = subprocess.Popen([*command, *places], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["type"] == "job_start":
            break
    return process


async def test_a_job_of_another_process_is_shown_live_and_steered_from_here(tmp_path: Path) -> None:
    put_episodes(tmp_path / "media", 40)
    async with stage(tmp_path) as s, frozen_after_one(s):
        await s.press("J")
        other = await asyncio.to_thread(elsewhere, tmp_path)
        try:
            await s.sees("in another process", "▶ subtitles")
            job = s.app.board.jobs[0].id
            assert shown(s, job).where == "elsewhere"
            await s.press("space")
            await in_state(s, job, JobState.PAUSED)
            await s.sees("paused by you", "of 40 done")
            told = [json.loads(line) for line in other.communicate(timeout=30)[0].splitlines()]
            assert told[-1]["exit_code"] == 6
        finally:
            other.kill()
            other.communicate()
        # Somebody else goes on with it, and is killed.
        other = await asyncio.to_thread(elsewhere, tmp_path, f"--resume={job}", "--wait-lock=1m")
        other.kill()
        other.communicate()
        await s.sees("interrupted", "all kept; space goes on")
        done = shown(s, job).snapshot.current
        await s.press("space")
        await s.until(lambda: shown(s, job).where == "here" and shown(s, job).snapshot.current > done)
        await s.sees("1 running", "▶ subtitles")
        assert "another process" not in s.text
