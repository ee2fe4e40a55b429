"""Finding out how things stand, from the tree: numbers without a byte being written, then a sync, then taking it back."""

from __future__ import annotations

from pathlib import Path

from tests.tui.stage import put_series, stage


async def test_a_check_tells_how_late_a_sync_mends_it_and_undo_is_no_refusal(tmp_path: Path) -> None:
    library = tmp_path / "media"
    library.mkdir()
    subtitles = put_series(library)
    before = [path.read_bytes() for path in subtitles]
    async with stage(tmp_path) as s:
        await s.press("c")
        await s.sees("4 subtitles: 4 to check", "nothing is written", "enter run 4")
        assert "undo:" not in s.text and ".bak" not in s.text
        await s.press("enter", "L")
        await s.sees("4 subtitles   1 in sync   3 off", "4 checked: 3 off, 1 in sync", seconds=30)
        assert [path.read_bytes() for path in subtitles] == before
        await s.press("w")
        await s.until(lambda: "S01E02" in s.row and "late" in s.row and "12.3 s" in s.row)

        await s.press("c")
        await s.sees("1 subtitle: 1 to check", "checked all the same")
        await s.press("escape", "s")
        await s.sees("1 subtitle: 1 to align", "12.3 s late")
        await s.press("enter", "L")
        await s.sees("4 subtitles   2 in sync   2 off", seconds=30)
        await s.until(lambda: "in sync" in s.row and "moved 12.3 s" in s.row)
        assert subtitles[1].read_bytes() != before[1]

        await s.press("Z")
        await s.sees("Undo: S01E02", "enter run 1")
        await s.press("enter", "L")
        await s.sees("4 subtitles   1 in sync   2 off   1 taken back", seconds=30)
        await s.until(lambda: "taken back" in s.row and "late 12.3 s" in s.row)
        assert "refused" not in s.text
        assert [path.read_bytes() for path in subtitles] == before

        await s.press("J")
        await s.sees("3 off, 1 in sync", "check media")
        await s.until(lambda: s.rows.source.count() == 3)
        await s.go_to("check media")
        await s.press("enter")
        await s.sees("S01E02", "off", "in sync")
