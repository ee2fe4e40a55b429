"""One operation: its numbers, its meaning and its picture."""

from __future__ import annotations

from pathlib import Path

from synctui.tui.screens.jobs.operation import OperationScreen
from synctui.tui.screens.preview.screen import PreviewScreen
from tests.tiny_library import put_film, put_subtitle, subtitle
from tests.tui.jobs.scenes import finished, open_job, put_episodes, store_job
from tests.tui.stage import Stage, stage


async def opened(s: Stage) -> None:
    await s.press("enter")
    await s.until(lambda: isinstance(s.app.screen, OperationScreen))
    await s.until(lambda: "is being drawn" not in s.text and "opening" not in s.text)


async def test_numbers_picture_and_undo(tmp_path: Path) -> None:
    put_episodes(tmp_path / "media", 1)
    wrong = tmp_path / "media" / "Salt" / "Salt.mkv"
    put_film(wrong)
    put_subtitle(wrong.with_suffix(".en.srt"), subtitle("harbour"))
    async with stage(tmp_path, films=("orbit", "harbour")) as s:
        job = await finished(s)
        await open_job(s, job)
        await s.sees("refused", "−12.3 s")
        await opened(s)
        await s.sees("refused: no timing fits clearly", "another film, cut or language?", "what was tried, and not trusted")
        await s.sees("nothing was written: the file is as it was", "nothing to take back", "against audio 1")
        await s.press("G")
        await s.sees("lines against the speech")
        await s.press("z")
        await s.sees("it changed nothing")
        await s.press("escape")
        await s.go_to("−12.3 s")
        await opened(s)
        await s.sees("aligned: its lines were moved by −12.3 s", "the lines came too late", "of 100", "on speech")
        await s.sees("the original lies beside it as", "z takes it back", "offset along the film", "before", "after", "0:00")
        end = next(line for line in s.lines() if "0:00" in line).split()[-1]
        await s.press("+")
        await s.until(lambda: not any(line.endswith(end) for line in s.lines()))
        await s.press("l", "l", "l")
        await s.until(lambda: any(line.endswith(end) for line in s.lines()))
        await s.press("h", "-")
        await s.sees("0:00")
        await s.press("y")
        await s.sees("clipboard")
        assert s.app.clipboard.endswith("S01E01.en.srt")
        # Wide: the picture stands beside.
        await s.pilot.resize_terminal(140, 40)
        await s.until(lambda: any("when" in line or ("offset " in line and "along" in line) for line in s.lines()))
        await s.press("z")
        await s.until(lambda: isinstance(s.app.screen, PreviewScreen))
        await s.sees("S01E01")
        await s.press("enter")
        await s.until(lambda: any(one.undo_of == job and one.state.final for one in s.app.board.jobs), 30)
        await s.sees("was taken back by job 2")


async def test_where_nothing_can_be_shown_it_says_why(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        job = await store_job(s, {"done": 1, "failed": 1, "": 1})
        await open_job(s, job)
        await s.sees("no space left")
        await opened(s)
        await s.sees("failed: no space left on the disk", "free some space", "nothing to show:", "/nowhere")
        await s.press("escape", "G")
        await opened(s)
        await s.sees("waits for its turn", "nothing was written yet", "not yet")
