"""Engines of others: how a question is put to them, and their answer before the gate."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from synctui.adapters import alass, ffsubsync
from synctui.adapters.engines import Engine
from synctui.adapters.exchange import read_spans, stage_reference, write_srt
from synctui.adapters.programs import Invocation
from synctui.errors import OperationFailed
from synctui.model.cues import Span
from synctui.model.sync import Run
from synctui.processes.children import Command, Finished, run_child
from synctui.syncs.subtitles.gate import pass_gate
from synctui.syncs.subtitles.listening import Heard, Listening
from synctui.syncs.subtitles.proposal import Proposal, Question
from synctui.syncs.subtitles.scratch import scratch_folder
from synctui.syncs.subtitles.tools import Tools

_LARGEST_OUTPUT = 64 << 20


class _External:
    """What both have in common: staging in a private folder, running, and the gate."""

    def __init__(self, tools: Tools, listening: Listening, engine: Engine) -> None:
        self._tools = tools
        self._listening = listening
        self._engine = engine

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return the engine's timing when it passes the gate."""
        heard = await self._listening.heard(question, run)
        cues = question.subtitle.cues
        async with scratch_folder(self._tools.scratch) as folder:
            incorrect = os.path.join(folder, "subtitle.srt")
            await asyncio.to_thread(Path(incorrect).write_bytes, write_srt(cues))
            run.progress("aligning")
            spans = await self._ask(question, heard, folder, incorrect, run)
        run.progress("checking")
        return await pass_gate(self._listening, heard, question, spans, run)

    async def _ask(self, question: Question, heard: Heard, folder: str, incorrect: str, run: Run) -> Sequence[Span]:
        raise NotImplementedError

    async def _reference(self, heard: Heard, folder: str, run: Run, *, stream: bool) -> str:
        """Return a path for the engine: the media under a plain name, or what stands for it."""
        if heard.cues is not None:
            path = os.path.join(folder, "reference.srt")
            await asyncio.to_thread(Path(path).write_bytes, write_srt(heard.cues))
            return path
        if stream or heard.alone:
            return await asyncio.to_thread(stage_reference, folder, heard.media)
        path = os.path.join(folder, "reference.wav")
        await self._listening.extract(heard, path, run)
        return path

    async def _run(self, invocation: Invocation, on_line: Callable[[str], None]) -> Finished:
        finished = await run_child(
            Command(invocation.argv, invocation.env, file_limit=_LARGEST_OUTPUT),
            timeout=self._tools.settings.timeout,
            on_line=on_line,
        )
        if finished.timed_out:
            raise OperationFailed(f"{self._engine.name} was stopped after {finished.seconds:.0f} s", code="engine_timeout")
        return finished


class AlassEngine(_External):
    """alass; without splits, which do more harm than good where speech is hard to hear."""

    async def _ask(self, question: Question, heard: Heard, folder: str, incorrect: str, run: Run) -> Sequence[Span]:
        reference = await self._reference(heard, folder, run, stream=False)
        out = os.path.join(folder, "result.srt")
        bars = alass.ProgressReader()

        def follow(line: str) -> None:
            if (seen := bars.feed(line)) is not None:
                run.progress(*seen)

        invocation = alass.command(self._engine.require(), reference, incorrect, out, split=False, tools=self._engine.tools)
        finished = await self._run(invocation, follow)
        report = alass.parse(finished.stdout_lines, finished.returncode, finished.stderr_lines)
        failure = report.failure(_size(out))
        if failure is not None:
            raise failure
        produced = read_spans(await asyncio.to_thread(Path(out).read_bytes))
        return report.spans(question.subtitle.cues, produced)


class FfsubsyncEngine(_External):
    """ffsubsync: its numbers are applied to the original cues."""

    async def _ask(self, question: Question, heard: Heard, folder: str, incorrect: str, run: Run) -> Sequence[Span]:
        reference = await self._reference(heard, folder, run, stream=True)
        out = os.path.join(folder, "result.srt")
        bars = ffsubsync.ProgressReader()

        def follow(line: str) -> None:
            if (seen := bars.feed(line)) is not None:
                run.progress(*seen)

        invocation = ffsubsync.command(
            self._engine.require(),
            reference,
            incorrect,
            out,
            capabilities=self._engine.capabilities,
            audio_track=None if heard.cues is not None else heard.stream,
            # It only searches within this window, and a result at the window's edge must be told from a good one.
            max_offset=question.max_offset * 1.4,
            tools=self._engine.tools,
        )
        finished = await self._run(invocation, follow)
        report = ffsubsync.parse(finished.stderr_lines, finished.returncode)
        failure = report.failure(_size(out))
        if failure is not None:
            raise failure
        if report.low_quality:
            raise OperationFailed(f"ffsubsync does not trust its result ({report.low_quality})", code="low_confidence")
        return report.spans(question.subtitle.cues)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None
