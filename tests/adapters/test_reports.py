"""What engines print, understood without running them; hostile output included."""

from __future__ import annotations

from fractions import Fraction

import pytest

from synctui.adapters import alass, ffsubsync
from synctui.errors import OperationFailed
from synctui.model.cues import Cue

ALASS = """extracting audio from reference file '/s/reference.mkv'...
1 / 72 [>---] 1.39 % 34.88/s 2s
72 / 72 [====] 100.00 % 34.88/s
Guessing framerate ratio...
info: 'reference file FPS/input file FPS' ratio is 24000/25025
synchronizing '/s/in.srt' to reference file '/s/reference.mkv'...
shifted block of 172 subtitles with length 0:14:14.635 by -0:00:03.665
shifted block of 3 subtitles with length 1:00:00.000 by 0:01:00.001
warn: some subtitles now have negative timings, which can cause invalid subtitle files
""".splitlines()


def test_alass_blocks_ratio_and_warnings() -> None:
    report = alass.parse(ALASS, 0)
    assert report.blocks == (alass.Block(172, 854_635, -3_665), alass.Block(3, 3_600_000, 60_001))
    assert report.ratio == Fraction(24000, 25025)
    assert report.warnings == ("some subtitles now have negative timings, which can cause invalid subtitle files",)
    assert report.failure(100) is None


@pytest.mark.parametrize(
    "line",
    [
        "info: 'reference file FPS/input file FPS' ratio is 1/0",
        "info: 'reference file FPS/input file FPS' ratio is 0",
        "info: 'reference file FPS/input file FPS' ratio is " + "9" * 5000,
        "shifted block of 5 subtitles with length x by y",
        "shifted block of 5 subtitles with length 0:00:01.000 by --0:00:01.000",
        "5 / 0 [==",
        "9" * 5000 + " / 3 [==",
        "3 / " + "9" * 5000 + " [==",
        "\udcff\x1b[31m",
    ],
)
def test_alass_lines_that_make_no_sense_are_passed_over(line: str) -> None:
    report = alass.parse([line], 0)
    assert report.blocks == () and report.ratio == 1
    assert alass.ProgressReader().feed(line) in (None, ("aligning", 1.0))


def test_alass_an_unknown_error_is_passed_on_and_made_harmless() -> None:
    failure = alass.parse(["error: the \x1b[31mmoon is wrong", "caused by: the tide"], 1).failure(None)
    assert failure is not None and failure.code == "engine_failed"
    assert failure.message == "alass reported: the ␛[31mmoon is wrong"


def test_alass_code_1_without_a_word_is_a_failure_all_the_same() -> None:
    failure = alass.parse([], 1).failure(100)
    assert failure is not None and failure.code == "engine_failed"


@pytest.mark.parametrize(("size", "lines"), [(None, ALASS), (0, ALASS), (100, [])])
def test_case_59_alass_success_without_a_result_is_a_failure(size: int | None, lines: list[str]) -> None:
    failure = alass.parse(lines, 0).failure(size)
    assert failure is not None and failure.code == "engine_no_output"


def test_case_62_a_crash_names_its_signal() -> None:
    for report in (alass.parse(ALASS, -11), ffsubsync.parse([], -11)):
        failure = report.failure(100)
        assert failure is not None and failure.code == "engine_crashed"
        assert "SIGSEGV" in failure.message
    killed = ffsubsync.parse([], -9).failure(None)
    assert killed is not None and "memory" in killed.hint


def test_alass_a_panic_is_a_crash() -> None:
    stderr = ["thread 'main' (1) panicked at src/main.rs:1:2:", "index out of bounds", "note: run with"]
    failure = alass.parse([], 101, stderr).failure(None)
    assert failure is not None and failure.code == "engine_crashed"
    assert "panicked" in failure.message


def rich(*texts: str) -> list[str]:
    return [f"{'[05:10:59]' if n == 0 else ' ' * 10} {text:<150} ffsubsync.py:255" for n, text in enumerate(texts)]


NUMBERS = rich(
    "INFO     total of speech segments: 7680.0",
    "INFO     score: 62588.000",
    "INFO     offset seconds: -3.710",
    "INFO     framerate scale factor: 1.043",
    "INFO     writing output to /s/out.srt",
    "INFO     Skipped subtitle at index 1: Start time < 0 seconds",
)


def test_ffsubsync_numbers() -> None:
    report = ffsubsync.parse(NUMBERS, 0)
    assert (report.score, report.offset_ms, report.speech_frames, report.dropped) == (62_588.0, -3_710, 7_680, 1)
    assert report.scale == pytest.approx(25 / 23.976, abs=1e-12)
    assert report.exact and report.failure(10) is None


def test_ffsubsync_plain_logging_of_older_versions_is_read_as_well() -> None:
    report = ffsubsync.parse(
        [
            "INFO:ffsubsync.ffsubsync:score: -72067.000",
            "INFO:ffsubsync.ffsubsync:offset seconds: -59.440",
            "INFO:ffsubsync.ffsubsync:framerate scale factor: 0.960",
        ],
        0,
    )
    assert (report.score, report.offset_ms) == (-72_067.0, -59_440)
    assert report.scale == pytest.approx(24 / 25, abs=1e-12)


