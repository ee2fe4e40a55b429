"""Marks: what they mean, that they stay, and what a command then gets."""

from __future__ import annotations

from pathlib import Path

from synctui.model.plan import Request
from synctui.tui.screens.library.screen import LibraryScreen
from tests.tui.library.shelf import put_shows
from tests.tui.stage import Stage, stage


async def targets(s: Stage) -> list[str]:
    """Return what a request would name, without the library's folder."""
    assert isinstance(s.place, LibraryScreen)
    return sorted(target.removeprefix(f"{s.library}/") for target in await (await s.place.subjects()).targets())


def marked(s: Stage) -> list[str]:
    """Return the names of the marked rows on the screen."""
    return [line[3:].split("  ")[0 if line[3:4] != " " else -1] for line in s.lines() if line[2:3] == "●"]


async def test_marks_survive_closing_and_filtering_and_name_what_is_meant(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        assert await targets(s) == [str(s.library)]
        await s.go_to("The Long Orbit")
        assert await targets(s) == ["Series::The Long Orbit"]
        await s.press("enter", "j", "enter")
        await s.sees("S01E04")
        await s.go_to("S01E02")
        await s.press("space")
        assert "S01E03" in s.row
        await s.go_to("Season 02")
        assert await targets(s) == ["The Long Orbit/Season 01/The Long Orbit S01E02 Part 2.mkv"]
        await s.press("space")
        await s.sees("2 marked")
        assert await targets(s) == [
            "Series::The Long Orbit::Season 02",
            "The Long Orbit/Season 01/The Long Orbit S01E02 Part 2.mkv",
        ]
        await s.go_to("The Long Orbit")
        await s.press("enter")
        await s.until(lambda: "S01E02" not in s.text)
        await s.sees("2 marked")
        await s.press("slash")
        await s.type("s02e")
        await s.sees("4 videos")
        # A row is marked because what it is in is.
        await s.until(lambda: sum(line[2:3] == "●" for line in s.lines()) == 4)
        await s.press("enter", "escape", "u")
        await s.until(lambda: "marked" not in s.text)


async def test_a_range_and_everything(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        await s.go_to("The Long Orbit")
        await s.press("enter", "j", "enter", "j", "j")
        await s.until(lambda: "S01E02" in s.row)
        await s.press("V", "j", "j")
        await s.sees("range of 3")
        await s.press("k")
        await s.sees("range of 2")
        assert sum(line[2:3] == "●" for line in s.lines()) == 2
        await s.press("V")
        await s.sees("2 marked")
        assert [one[-10:] for one in await targets(s)] == ["Part 2.mkv", "Part 3.mkv"]
        await s.press("V", "j", "escape")
        await s.sees("2 marked")
        await s.press("u", "*")
        await s.sees("1 marked")
        assert await targets(s) == [str(s.library)]
        # One episode is taken out of everything.
        await s.go_to("S01E03")
        await s.press("space")
        await s.until(lambda: sum(line[2:3] == "●" for line in s.lines()) == 5)
        left = await targets(s)
        assert "Series::Winter Harbour" in left
        assert "Series::The Long Orbit::Season 02" in left
        assert [one[-10:] for one in left if one.endswith(".mkv")] == ["Part 1.mkv", "Part 2.mkv", "Part 4.mkv"]


async def test_all_that_a_filter_found_is_marked_and_previewed(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        asked: list[tuple[Request, str]] = []
        s.app.preview = lambda request, title: asked.append((request, title))  # type: ignore[method-assign]
        await s.press("slash")
        await s.type("e01 part")
        await s.sees("2 videos")
        await s.press("enter", "*")
        await s.sees("2 marked")
        await s.press("escape")
        await s.sees("12 subtitles")
        for key, options in (("s", {}), ("c", {"check": True}), ("r", {"restore": True, "leave_missing": True})):
            await s.press(key)
            await s.until(lambda: asked)
            request, title = asked.pop()
            assert [Path(target).name for target in request.targets] == [
                "The Long Orbit S01E01 Part 1.mkv",
                "The Long Orbit S02E01 Part 1.mkv",
            ]
            assert (request.kind, request.options) == ("subtitles", options)
            assert "2 marked rows" in title
        await s.press("e")
        await s.sees("built-in", "alass")
        await s.press("b")
        await s.until(lambda: asked)
        assert asked[0][0].options == {"engine": "builtin"}


async def test_a_filter_for_a_language_means_its_subtitles_and_no_others(tmp_path: Path) -> None:
    put_shows(tmp_path / "media")
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        asked: list[Request] = []
        s.app.preview = lambda request, title: asked.append(request)  # type: ignore[method-assign]
        await s.press("slash")
        await s.type("lang:xx")
        await s.sees("nobody knows lang:xx")
        await s.press("escape", "slash")
        await s.type("lang:de")
        await s.until(lambda: s.rows.source.count() and "/ lang:de" in s.text)
        await s.press("enter")
        await s.press("s")
        await s.until(lambda: asked)
        assert [Path(target).suffixes[-2:] for target in asked.pop().targets] == [[".de", ".srt"]]
        await s.press("*", "s")
        await s.until(lambda: asked)
        named = asked.pop().targets
        assert named
        assert all(target.endswith(".de.srt") for target in named), named
