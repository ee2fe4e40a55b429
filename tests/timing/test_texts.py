"""Text tracks inside videos: which are used, what is read of them, and that they are believed only where they fit."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from synctui.model.cues import Cue
from synctui.timing import excerpts, texts
from synctui.timing.audio import AudioReader
from synctui.timing.cache import SpeechCache
from synctui.timing.lines import usable_lines
from synctui.timing.media import TextTrack, describe, probe, rank_texts
from synctui.timing.shelf import Found, Shelf
from synctui.timing.speech import SpeechTrack
from synctui.timing.texts import kept_lines, outlook_of, read_text, reference_of
from tests.talk import script, write_film
from tests.timing.films import moved
from tests.timing.subtitled import Text, add_texts
from tests.tiny_library import put_film

SECONDS = 900.0
LINES = tuple(cue for cue, _ in script(seed=3, seconds=SECONDS - 20))


def quiet(phase: str, fraction: float | None) -> None: ...


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "plain.mkv", seconds=SECONDS)


def asked(path: Path, **more: Any) -> dict[str, Any]:
    return {"video": str(path), "stream": None, "languages": ["de"], "cache": str(path.parent / "cache"), **more}


def cues_in(answer: dict[str, Any]) -> list[Cue]:
    return [Cue(*row) for row in answer["cues"]]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_lines_that_lie_on_the_speech_are_taken_and_kept(plain: Path, tmp_path: Path, suffix: str) -> None:
    if suffix == ".mp4" and not hasattr(av.CodecContext.create("mov_text", "w"), "subtitle_header"):
        pytest.skip("this PyAV writes no text into MP4")
    path = add_texts(plain, tmp_path / f"film{suffix}", Text(LINES))
    answer = reference_of(asked(path), quiet)
    assert (answer["heard"], answer["text"]["index"], answer["text"]["language"]) == (False, 0, "eng")
    away = {line.start - true.start for line, true in zip(cues_in(answer), LINES, strict=True)}
    assert len(away) <= 2, "all are moved alike (MP4 rounds)"
    assert max(map(abs, away)) <= 60
    assert outlook_of(asked(path), quiet)["text"] == answer["text"]
    assert kept_lines(asked(path), 0) == tuple(cues_in(answer))
    assert kept_lines(asked(path), 1) is None

    def never(*arguments: object) -> None:
        raise AssertionError("it was found out already")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "read_text", never)
        patch.setattr(texts, "offset_heard", never)
        assert reference_of(asked(path), quiet) == answer
        assert reference_of(asked(path, languages=["fr"]), quiet) == answer


@pytest.mark.parametrize(
    "lines",
    [
        moved(LINES, -0.6),
        moved(LINES, -30.0),
        moved(LINES, 0.0, 25 / 23.976),
        [*LINES[: len(LINES) // 2], *moved(LINES[len(LINES) // 2 :], -1.5)],
        [Cue(cue.start * 7 % 870_000, cue.start * 7 % 870_000 + 1_500, cue.text) for cue in LINES],
    ],
    ids=["a bit late", "late", "another speed", "another cut", "another film"],
)
def test_lines_that_do_not_are_not_and_that_is_kept_too(plain: Path, tmp_path: Path, lines: Sequence[Cue]) -> None:
    path = add_texts(plain, tmp_path / "film.mkv", Text([cue for cue in lines if 0 <= cue.start < SECONDS * 1000]))
    assert outlook_of(asked(path), quiet)["text"] is not None
    assert reference_of(asked(path), quiet)["cues"] is None
    assert outlook_of(asked(path), quiet)["text"] is None


def test_what_was_heard_already_needs_no_text(plain: Path, tmp_path: Path) -> None:
    path = add_texts(plain, tmp_path / "film.mkv", Text(LINES))
    cache = SpeechCache(str(tmp_path / "cache"))
    cache.put(cache.key(str(path), 0), SpeechTrack(np.zeros(90_000, np.uint8)))
    answer = reference_of(asked(path), quiet)
    assert (answer["heard"], answer["text"], answer["cues"]) == (True, None, None)
    assert outlook_of(asked(path), quiet)["text"] is None


@pytest.mark.parametrize(
    "text",
    [
        Text(LINES[:40]),
        Text(LINES[: len(LINES) // 3]),
        Text(LINES, flag=Disposition.forced),
        Text(LINES, title="Signs & Songs"),
        Text(LINES, title="Director's commentary"),
        Text([Cue(cue.start, cue.end, "[door slams]") for cue in LINES], flag=Disposition.hearing_impaired),
        Text([Cue(cue.start, cue.end, r"{\p1}m 0 0 l 100 0{\p0}") for cue in LINES], form="ass"),
        Text([Cue(cue.start, cue.end, r"{\pos(320,50)}EXIT") for cue in LINES], form="ass"),
    ],
    ids=["few", "a third", "forced", "signs", "commentary", "sounds", "drawings", "lettering"],
)
def test_tracks_that_do_not_hold_what_is_said_are_not_compared_with_the_audio(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: Text
) -> None:
    compared: list[object] = []
    monkeypatch.setattr(texts, "offset_heard", lambda *arguments: compared.append(arguments))
    path = add_texts(plain, tmp_path / "film.mkv", text)
    assert (reference_of(asked(path), quiet)["cues"], compared) == (None, [])


def test_ass_lines_are_read_without_their_fields_and_without_lettering(plain: Path, tmp_path: Path) -> None:
    lines = [Cue(cue.start, cue.end, "Well, " + cue.text.replace("\n", " ")) for cue in LINES]
    signs = [Cue(cue.start + 10, cue.end + 10, r"{\move(1,2,3,4)}STREET") for cue in LINES]
    both = sorted([*lines, *signs], key=lambda cue: cue.start)
    path = add_texts(plain, tmp_path / "film.mkv", Text(both, form="ass"))
    media = describe(str(path))
    read = read_text(str(path), media, media.text_tracks[0])
    assert read is not None
    assert [cue.text.removeprefix("{\\i1}") for cue in read] == [cue.text for cue in lines]
    assert max(abs(one.start - line.start) for one, line in zip(read, lines, strict=True)) <= 15, "ASS has hundredths"


def test_a_film_that_is_short_or_would_have_to_be_read_is_heard(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = write_film(tmp_path / "plain.mkv", seconds=500)
    path = add_texts(short, tmp_path / "film.mkv", Text([cue for cue in LINES if cue.end < 490_000]))
    assert (reference_of(asked(path), quiet)["cues"], outlook_of(asked(path), quiet)["text"]) == (None, None)
    path = add_texts(plain, tmp_path / "other.mkv", Text(LINES))
    monkeypatch.setattr(texts, "indexed_blocks", lambda *arguments, **options: None)
    assert (reference_of(asked(path), quiet)["cues"], outlook_of(asked(path), quiet)["text"]) == (None, None)


def test_the_language_that_is_spoken_comes_first() -> None:
    tracks = [
        TextTrack(0, 2, language="eng", forced=True),
        TextTrack(1, 3, language="fre", default=True),
        TextTrack(2, 4, language="ger"),
        TextTrack(3, 5, language="eng", hearing_impaired=True),
        TextTrack(4, 6, language="en"),
        TextTrack(5, 7, title="Songs"),
    ]
    assert [one.index for one in rank_texts(tracks, "eng", ("de",))] == [4, 3, 2, 1]
    assert [one.index for one in rank_texts(tracks, None)] == [1, 2, 4, 3]


def test_excerpts_are_where_much_is_said_and_only_they_are_decoded(plain: Path) -> None:
    stretches = excerpts.stretches_of(usable_lines(LINES), SECONDS)
    assert len(stretches) == excerpts.EXCERPTS
    assert all(0 <= begin < end <= SECONDS for begin, end in stretches)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(stretches))
    reader = excerpts.ExcerptReader(str(plain), probe(str(plain)).audio[0], stretches)
    parts = list(reader)
    assert [len(part) for part in parts] == [round((end - begin) * 16_000) for begin, end in stretches]
    assert all(abs(part).max() > 0.05 for part in parts)


def test_times_count_from_where_the_film_begins(tmp_path: Path) -> None:
    early = write_film(tmp_path / "early.mkv", seconds=100)
    late = write_film(tmp_path / "late.mkv", seconds=100, late_s=200)
    heard = [
        next(iter(excerpts.ExcerptReader(str(path), probe(str(path)).audio[0], [(30.0, 50.0)]))) for path in (early, late)
    ]
    assert float(abs(heard[0] - heard[1]).max()) < 0.1 * float(abs(heard[0]).max())
    lines = [cue for cue in LINES if cue.end < 90_000]
    path = add_texts(late, tmp_path / "film.mkv", Text(moved(lines, -200)))
    media = describe(str(path))
    read = read_text(str(path), media, media.text_tracks[0])
    assert read is not None
    assert max(abs(one.start - line.start) for one, line in zip(read, lines, strict=True)) <= 20


def test_the_shelf_takes_damage_for_nothing_and_keeps_so_many(tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "shelf"), most=3)
    found = Found((Cue(1, 2, "\N{SNOWMAN}"),), "")
    for number in range(5):
        shelf.put(f"key{number}", found)
    assert len(list((tmp_path / "shelf").iterdir())) == 3
    assert shelf.get("key4") == found
    assert shelf.get("other") is None
    path = tmp_path / "shelf" / "key4.lines"
    for raw in (b"", b"x" * 50, path.read_bytes()[:20], zlib.compress(b'{"cues": [[1]], "why": ""}')):
        path.write_bytes(raw)
        assert shelf.get("key4") is None
    Shelf("").put("key", found)
    Shelf("/dev/null/shelf").put("key", found)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_an_excerpt_is_what_the_whole_holds_there(tmp_path: Path, suffix: str) -> None:
    """A film with pictures is entered by their index."""
    path = put_film(tmp_path / "film.mkv")
    if suffix == ".mp4":
        with av.open(str(path)) as source, av.open(str(tmp_path / "film.mp4"), "w") as out:
            streams = [out.add_stream_from_template(stream) for stream in source.streams]
            for packet in source.demux():
                if packet.size:
                    packet.stream = streams[packet.stream.index]
                    out.mux_one(packet)
        path = tmp_path / "film.mp4"
    track = probe(str(path)).audio[0]
    reader = AudioReader(str(path), track)
    whole = np.concatenate(list(reader))
    for begin, part in zip((20.0, 90.0), excerpts.ExcerptReader(str(path), track, [(20, 40), (90, 110)]), strict=True):
        first = round((begin - reader.start_s) * 16_000)
        places = range(first - 32, first + 33)
        assert max(float(np.corrcoef(whole[at : at + len(part)], part)[0, 1]) for at in places) > 0.98, "within 2 ms"
