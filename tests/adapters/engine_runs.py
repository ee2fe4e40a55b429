"""Running an engine the way the subtitle sync does: plain names in, numbers out."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synctui.adapters import alass, ffsubsync
from synctui.adapters.exchange import read_spans, write_srt
from synctui.adapters.programs import Invocation, find_media_tools
from synctui.model.cues import Cue, Span
from synctui.processes.children import Command, Finished, run_child


async def run(invocation: Invocation, *, cwd: str = "/", timeout: float = 60.0) -> Finished:
    """Run what an adapter says."""
    return await run_child(Command(invocation.argv, invocation.env, cwd), timeout=timeout)


def size(path: Path) -> int | None:
    """Return a file's size, None when it is not there."""
    return path.stat().st_size if path.exists() else None


def error(cues: Sequence[Cue], spans: Sequence[Span]) -> float:
    """Return the median distance (ms) of the spans' starts from where the lines are spoken."""
    assert len(cues) == len(spans)
    return statistics.median(abs(cue.start - start) for cue, (start, _) in zip(cues, spans, strict=True))


@dataclass(frozen=True, slots=True)
class AlassRun:
    """What came of running alass."""

    finished: Finished
    report: alass.AlassReport
    out: Path

    def spans(self, cues: Sequence[Cue]) -> list[Span]:
        """Return the new spans."""
        return self.report.spans(cues, read_spans(self.out.read_bytes()))


async def run_alass(
    folder: Path, reference: str, subtitle: Sequence[Cue] | Path, *, split: bool = False, tools: bool = True
) -> AlassRun:
    """Align cues (or a file as it is) with alass."""
    program = alass.find()
    assert program is not None
    if isinstance(subtitle, Path):
        incorrect = subtitle
    else:
        incorrect = folder / "in.srt"
        incorrect.write_bytes(write_srt(subtitle))
    out = folder / f"out{incorrect.suffix}"
    found = find_media_tools() if tools else None
    finished = await run(alass.command(program, reference, str(incorrect), str(out), split=split, tools=found))
    return AlassRun(finished, alass.parse(finished.stdout_lines, finished.returncode, finished.stderr_lines), out)


@dataclass(frozen=True, slots=True)
class FfsubsyncRun:
    """What came of running ffsubsync."""

    finished: Finished
    report: ffsubsync.FfsubsyncReport
    out: Path


_known: dict[str, frozenset[str]] = {}


async def options() -> frozenset[str]:
    """Return what the installed ffsubsync can do, asked once."""
    program = ffsubsync.find()
    assert program is not None
    if program.path not in _known:
        _known[program.path] = ffsubsync.capabilities((await run(ffsubsync.help_command(program))).stdout)
    return _known[program.path]


async def run_ffsubsync(
    folder: Path,
    reference: str,
    subtitle: Sequence[Cue] | Path,
    *,
    audio_track: int | None = 0,
    split: bool = False,
    more: Sequence[str] = (),
) -> FfsubsyncRun:
    """Align cues (or a file as it is) with ffsubsync; `more` arguments are put in front."""
    program = ffsubsync.find()
    assert program is not None
    if isinstance(subtitle, Path):
        incorrect = subtitle
    else:
        incorrect = folder / "in.srt"
        incorrect.write_bytes(write_srt(subtitle))
    out = folder / f"out{incorrect.suffix}"
    called = ffsubsync.command(
        program,
        reference,
        str(incorrect),
        str(out),
        capabilities=await options(),
        audio_track=audio_track,
        split=split,
        tools=find_media_tools(),
    )
    finished = await run(Invocation((called.argv[0], *more, *called.argv[1:]), called.env))
    return FfsubsyncRun(finished, ffsubsync.parse(finished.stderr_lines, finished.returncode), out)


async def raw_ffsubsync(*arguments: str | os.PathLike[str]) -> FfsubsyncRun:
    """Run ffsubsync as a person would, to show what it does; the last argument is the output."""
    program = ffsubsync.find()
    assert program is not None
    env = {"COLUMNS": "300", "NO_COLOR": "1"}
    finished = await run(Invocation((program.path, *(os.fspath(argument) for argument in arguments)), env))
    return FfsubsyncRun(finished, ffsubsync.parse(finished.stderr_lines, finished.returncode), Path(arguments[-1]))
