"""The filter: words, states, languages; what it leaves behind, and going from find to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.model.states import OFF
from synctui.model.states import SubtitleState as State
from synctui.tui.screens.library.filter import HOPELESS, UNCHECKED, WRONG, Query
from tests.tui.library.shelf import find, put_shows
from tests.tui.stage import stage


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Long ORBIT", Query("long orbit")),
        ("is:off", Query(states=OFF)),
        ("is:late orbit", Query("orbit", OFF)),
        ("is:wrong", Query(states=WRONG)),
        ("is:ref", Query(states=(State.REFUSED,))),
        ("is:unchecked lang:German", Query(states=UNCHECKED, languages=("de",))),
        ("is:not-checked", Query(states=(State.NOT_CHECKED,))),
        ("is:", Query()),
        ("lang:xx9 is:blue", Query(unknown=("lang:xx9", "is:blue"))),
        ("a:b c", Query("a:b c")),
    ],
)
def test_what_a_filter_asks_for(text: str, query: Query) -> None:
    assert Query.of(text) == query


def test_no_state_is_out_of_reach() -> None:
    for state in State:
        assert state in Query.of(f"is:{state.value}").states
        assert state in {*WRONG, *UNCHECKED, *HOPELESS, State.IN_SYNC, State.IGNORED, State.TAKEN_BACK}


async def test_finds_while_typing_and_stays_on_the_find(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_shows(library)
    late = library / "The Long Orbit" / "Season 02" / "The Long Orbit S02E02 Part 2.en.srt"
    async with stage(tmp_path, libraries={"Series": library}) as s:
        await find(s.services, late, State.SHIFTED, "", {"offset_ms": [-4000, -4000, -4000], "confidence": 80})
        await s.press("slash")
        await s.type("orbit s02")
        await s.sees("4 videos", "1 off", "The Long Orbit  S02E04  Part 4")
        assert "Winter" not in s.text
        await s.press("enter", "j", "j")
        await s.sees("/ orbit s02   4 videos   4 subtitles   1 off   3 to check")
        assert "S02E03" in s.row
        await s.press("n")
        assert "S02E04" in s.row
        await s.press("n")
        await s.until(lambda: "S02E01" in s.row)
        await s.press("N")
        await s.until(lambda: "S02E04" in s.row)
        await s.press("w")
        await s.until(lambda: "S02E02" in s.row)
        # Given up, it leaves the cursor on what it found, in the tree.
        await s.press("escape")
        await s.sees("12 subtitles", "▾ Season 02", "▸ Winter Harbour")
        assert "S02E02" in s.row
        assert "late" in s.row
        await s.press("g", "n", "n")
        await s.until(lambda: "S02E02" in s.row)


async def test_states_and_languages(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_shows(library)
    async with stage(tmp_path, libraries={"Series": library}) as s:
        await s.press("slash")
        await s.type("lang:de")
        await s.sees("1 video ", "Winter Harbour  S01E01  Ice")
        await s.type(" is:unch")
        await s.sees("1 video ", "Winter Harbour  S01E01  Ice")
        await s.press("escape")
        await s.sees("12 subtitles")
        await s.press("slash")
        await s.type("is:no_video")
        await s.sees("Winter Harbour S01E09 Lost.srt", "no video", "1 can't be checked")
        assert "Part" not in s.text
        await s.press("ctrl+u")
        await s.type("xyz")
        await s.sees("nothing found")
        await s.press("ctrl+u")
        await s.sees("▾ Series")
        await s.type("is:blue")
        await s.press("enter")
        await s.sees("12 subtitles", "▾ Series")
