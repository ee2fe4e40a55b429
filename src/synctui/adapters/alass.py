"""alass: aligns by the gaps between speech, and splits where a scene was cut in or out.

What is said here about its output holds for alass-cli 2.0.0. Everything goes to standard output, errors too; a result
says nothing about how well it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from synctui.adapters.exchange import moved_like
from synctui.adapters.failures import Symptom, crash, diagnose, first_line, no_output
from synctui.adapters.programs import Invocation, MediaTools, Program, checked_path, find_program, parse_version
from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span

NAMES = ("alass-cli", "alass")
INSTALL_HINT = "install it with: cargo install alass-cli"
READS = frozenset(("srt", "ssa", "ass", "idx", "sub"))

_BLOCK = re.compile(r"^shifted block of (\d+) subtitles with length (-?[\d:.]+) by (-?[\d:.]+)\s*$")
_CLOCK = re.compile(r"^(-?)(\d{1,6}):(\d\d):(\d\d)\.(\d{3})$")
_NUMBER = r"(\d{1,9}(?:\.\d{1,6})?)"
_RATIO = re.compile(rf"^info: 'reference file FPS/input file FPS' ratio is {_NUMBER}(?:/{_NUMBER})?\s*$")
_BAR = re.compile(r"^\s*(\d+) / (\d+) \[")
_TRACE = re.compile(r"^(stack trace:|\s+\d+: |\s+at )")

_SYMPTOMS = (
    Symptom("no audio stream in file", "no_audio", "the video has no audio track", "take another reference"),
    Symptom(
        "failed to spawn subprocess",
        "engine_missing",
        "alass cannot start ffmpeg or ffprobe",
        "install ffmpeg, with ffprobe",
    ),
    Symptom("failed to extract metadata", "video_unreadable", "ffprobe cannot read the video", "is the file whole?"),
    Symptom("failed to extract voice segments", "video_unreadable", "ffmpeg cannot decode the audio", "is the file whole?"),
    Symptom("unknown subtitle format", "unsupported_format", "alass does not read this format", "convert it to SubRip"),
    Symptom("wrong charset encoding", "unsupported_content", "alass reads UTF-8 alone", "convert it to UTF-8"),
    Symptom("not a known encoding label", "unsupported_content", "alass does not know the encoding", "convert it to UTF-8"),
    Symptom("parsing the subtitle data failed", "unsupported_content", "alass cannot parse the subtitle", "is it damaged?"),
    Symptom("failed to open file", "gone", "a file that alass needs is not there", "run it again"),
)


def find(path_env: str | None = None) -> Program | None:
    """Return alass as found on PATH (`alass-cli` or `alass`), or None."""
    return find_program(NAMES, path_env)


def version_command(program: Program) -> Invocation:
    """Return what prints the version (for `version`)."""
    return Invocation((program.path, "--version"), _env(None))


def version(output: str) -> str | None:
    """Return the version of what `version_command` printed: `alass-cli 2.0.0`."""
    return parse_version(output) if "alass" in output else None


def reads(suffix: str, encoding: str, *, bom: bool = False) -> bool:
    """Return whether alass takes a subtitle as it is: no WebVTT; UTF-8, or UTF-16 with a byte order mark."""
    plain = encoding.lower().replace("_", "-").removesuffix("-sig")
    readable = plain in ("utf-8", "utf8", "ascii", "us-ascii") or (plain.startswith(("utf-16", "utf16")) and bom)
    return suffix.lower().lstrip(".") in READS and readable


def command(
    program: Program,
    reference: str,
    incorrect: str,
    out: str,
    *,
    split: bool = False,
    split_penalty: float = 7.0,
    stretch: bool = True,
    tools: MediaTools | None = None,
) -> Invocation:
    """Return what aligns the subtitle `incorrect` to `reference` (media or subtitle) and writes `out`.

    `split` lets blocks of lines move apart; without it all lines move alike, which does less harm where speech is hard
    to hear. `split_penalty` (0 to 1000) is how much alass shrinks from a split. `stretch` corrects frame rates. Lines
    before the beginning keep their negative times: alass would otherwise pile them up at zero. `tools` decode media.
    alass takes the first audio track; there is no choice.
    """
    flags = ["--allow-negative-timestamps"]
    if split:
        flags += ["--split-penalty", f"{min(max(split_penalty, 0.0), 1000.0):g}"]
    else:
        flags.append("--no-split")
    if not stretch:
        flags.append("--disable-fps-guessing")
    paths = (checked_path(reference), checked_path(incorrect), checked_path(out))
    return Invocation((program.path, *flags, *paths), _env(tools))


def speech_command(program: Program, reference: str, out: str, *, tools: MediaTools | None = None) -> Invocation:
    """Return what writes the stretches of speech in `reference` as a SubRip file, which may stand for it later on."""
    return Invocation((program.path, checked_path(reference), "_", checked_path(out)), _env(tools))


def _env(tools: MediaTools | None) -> dict[str, str]:
    env = {"RUST_BACKTRACE": "0"}
    if tools is not None:
        env |= {"ALASS_FFMPEG_PATH": tools.ffmpeg.path, "ALASS_FFPROBE_PATH": tools.ffprobe.path}
    return env


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that moved together: how many, their length and their shift in milliseconds."""

    lines: int
    length_ms: int
    shift_ms: int


