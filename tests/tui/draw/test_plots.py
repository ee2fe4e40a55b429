"""What plots look like, as text."""

from __future__ import annotations

import pytest

from synctui.syncs.subtitles.picture import Picture
from synctui.text import cells
from synctui.tui.draw import plots
from synctui.tui.draw.glyphs import plain
from synctui.tui.draw.line import Line, text_of
from synctui.tui.draw.pictures import Window, offset_words, picture_lines


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [text_of(line) for line in lines]


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (None, "░░░░░░░░░░"),
        (0.0, "░░░░░░░░░░"),
        (0.55, "█████░░░░░"),
        (0.999, "█████████░"),
        (1.0, "██████████"),
        (7.0, "██████████"),
        (-1.0, "░░░░░░░░░░"),
    ],
)
def test_a_bar_is_full_only_at_the_end(share: float | None, shown: str) -> None:
    assert plots.bar(share, 10) == shown


def test_a_bar_in_ascii_takes_the_same_columns() -> None:
    assert plain(plots.bar(0.5, 10)) == "#####....."


def test_a_sparkline_has_its_newest_value_at_the_right_and_is_blank_where_nothing_is_known() -> None:
    assert plots.sparkline([1, 2, 4, 8], 6) == "  ▁▂▄█"
    assert plots.sparkline([None, 0, 8], 3) == " ▁█"
    assert plots.sparkline([], 4) == "    "
    assert plots.sparkline([0, 0], 2) == "▁▁"


def test_many_values_are_drawn_by_their_means() -> None:
    assert plots.sparkline([0, 0, 8, 8], 2) == "▁█"
    assert plots.density([0.0, 0.0, 1.0, 1.0, 0.5, 0.5], 3) == " █▄"
    assert plots.density([0.0, 1.0], 4) == "  ██"


def test_the_least_share_that_is_there_can_be_seen() -> None:
    assert plots.density([0.001, 0.0], 2) == "▁ "


def test_a_curve_runs_from_the_bottom_to_the_top() -> None:
    rows = plots.curve([0, 1, 2, 3], 2, 1, low=0, high=3)
    assert rows == ("⡠⠊",)
    assert [cells(row) for row in plots.curve([0.0] * 7, 5, 3, low=0, high=1)] == [5, 5, 5]


def test_a_cut_is_a_step_between_its_bounds() -> None:
    upper, lower = texts(plots.offset_strip([4.1, 4.1, -31.0, -31.0], 30))
    assert upper.startswith("  +4.10 s ⠉")
    assert lower.startswith("  −31.0 s ")
    assert lower.rstrip("\u2800").endswith("⣀")
    assert upper[10:20].strip("⠉") == ""
    assert lower[10:20].strip("\u2800") == ""


def test_an_offset_that_is_the_same_all_along_says_it_once() -> None:
    lines = texts(plots.offset_strip([-12.3] * 50, 40))
    assert sum("−12.3 s" in line for line in lines) == 1
    assert plots.offset_strip([None, None], 40) == ()


def test_lines_without_speech_are_marked_and_the_blocks_say_the_same_without_colours() -> None:
    row = plots.cues_row("before", [1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0], 14)
    assert text_of(row) == "   before ██  "
    assert [(span.text, span.role) for span in row[2:]] == [("█", "good"), ("█", "warn"), ("  ", "good")]


def test_the_axis_has_the_beginning_the_middle_and_the_end() -> None:
    assert text_of(plots.time_axis(0, 1200, 40)).split() == ["0:00", "10:00", "20:00"]
    assert cells(text_of(plots.time_axis(0, 1200, 40))) == 40
    assert cells(text_of(plots.time_axis(0, 1200, 16))) <= 16


def test_a_confidence_is_a_bar_with_its_number() -> None:
    assert text_of(plots.confidence_bar(94, 10)) == "█████████░ 94 of 100"
    assert plots.confidence_role(94) == "good"
    assert plots.confidence_role(12) == "warn"


def picture(**changed: object) -> Picture:
    values: dict[str, object] = {
        "path": "/x.srt",
        "bins": 4,
        "duration_s": 600.0,
        "speech": (1.0, 0.0, 1.0, 0.0),
        "before": (0.0, 1.0, 0.0, 1.0),
        "after": (1.0, 0.0, 1.0, 0.0),
        "offset": (-12.3, -12.3, None, -12.3),
        "video": "/x.mkv",
        "reference": "audio 1 (en)",
        "before_label": "the original",
        "after_label": "as it stands",
    }
    return Picture(**{**values, **changed})  # type: ignore[arg-type]


def test_a_picture_shows_offset_speech_and_lines_before_and_after() -> None:
    shown = texts(picture_lines(picture(), 50))
    assert any("−12.3 s" in line for line in shown)
    rows = {line.split()[0]: line[10:] for line in shown if line.split()[0] in ("speech", "before", "after")}
    assert rows["speech"] == rows["after"] == "█" * 10 + " " * 10 + "█" * 10 + " " * 10
    assert rows["before"] == " " * 10 + "█" * 10 + " " * 10 + "█" * 10
    assert shown[-1].split() == ["0:00", "5:00", "10:00"]


def test_a_picture_says_what_is_not_known() -> None:
    shown = "\n".join(texts(picture_lines(picture(speech=None, before=None, before_label="the original is gone"), 60)))
    assert "it was not heard, or is gone" in shown
    assert "the original is gone" in shown


def test_a_subtitle_that_was_not_written_has_one_row_of_lines() -> None:
    shown = "\n".join(texts(picture_lines(picture(after=None, before_label="as it stands", after_label=""), 60)))
    assert "before" not in shown
    assert "    lines " in shown


def test_a_window_stays_within_the_film() -> None:
    near = Window().zoomed(4)
    assert (near.start, near.end) == (0.375, 0.625)
    assert near.moved(-10).start == 0
    assert near.moved(10).end == 1
    assert near.scale == 4
    assert near.zoomed(1 / 8) == Window()
    shown = texts(picture_lines(picture(), 50, Window(0.5, 1.0)))
    assert shown[-1].split() == ["5:00", "7:30", "10:00"]


def test_offsets_in_words() -> None:
    assert offset_words([-12300, -12300, -12300]) == "−12.3 s"
    assert offset_words([4100, 4100, -31000]) == "+4.10 s · +4.10 s · −31.0 s"
    assert offset_words(None) == ""
