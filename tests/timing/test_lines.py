"""Which lines say when somebody speaks."""

from __future__ import annotations

import pytest

from synctui.model.cues import Cue
from synctui.timing.lines import MOST_LINES, is_spoken, usable_lines


@pytest.mark.parametrize(
    "text",
    [
        "[door slams]",
        "(sighs)",
        "[MUSIC]\n(laughs)",
        "♪ la la ♪",
        "♪",
        "- [gasps]",
        "<i>(thunder)</i>",
        "（笑）",
        "{\\an8}[rain]",
    ],
)
def test_sounds_and_songs_are_not_matched(text: str) -> None:
    assert not is_spoken(text)


@pytest.mark.parametrize(
    "text",
    ["Hello.", "[sighs] All right.", "(to Anna) Come!", "- Yes.\n- No.", "{\\an8}Over here", "42", "", "…and?", "#1 fan"],
)
def test_speech_is_matched(text: str) -> None:
    assert is_spoken(text)


def test_long_lines_are_clipped_and_backward_ones_left_out() -> None:
    lines = usable_lines([Cue(5_000, 60_000, "a"), Cue(1_000, 2_000, "b"), Cue(3_000, 3_000, "c"), Cue(9_000, 4_000, "d")])
    assert list(zip(lines.start, lines.end, strict=True)) == [(1.0, 2.0), (5.0, 15.0)]


def test_layers_of_one_line_count_once() -> None:
    assert len(usable_lines([Cue(1_000, 2_000, "shadow"), Cue(1_000, 2_000, "text")] * 50)) == 1


def test_a_huge_line_is_looked_at_quickly() -> None:
    assert is_spoken("<b" * 1_000_000)
    assert is_spoken("[" * 1_000_000)


def test_the_letters_of_karaoke_are_bounded() -> None:
    letters = [Cue(line * 4_000 + n * 30, line * 4_000 + 3_000, "x") for line in range(1_000) for n in range(60)]
    lines = usable_lines(letters)
    assert [float(at) for at in lines.start[:3]] == [0.0, 4.0, 8.0]
    assert len(lines) == 1_000
    assert len(usable_lines([Cue(n * 100, n * 100 + 50, "x") for n in range(100_000)])) <= MOST_LINES
