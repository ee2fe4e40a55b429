"""A plan while it is drawn up: it shows at once, can be left at once, and is as quick with many rows as with few."""

from __future__ import annotations

import time
from pathlib import Path

from synctui.model.plan import Notice, Request
from synctui.tui.draw.line import Line
from tests.tui.preview.toy import SlowSync, drafts, put
from tests.tui.stage import stage

TOY = Request("toy")


async def test_rows_show_while_the_plan_grows_and_leaving_leaves_no_trace(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        put(s, SlowSync(60, 5_000))
        s.app.preview(TOY, "everything")
        await s.sees("Thing 000003.srt", "looking: 60 to do, 7 known already")
        assert drafts(s)
        await s.until(lambda: s.rows.source.count() == 60)
        await s.press("G")
        await s.sees("Thing 000059.srt")
        await s.press("escape")
        await s.sees("the plan was given up: nothing was written")
        await s.until(lambda: not drafts(s))
        # Going elsewhere is giving up as well.
        put(s, SlowSync(60, 5_000))
        s.app.preview(TOY, "everything")
        await s.sees("looking: 60 to do")
        await s.press("L")
        await s.sees("the plan was given up: nothing was written")
        await s.until(lambda: not drafts(s))
        assert not await s.services.engine.newest_unfinished("toy")


async def test_enter_before_the_plan_is_complete_runs_it_then(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        sync = put(s, SlowSync(60, 40))
        s.app.preview(TOY, "everything")
        await s.sees("looking: 60 to do")
        await s.press("enter", "enter")
        await s.sees("begins when the plan is complete")
        assert await s.services.engine.newest_unfinished("toy") is None
        sync.go.set()
        await s.until(lambda: any("started: 100 to align" in said.text for said in s.app.messages.all))
        await s.until(lambda: s.app.board.jobs and s.app.board.jobs[0].state.final)
        assert [job.result for job in s.app.board.jobs] == ["100 aligned"]
        await s.until(lambda: not drafts(s))


async def test_what_stands_is_not_drawn_again_while_the_plan_grows(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        sync = put(s, SlowSync(200, 4_000))
        s.app.preview(TOY, "everything")
        await s.sees("looking: 200 to do", "Thing 000010.srt", "7 more left as they are")
        await s.pilot.pause()
        drawn: list[int] = []
        line = s.rows.source.line

        def counted(index: int, width: int) -> Line:
            drawn.append(index)
            return line(index, width)

        s.rows.source.line = counted  # type: ignore[method-assign]
        sync.go.set()
        await s.sees("4,200 operations: 4,200 to align")
        # Only where the bar at the side became shorter.
        assert len(drawn) < s.rows.page


async def test_a_long_plan_pages_as_fast_as_a_short_one(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        sync = put(s, SlowSync(12_000))
        s.app.preview(TOY, "everything")
        await s.sees("12,000 operations: 12,000 to align", seconds=30)

        async def took(key: str, text: str) -> float:
            began = time.perf_counter()
            await s.press(key)
            await s.sees(text)
            return time.perf_counter() - began

        last, first = await took("G", "Thing 011999.srt"), await took("g", "Thing 000000.srt")
        assert last < 0.3 + 2 * first
        for place in range(0, 10_000, 400):
            s.rows.move_to(place)
            await s.until(lambda place=place: f"Thing {place:06d}" in s.row)  # type: ignore[misc]
        # Memory follows the hand, not the plan.
        assert len(s.place.planned._pages) <= 20  # type: ignore[attr-defined]
        # All and none are one step at any length.
        await s.press("*")
        await s.sees("12,000 operations: 12,000 taken out")
        assert "[ ] Thing" in s.text and "[x]" not in s.text
        await s.press("enter")
        await s.sees("nothing is ticked; space takes a row in, * all")
        await s.press("*")
        await s.sees("12,000 operations: 12,000 to align", "[x] Thing")
        assert sync.planned == 1


async def test_what_the_plan_says_stands_above_the_rows(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        warnings = (Notice("warning", "[red]one[/red] of the disks is slow"), Notice("warning", "so is the other one"))
        put(s, SlowSync(3, notices=warnings))
        s.app.preview(TOY, "everything")
        await s.sees("3 operations: 3 to align", "2 warnings: [red]one[/red] of the disks is slow", "w all of it")
        await s.press("w")
        await s.sees("warning   so is the other one", "left as they are", "7  in sync")
        await s.press("escape", "d")
        await s.sees("Thing 000000.srt", "engine", "about      1 s")
        await s.press("escape")
        await s.sees("3 operations")
        # A plan that cannot be drawn up says why, and what to do.
        await s.press("escape")
        s.app.preview(Request("subtitles", ("No Such Show",)), "No Such Show")
        await s.sees("this cannot be planned", "nothing is called No Such Show", "name a path")
        await s.press("enter")
        await s.sees("there is no plan to run; esc goes back")
        await s.press("escape")
        s.app.preview_undo(99, None, "undo of job 99")
        await s.sees("this cannot be planned", "there is no job 99")
