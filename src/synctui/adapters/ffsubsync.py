"""ffsubsync: one offset and one frame-rate ratio by correlating speech.

What is said here about its output holds for ffsubsync 0.5.1. Its log goes to standard error. The subtitle that it writes
is not used: it drops lines that would start before zero, cuts lines longer than ten seconds and rewrites formats. Its
numbers are applied to the original cues instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synctui.adapters.failures import Symptom, crash, diagnose, first_line, no_output
from synctui.adapters.programs import Invocation, MediaTools, Program, checked_path, find_program, parse_version
from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span

NAMES = ("ffsubsync",)
INSTALL_HINT = "install it with: pipx install ffsubsync"
READS = frozenset(("srt", "ssa", "ass", "vtt"))
REQUIRED = ("--reference-stream", "--max-offset-seconds", "--encoding", "--output-encoding")

_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")
_LOGGED = re.compile(r"^(?:\[[\d:]+\])?\s*(DEBUG|INFO|WARNING|ERROR)(?:\s+|:[\w.]+:)(.*?)(?:\s{2,}\S+\.py:\d+)?\s*$")
_SCORE = re.compile(r"score: (-?\d{1,15}(?:\.\d+)?)$")
_OFFSET = re.compile(r"offset seconds: (-?\d{1,9}(?:\.\d+)?)$")
_SCALE = re.compile(r"framerate scale factor: (\d{1,3}\.\d+)$")
_SPLIT_SCALE = re.compile(r"split search preferred framerate scale (\d{1,3}\.\d+) ")
_SEGMENT = re.compile(r"(\d{1,7}) cue\(s\) offset (-?\d{1,9}(?:\.\d+)?)s$")
_SPEECH = re.compile(r"total of speech segments: (\d{1,12})(?:\.\d+)?$")
_LOW = re.compile(r"low-quality alignment \((.*)\)")
_RAISED = re.compile(r"^\s*((?:[\w.]+\.)?\w*(?:Error|Exception|Interrupt|Exit)\b.*)$")
_BAR = re.compile(r"(\d{1,9}(?:\.\d+)?)/(\d{1,9}(?:\.\d+)?) \[")

# What ffsubsync tries; it prints three decimals, too few for a film, and these are what it multiplied with.
_STEPS = (24 / 23.976, 25 / 23.976, 25 / 24)
_RATIOS = (1.0, *_STEPS, *(1 / step for step in _STEPS))

_SYMPTOMS = (
    Symptom("directory: 'ffmpeg'", "engine_missing", "ffsubsync does not find ffmpeg", "install ffmpeg, with ffprobe"),
    Symptom("directory: 'ffprobe'", "engine_missing", "ffsubsync does not find ffprobe", "install ffmpeg, with ffprobe"),
    Symptom("ffprobe error", "video_unreadable", "ffprobe cannot read the video", "is the file whole?"),
    Symptom(
        "Unable to detect speech",
        "no_speech",
        "ffsubsync hears no speech",
        "is it the right audio track, and is the file whole?",
    ),
    Symptom("cannot align empty speech data", "no_speech", "ffsubsync hears no speech", "take another reference"),
    Symptom("unable to read reference", "video_unreadable", "ffsubsync cannot read the video", "is it still there?"),
    Symptom("unable to read input subtitles", "gone", "ffsubsync cannot read the subtitle", "run it again"),
    Symptom("unrecognized arguments", "engine_failed", "this ffsubsync is too old", "upgrade it: pipx upgrade ffsubsync"),
    Symptom("ModuleNotFoundError", "engine_failed", "ffsubsync's installation is broken", "pipx reinstall ffsubsync"),
    Symptom("MemoryError", "engine_failed", "ffsubsync ran out of memory", "run fewer jobs"),
)


def find(path_env: str | None = None) -> Program | None:
    """Return ffsubsync as found on PATH, or None."""
    return find_program(NAMES, path_env)


def version_command(program: Program) -> Invocation:
    """Return what prints the version (for `version`)."""
    return Invocation((program.path, "--version"), _ENV)


def version(output: str) -> str | None:
    """Return the version of what `version_command` printed: `ffsubsync 0.5.1`."""
    return parse_version(output) if "ffsubsync" in output else None


def help_command(program: Program) -> Invocation:
    """Return what prints the options (for `capabilities`)."""
    return Invocation((program.path, "--help"), _ENV)


def capabilities(help_text: str) -> frozenset[str]:
    """Return the long options that the installed version has, from its help."""
    return frozenset(_OPTION.findall(help_text[:200_000]))


def reads(suffix: str, encoding: str, *, bom: bool = False) -> bool:
    """Return whether ffsubsync takes a subtitle as it is, given that it guesses encodings and often wrongly."""
    plain = encoding.lower().replace("_", "-").removesuffix("-sig")
    return suffix.lower().lstrip(".") in READS and plain in ("utf-8", "utf8", "ascii", "us-ascii") and not bom


_ENV = {"COLUMNS": "300", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"}


def command(
    program: Program,
    reference: str,
    incorrect: str,
    out: str,
    *,
    capabilities: frozenset[str],
    audio_track: int | None = 0,
    max_offset: float = 60.0,
    stretch: bool = True,
    split: bool = False,
    tools: MediaTools | None = None,
) -> Invocation:
    """Return what aligns the subtitle `incorrect` (UTF-8) to `reference` and writes `out`.

    `audio_track` counts audio streams from 0; None says that the reference is a subtitle (UTF-8) or cached speech.
    `max_offset` (seconds) is how far ffsubsync searches, not how far it may be trusted. `stretch` corrects frame rates,
    `split` lets blocks of lines move apart where the version can. Golden-section search stays off: it finds speeds that
    are none. Raises OperationFailed `engine_missing` when the version lacks what we need.
    """
    require(capabilities)
    if split and "--split-penalty" not in capabilities:
        raise OperationFailed(
            "this ffsubsync cannot split", hint="upgrade it: pipx upgrade ffsubsync", code="engine_missing"
        )
    arguments = [checked_path(reference), "--max-offset-seconds", f"{max_offset:g}"]
    if audio_track is not None:
        # Without a stream it silently takes the first embedded subtitle as the reference.
        arguments += ["--reference-stream", f"a:{audio_track}", *_supported(capabilities, "--vad", "webrtc")]
    elif not reference.endswith(".npz"):
        arguments += _supported(capabilities, "--reference-encoding", "utf-8")
    if stretch:
        # A ratio inferred from the two lengths could be any number, and three printed decimals would not give it back.
        arguments += _supported(capabilities, "--skip-infer-framerate-ratio")
    else:
        arguments += _supported(capabilities, "--no-fix-framerate") + _supported(
            capabilities, "--skip-infer-framerate-ratio"
        )
    if split:
        arguments.append("--split-penalty=5")
    arguments += _decoder(capabilities, tools)
    arguments += [
        "--encoding",
        "utf-8",
        "--output-encoding",
        "utf-8",
        "-i",
        checked_path(incorrect),
        "-o",
        checked_path(out),
    ]
    return Invocation((program.path, *arguments), _ENV)


def speech_command(
    program: Program,
    reference: str,
    *,
    capabilities: frozenset[str],
    audio_track: int = 0,
    tools: MediaTools | None = None,
) -> Invocation:
    """Return what writes the speech in `reference` to `speech_file(reference)`, which may stand for it later on.

    The file lies beside the reference: stage the reference in a private folder first.
    """
    require(capabilities)
    stream = ("--reference-stream", f"a:{audio_track}", *_supported(capabilities, "--vad", "webrtc"))
    return Invocation(
        (program.path, checked_path(reference), "--serialize-speech", *stream, *_decoder(capabilities, tools)), _ENV
    )


def speech_file(reference: str) -> str:
    """Return where `speech_command` writes."""
    return os.path.splitext(reference)[0] + ".npz"


def require(capabilities: frozenset[str]) -> None:
    """Raise OperationFailed `engine_missing` when the installed version lacks an option that we rely on."""
    missing = [option for option in REQUIRED if option not in capabilities]
    if missing:
        raise OperationFailed(
            f"this ffsubsync is too old: it lacks {', '.join(missing)}",
            hint="upgrade it: pipx upgrade ffsubsync",
            code="engine_missing",
        )


def _supported(capabilities: frozenset[str], *arguments: str) -> list[str]:
    return list(arguments) if arguments[0] in capabilities else []


def _decoder(capabilities: frozenset[str], tools: MediaTools | None) -> list[str]:
    if tools is None:
        return []
    folder = os.path.dirname(tools.ffmpeg.path)
    if folder != os.path.dirname(tools.ffprobe.path):
        return []
    return _supported(capabilities, "--ffmpeg-path", folder)


@dataclass(frozen=True, slots=True)
class FfsubsyncReport:
    """What ffsubsync said.

    New time = old time * `scale` + `offset_ms`. `exact` is false when the printed ratio is none of the known ones and
    only as good as its three decimals. `segments` are (lines, offset in ms) in the order of the file, when it split.
    The magnitude of `score` means nothing; below zero the result is surely wrong. `low_quality` is why it left the
    subtitle alone, `dropped` how many lines it left out of its own output.
    """

    returncode: int
    score: float | None = None
    offset_ms: int | None = None
    scale: float = 1.0
    exact: bool = True
    segments: tuple[tuple[int, int], ...] = ()
    speech_frames: int | None = None
    low_quality: str = ""
    dropped: int = 0
    warnings: tuple[str, ...] = ()
    error: str = ""

    def failure(self, output_size: int | None) -> OperationFailed | None:
        """Return why there is no result, or None; `output_size` is that of the file it wrote (None: there is none)."""
        if self.returncode < 0:
            return crash("ffsubsync", self.returncode)
        if self.error or self.returncode:
            found = diagnose("\n".join((self.error, *self.warnings)), _SYMPTOMS)
            return found or OperationFailed(
                f"ffsubsync reported: {first_line(self.error) or f'code {self.returncode}'}",
                hint="try another engine",
                code="engine_failed",
            )
        return None if output_size and self.offset_ms is not None else no_output("ffsubsync", self.warnings)

    def spans(self, cues: Sequence[Cue]) -> list[Span]:
        """Return the new spans of the original cues, each as long as before times the ratio; none is ever dropped.

        Raises OperationFailed `engine_no_output` when there are no numbers, or the segments are not about these cues.
        """
        if self.offset_ms is None:
            raise no_output("ffsubsync", self.warnings)
        offsets = [self.offset_ms] * len(cues)
        if self.segments:
            offsets = [offset for lines, offset in self.segments for _ in range(min(lines, len(cues) + 1))]
            if len(offsets) != len(cues):
                raise OperationFailed(
                    f"ffsubsync moved {len(offsets)} lines instead of {len(cues)}",
                    hint="try another engine",
                    code="engine_no_output",
                )
        return [
            (round(cue.start * self.scale) + offset, round(cue.end * self.scale) + offset)
            for cue, offset in zip(cues, offsets, strict=True)
        ]


def parse(stderr_lines: Iterable[str], returncode: int) -> FfsubsyncReport:
    """Return what ffsubsync said on standard error, cut at newlines and carriage returns."""
    score: float | None = None
    offset: int | None = None
    printed = 1.0
    speech: int | None = None
    low, dropped, error, raised = "", 0, "", ""
    segments: list[tuple[int, int]] = []
    warnings: list[str] = []
    tracing = False
    for line in stderr_lines:
        logged = _LOGGED.match(line)
        if logged is None:
            tracing = tracing or "Traceback (most recent call last)" in line
            if tracing and (match := _RAISED.match(line)):
                raised = match[1].strip()
            elif not tracing and line.startswith("ffsubsync: error: "):
                error = line.removeprefix("ffsubsync: error: ")
            continue
        tracing = False
        level, text = logged[1], logged[2].strip()
        if level == "ERROR":
            error = text
        elif level == "WARNING" and not (match := _LOW.match(text)):
            warnings.append(text)
        elif match := _LOW.match(text):
            low = match[1]
        elif match := _SCORE.match(text):
            score = float(match[1])
        elif match := _OFFSET.match(text):
            offset = round(float(match[1]) * 1000)
        elif (match := _SCALE.match(text)) or (match := _SPLIT_SCALE.match(text)):
            printed = float(match[1])
        elif match := _SEGMENT.match(text):
            segments.append((int(match[1]), round(float(match[2]) * 1000)))
        elif match := _SPEECH.match(text):
            speech = int(match[1])
        elif text.startswith("Skipped subtitle"):
            dropped += 1
    scale, exact = _exact(printed)
    return FfsubsyncReport(
        returncode, score, offset, scale, exact, tuple(segments), speech, low, dropped, tuple(warnings), raised or error
    )


def _exact(printed: float) -> tuple[float, bool]:
    for ratio in _RATIOS:
        if abs(round(ratio, 3) - printed) < 1e-9:
            return ratio, True
    return printed, False


class ProgressReader:
    """Reads ffsubsync's bar over the reference's audio."""

    def feed(self, line: str) -> tuple[str, float] | None:
        """Return the phase (`audio`, `aligning`) and its fraction (0 to 1; 0 when the phase begins), or None."""
        if "computing alignments" in line:
            return "aligning", 0.0
        match = _BAR.search(line)
        if match is None or not float(match[2]):
            return None
        return "audio", min(1.0, float(match[1]) / float(match[2]))
