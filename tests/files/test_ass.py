from __future__ import annotations

import pytest

from synctui.errors import OperationFailed
from synctui.files.subtitle import parse_subtitle, retime
from tests.files.samples import ASS, SSA, shifted, spans_of

HEAD = "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def line(start: str, end: str, text: str = "a", kind: str = "Dialogue") -> str:
    return f"{kind}: 0,{start},{end},Default,,0,0,0,,{text}\n"


def moved(text: str, by: int) -> str:
    subtitle = parse_subtitle(text.encode(), "x.ass")
    assert retime(subtitle, spans_of(subtitle)) == text.encode()
    return retime(subtitle, shifted(subtitle, by)).decode()


def test_b44_styles_fonts_comments_karaoke_stay() -> None:
    subtitle = parse_subtitle(ASS.encode(), "x.ass")
    assert subtitle.format == "ass"
    assert subtitle.unit == 10
    assert [(cue.start, cue.end, cue.text) for cue in subtitle.cues] == [
        (1000, 2000, "Hello, you"),
        (1500, 2000, "\nSign 0:00:09.00"),
        (35999900, 36001000, "Late line"),
    ]
    expected = (
        ASS.replace("Comment: 0,0:00:01.00,0:00:02.00", "Comment: 0,0:00:04.50,0:00:05.50")
        .replace("Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann", "Dialogue: 0,0:00:04.50,0:00:05.50,Default,Ann")
        .replace("Dialogue: 1,0:00:01.50,0:00:02.00", "Dialogue: 1,0:00:05.00,0:00:05.50")
        .replace("9:59:59.90,10:00:01.00", "10:00:03.40,10:00:04.50")
    )
    assert moved(ASS, 3500) == expected


def test_b44_ssa() -> None:
    assert parse_subtitle(SSA.encode(), "x.ssa").format == "ssa"
    assert moved(SSA, 1000) == SSA.replace("05.10", "06.10").replace("07.35", "08.35")


@pytest.mark.parametrize(
    ("by", "start", "end"), [(4, "01.00", "02.00"), (5, "01.01", "02.01"), (6, "01.01", "02.01"), (14, "01.01", "02.01")]
)
def test_centiseconds_are_rounded_the_same_way_at_both_ends(by: int, start: str, end: str) -> None:
    assert moved(HEAD + line("0:00:01.00", "0:00:02.00"), by) == HEAD + line(f"0:00:{start}", f"0:00:{end}")


def test_lines_that_touch_still_touch_after_rounding() -> None:
    text = HEAD + "".join(line(f"0:00:{at:02}.{at:02}", f"0:00:{at + 1:02}.{at + 1:02}") for at in range(10, 50))
    subtitle = parse_subtitle(text.encode(), "x.ass")
    after = parse_subtitle(
        retime(subtitle, [(round(a * 1.0427), round(b * 1.0427)) for a, b in spans_of(subtitle)]), "x.ass"
    )
    assert all(one.end == two.start for one, two in zip(after.cues, after.cues[1:], strict=False))


def test_columns_are_found_by_the_format_line() -> None:
    text = "[Events]\nFormat: End , Text1, START, Text\nDialogue: 0:00:02.00, , 0:00:01.00 ,a, b\n"
    subtitle = parse_subtitle(text.encode(), "x.ass")
    assert [(cue.start, cue.end, cue.text) for cue in subtitle.cues] == [(1000, 2000, "a, b")]
    assert moved(text, 1000) == text.replace("02.00", "03.00").replace("01.00", "02.00")


def test_own_styles_of_times() -> None:
    text = HEAD + line("0:00:01.123", "00:00:02:50") + line("0:00:03", "0:00:04.5")
    assert moved(text, 1000) == HEAD + line("0:00:02.123", "00:00:03:50") + line("0:00:04", "0:00:05.5")
    assert moved(text, 1230) == HEAD + line("0:00:02.353", "00:00:03:73") + line("0:00:04.23", "0:00:05.28")


def test_comments_move_like_the_dialogue_around_them() -> None:
    text = (
        HEAD
        + line("0:00:00.00", "0:00:05.00", kind="Comment")
        + line("0:00:10.00", "0:00:20.00")
        + line("0:00:15.00", "0:00:25.00", kind="Comment")
        + line("0:00:30.00", "0:00:40.00")
        + line("0:00:50.00", "0:01:00.00", kind="Comment")
    )
    subtitle = parse_subtitle(text.encode(), "x.ass")
    after = retime(subtitle, [(20_000, 40_000), (60_000, 80_000)]).decode()
    assert after == (
        HEAD
        + line("0:00:00.00", "0:00:10.00", kind="Comment")
        + line("0:00:20.00", "0:00:40.00")
        + line("0:00:30.00", "0:00:50.00", kind="Comment")
        + line("0:01:00.00", "0:01:20.00")
        + line("0:01:40.00", "0:02:00.00", kind="Comment")
    )


def test_broken_dialogue_is_refused_and_broken_comments_are_left_alone() -> None:
    text = HEAD + "Comment: --- signs ---\nFoo: bar\n" + line("0:00:01.00", "0:00:02.00")
    assert moved(text, 1000) == text.replace("02.00", "03.00").replace("01.00", "02.00")
    for broken in (
        "Dialogue: 0,bad,0:00:02.00,Default,,0,0,0,,a\n",
        "Dialogue: 0,0:00:01.00\n",
        line("0:00:01.00", "999999999:00:01.00"),
    ):
        with pytest.raises(OperationFailed) as caught:
            parse_subtitle((HEAD + broken).encode(), "x.ass")
        assert caught.value.code == "unsupported_content"


def test_format_line_without_times_is_refused() -> None:
    for columns in ("Layer, Text", "Start, Start, End, Text", ", ".join(["x"] * 100_000)):
        with pytest.raises(OperationFailed) as caught:
            parse_subtitle(f"[Events]\nFormat: {columns}\nDialogue: 0,0:00:01.00,0:00:02.00,a\n".encode(), "x.ass")
        assert caught.value.code == "unsupported_content"


def test_an_srt_with_a_sign_called_events_stays_srt() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,x,,0,0,0,,x\n"
    assert parse_subtitle(text.encode(), "x.srt").format == "srt"


def test_comments_before_the_first_section() -> None:
    assert parse_subtitle(("; hello\n!: x\n" + HEAD + line("0:00:01.00", "0:00:02.00")).encode(), "x").format == "ass"
