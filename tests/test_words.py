"""Results in words."""

from __future__ import annotations

from synctui import words


def test_what_a_check_found_and_how_sure_it_is() -> None:
    late = {"offset_ms": [-12_300, -12_300, -12_300], "ratio_name": "1", "pieces": 1, "cuts": [], "confidence": 97}
    assert words.measured(late) == "12.3 s late, confidence 97"
    parted = {**late, "pieces": 3, "cuts": [[1_028_000, -30_000], [4_077_400, 4_100]], "confidence": 88}
    assert words.measured(parted) == "cut in 3, 17:08 −30.0 s, 1:07:57 +4.10 s, confidence 88"


def test_numbers_of_strangers_are_left_out() -> None:
    assert words.cuts({"cuts": "no"}) == []
    assert words.cuts({"cuts": [[1], "ab", [None, 3], [60_000, 500]]}) == ["1:00 +0.50 s"]
    assert words.measured({}) == ""