def test_ffsubsync_scale_is_applied_exactly_over_a_whole_film() -> None:
    report = ffsubsync.parse(NUMBERS, 0)
    (span,) = report.spans([Cue(5_400_000, 5_402_000)])
    assert abs(span[0] - (5_400_000 * 25 / 23.976 - 3_710)) <= 1, "three printed decimals would be 1.6 s off"


def test_ffsubsync_an_unknown_ratio_is_marked() -> None:
    report = ffsubsync.parse(rich("INFO     offset seconds: 1.000", "INFO     framerate scale factor: 1.077"), 0)
    assert (report.scale, report.exact) == (1.077, False)


def test_ffsubsync_split_lines_move_each_segment() -> None:
    report = ffsubsync.parse(
        rich(
            "INFO     offset seconds: -9.000",
            "INFO     framerate scale factor: 1.000",
            "INFO     split alignment: 2 segment(s), 1 split(s)",
            "INFO       2 cue(s) offset -14.580s",
            "INFO       1 cue(s) offset 2.000s",
        ),
        0,
    )
    cues = [Cue(20_000, 21_000), Cue(30_000, 31_000), Cue(40_000, 41_000)]
    assert report.spans(cues) == [(5_420, 6_420), (15_420, 16_420), (42_000, 43_000)]
    with pytest.raises(OperationFailed, match="3 lines instead of 2"):
        report.spans(cues[:2])


def test_ffsubsync_low_quality_line() -> None:
    line = "WARNING  low-quality alignment (score -5.0 < 0.0; offset 99.00s > 30.00s); leaving subtitles unmodified"
    report = ffsubsync.parse(rich(line), 0)
    assert report.low_quality == "score -5.0 < 0.0; offset 99.00s > 30.00s"
    assert report.warnings == ()


def test_ffsubsync_a_subtitle_that_talks_like_a_log_is_not_believed() -> None:
    report = ffsubsync.parse(
        [
            *NUMBERS,
            "offset seconds: 99.000",
            *rich("WARNING  Skipped unparseable SRT data: 'INFO     offset seconds: 98.000'"),
            *rich("INFO     extracting from '/s/offset seconds: 97.000'"),
        ],
        0,
    )
    assert report.offset_ms == -3_710


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (
            ["Traceback (most recent call last):", '  File "x", line 1', "ValueError: Unable to detect speech. P"],
            "no_speech",
        ),
        (["Traceback (most recent call last):", "ModuleNotFoundError: No module named 'srt'"], "engine_failed"),
        (["usage: ffsubsync [-h]", "ffsubsync: error: unrecognized arguments: --vad"], "engine_failed"),
        (["Traceback (most recent call last):", "numpy.core._exceptions.MemoryError: Unable"], "engine_failed"),
        ([], "engine_failed"),
    ],
)
def test_ffsubsync_failures(lines: list[str], code: str) -> None:
    failure = ffsubsync.parse(lines, 1).failure(None)
    assert failure is not None and failure.code == code
    assert failure.message and failure.hint


@pytest.mark.parametrize(("size", "lines"), [(None, NUMBERS), (0, NUMBERS), (100, [])])
def test_case_59_ffsubsync_success_without_a_result_is_a_failure(size: int | None, lines: list[str]) -> None:
    failure = ffsubsync.parse(lines, 0).failure(size)
    assert failure is not None and failure.code == "engine_no_output"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (" 44%|████▍     | 400.0/900.021 [00:01<00:01, 400it/s]", ("audio", pytest.approx(0.4444, abs=1e-3))),
        ("  0%|          | 0/150.0 [00:00<?, ?it/s]", ("audio", 0.0)),
        ("0it [00:00, ?it/s]", None),
        ("9/0 [x", None),
        ("9" * 5000 + "/1 [", ("audio", 1.0)),
        ("           INFO     computing alignments...", ("aligning", 0.0)),
        ("anything", None),
    ],
)
def test_ffsubsync_bar(line: str, shown: object) -> None:
    assert ffsubsync.ProgressReader().feed(line) == shown


def test_capabilities_come_from_the_help() -> None:
    text = (
        "usage: ffsubsync [--reference-stream X]\n  --max-offset-seconds N  see `--gss`\n --encoding E, --output-encoding F"
    )
    known = ffsubsync.capabilities(text)
    assert known == {"--reference-stream", "--max-offset-seconds", "--gss", "--encoding", "--output-encoding"}
    with pytest.raises(OperationFailed) as old:
        ffsubsync.require(frozenset(("--encoding",)))
    assert old.value.code == "engine_missing" and "--reference-stream" in old.value.message


@pytest.mark.parametrize(
    ("said", "ratio"),
    [("25/23.976", 25 / 23.976), ("23.976/25", 23.976 / 25), ("24/25", 24 / 25), ("1", 1.0), ("30000/1001", 30000 / 1001)],
)
def test_alass_names_frame_rates_with_decimals(said: str, ratio: float) -> None:
    report = alass.parse([f"info: 'reference file FPS/input file FPS' ratio is {said}"], 0)
    assert float(report.ratio) == pytest.approx(ratio)
