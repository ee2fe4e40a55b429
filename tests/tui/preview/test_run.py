"""From the wish to the bytes on the disk, and back."""

from __future__ import annotations

from pathlib import Path

from synctui.model.plan import Request
from tests.tui.preview.toy import drafts
from tests.tui.stage import Stage, put_series, stage


async def finished(s: Stage, jobs: int) -> None:
    """Wait until so many jobs are at their end."""
    await s.until(lambda: sum(job.state.final for job in s.app.board.jobs) == jobs and not s.app.board.running)


async def test_ticked_rows_run_once_and_can_be_taken_back(tmp_path: Path) -> None:
    library = tmp_path / "media"
    library.mkdir()
    subtitles = put_series(library)
    before = [subtitle.read_bytes() for subtitle in subtitles]
    whole = Request("subtitles", (str(library),))
    async with stage(tmp_path, scanned=False) as s:
        s.app.preview(whole, "Series")
        await s.sees(
            "4 subtitles: 4 to align", "undo: yes, each", "engine  built-in", "written only if better", "enter run 4"
        )
        await s.sees("S01E03 Salt.en.srt", "align  against audio 1 (en)")
        assert "Preview  Series" in s.lines()[0]
        await s.go_to("S01E03")
        await s.press("space")
        assert "S01E04" in s.row
        await s.sees("4 subtitles: 3 to align, 1 taken out", "enter run 3", "[ ] The Long Orbit S01E03 Salt.en.srt")
        assert [subtitle.read_bytes() for subtitle in subtitles] == before
        await s.press("enter", "enter")
        await s.until(lambda: s.place.place != "preview")
        await finished(s, 1)
        assert [(job.result, job.snapshot.total) for job in s.app.board.jobs] == [("2 aligned, 1 right already", 3)]
        assert [subtitle.read_bytes() == old for subtitle, old in zip(subtitles, before, strict=True)] == [
            True,
            False,
            True,
            False,
        ]
        assert [path.name for path in library.rglob("*.bak")] != []
        assert drafts(s) == []

        # What is known is left as it is.
        s.app.preview(whole, "Series")
        await s.sees("1 subtitle: 1 to align", "undo: yes", "3 more left as they are: 3 in sync")
        await s.press("escape")

        # So is, where originals are brought back, what was never changed.
        s.app.preview(Request("subtitles", ("Series::The Long Orbit",), {"restore": True}), "Restore")
        await s.sees("2 subtitles: 2 to bring back", "the original back", "2 more left as they are: 2 as they were")
        await s.press("d")
        await s.sees("from       The Long Orbit S01E02", "kept as well")
        await s.press("escape", "escape")

        # Taking it back is looked at in the same way.
        s.app.preview_undo(1, None, "undo of Series")
        await s.sees(
            "2 subtitles: 2 to bring back", "bring back", "the bytes before job 1", "what changed since stays as it is"
        )
        await s.press("e")
        await s.sees("this has no engine to choose")
        await s.press("enter")
        await finished(s, 2)
        assert [subtitle.read_bytes() for subtitle in subtitles] == before
        s.app.preview_undo(1, None, "undo of Series")
        await s.sees("this cannot be planned", "nothing of job 1 can be undone")
        await s.press("escape")


async def test_s_and_enter_sync_a_series(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("The Long Orbit")
        await s.press("s", "enter")
        await s.until(lambda: s.place.place == "library" and s.app.board.jobs)
        await finished(s, 1)
        await s.sees("3 aligned, 1 right already")
        assert s.app.board.jobs[0].result == "3 aligned, 1 right already"


async def test_nothing_to_do_teaches_and_can_be_checked_all_the_same(tmp_path: Path) -> None:
    library = tmp_path / "media"
    library.mkdir()
    subtitles = put_series(library, dict.fromkeys(("The Quiet Sector", "Salt", "A Door in the Water"), 0))
    async with stage(tmp_path, scanned=False) as s:
        one = Request("subtitles", (str(subtitles[0]), str(subtitles[1])))
        s.app.preview(one, "two files")
        await s.sees("2 subtitles: 2 to align")
        await s.press("enter")
        await finished(s, 1)
        s.app.preview(one, "two files")
        await s.sees("nothing to do", "Nothing to do: all 2 are in sync, last checked", "sync them all the same")
        await s.press("enter")
        await s.sees("there is nothing to do; esc goes back")
        await s.press("c")
        await s.sees("2 subtitles: 2 to align", "checked all the same")
        await s.press("escape")
        # An original that stands there needs no bringing back.
        (library / "Alone.srt").write_bytes(subtitles[0].read_bytes())
        s.app.preview(Request("subtitles", (str(library / "Alone.srt"),)), "Alone")
        await s.sees("1 subtitle: 1 skipped", "skip", "no video beside it", "enter note 1")
        await s.press("space")
        await s.sees("left as it is in any case: no video beside it; f: another file")
