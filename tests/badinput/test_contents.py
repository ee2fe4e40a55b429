"""Group B: what is in a subtitle."""

from __future__ import annotations

import pytest

from tests.badinput.library import Bad, without_times


def left(bad: Bad, case: str, outcome: str, reason: str) -> None:
    """Assert that a case was left alone, and why."""
    line = bad.end(case)
    assert (line["outcome"], line["reason"]) == (outcome, reason)
    assert line["message"]
    assert bad.untouched(case)


def only_times_moved(bad: Bad, case: str, expected: int = -2300) -> None:
    """Assert that a case was aligned and that nothing but the digits of its times differs."""
    assert bad.aligned(case, expected)
    assert without_times(bad.paths[case].read_bytes()) == without_times(bad.before[case][0])


def test_b26_empty(bad: Bad) -> None:
    left(bad, "b26", "skipped", "empty")


def test_b27_one_cue(bad: Bad) -> None:
    left(bad, "b27", "refused", "too_sparse")


def test_b28_a_hundred_megabytes(bad: Bad) -> None:
    line = bad.end("b28")
    assert (line["outcome"], line["reason"]) == ("skipped", "too_large")
    assert bad.paths["b28"].stat().st_size == 100 << 20


def test_b29_one_cue_of_18_megabytes(bad: Bad) -> None:
    left(bad, "b29", "refused", "too_sparse")


def test_b30_a_million_open_tags(bad: Bad) -> None:
    only_times_moved(bad, "b30")


def test_b31_hundreds_of_thousands_of_cues(bad: Bad) -> None:
    left(bad, "b31", "skipped", "too_many_cues")


def test_b32_nul_bytes(bad: Bad) -> None:
    left(bad, "b32", "skipped", "unsupported_content")


@pytest.mark.parametrize("case", ["b33", "b33b"])
def test_b33_archive_or_picture_renamed(bad: Bad, case: str) -> None:
    left(bad, case, "skipped", "unsupported_content")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8", "utf-16-le-plain"])
def test_b34_unicode_with_and_without_mark(bad: Bad, encoding: str) -> None:
    case = f"b34-{encoding}"
    assert bad.aligned(case)
    codec = encoding.removesuffix("-plain")
    old, new = bad.before[case][0], bad.paths[case].read_bytes()
    assert new[:2] == old[:2]
    assert without_times(new.decode(codec).encode()) == without_times(old.decode(codec).encode())


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp1256", "gbk", "shift_jis"])
def test_b35_legacy_encodings(bad: Bad, encoding: str) -> None:
    only_times_moved(bad, f"b35-{encoding}")


def test_b36_invalid_bytes_in_the_middle(bad: Bad) -> None:
    only_times_moved(bad, "b36")
    assert b"broken \xff\xfe\x81 bytes" in bad.paths["b36"].read_bytes()


@pytest.mark.parametrize("newline", ["crlf", "cr", "mixed"])
def test_b37_newlines(bad: Bad, newline: str) -> None:
    only_times_moved(bad, f"b37-{newline}")


def test_b38_blank_lines_and_wrong_numbers(bad: Bad) -> None:
    only_times_moved(bad, "b38")


def test_b39_ends_before_starts_and_overlaps(bad: Bad) -> None:
    only_times_moved(bad, "b39")


def test_b40_hours_beyond_99(bad: Bad) -> None:
    assert bad.end("b40")["outcome"] in ("done", "refused", "skipped")
    old, new = bad.before["b40"][0], bad.paths["b40"].read_bytes()
    assert without_times(new) == without_times(old)


def test_b40_hours_beyond_all_numbers(bad: Bad) -> None:
    left(bad, "b40b", "skipped", "unsupported_content")


def test_b41_points_commas_and_spaces(bad: Bad) -> None:
    only_times_moved(bad, "b41")


def test_b42_coordinates_and_tags(bad: Bad) -> None:
    only_times_moved(bad, "b42")
    assert b"X1:100 X2:200 Y1:050 Y2:100" in bad.paths["b42"].read_bytes()


def test_b43_shift_below_zero(bad: Bad) -> None:
    assert bad.end("b43")["outcome"] == "refused"
    assert bad.end("b43")["reason"] in ("negative_start", "length_mismatch")
    assert bad.untouched("b43")


def test_b44_styles_fonts_comments_karaoke(bad: Bad) -> None:
    only_times_moved(bad, "b44")
    assert rb"{\k20}la{\k30}la" in bad.paths["b44"].read_bytes()


def test_b45_notes_styles_settings_regions(bad: Bad) -> None:
    only_times_moved(bad, "b45")
    assert b"REGION\nid:fred" in bad.paths["b45"].read_bytes()


def test_b46_microdvd_is_rewritten_in_frames(bad: Bad) -> None:
    assert bad.aligned("b46")
    assert bad.paths["b46"].read_bytes().startswith(b"{1}{1}23.976\r\n{")
    assert bad.paths["b46"].read_bytes().count(b"\r\n") == bad.before["b46"][0].count(b"\r\n")


def test_b46_vobsub_is_unsupported(bad: Bad) -> None:
    left(bad, "b46b", "skipped", "unsupported_format")


def test_b47_scripts_in_lines(bad: Bad) -> None:
    only_times_moved(bad, "b47")


def test_b48_another_episode(bad: Bad) -> None:
    left(bad, "b48", "refused", "low_confidence")
    assert bad.end("b48")["confidence"] < 50


def test_b49_perfect_already(bad: Bad) -> None:
    assert (bad.end("b49")["outcome"], bad.end("b49")["reason"]) == ("unchanged", "already_in_sync")
    assert bad.untouched("b49")


def test_b50_frame_rates(bad: Bad) -> None:
    line = bad.end("b50")
    assert line["outcome"] == "done"
    assert abs(line["ratio"] - 25 * 1001 / 24000) < 0.0005
    assert without_times(bad.paths["b50"].read_bytes()) == without_times(bad.before["b50"][0])


def test_b51_much_longer_than_the_video(bad: Bad) -> None:
    left(bad, "b51", "refused", "length_mismatch")


def test_b52_forced(bad: Bad) -> None:
    left(bad, "b52", "skipped", "forced_sparse")


def test_b53_two_of_one_language(bad: Bad) -> None:
    assert bad.aligned("b53")
    assert bad.aligned("b53b", 1500)