@dataclass(frozen=True, slots=True)
class AlassReport:
    """What alass said: blocks in the order of time, the speed ratio (new time over old), warnings, and its error text."""

    returncode: int
    blocks: tuple[Block, ...] = ()
    ratio: Fraction = Fraction(1)
    warnings: tuple[str, ...] = ()
    error: str = ""

    def failure(self, output_size: int | None) -> OperationFailed | None:
        """Return why there is no result, or None; `output_size` is that of the file it wrote (None: there is none)."""
        if self.returncode < 0 or "panicked at" in self.error:
            return diagnose(self.error, _SYMPTOMS) or crash("alass", self.returncode, self.error)
        if self.error or self.returncode:
            found = diagnose(self.error, _SYMPTOMS)
            return found or OperationFailed(
                f"alass reported: {first_line(self.error) or f'code {self.returncode}'}",
                hint="try another engine",
                code="engine_failed",
            )
        return None if output_size and self.blocks else no_output("alass", self.warnings)

    def spans(self, cues: Sequence[Cue], produced: Sequence[Span]) -> list[Span]:
        """Return the new spans of the original cues, from the times in the file that alass wrote, in its order.

        Raises OperationFailed `engine_no_output` when the number of lines differs.
        """
        return moved_like(cues, produced, float(self.ratio))


def parse(stdout_lines: Iterable[str], returncode: int, stderr_lines: Iterable[str] = ()) -> AlassReport:
    """Return what alass said on standard output, cut at newlines and carriage returns; a panic goes to standard error."""
    blocks: list[Block] = []
    warnings: list[str] = []
    error: list[str] = []
    ratio = Fraction(1)
    for line in stdout_lines:
        if error and not _TRACE.match(line):
            if line.startswith("not: run with"):
                break
            error.append(line)
        elif line.startswith("error: "):
            error.append(line.removeprefix("error: "))
        elif line.startswith("warn: "):
            warnings.append(line.removeprefix("warn: ").strip())
        elif match := _BLOCK.match(line):
            length, shift = _ms(match[2]), _ms(match[3])
            if length is not None and shift is not None:
                blocks.append(Block(int(match[1]), length, shift))
        elif (match := _RATIO.match(line)) and Fraction(match[2] or 1) and Fraction(match[1]):
            ratio = Fraction(match[1]) / Fraction(match[2] or 1)
    panic = [line for line in stderr_lines if not line.startswith("note: ")] if returncode else []
    return AlassReport(returncode, tuple(blocks), ratio, tuple(warnings), "\n".join([*error, *panic]).strip())


def _ms(clock: str) -> int | None:
    match = _CLOCK.match(clock)
    if match is None:
        return None
    sign, hours, minutes, seconds, fraction = match.groups()
    value = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction)
    return -value if sign else value


class ProgressReader:
    """Reads alass's two bars, which follow one another: listening to the audio, then aligning."""

    def __init__(self) -> None:
        self._phase = "aligning"

    def feed(self, line: str) -> tuple[str, float] | None:
        """Return the phase (`audio`, `aligning`) and its fraction (0 to 1) when the line is a bar."""
        if line.startswith("extracting audio"):
            self._phase = "audio"
        elif line.startswith(("Guessing framerate", "synchronizing")):
            self._phase = "aligning"
        elif (match := _BAR.match(line)) and len(match[2]) < 12 and int(match[2]):
            return self._phase, min(1.0, int(match[1][:12]) / int(match[2]))
        return None
