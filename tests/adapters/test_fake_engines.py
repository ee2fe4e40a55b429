"""Engines that misbehave, as programs of their own: whatever they do, it is a clear failure and nothing is left running."""

from __future__ import annotations

import asyncio
import random
import unicodedata
from pathlib import Path

import pytest

from synctui.adapters import alass, ffsubsync
from synctui.adapters.exchange import read_spans, write_srt
from synctui.adapters.programs import Invocation
from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span
from synctui.processes.children import Command, run_child
from tests.adapters.engine_runs import size
from tests.processes.alive import gone, told

CUES = [Cue(start, start + 1500, f"line {start}") for start in range(1_000, 61_000, 3_000)]
OPTIONS = frozenset(ffsubsync.REQUIRED)

BLOCK = "echo 'shifted block of 20 subtitles with length 0:00:57.000 by -0:00:00.500'\n"
LOG = (
    "echo '[05:10:59] INFO     score: 100.000' >&2\n"
    "echo '           INFO     offset seconds: -0.500' >&2\n"
    "echo '           INFO     framerate scale factor: 1.000' >&2\n"
)
# The last argument is the output, for both.
LAST = 'for out; do :; done\nfor each; do case "$each" in *in.srt) in="$each";; esac; done\n'


async def align(engine: str, folder: Path, script: str, timeout: float = 15.0) -> list[Span]:
    """Align with a fake engine, as the subtitle sync does; raises OperationFailed."""
    path = folder / engine
    path.write_text("#!/bin/sh\n" + LAST + script)
    path.chmod(0o755)
    (folder / "in.srt").write_bytes(write_srt(CUES))
    out = folder / "out.srt"
    names = (str(folder / "reference.mkv"), str(folder / "in.srt"), str(out))
    called: Invocation
    if engine == "alass":
        program = alass.find(str(folder))
        assert program is not None
        called = alass.command(program, *names)
    else:
        program = ffsubsync.find(str(folder))
        assert program is not None
        called = ffsubsync.command(program, *names, capabilities=OPTIONS)
    done = await run_child(Command(called.argv, called.env), timeout=timeout, cap=1 << 20)
    if done.timed_out:
        raise OperationFailed("too slow", code="engine_timeout")
    if engine == "alass":
        report = alass.parse(done.stdout_lines, done.returncode, done.stderr_lines)
        if (failure := report.failure(size(out))) is not None:
            raise failure
        return report.spans(CUES, read_spans(out.read_bytes()))
    heard = ffsubsync.parse(done.stderr_lines, done.returncode)
    if (failure := heard.failure(size(out))) is not None:
        raise failure
    return heard.spans(CUES)


def says(engine: str) -> str:
    return BLOCK if engine == "alass" else LOG


both = pytest.mark.parametrize("engine", ["alass", "ffsubsync"])


@both
async def test_an_engine_that_behaves(engine: str, tmp_path: Path) -> None:
    spans = await align(engine, tmp_path, says(engine) + 'cp "$in" "$out"')
    moved = 0 if engine == "alass" else -500
    assert spans == [(cue.start + moved, cue.end + moved) for cue in CUES]


@both
@pytest.mark.parametrize("script", ["sleep 60", 'trap "" TERM INT HUP; while :; do sleep 1; done', "sleep 60 & sleep 60"])
async def test_case_58_hangs(engine: str, tmp_path: Path, script: str) -> None:
    with pytest.raises(OperationFailed) as slow:
        await align(engine, tmp_path, script, timeout=0.3)
    assert slow.value.code == "engine_timeout"


@both
@pytest.mark.parametrize("script", ["exit 0", ': > "$out"', 'SAY; : > "$out"', "SAY"])
async def test_case_59_success_without_output(engine: str, tmp_path: Path, script: str) -> None:
    with pytest.raises(OperationFailed) as nothing:
        await align(engine, tmp_path, script.replace("SAY;", says(engine)).replace("SAY", says(engine)))
    assert nothing.value.code == "engine_no_output"


async def test_case_59_fewer_lines(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="19 lines for 20") as fewer:
        await align("alass", tmp_path, BLOCK + 'head -n 76 "$in" > "$out"')
    assert fewer.value.code == "engine_no_output"


async def test_case_59_fewer_lines_of_ffsubsync_do_not_matter(tmp_path: Path) -> None:
    assert len(await align("ffsubsync", tmp_path, LOG + 'head -n 76 "$in" > "$out"')) == len(CUES)


async def test_case_60_a_flood_on_standard_error_still_ends_in_a_result(tmp_path: Path) -> None:
    flood = "yes 'INFO     nothing to see here' | head -c 200000000 >&2\n"
    assert len(await align("ffsubsync", tmp_path, flood + LOG + 'cp "$in" "$out"')) == len(CUES)


@both
async def test_case_62_a_crash(engine: str, tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="SIGSEGV") as crashed:
        await align(engine, tmp_path, says(engine) + 'cp "$in" "$out"; kill -SEGV $$')
    assert crashed.value.code == "engine_crashed"


@both
async def test_an_engine_that_talks_garbage(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(random.Random(7).randbytes(100_000))
    garbage = f"cat {path}; cat {path} >&2; exit 3"
    with pytest.raises(OperationFailed) as failed:
        await align(engine, tmp_path, garbage)
    assert failed.value.code in ("engine_failed", "engine_no_output")
    assert not [char for char in failed.value.message if unicodedata.category(char) in ("Cc", "Cs")]


@both
async def test_cancelled_runs_leave_nothing(engine: str, tmp_path: Path) -> None:
    running = asyncio.create_task(align(engine, tmp_path, f"echo $$ > {tmp_path}/pid; sleep 60", timeout=60))
    (pid,) = await asyncio.to_thread(told, tmp_path / "pid")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert gone(pid)
