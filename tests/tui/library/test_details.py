"""Details: on a page of their own, or beside the list on a wide screen."""

from __future__ import annotations

from pathlib import Path

from synctui.library import decisions
from tests.tui.library.shelf import put_shows
from tests.tui.stage import stage


async def test_the_page_of_a_subtitle_tells_all_there_is_to_know(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.press("s")
        await s.sees("4 to align")
        await s.press("enter", "L")
        await s.sees("4 subtitles   all in sync", seconds=30)
        await s.press("j", "enter", "j", "enter", "j", "j", "d")
        await s.sees("Details", "in sync", "moved 12.3 s", "shift", "−12.3 s", "confidence", "of 100", "on speech")
        await s.sees("video", "The Quiet Sector.mkv", "2:30", "listens to", "audio 1 (en)")
        await s.sees("original", ".bak", "r brings it back", "built-in")
        rows = s.rows.source
        await s.until(lambda: "speech" in "".join(span.text for span in rows.line(rows.count() - 4, 70)))
        await s.press("G")
        await s.sees("history", "aligned", "lines against the speech", "before", "after")
        await s.press("g")
        await s.press("i")
        await s.sees("left alone, as you said", "i takes it up again")
        await s.press("escape")
        await s.sees("1 ignored")
        assert s.place.place == "library"
        await s.press("enter")
        await s.sees("listens to")


async def test_the_page_of_a_video_or_a_group_follows_what_is_done(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    subtitle = tmp_path / "media/Winter Harbour/Season 01/Winter Harbour S01E01 Ice.de.srt"
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        await s.go_to("Winter Harbour")
        await s.press("d")
        await s.sees("Details", "4  subtitles", "3  not checked")
        await decisions.ignore(s.services.database, [str(subtitle)], True)
        s.place.refreshed()
        await s.sees("2  not checked", "1  ignored")
        await s.press("escape", "enter", "j", "enter", "j", "d")
        await s.sees("Details", "de", "ignored")
        await decisions.ignore(s.services.database, [str(subtitle)], False)
        s.place.refreshed()
        await s.until(lambda: "ignored" not in s.text and s.text.count("not checked") == 3)


async def test_a_wide_screen_has_them_beside_the_list(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}, size=(120, 30)) as s:
        await s.sees("│ Series", "12  subtitles")
        await s.go_to("Winter Harbour")
        await s.sees("│ Winter Harbour", "  3  not checked", "  1  no video")
        await s.press("enter", "j", "enter", "j")
        await s.sees("│ Winter Harbour S01E01 Ice.mkv", "forced", "the video cannot be read")
        await s.press("enter", "j")
        await s.sees("│ Winter Harbour S01E01 Ice.de.srt", "s looks at it; a preview comes first")
        await s.pilot.resize_terminal(80, 24)
        await s.until(lambda: "│" not in s.text)
        assert ".de.srt" in s.row
        await s.pilot.resize_terminal(120, 30)
        await s.sees("│ Winter Harbour S01E01 Ice.de.srt")
