"""What stops a plan: a disk that seems to be away, a configuration that changed, another process that executes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synctui.model.plan import Notice, Request
from synctui.store.lock import ExecutionLock
from tests.tui.preview.toy import SlowSync, put
from tests.tui.snapshots.scene import neutral_folder
from tests.tui.stage import put_series, stage

TOY = Request("toy")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path leaves room on the line for what is said about it."""
    with neutral_folder() as made:
        yield made


async def test_a_brake_asks_and_its_safe_answer_has_the_cursor(folder: Path) -> None:
    library = folder / "media"
    library.mkdir()
    subtitles = put_series(library)
    async with stage(folder, scanned=False) as s:
        whole = Request("subtitles", (str(library),))
        s.app.preview(whole, "Series")
        await s.sees("4 subtitles: 4 to align")
        await s.press("escape")
        for subtitle in subtitles[:2]:
            for file in subtitle.parent.glob(subtitle.name.removesuffix(".en.srt") + "*"):
                file.unlink()
        s.app.preview(whole, "Series")
        await s.sees("4 of 8 files under", "is a disk not mounted?", "enter", "asks whether it is meant")
        await s.press("enter")
        await s.sees("Is this meant?", "> s  stay", "g  do it all the same")
        await s.press("enter")
        await s.until(lambda: "Is this meant?" not in s.text)
        assert await s.services.engine.newest_unfinished("subtitles") is None
        await s.press("enter")
        await s.sees("Is this meant?")
        await s.press("g")
        # What is left is planned, and looked at once more before it runs.
        await s.sees("2 subtitles: 2 to align", "planned as if what is missing were gone for good")
        assert await s.services.engine.newest_unfinished("subtitles") is None
        await s.press("enter")
        await s.until(lambda: s.app.board.jobs and s.app.board.jobs[0].state.final)
        assert s.app.board.jobs[0].result == "2 aligned"


async def test_a_stale_plan_is_planned_again_and_only_a_lifted_brake_is_submitted(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        sync = put(s, SlowSync(3, notices=(Notice("brake", "everything would go"),)))
        engine = s.services.engine
        s.app.preview(TOY, "everything")
        await s.sees("3 operations: 3 to align", "stopped: everything would go", "enter asks")
        await s.press("enter")
        await s.sees("Is this meant?", "everything would go")
        await s.press("g")
        await s.sees("planned as if")
        engine.configuration += " changed"
        await s.press("enter")
        await s.sees("the configuration changed: planned again; look at it once more")
        assert sync.planned == 3
        assert await engine.newest_unfinished("toy") is None
        await s.press("enter")
        await s.until(lambda: any("started: 3 to align" in said.text for said in s.app.messages.all))


async def test_what_another_process_delays_is_kept_and_follows(tmp_path: Path) -> None:
    async with stage(tmp_path, scanned=False) as s:
        put(s, SlowSync(3))
        other = ExecutionLock(s.services.paths.lock)
        await s.until(lambda: other.try_acquire())
        other.describe("subtitles")
        s.app.preview(TOY, "everything")
        await s.sees("3 operations: 3 to align")
        await s.press("enter")
        await s.sees("kept as job 1: process", "(subtitles) executes now; it follows")
        other.release()
        await s.until(lambda: s.app.board.jobs and s.app.board.jobs[0].result == "3 aligned")
