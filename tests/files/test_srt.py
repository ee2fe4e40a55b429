from __future__ import annotations

import pytest

from synctui.errors import OperationFailed
from synctui.files.subtitle import parse_subtitle, retime
from tests.files.samples import SRT, shifted, spans_of


def moved(text: str | bytes, by: int, **options: bool) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    subtitle = parse_subtitle(data, "x.srt")
    assert retime(subtitle, spans_of(subtitle)) == data
    return retime(subtitle, shifted(subtitle, by), **options)


def test_only_times_change() -> None:
    subtitle = parse_subtitle(SRT.encode(), "x.srt")
    assert [(cue.start, cue.end, cue.text) for cue in subtitle.cues] == [
        (1000, 2500, "Hello there."),
        (3000, 4000, "Two\nlines."),
        (7198999, 7201001, "[door slams]"),
    ]
    assert moved(SRT, 61_001) == SRT.encode().replace(
        b"00:00:01,000 --> 00:00:02,500", b"00:01:02,001 --> 00:01:03,501"
    ).replace(b"00:00:03,000 --> 00:00:04,000", b"00:01:04,001 --> 00:01:05,001").replace(
        b"01:59:58,999 --> 02:00:01,001", b"02:01:00,000 --> 02:01:02,002"
    )


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("ending", ["", "\n", "\n\n\n", " \n\x1a"])
def test_b37_line_ends_are_kept(newline: str, ending: str) -> None:
    text = (SRT.rstrip("\n") + ending).replace("\n", newline)
    subtitle = parse_subtitle(text.encode(), "x.srt")
    assert subtitle.newline == newline
    assert [cue.text for cue in subtitle.cues][:2] == ["Hello there.", "Two\nlines."]
    assert moved(text, 500).decode().count(newline) == text.count(newline)
    assert moved(moved(text, 500), -500) == text.encode()


def test_b37_mixed_line_ends() -> None:
    text = "1\r\n00:00:01,000 --> 00:00:02,000\rA\n\r\n2\n00:00:03,000 --> 00:00:04,000\r\nB\x85\u2028C\x0bD"
    subtitle = parse_subtitle(text.encode(), "x.srt")
    assert [cue.text for cue in subtitle.cues] == ["A", "B\x85\u2028C\x0bD"]
    assert moved(text, 1000).decode() == text.replace("04,", "05,").replace("03,", "04,").replace("02,", "03,").replace(
        "01,000", "02,000", 1
    )


def test_b38_blank_lines_missing_and_wrong_numbers() -> None:
    text = (
        "7\n00:00:01,000 --> 00:00:02,000\nfirst\n\nstill first\n\n\n"
        "00:00:03,000 --> 00:00:04,000\nno number\n"
        "3\n00:00:05,000 --> 00:00:06,000\n1984\n\n"
        "2\n00:00:02,000 --> 00:00:02,500\nback in time\n4\n\n\n00:00:09,000 --> 00:00:10,000\n\n"
    )
    subtitle = parse_subtitle(text.encode(), "x.srt")
    assert [cue.text for cue in subtitle.cues] == ["first\n\nstill first", "no number", "1984", "back in time\n4", ""]
    times = [(cue.start, cue.end) for cue in subtitle.cues]
    assert times == [(1000, 2000), (3000, 4000), (5000, 6000), (2000, 2500), (9000, 10000)]
    assert moved(text, 100).replace(b",100", b",000").replace(b",600", b",500") == text.encode()


def test_b39_backward_empty_and_overlapping_cues_are_kept() -> None:
    text = (
        "1\n00:00:05,000 --> 00:00:04,000\nA\n\n2\n00:00:05,000 --> 00:00:05,000\nB\n\n3\n00:00:04,500 --> 00:00:09,000\nC\n"
    )
    assert moved(text, 1000) == (
        b"1\n00:00:06,000 --> 00:00:05,000\nA\n\n2\n00:00:06,000 --> 00:00:06,000\nB\n\n"
        b"3\n00:00:05,500 --> 00:00:10,000\nC\n"
    )


