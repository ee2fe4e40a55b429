"""Names from outside reach a screen only as harmless text of a known width."""

from __future__ import annotations

import base64
import json
import os
import random
import sys
import unicodedata
from pathlib import Path

import pytest

from synctui import words
from synctui.text import cells, clip, clip_start, display, pad, path_fields
from tests.hostile_names import FILE_NAMES, HOSTILE_NAMES, HostileName

by_id = pytest.mark.parametrize("entry", HOSTILE_NAMES, ids=lambda entry: entry.id)


def test_the_table_covers_what_every_room_needs() -> None:
    assert len(HOSTILE_NAMES) >= 24
    assert len({entry.id for entry in HOSTILE_NAMES}) == len(HOSTILE_NAMES)
    assert max(len(entry.raw) for entry in FILE_NAMES) == 255


@pytest.mark.skipif(sys.platform == "darwin", reason="this file system takes only UTF-8 names")
def test_the_names_of_files_are_names_of_files(tmp_path: Path) -> None:
    for entry in FILE_NAMES:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + entry.raw)).touch()
    assert {os.fsencode(path.name) for path in tmp_path.iterdir()} == {entry.raw for entry in FILE_NAMES}


@by_id
def test_a_hostile_name_is_shown_as_expected(entry: HostileName) -> None:
    assert display(entry.name) == entry.shown


@by_id
def test_no_control_bidi_or_undecodable_character_is_shown(entry: HostileName) -> None:
    categories = {unicodedata.category(char) for char in display(entry.name) if char not in "\u200d\u200c"}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@by_id
def test_what_is_shown_can_be_printed_and_written(entry: HostileName) -> None:
    assert json.loads(json.dumps(display(entry.name).encode("utf-8").decode())) == entry.shown


@by_id
def test_a_shown_name_stays_as_it_is(entry: HostileName) -> None:
    assert display(display(entry.name)) == display(entry.name)


@pytest.mark.parametrize("entry", FILE_NAMES, ids=lambda entry: entry.id)
def test_raw_bytes_are_shown_like_the_name(entry: HostileName) -> None:
    assert display(entry.raw) == entry.shown


@by_id
def test_columns_are_those_that_rich_lays_out(entry: HostileName) -> None:
    rich = pytest.importorskip("rich.cells", reason="Rich comes with Textual")
    assert cells(display(entry.name)) == rich.cell_len(display(entry.name))


@by_id
@pytest.mark.parametrize("width", [0, 1, 2, 3, 7, 20, 300])
def test_a_padded_name_fills_its_column_exactly(entry: HostileName, width: int) -> None:
    assert cells(pad(display(entry.name), width)) == width


@by_id
def test_a_clipped_name_never_exceeds_its_limit(entry: HostileName) -> None:
    for limit in range(40):
        assert cells(display(entry.name, limit)) <= limit


@by_id
def test_what_was_cut_is_drawn_as_it_was_cut(entry: HostileName) -> None:
    # Everything passes `display` once more at the drawing door: there nothing may grow.
    inside = f"{entry.shown} in the middle of a longer name {entry.shown}.en.srt"
    for limit in range(80):
        for cut in (clip(entry.shown, limit), clip_start(entry.shown, limit), words.name(inside, limit)):
            assert display(cut) == cut or not cut.strip()
            assert cells(cut) <= limit


@by_id
def test_the_end_of_a_name_is_kept_whole(entry: HostileName) -> None:
    long = f"/media/{entry.shown}/{entry.shown}.en.srt"
    cut = clip_start(long, 30)
    assert cut == long or (cut[0] == "…" and long.endswith(cut[1:]))
    assert clip_start(long, 1000) == long


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("日本", 4),
        ("👨\u200d👩\u200d👧", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("\u1112\u1161\u11ab", 2),
        ("ｱ", 1),
        ("｢Ａ", 3),
        ("नमस्ते", 4),
        ("␛", 1),
        ("\U0001fae8", 2),
    ],
)
def test_width_in_columns(text: str, width: int) -> None:
    assert cells(text) == width


def test_widths_agree_with_rich_for_every_mix_of_the_troublesome() -> None:
    rich = pytest.importorskip("rich.cells", reason="Rich comes with Textual")
    pool = " A\u0301\u200d\u200c\ufe0f\ufe0e👨👧❤🔥🏽🇩🇪中\u1112\u1161\u11ab\u202e\x1b\x9b\udcff♂🏃یا👁\u20e31"
    chance = random.Random(3)
    for _ in range(3000):
        shown = display("".join(chance.choices(pool, k=chance.randint(1, 6))))
        assert abs(cells(shown) - rich.cell_len(shown)) <= (1 if "🏽\ufe0f" in shown else 0), ascii(shown)


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("abcdef", -3, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("x👨\u200d👩\u200d👧y", 3, "x…"),
        ("👨\u200d👩\u200d👧yz", 3, "👨\u200d👩\u200d👧…"),
        ("🇩🇪🇫🇷", 3, "🇩🇪…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_clipping_marks_the_cut_and_never_splits_what_is_drawn_as_one(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


def test_different_controls_look_different() -> None:
    shown = [display(f"a{chr(code)}b") for code in (*range(0x20), *range(0x7F, 0xA0))]
    assert len(set(shown)) == len(shown)


def test_a_hundred_thousand_characters_of_marks_fill_no_screen() -> None:
    assert len(display("a" + "\u0301" * 100_000)) <= 9


def test_an_empty_name_stays_empty() -> None:
    assert display("") == display(b"") == pad("", 0) == ""


def test_a_clean_path_is_given_once() -> None:
    assert path_fields("/media/日本.srt") == {"path": "/media/日本.srt"}


@by_id
def test_path_fields_can_be_written_and_lead_back_to_the_bytes(entry: HostileName) -> None:
    fields = json.loads(json.dumps(path_fields(entry.name)))
    fields["path"].encode("utf-8")
    if "path_b64" in fields:
        assert (
            base64.b64decode(fields["path_b64"]).decode(
                "utf-8", "surrogateescape" if entry in FILE_NAMES else "surrogatepass"
            )
            == entry.name
        )
        assert "\ufffd" in fields["path"]
    else:
        assert fields["path"] == entry.name
