"""alass 2.0.0 as it is: one test for each fact that its adapter relies on."""

from __future__ import annotations

import random
from pathlib import Path

import av
import numpy as np
import pytest

from synctui.adapters import alass
from synctui.adapters.exchange import read_spans, write_srt
from synctui.adapters.programs import Invocation
from synctui.model.cues import Cue
from tests.adapters.conftest import Film
from tests.adapters.engine_runs import error, run, run_alass, size

pytestmark = pytest.mark.needs_alass


@pytest.mark.parametrize(("offset", "scale"), [(12_300, 1.0), (-3_900, 1.0), (400, 1.0), (2_000, 25 / 24)])
async def test_a_wrong_subtitle_is_aligned(film: Film, tmp_path: Path, offset: int, scale: float) -> None:
    wrong = film.moved(offset, scale)
    done = await run_alass(tmp_path, film.path, wrong)
    assert done.report.failure(size(done.out)) is None
    # On a film of minutes alass cannot tell 24 from 23.976 frames a second.
    assert float(done.report.ratio) == pytest.approx(1 / scale, abs=1.1e-3)
    assert error(film.cues, done.spans(wrong)) < 100
    assert all(
        abs((end - start) - float(done.report.ratio) * scale * (cue.end - cue.start)) <= 2
        for cue, (start, end) in zip(film.cues, done.spans(wrong), strict=True)
    )


async def test_everything_goes_to_standard_output_with_two_bars_in_a_row(film: Film, tmp_path: Path) -> None:
    done = await run_alass(tmp_path, film.path, film.moved(12_300), split=True)
    assert done.finished.stderr == ""
    bars = alass.ProgressReader()
    seen = [shown for line in done.finished.stdout_lines if (shown := bars.feed(line)) is not None]
    phases = [phase for phase, _ in seen]
    assert phases == sorted(phases, key=["audio", "aligning"].index) and set(phases) == {"audio", "aligning"}
    assert all(0 <= fraction <= 1 for _, fraction in seen)
    assert [fraction for phase, fraction in seen if phase == "audio"][-1] == 1.0
    assert sum(block.lines for block in done.report.blocks) == len(film.cues)
    assert done.report.blocks[0].shift_ms == pytest.approx(-12_300, abs=100)
    assert done.report.blocks[0].length_ms == pytest.approx(film.cues[-1].start - film.cues[0].start, abs=100)


async def test_there_is_no_score_and_a_wrong_film_is_a_success(film: Film, tmp_path: Path) -> None:
    done = await run_alass(tmp_path, film.other, film.moved(12_300), split=True)
    assert done.finished.returncode == 0
    assert done.report.failure(size(done.out)) is None, "the gate must tell, alass cannot"
    assert error(film.cues, done.spans(film.moved(12_300))) > 250


def _no_audio(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))


VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n"
LATIN = b"1\n00:00:01,000 --> 00:00:02,000\ncaf\xe9\n"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("missing_video", "video_unreadable"),
        ("empty_video", "video_unreadable"),
        ("no_audio", "no_audio"),
        ("not_media", "video_unreadable"),
        ("missing_subtitle", "gone"),
        ("unparsable", "unsupported_content"),
        ("latin", "unsupported_content"),
        ("vtt", "unsupported_format"),
    ],
)
async def test_errors_are_code_1_and_told_in_caused_by_lines(film: Film, tmp_path: Path, case: str, code: str) -> None:
    video, subtitle = tmp_path / "video.mkv", tmp_path / "sub.srt"
    subtitle.write_bytes(write_srt(film.cues))
    match case:
        case "missing_video":
            pass
        case "empty_video":
            video.write_bytes(b"")
        case "no_audio":
            _no_audio(video)
        case "not_media":
            video.write_text("no film at all\n" * 100)
        case _:
            video.symlink_to(film.path)
    match case:
        case "missing_subtitle":
            subtitle.unlink()
        case "unparsable":
            subtitle.write_text("hello\nworld\n")
        case "latin":
            subtitle.write_bytes(LATIN)
        case "vtt":
            subtitle = tmp_path / "sub.vtt"
            subtitle.write_bytes(VTT)
    done = await run_alass(tmp_path, str(video), subtitle)
    assert done.finished.returncode == 1
    failure = done.report.failure(size(done.out))
    assert failure is not None
    assert failure.code == code
    assert failure.message and failure.hint
    assert not done.out.exists()


