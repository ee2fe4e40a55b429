"""ffsubsync 0.5.1 as it is: one test for each fact that its adapter relies on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from synctui.adapters import ffsubsync
from synctui.adapters.exchange import read_spans, write_srt
from synctui.adapters.programs import Invocation, find_media_tools, find_program
from synctui.model.cues import Cue
from tests.adapters.conftest import Film
from tests.adapters.engine_runs import error, options, raw_ffsubsync, run, run_ffsubsync, size

pytestmark = pytest.mark.needs_ffsubsync


@pytest.mark.parametrize(("offset", "scale"), [(-3_900, 1.0), (400, 1.0), (2_000, 25 / 23.976)])
async def test_a_wrong_subtitle_is_aligned(film: Film, tmp_path: Path, offset: int, scale: float) -> None:
    wrong = film.moved(offset, scale)
    done = await run_ffsubsync(tmp_path, film.path, wrong)
    assert done.report.failure(size(done.out)) is None
    assert done.report.exact
    assert done.report.scale == pytest.approx(1 / scale, abs=1e-9)
    assert error(film.cues, done.report.spans(wrong)) < 100


async def test_the_log_is_on_standard_error_and_its_numbers_are_read(film: Film, tmp_path: Path) -> None:
    done = await run_ffsubsync(tmp_path, film.path, film.moved(12_300))
    assert done.finished.stdout == ""
    assert done.report.offset_ms == pytest.approx(-12_300, abs=50)
    assert done.report.score is not None and done.report.score > 0
    assert done.report.speech_frames is not None and done.report.speech_frames > 1000
    assert done.report.error == "" and done.report.warnings == ()
    assert not [line for line in done.finished.stderr_lines if len(line) < 290 and "INFO" in line], "wide, not wrapped"


async def test_the_bar_tells_how_much_was_heard(film: Film, tmp_path: Path) -> None:
    done = await run_ffsubsync(tmp_path, film.path, film.moved(12_300))
    bar = ffsubsync.ProgressReader()
    seen = [shown for line in done.finished.stderr_lines if (shown := bar.feed(line)) is not None]
    assert seen[-1] == ("aligning", 0.0)
    heard = [fraction for phase, fraction in seen if phase == "audio"]
    assert heard == sorted(heard) and heard[-1] == 1.0


async def test_the_score_is_no_measure_and_a_wrong_film_is_a_success(film: Film, tmp_path: Path) -> None:
    wrong = film.moved(12_300)
    done = await run_ffsubsync(tmp_path, film.other, wrong)
    assert done.finished.returncode == 0
    assert done.report.failure(size(done.out)) is None, "the gate must tell, ffsubsync cannot"
    assert done.report.score is not None and done.report.score > 0
    assert error(film.cues, done.report.spans(wrong)) > 250


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("missing_video", "video_unreadable"),
        ("not_media", "video_unreadable"),
        ("missing_subtitle", "gone"),
        ("no_such_track", "no_speech"),
    ],
)
async def test_errors_are_code_1_and_a_traceback_is_reduced_to_its_last_line(
    film: Film, tmp_path: Path, case: str, code: str
) -> None:
    video, subtitle = tmp_path / "video.mkv", tmp_path / "sub.srt"
    subtitle.write_bytes(write_srt(film.cues))
    if case == "not_media":
        video.write_text("no film at all\n" * 100)
    elif case != "missing_video":
        video.symlink_to(film.path)
    if case == "missing_subtitle":
        subtitle.unlink()
    done = await run_ffsubsync(tmp_path, str(video), subtitle, audio_track=5 if case == "no_such_track" else 0)
    assert done.finished.returncode == 1
    failure = done.report.failure(size(done.out))
    assert failure is not None
    assert failure.code == code
    assert "\n" not in done.report.error and "Traceback" not in done.report.error
    if case == "no_such_track":
        assert done.report.error.startswith("ValueError: Unable to detect speech")


async def test_a_failure_while_writing_is_code_0_with_a_logged_traceback(film: Film, tmp_path: Path) -> None:
    source = tmp_path / "sub.srt"
    source.write_bytes(write_srt(film.moved(12_300)))
    out = tmp_path / "missing" / "out.srt"
    done = await raw_ffsubsync(film.path, "--reference-stream", "a:0", "-i", source, "-o", out)
    assert done.finished.returncode == 0
    failure = done.report.failure(size(out))
    assert failure is not None and failure.code == "engine_failed"
    assert "FileNotFoundError" in failure.message


@pytest.mark.parametrize("content", ["", "hello\nworld\n"])
async def test_an_empty_or_garbled_subtitle_is_a_success_with_an_empty_file(
    film: Film, tmp_path: Path, content: str
) -> None:
    source = tmp_path / "sub.srt"
    source.write_text(content)
    done = await run_ffsubsync(tmp_path, film.path, source)
    assert done.finished.returncode == 0
    assert size(done.out) == 0
    assert done.report.offset_ms is not None, "it even has a number to say"
    failure = done.report.failure(size(done.out))
    assert failure is not None and failure.code == "engine_no_output"


async def test_a_truncated_video_is_a_success(film: Film, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(film.beginning(300_000))
    done = await run_ffsubsync(tmp_path, str(cut), film.moved(12_300))
    assert done.finished.returncode == 0
    assert done.report.failure(size(done.out)) is None


async def test_lines_that_it_drops_are_kept_here(film: Film, tmp_path: Path) -> None:
    early = [Cue(500, 2000, "Title"), Cue(2600, 3500, "Card"), *film.moved(8000)]
    done = await run_ffsubsync(tmp_path, film.path, early)
    assert done.report.dropped == 2
    assert len(read_spans(done.out.read_bytes())) == len(early) - 2
    spans = done.report.spans(early)
    assert len(spans) == len(early)
    assert spans[0] == pytest.approx((-7500, -6000), abs=100)
    assert error(film.cues, spans[2:]) < 100


async def test_lines_that_it_cuts_to_ten_seconds_keep_their_length_here(film: Film, tmp_path: Path) -> None:
    wrong = [*film.moved(12_300), Cue(170_000, 195_000, "A very long song")]
    done = await run_ffsubsync(tmp_path, film.path, wrong)
    written, ours = read_spans(done.out.read_bytes())[-1], done.report.spans(wrong)[-1]
    assert written[1] - written[0] == 10_000
    assert ours[1] - ours[0] == 25_000


async def test_it_guesses_encodings_wrongly_so_it_is_told(film: Film, tmp_path: Path) -> None:
    spanish = [Cue(c.start + 12_300, c.end + 12_300, "El niño sueña con la mañana, señor.") for c in film.cues]
    source, out = tmp_path / "sub.srt", tmp_path / "guessed.srt"
    source.write_bytes(write_srt(spanish).decode().encode("cp1252"))
    guessed = await raw_ffsubsync(film.path, "--reference-stream", "a:0", "-i", source, "-o", out)
    assert guessed.finished.returncode == 0
    assert "El niño sueña" not in out.read_text("utf-8", "replace")
    assert not ffsubsync.reads(".srt", "cp1252")
    told = await run_ffsubsync(tmp_path, film.path, spanish)
    assert "El niño sueña" in told.out.read_text("utf-8")
    assert not [line for line in told.finished.stderr_lines if "detected encoding" in line]
    assert error(film.cues, told.report.spans(spanish)) < 100


async def test_it_rewrites_ass_and_vtt_so_its_file_is_never_taken_over(film: Film, tmp_path: Path) -> None:
    def clock(ms: int) -> str:
        return f"{ms // 60_000:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"

    vtt = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE kept?\n\n" + "".join(
        f"id{number}\n{clock(c.start)} --> {clock(c.end)} align:left\n{c.text}\n\n"
        for number, c in enumerate(film.moved(12_300))
    )
    source, out = tmp_path / "sub.vtt", tmp_path / "out.vtt"
    source.write_text(vtt)
    await raw_ffsubsync(film.path, "--reference-stream", "a:0", "-i", source, "-o", out)
    written = out.read_text()
    assert "color: red" not in written and "align:left" not in written
    wrong = film.moved(12_300)
    ours = await run_ffsubsync(tmp_path, film.path, wrong)
    assert error(film.cues, ours.report.spans(wrong)) < 100, "numbers are all that is taken"


async def test_it_replaces_ass_comments_and_rewrites_booleans(film: Film, tmp_path: Path) -> None:
    def clock(ms: int) -> str:
        return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000 // 10:02}"

    head = (
        "[Script Info]\n; mine\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Bold\nStyle: Default,Arial,1\n\n"
    )
    events = "[Events]\nFormat: Layer, Start, End, Style, Text\n" + "".join(
        f"Dialogue: 0,{clock(c.start)},{clock(c.end)},Default,{{\\b1}}{c.text}\n" for c in film.moved(12_300)
    )
    source, out = tmp_path / "sub.ass", tmp_path / "out.ass"
    source.write_text(head + events)
    done = await raw_ffsubsync(film.path, "--reference-stream", "a:0", "-i", source, "-o", out)
    assert done.finished.returncode == 0
    written = out.read_text()
    assert "; mine" not in written
    assert "{\\b1}Line 1" in written


async def test_its_threshold_compares_the_signed_offset_so_it_is_never_used(film: Film, tmp_path: Path) -> None:
    source, out = tmp_path / "sub.srt", tmp_path / "out.srt"
    source.write_bytes(write_srt(film.moved(12_300)))
    done = await raw_ffsubsync(
        film.path, "--suppress-output-if-offset-less-than", "1", "--reference-stream", "a:0", "-i", source, "-o", out
    )
    assert done.report.offset_ms == pytest.approx(-12_300, abs=50)
    assert not out.exists(), "twelve seconds count as less than one"
    program = ffsubsync.find()
    assert program is not None
    ours = ffsubsync.command(program, film.path, str(source), str(out), capabilities=await options())
    assert not [word for word in ours.argv if word.startswith("--suppress")]


async def test_leaving_a_low_quality_subtitle_alone_is_noticed(film: Film, tmp_path: Path) -> None:
    wrong = film.moved(12_300)
    refuse = ("--skip-sync-on-low-quality", "--min-score", "99999999")
    done = await run_ffsubsync(tmp_path, film.path, wrong, more=refuse)
    assert done.finished.returncode == 0
    assert "99999999" in done.report.low_quality
    assert read_spans(done.out.read_bytes()) == [(cue.start, cue.end) for cue in wrong], "it wrote the original"


async def test_an_embedded_subtitle_is_not_taken_for_the_audio(film: Film, tmp_path: Path) -> None:
    ffmpeg = find_program(("ffmpeg",))
    assert ffmpeg is not None
    embedded, video = tmp_path / "wrong.srt", tmp_path / "embedded.mkv"
    embedded.write_bytes(write_srt(film.moved(7_000)))
    mux = (ffmpeg.path, "-v", "error", "-i", film.path, "-i", str(embedded), "-map", "0:a", "-map", "1", "-c", "copy")
    await _call(*mux, str(video))
    source, out = tmp_path / "sub.srt", tmp_path / "out.srt"
    source.write_bytes(write_srt(film.moved(12_300)))
    fooled = await raw_ffsubsync(video, "-i", source, "-o", out)
    assert fooled.report.offset_ms == pytest.approx(-5_300, abs=50), "in line with the wrong subtitle inside"
    ours = await run_ffsubsync(tmp_path, str(video), film.moved(12_300))
    assert ours.report.offset_ms == pytest.approx(-12_300, abs=50)


async def _call(*argv: str) -> None:
    done = await run(Invocation(argv, {}))
    assert done.returncode == 0, done.stderr


async def test_golden_section_search_stays_off(film: Film) -> None:
    program = ffsubsync.find()
    assert program is not None
    known = await options()
    assert "--gss" in known
    for stretch in (True, False):
        called = ffsubsync.command(program, film.path, "/a.srt", "/b.srt", capabilities=known, stretch=stretch)
        assert "--gss" not in called.argv
        assert "--skip-infer-framerate-ratio" in called.argv
        assert ("--no-fix-framerate" in called.argv) is not stretch


async def test_the_largest_offset_bounds_the_search(film: Film, tmp_path: Path) -> None:
    source, out = tmp_path / "sub.srt", tmp_path / "out.srt"
    source.write_bytes(write_srt(film.moved(12_300)))
    program = ffsubsync.find()
    assert program is not None
    called = ffsubsync.command(
        program, film.path, str(source), str(out), capabilities=await options(), max_offset=5.0, stretch=False
    )
    finished = await run(called)
    report = ffsubsync.parse(finished.stderr_lines, finished.returncode)
    assert report.offset_ms is not None and abs(report.offset_ms) <= 5_000
    assert report.failure(size(out)) is None, "pinned at the bound, or lost: the gate must tell"


async def test_the_audio_track_can_be_chosen(film: Film, tmp_path: Path) -> None:
    wrong = film.moved(12_300)
    first = await run_ffsubsync(tmp_path, film.both, wrong, audio_track=0)
    second = await run_ffsubsync(tmp_path, film.both, wrong, audio_track=1)
    assert error(film.cues, first.report.spans(wrong)) > 250
    assert error(film.cues, second.report.spans(wrong)) < 100


async def test_splits_are_applied_line_by_line(film: Film, tmp_path: Path) -> None:
    middle = len(film.cues) // 2
    cut = [
        *(Cue(c.start + 9000, c.end + 9000, c.text) for c in film.cues[:middle]),
        *(Cue(c.start + 21_000, c.end + 21_000, c.text) for c in film.cues[middle:]),
    ]
    done = await run_ffsubsync(tmp_path, film.path, cut, split=True)
    assert len(done.report.segments) >= 2
    assert error(film.cues, done.report.spans(cut)) < 100


async def test_its_speech_can_be_kept_and_stands_for_the_video(film: Film, tmp_path: Path) -> None:
    program = ffsubsync.find()
    assert program is not None
    staged = tmp_path / "reference.mkv"
    staged.symlink_to(film.path)
    kept = await run(ffsubsync.speech_command(program, str(staged), capabilities=await options(), tools=find_media_tools()))
    assert kept.returncode == 0
    speech = ffsubsync.speech_file(str(staged))
    assert size(Path(speech))
    wrong = film.moved(12_300)
    fresh = await run_ffsubsync(tmp_path, str(staged), wrong)
    cached = await run_ffsubsync(tmp_path, speech, wrong, audio_track=None)
    assert cached.report.offset_ms == fresh.report.offset_ms
    assert cached.report.score == fresh.report.score
    assert cached.report.warnings == ()


async def test_a_subtitle_can_be_the_reference(film: Film, tmp_path: Path) -> None:
    reference = tmp_path / "reference.srt"
    reference.write_bytes(write_srt(film.cues))
    wrong = film.moved(12_300)
    done = await run_ffsubsync(tmp_path, str(reference), wrong, audio_track=None)
    assert done.report.warnings == ()
    assert error(film.cues, done.report.spans(wrong)) <= 10


async def test_ffmpeg_missing_is_said_clearly(film: Film, tmp_path: Path) -> None:
    program = ffsubsync.find()
    assert program is not None
    source = tmp_path / "sub.srt"
    source.write_bytes(write_srt(film.cues))
    called = ffsubsync.command(program, film.path, str(source), str(tmp_path / "out.srt"), capabilities=await options())
    done = await run(Invocation(called.argv, {**called.env, "PATH": str(tmp_path)}))
    failure = ffsubsync.parse(done.stderr_lines, done.returncode).failure(None)
    assert failure is not None and failure.code == "engine_missing"
    assert "install ffmpeg" in failure.hint


async def test_it_is_known_by_its_version_and_its_help() -> None:
    program = ffsubsync.find()
    assert program is not None
    assert ffsubsync.version((await run(ffsubsync.version_command(program))).stdout) is not None
    known = await options()
    assert set(ffsubsync.REQUIRED) <= known
    ffsubsync.require(known)


def test_the_recording_is_what_the_tests_say(film: Film) -> None:
    ffprobe = find_program(("ffprobe",))
    assert ffprobe is not None
    asked = [ffprobe.path, "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", film.both]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == ["audio", "audio"]
