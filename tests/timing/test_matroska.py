"""Blocks of one track found by a file's index, whoever wrote the file."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from synctui.timing.matroska import Block, indexed_blocks
from tests.talk import script, write_film
from tests.timing.subtitled import Text, add_texts, block, element

TEXTS = [(1_000, 2_000, b"one"), (4_000, 1_500, b"two two"), (9_500, 700, b"three")]
Files = Callable[..., Path]


def subtitle_track(encodings: bytes = b"") -> bytes:
    return element(0xAE, element(0xD7, 2) + element(0x83, 0x11) + element(0x86, b"S_TEXT/UTF8") + encodings)


def compression(algorithm: int, settings: bytes = b"") -> bytes:
    inner = element(0x4254, algorithm) + (element(0x4255, settings) if settings else b"")
    return element(0x6D80, element(0x6240, element(0x5034, inner)))


@pytest.fixture
def written(tmp_path: Path) -> Files:
    """Write a Matroska file of one cluster with a text track (2) behind a video track (1)."""

    def write(
        texts: list[tuple[int, int, bytes]] | None = None,
        *,
        encodings: bytes = b"",
        durations: bool = True,
        relative: bool = True,
        number: int = 2,
        flags: int = 0,
        scale: int = 1_000_000,
        cut: int = 0,
        filling: int = 5_000,
    ) -> Path:
        texts = TEXTS if texts is None else texts
        inside, points = element(0xE7, 0), b""
        info = element(0x1549A966, element(0x2AD7B1, scale))
        video = element(0xAE, element(0xD7, 1) + element(0x83, 1) + element(0x86, b"V_MPEG4/ISO/AVC"))
        head = info + element(0x1654AE6B, video + subtitle_track(encodings))
        for at, lasts, text in texts:
            inside += element(0xA3, block(1, bytes(filling)))
            where = element(0xF7, 2) + element(0xF1, len(head)) + (element(0xF0, len(inside)) if relative else b"")
            where += element(0xB2, lasts) if durations else b""
            points += element(0xBB, element(0xB3, at) + element(0xB7, where))
            inside += element(0xA0, element(0xA1, block(number, text, flags)) + element(0x9B, lasts))
        cluster, cues = element(0x1F43B675, inside), element(0x1C53BB6B, points)
        # Players find what lies behind the clusters by the seek head, which has the size of its own numbers.
        seek = element(0x114D9B74, element(0x4DBB, element(0x53AB, 0x1C53BB6B) + element(0x53AC, bytes(8))))
        size = len(seek)
        points = points.replace(element(0xF1, len(head)), element(0xF1, len(head) + size))
        cues = element(0x1C53BB6B, points)
        seek = seek[:-8] + (size + len(head) + len(cluster)).to_bytes(8, "big")
        path = tmp_path / "film.mkv"
        data = element(0x1A45DFA3, element(0x4282, b"matroska")) + element(0x18538067, seek + head + cluster + cues)
        path.write_bytes(data[: len(data) - cut] if cut else data)
        return path

    return write


def found(path: Path, **options: bool) -> list[tuple[int, int | None, bytes]] | None:
    blocks = indexed_blocks(str(path), 1, 100, **options)
    return None if blocks is None else [(one.at, one.lasts, one.data) for one in blocks]


@pytest.mark.parametrize(
    ("encodings", "stored"),
    [
        (b"", lambda text: text),
        (compression(0), zlib.compress),
        (compression(3, b"t"), lambda text: text[1:]),
    ],
)
def test_blocks_are_found_however_they_are_stored(
    written: Files, encodings: bytes, stored: Callable[[bytes], bytes]
) -> None:
    texts = [(at, lasts, b"t" + text) for at, lasts, text in TEXTS]
    path = written([(at, lasts, stored(text)) for at, lasts, text in texts], encodings=encodings)
    assert found(path) == texts
    assert found(path, contents=False) == [(at, lasts, b"") for at, lasts, _ in texts]


def test_times_are_in_the_unit_of_the_file_and_durations_come_from_the_blocks_where_the_index_has_none(
    written: Files,
) -> None:
    assert found(written(durations=False), contents=False) == TEXTS
    assert found(written(scale=500_000)) == [(at // 2, lasts // 2, text) for at, lasts, text in TEXTS]


def test_whoever_does_not_say_where_blocks_lie_is_not_searched(written: Files) -> None:
    assert found(written(relative=False)) is None
    assert found(written(texts=[])) is None
    assert indexed_blocks(str(written()), 1, most=2) is None
    assert indexed_blocks(str(written()), 0, most=100) is None, "a track without entries"
    assert indexed_blocks(str(written()), 7, most=100) is None, "no such track"
    assert found(written(encodings=compression(1))) is None, "a compression that nobody writes"


def test_blocks_of_other_tracks_and_laced_ones_are_left_out(written: Files) -> None:
    assert found(written(number=3)) == []
    assert found(written(flags=0x02)) == []
    assert found(written([(0, 5, b"not deflated")], encodings=compression(0))) == []


def test_a_hundred_thousand_entries_are_too_many_and_soon_told(written: Files) -> None:
    many = [(at * 10, 9, b"") for at in range(2_000)]
    assert indexed_blocks(str(written(many, filling=10)), 1, most=1_999) is None
    blocks = indexed_blocks(str(written(many, filling=10)), 1, most=2_000)
    assert blocks is not None
    assert blocks[-1] == Block(19_990, 9, b"")


def test_damage_is_never_more_than_nothing_found(written: Files, tmp_path: Path) -> None:
    whole = written().read_bytes()
    assert found(written(cut=40)) is None, "the index is not all there"
    for at in range(0, len(whole), 7):
        if 400 < at < len(whole) - 700 and at % 91:
            continue  # the filling of the video track
        for value in (0x00, 0xFF, 0x80):
            path = tmp_path / "damaged.mkv"
            path.write_bytes(whole[:at] + bytes((value,)) + whole[at + 1 :])
            for contents in (True, False):
                blocks = indexed_blocks(str(path), 1, 100, contents=contents)
                assert blocks is None or len(blocks) <= 3
    for raw in (b"", b"\x1a\x45\xdf\xa3", bytes(200), b"RIFF" + bytes(100), whole[:100]):
        path.write_bytes(raw)
        assert found(path) is None


def test_what_libavformat_writes_is_read_from_its_index_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cues = [cue for cue, _ in script(seconds=600)]
    plain = write_film(tmp_path / "plain.mkv", seconds=600)
    path = add_texts(plain, tmp_path / "film.mkv", Text(cues[::2], "ger"), Text(cues))
    read: list[int] = []
    pread = os.pread

    def counted(descriptor: int, size: int, at: int) -> bytes:
        read.append(size)
        return pread(descriptor, size, at)

    monkeypatch.setattr(os, "pread", counted)
    blocks = indexed_blocks(str(path), 2, 5_000, contents=False)
    assert blocks is not None
    assert [(one.at, one.at + (one.lasts or 0)) for one in blocks] == [(cue.start, cue.end) for cue in cues]
    assert sum(read) < 60_000
    assert len(read) < 20
    whole = indexed_blocks(str(path), 1, 5_000)
    assert whole is not None
    assert [one.data.decode() for one in whole] == [cue.text for cue in cues[::2]]
