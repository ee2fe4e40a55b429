"""What engines are given, and how their times are read back."""

from __future__ import annotations

import os
from pathlib import Path

import pysubs2
import pytest

from synctui.adapters.exchange import moved_like, read_spans, stage_reference, write_srt
from synctui.adapters.programs import checked_path
from synctui.errors import OperationFailed
from synctui.model.cues import Cue

CUES = [
    Cue(1_000, 2_500, "Hello"),
    Cue(3_000, 2_000, "ends before it starts"),
    Cue(4_000, 4_000, ""),
    Cue(5_000, 6_000, "two\n\nlines --> and an arrow\n7\n00:00:01,000 --> 00:00:02,000"),
    Cue(-500, 700, "starts before zero"),
    Cue(360_000_000, 360_001_000, "an hour hundred \x00\x1b[31m\ud800"),
]


def test_every_cue_becomes_exactly_one_entry() -> None:
    data = write_srt(CUES)
    assert len(read_spans(data)) == len(CUES)
    entries = pysubs2.SSAFile.from_string(data.decode("utf-8"), format_="srt")
    assert len(entries) == len(CUES)
    assert "\x1b" not in data.decode() and "\x00" not in data.decode()


def test_times_survive_and_impossible_ones_are_made_harmless() -> None:
    assert read_spans(write_srt(CUES)) == [
        (1_000, 2_500),
        (3_000, 3_000),
        (4_000, 4_000),
        (5_000, 6_000),
        (0, 700),
        (360_000_000, 360_001_000),
    ]


def test_signs_on_every_field_as_alass_writes_them() -> None:
    data = b"1\r\n00:00:-7,-512 --> 00:00:-6,-10\r\nTitle\r\n\r\n2\n00:00:00,-9 --> 00:00:01,000\nNext\n"
    assert read_spans(data) == [(-7_512, -6_010), (-9, 1_000)]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00garbage", b"1\n00:00:01,000 -> 00:00:02,000\n", b"9" * 100_000])
def test_garbage_has_no_times(data: bytes) -> None:
    assert read_spans(data) == []


def test_a_cue_keeps_its_own_length() -> None:
    cues = [Cue(0, 1_000), Cue(2_000, 1_500)]
    assert moved_like(cues, [(500, 9_999), (2_500, 2_500)], 1.0) == [(500, 1_500), (2_500, 2_000)]
    assert moved_like(cues[:1], [(500, 0)], 0.5) == [(500, 1_000)]


@pytest.mark.parametrize("produced", [[], [(0, 1)], [(0, 1)] * 3])
def test_case_59_lost_or_invented_lines_are_a_failure(produced: list[tuple[int, int]]) -> None:
    with pytest.raises(OperationFailed) as lost:
        moved_like([Cue(0, 1), Cue(2, 3)], produced, 1.0)
    assert lost.value.code == "engine_no_output"
    assert f"{len(produced)} lines for 2" in lost.value.message


@pytest.mark.parametrize(
    ("name", "staged"),
    [
        (b"[Group] Show - 01 [1080p].MKV", "reference.mkv"),
        (b"caf\xe9.mp4", "reference.mp4"),
        (b"-new\nline.mkv", "reference.mkv"),
        (b"none", "reference"),
        (b"odd.m\xffkv", "reference"),
        (b"odd.[/red]", "reference"),
    ],
)
def test_a_staged_reference_has_a_plain_name_and_leads_to_the_file(tmp_path: Path, name: bytes, staged: str) -> None:
    film = os.path.join(os.fsencode(tmp_path), name) if b"/" not in name else os.fsencode(tmp_path / "odd.[red]")
    with open(film, "wb") as file:
        file.write(b"film")
    folder = tmp_path / "scratch"
    folder.mkdir()
    link = stage_reference(str(folder), os.fsdecode(film))
    assert os.path.basename(link) == staged
    assert Path(checked_path(link)).read_bytes() == b"film"