async def test_backtraces_are_off(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUST_BACKTRACE", "full")
    done = await run_alass(tmp_path, str(tmp_path / "missing.mkv"), film.moved(0))
    assert "stack trace:" not in done.finished.stdout
    program = alass.find()
    assert program is not None
    called = (program.path, str(tmp_path / "missing.mkv"), str(tmp_path / "in.srt"), str(tmp_path / "out.srt"))
    loud = await run(Invocation(called, {"RUST_BACKTRACE": "1"}))
    assert "stack trace:" in loud.stdout
    failure = alass.parse(loud.stdout_lines, loud.returncode).failure(None)
    assert failure is not None and failure.code == "video_unreadable", "understood all the same"


async def test_an_empty_subtitle_is_a_success_without_a_result(film: Film, tmp_path: Path) -> None:
    done = await run_alass(tmp_path, film.path, [])
    assert done.finished.returncode == 0
    assert done.report.warnings == ("file with incorrect subtitles has no lines",)
    failure = done.report.failure(size(done.out))
    assert failure is not None and failure.code == "engine_no_output"
    assert "no lines" in failure.message


async def test_a_truncated_video_is_a_success_with_nonsense(film: Film, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(film.beginning(300_000))
    done = await run_alass(tmp_path, str(cut), film.moved(12_300), split=True)
    assert done.finished.returncode == 0
    assert error(film.cues, done.spans(film.moved(12_300))) > 1000


@pytest.mark.parametrize(
    ("encoding", "newline", "works"),
    [
        ("utf-8", "\n", True),
        ("utf-8-sig", "\r\n", True),
        ("utf-16", "\r\n", True),
        ("utf-16-le", "\n", False),
        ("iso-8859-1", "\n", False),
    ],
)
async def test_it_reads_utf8_and_utf16_with_a_mark_and_writes_utf8(
    film: Film, tmp_path: Path, encoding: str, newline: str, works: bool
) -> None:
    cues = [Cue(cue.start, cue.end, f"café {number}") for number, cue in enumerate(film.cues)]
    source = tmp_path / "sub.srt"
    source.write_bytes(write_srt(cues).decode().replace("\n", newline).encode(encoding))
    done = await run_alass(tmp_path, film.path, source)
    bom = encoding in ("utf-8-sig", "utf-16")
    assert alass.reads(".srt", encoding, bom=bom) is works
    assert (done.report.failure(size(done.out)) is None) is works
    if works:
        assert "café 3" in done.out.read_bytes().decode("utf-8")


async def test_guessing_the_encoding_panics(film: Film, tmp_path: Path) -> None:
    program = alass.find()
    assert program is not None
    source = tmp_path / "sub.srt"
    source.write_bytes(write_srt(film.cues))
    done = await run(Invocation((program.path, "--encoding-inc=auto", film.path, str(source), str(tmp_path / "o.srt")), {}))
    failure = alass.parse(done.stdout_lines, done.returncode, done.stderr_lines).failure(None)
    assert failure is not None and failure.code == "unsupported_content"


ASS = """[Script Info]
; a comment
Title: t
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, Bold
Style: Default,Arial,20,-1

[Fonts]
fontname: a.ttf
M#(3#)

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:05.00,Default,,0,0,0,,a note
"""


async def test_of_ass_only_the_times_change(film: Film, tmp_path: Path) -> None:
    def clock(ms: int) -> str:
        return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000 // 10:02}"

    wrong = film.moved(12_300)
    source = tmp_path / "sub.ass"
    lines = [
        f"Dialogue: 0,{clock(c.start)},{clock(c.end)},Default,,0,0,0,,{{\\i1\\pos(1,2)}}{c.text}, with comma\n"
        for c in wrong
    ]
    source.write_text(ASS + "".join(lines))
    done = await run_alass(tmp_path, film.path, source)
    before, after = source.read_text().splitlines(), done.out.read_text().splitlines()
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if old.startswith(("Dialogue", "Comment")):
            assert [*old.split(",")[:1], *old.split(",")[3:]] == [*new.split(",")[:1], *new.split(",")[3:]]
        else:
            assert old == new


async def test_negative_times_are_kept_instead_of_piled_up_at_zero(film: Film, tmp_path: Path) -> None:
    early = [Cue(500, 2000, "Title"), Cue(2600, 3500, "Card"), *film.moved(8000)]
    done = await run_alass(tmp_path, film.path, early)
    (first, second), rest = done.spans(early)[:2], done.spans(early)[2:]
    assert first == pytest.approx((-7500, -6000), abs=100)
    assert second == pytest.approx((-5400, -4500), abs=100)
    assert error(film.cues, rest) < 100


async def test_splits_are_found_only_when_asked_for(film: Film, tmp_path: Path) -> None:
    middle = len(film.cues) // 2
    cut = [
        *(Cue(c.start + 9000, c.end + 9000, c.text) for c in film.cues[:middle]),
        *(Cue(c.start + 21_000, c.end + 21_000, c.text) for c in film.cues[middle:]),
    ]
    one = await run_alass(tmp_path, film.path, cut)
    two = await run_alass(tmp_path, film.path, cut, split=True)
    assert len(one.report.blocks) == 1
    assert len(two.report.blocks) >= 2
    assert error(film.cues, two.spans(cut)) < 100


async def test_the_first_audio_track_is_taken_there_is_no_choice(film: Film, tmp_path: Path) -> None:
    program = alass.find()
    assert program is not None
    text = (await run(Invocation((program.path, "--help"), {}))).stdout
    for flag in ("--allow-negative-timestamps", "--no-split", "--split-penalty", "--disable-fps-guessing"):
        assert flag in text
    assert "stream" not in text and "track" not in text
    done = await run_alass(tmp_path, film.both, film.moved(12_300))
    assert error(film.cues, done.spans(film.moved(12_300))) > 250, "the other film's audio comes first in this file"


async def test_ffmpeg_is_the_one_that_was_found(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "hijacked"
    for name in ("ffmpeg", "ffprobe"):
        fake = tmp_path / name
        fake.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
        fake.chmod(0o755)
    found = await run_alass(tmp_path, film.path, film.moved(12_300))
    assert found.report.failure(size(found.out)) is None
    monkeypatch.setenv("ALASS_FFMPEG_PATH", str(tmp_path / "ffmpeg"))
    monkeypatch.setenv("ALASS_FFPROBE_PATH", str(tmp_path / "ffprobe"))
    again = await run_alass(tmp_path, film.path, film.moved(12_300), tools=False)
    assert again.report.failure(size(again.out)) is None
    assert not marker.exists()


async def test_ffmpeg_missing_is_said_clearly(film: Film, tmp_path: Path) -> None:
    program = alass.find()
    assert program is not None
    source = tmp_path / "sub.srt"
    source.write_bytes(write_srt(film.cues))
    called = alass.command(program, film.path, str(source), str(tmp_path / "out.srt"))
    done = await run(Invocation(called.argv, {**called.env, "PATH": str(tmp_path)}))
    failure = alass.parse(done.stdout_lines, done.returncode).failure(None)
    assert failure is not None and failure.code == "engine_missing"
    assert "ffmpeg" in failure.message and "install ffmpeg" in failure.hint


async def test_its_speech_can_be_kept_and_stands_for_the_video(film: Film, tmp_path: Path) -> None:
    program = alass.find()
    assert program is not None
    speech = tmp_path / "speech.srt"
    kept = await run(alass.speech_command(program, film.path, str(speech)))
    assert kept.returncode == 0 and len(read_spans(speech.read_bytes())) > 10
    wrong = film.moved(12_300)
    done = await run_alass(tmp_path, str(speech), wrong, tools=False)
    assert error(film.cues, done.spans(wrong)) < 100
    assert done.finished.seconds < 3


async def test_lines_out_of_order_come_back_in_their_order(film: Film, tmp_path: Path) -> None:
    order = list(range(len(film.cues)))
    random.Random(5).shuffle(order)
    wrong = film.moved(12_300)
    done = await run_alass(tmp_path, film.path, [wrong[index] for index in order])
    assert error([film.cues[index] for index in order], done.spans([wrong[index] for index in order])) < 100


async def test_a_subtitle_can_be_the_reference(film: Film, tmp_path: Path) -> None:
    reference = tmp_path / "reference.srt"
    reference.write_bytes(write_srt(film.cues))
    wrong = film.moved(-3_900 + 4_500)
    done = await run_alass(tmp_path, str(reference), wrong, tools=False)
    assert error(film.cues, done.spans(wrong)) <= 10


async def test_its_version_is_read() -> None:
    program = alass.find()
    assert program is not None
    assert alass.version((await run(alass.version_command(program))).stdout) is not None