def test_b40_many_hours() -> None:
    assert moved("1\n99:59:59,500 --> 100:00:01,000\nA\n", 1000) == b"1\n100:00:00,500 --> 100:00:02,000\nA\n"


@pytest.mark.parametrize(
    "line",
    [
        "999999999999:00:00,000 --> 999999999999:00:01,000",
        "00:00:01,000 --> 999999999999999999999:00:01,000",
        "00:00:01,123456 --> 00:00:02,123456",
        "00:00:01,000 --> 00:00:02,123456",
        "00:00:01:12 --> 00:00:02:13",
        "00: 00: 01,000 --> 00: 00: 02,000",
        "1:00:00:01,000 --> 1:00:00:02,000",
    ],
)
def test_b40_times_that_cannot_be_read_are_never_left_behind(line: str) -> None:
    text = f"{SRT}\n4\n{line}\nA\n"
    with pytest.raises(OperationFailed) as caught:
        parse_subtitle(text.encode(), "x.srt")
    assert caught.value.code == "unsupported_content"
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("00:00:01.000 --> 00:00:02.500", "00:00:02.234 --> 00:00:03.734"),
        ("00:00:01,5 --> 00:00:02,50", "00:00:02,239 --> 00:00:03,284"),
        ("00:00:01,0007 --> 00:00:02,5000", "00:00:02,2347 --> 00:00:03,7340"),
        ("12:345:6,789 --> 12:345:7,000", "17:045:8,023 --> 17:045:8,234"),
        ("0:0:1,000-->0:0:2,500", "0:0:2,234-->0:0:3,734"),
        ("  00:00:01,000   -->\t00:00:02,500  ", "  00:00:02,234   -->\t00:00:03,734  "),
        ("00:00:01,000 -> 00:00:02,500", "00:00:02,234 -> 00:00:03,734"),
        ("00:00:01 --> 00:00:02", "00:00:02,234 --> 00:00:03,234"),
        ("00:01,000 --> 00:02,500", "00:02,234 --> 00:03,734"),
        ("-00:00:01,000 --> 00:00:02,500", "00:00:00,234 --> 00:00:03,734"),
        ("00:00:01,000 --> 00:00:02,500 line:0", "00:00:02,234 --> 00:00:03,734 line:0"),
    ],
)
def test_b41_the_files_own_style_of_times(line: str, expected: str) -> None:
    assert moved(f"1\n{line}\nA\n", 1234).decode() == f"1\n{expected}\nA\n"


def test_b42_b47_text_that_looks_like_code_stays() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000 X1:000 X2:719 Y1:480 Y2:576\n"
        '{\\an8}<font color="#ff0000" size=12><b>x</b></font><script>alert("00:00:01,000")</script> a < b > c {x}\n'
        "at <00:00:01.000> he said 00:00:05,000 --> 00:00:06,000 ->\n"
    )
    subtitle = parse_subtitle(text.encode(), "x.srt")
    assert subtitle.cues[0].text.startswith('xalert("00:00:01,000") a < b > c {x}')
    assert moved(text, 1000).decode() == text.replace("01,000 --> 00:00:02,000", "02,000 --> 00:00:03,000")


def test_b43_cues_before_the_beginning() -> None:
    with pytest.raises(OperationFailed) as caught:
        moved(SRT, -3500)
    assert caught.value.code == "negative_start"
    assert "2 of 3" in caught.value.message
    after = moved(SRT, -3500, clamp=True)
    again = parse_subtitle(after, "x.srt")
    assert [(cue.start, cue.end) for cue in again.cues] == [(0, 10), (0, 500), (7195499, 7197501)]
    assert [cue.text for cue in again.cues] == [cue.text for cue in parse_subtitle(SRT.encode(), "x.srt").cues]


def test_wrong_number_of_spans_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="2 spans for 3 cues"):
        retime(parse_subtitle(SRT.encode(), "x.srt"), [(0, 1), (2, 3)])
