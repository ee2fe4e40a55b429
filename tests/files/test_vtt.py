from __future__ import annotations

import pytest

from synctui.errors import OperationFailed
from synctui.files.subtitle import parse_subtitle, retime
from tests.files.samples import VTT, shifted, spans_of


def test_b45_notes_styles_regions_settings_stay() -> None:
    subtitle = parse_subtitle(VTT.encode(), "x.vtt")
    assert subtitle.format == "vtt"
    assert [(cue.start, cue.end, cue.text) for cue in subtitle.cues] == [
        (1000, 2000, "Hi & bye"),
        (3598000, 3599500, "A little song"),
        (3601250, 3603000, "End"),
    ]
    assert retime(subtitle, spans_of(subtitle)) == VTT.encode()
    after = retime(subtitle, shifted(subtitle, 250)).decode()
    expected = (
        VTT.replace("intro\n00:01.000 --> 00:02.000", "intro\n00:01.250 --> 00:02.250")
        .replace("59:58.000 --> 59:59.500", "59:58.250 --> 59:59.750")
        .replace("<59:58.500>", "<59:58.750>")
        .replace("<00:59:59.000>", "<00:59:59.250>")
        .replace("01:00:01.250 --> 01:00:03.000", "01:00:01.500 --> 01:00:03.250")
    )
    assert after == expected


def test_hours_appear_only_when_needed() -> None:
    subtitle = parse_subtitle(b"WEBVTT\n\n59:58.000 --> 59:59.500\na <59:59.000>b\n", "x.vtt")
    assert retime(subtitle, shifted(subtitle, 500)) == b"WEBVTT\n\n59:58.500 --> 01:00:00.000\na <59:59.500>b\n".replace(
        b"01:00:00.000", b"01:00:00.000"
    )
    wide = parse_subtitle(b"WEBVTT\n\n100:00:00.000 --> 100:00:01.000\na\n", "x.vtt")
    assert b"99:59:59.000" in retime(wide, shifted(wide, -1000)).replace(b"099:", b"99:")


def test_karaoke_times_keep_their_place_in_a_stretched_cue() -> None:
    subtitle = parse_subtitle(b"WEBVTT\n\n00:10.000 --> 00:20.000\na <00:15.000>b\n", "x.vtt")
    assert retime(subtitle, [(20_000, 40_000)]) == b"WEBVTT\n\n00:20.000 --> 00:40.000\na <00:30.000>b\n"


def test_header_needs_no_blank_line_and_the_file_needs_no_header() -> None:
    for text in (
        "WEBVTT\n00:01.000 --> 00:02.000\na\n",
        "00:01.000 --> 00:02.000\na\n",
        "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\na",
    ):
        subtitle = parse_subtitle(text.encode(), "x.vtt")
        assert subtitle.format == "vtt"
        assert [cue.text for cue in subtitle.cues] == ["a"]
        assert retime(subtitle, shifted(subtitle, 1000)).decode() == text.replace("02.", "03.").replace("01.", "02.")


def test_cues_without_a_blank_line_between_them() -> None:
    subtitle = parse_subtitle(b"WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\n\n\nlost text\n", "x.vtt")
    assert [(cue.start, cue.text) for cue in subtitle.cues] == [(1000, "a"), (3000, "")]


def test_a_webvtt_file_named_srt() -> None:
    assert parse_subtitle(VTT.encode(), "x.srt").format == "vtt"


def test_a_valid_file_without_cues() -> None:
    subtitle = parse_subtitle(b"WEBVTT\n\nNOTE nothing\n", "x.vtt")
    assert subtitle.cues == ()
    assert retime(subtitle, []) == b"WEBVTT\n\nNOTE nothing\n"


@pytest.mark.parametrize("order", ["LOCAL:00:00:10.000,MPEGTS:900000", "MPEGTS:900000,LOCAL:00:00:10.000"])
def test_a_timestamp_map_that_shifts_nothing(order: str) -> None:
    text = f"WEBVTT\nX-TIMESTAMP-MAP={order}\n\n00:01.000 --> 00:02.000\na\n"
    assert len(parse_subtitle(text.encode(), "x.vtt").cues) == 1


@pytest.mark.parametrize("value", ["LOCAL:00:00:00.000,MPEGTS:900000", "LOCAL:00:00:10.000,MPEGTS:0", "nonsense"])
def test_a_timestamp_map_that_shifts_is_refused(value: str) -> None:
    text = f"WEBVTT\nX-TIMESTAMP-MAP={value}\n\n00:01.000 --> 00:02.000\na\n"
    with pytest.raises(OperationFailed) as caught:
        parse_subtitle(text.encode(), "x.vtt")
    assert caught.value.code == "unsupported_content"


def test_times_that_cannot_be_read_are_never_left_behind() -> None:
    with pytest.raises(OperationFailed) as caught:
        parse_subtitle(VTT.encode() + b"\n00:05:00:00.1 --> 00:06.000\nx\n", "x.vtt")
    assert caught.value.code == "unsupported_content"
