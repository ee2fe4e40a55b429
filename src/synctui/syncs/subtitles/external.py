"""Engines of others: how a question is put to them, and their answer before the gate."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from synctui.adapters import alass, ffsubsync
from synctui.adapters.engines import Engine
from synctui.adapters.exchange import read_spans, write_srt
from synctui.adapters.programs import Invocation
from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span
from synctui.model.sync import Run
from synctui.processes.children import Command, Finished, run_child
from synctui.syncs.subtitles.gate import pass_gate
from synctui.syncs.subtitles.listening import Heard, Listening
from synctui.syncs.subtitles.proposal import Proposal, Question
from synctui.syncs.subtitles.scratch import scratch_folder
from synctui.syncs.subtitles.tools import Tools

_LARGEST_OUTPUT = 64 << 20
_NARROW_S = 60.0


@dataclass(frozen=True, slots=True)
class _Exercise:
    """The files of a question in a private folder; `window` is how many seconds of shift are searched."""

    reference: str
    incorrect: str
    out: str
    window: float


class ExternalEngine(ABC):
    """What both have in common: what they read lies in a private folder, and what they find passes the gate.

    They are given the speech that was heard in the audio already, as a subtitle: no film is decoded anew for each of its
    subtitles, what the chosen track says is meant, and it was heard better than they hear.
    """

    def __init__(self, tools: Tools, listening: Listening, engine: Engine) -> None:
        self._tools = tools
        self._listening = listening
        self._engine = engine

    @property
    def name(self) -> str:
        """What the engine is called."""
        return self._engine.name

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return the engine's timing when it passes the gate."""
        heard = await self._listening.heard(question, run)
        refused: Proposal | None = None
        async with aclosing(self.answers(heard, question, run)) as answers:
            async for spans in answers:
                run.progress("checking")
                found = await pass_gate(self._listening, heard, question, spans, run)
                if found.trusted:
                    return found
                refused = refused or found
        if refused is None:
            raise AssertionError("no window to search")
        return refused

    async def answers(self, heard: Heard, question: Question, run: Run) -> AsyncGenerator[Sequence[Span], None]:
        """Yield the new span of every cue as the engine has it, before the gate, once for each window that it searches.

        Raises OperationFailed with one of the engine codes when it has nothing to say.
        """
        cues = question.subtitle.cues
        said = False
        failure: OperationFailed | None = None
        async with scratch_folder(self._tools.scratch) as folder:
            incorrect = os.path.join(folder, "subtitle.srt")
            await asyncio.to_thread(Path(incorrect).write_bytes, write_srt(cues))
            reference = await self._reference(heard, folder, run)
            for window in self._windows(question.max_offset):
                out = os.path.join(folder, f"{window:.0f}.srt")
                run.progress("aligning")
                try:
                    spans = await self._ask(question, _Exercise(reference, incorrect, out, window), run)
                except OperationFailed as error:
                    if error.code == "engine_timeout":
                        raise
                    failure = failure or error
                    continue
                said = True
                yield spans
        if not said and failure is not None:
            raise failure

    def _windows(self, max_offset: float) -> Sequence[float]:
        return (max_offset,)

    @abstractmethod
    async def _ask(self, question: Question, exercise: _Exercise, run: Run) -> Sequence[Span]:
        """Return the new span of every cue, as the engine has it."""

    async def _reference(self, heard: Heard, folder: str, run: Run) -> str:
        """Return the path of a subtitle for the engine: the lines of the reference, or where somebody speaks."""
        path = os.path.join(folder, "reference.srt")
        await asyncio.to_thread(Path(path).write_bytes, write_srt(await self._listening.speech(heard, run)))
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


class AlassEngine(ExternalEngine):
    """alass; without splits, which do more harm than good where speech is hard to hear."""

    async def _ask(self, question: Question, exercise: _Exercise, run: Run) -> Sequence[Span]:
        bars = alass.ProgressReader()

        def follow(line: str) -> None:
            if (seen := bars.feed(line)) is not None:
                run.progress(*seen)

        invocation = alass.command(
            self._engine.require(),
            exercise.reference,
            exercise.incorrect,
            exercise.out,
            split=False,
            tools=self._engine.tools,
        )
        finished = await self._run(invocation, follow)
        report = alass.parse(finished.stdout_lines, finished.returncode, finished.stderr_lines)
        failure = report.failure(_size(exercise.out))
        if failure is not None:
            raise failure
        produced = read_spans(await asyncio.to_thread(Path(exercise.out).read_bytes))
        return _before_zero(question.subtitle.cues, report.spans(question.subtitle.cues, produced), float(report.ratio))


class FfsubsyncEngine(ExternalEngine):
    """ffsubsync: its numbers are applied to the original cues.

    It searches no further than its window, and a result at the window's edge must be told from a good one. In a wide window
    it is often drawn to where lines and film hardly meet, so that it is asked in a narrow one first.
    """

    def _windows(self, max_offset: float) -> Sequence[float]:
        wide = max_offset * 1.4
        return (_NARROW_S, wide) if wide > _NARROW_S else (wide,)

    async def _ask(self, question: Question, exercise: _Exercise, run: Run) -> Sequence[Span]:
        bars = ffsubsync.ProgressReader()

        def follow(line: str) -> None:
            if (seen := bars.feed(line)) is not None:
                run.progress(*seen)

        invocation = ffsubsync.command(
            self._engine.require(),
            exercise.reference,
            exercise.incorrect,
            exercise.out,
            capabilities=self._engine.capabilities,
            audio_track=None,
            max_offset=exercise.window,
            tools=self._engine.tools,
        )
        finished = await self._run(invocation, follow)
        report = ffsubsync.parse(finished.stderr_lines, finished.returncode)
        failure = report.failure(_size(exercise.out))
        if failure is not None:
            raise failure
        if report.low_quality:
            raise OperationFailed(f"ffsubsync does not trust its result ({report.low_quality})", code="low_confidence")
        return report.spans(question.subtitle.cues)


def _before_zero(cues: Sequence[Cue], spans: list[Span], ratio: float) -> list[Span]:
    """Let lines that start before the beginning, which alass was shown at zero, move with the first that does not."""
    known = [(cue.start, span[0]) for cue, span in zip(cues, spans, strict=True) if cue.start >= 0]
    if not known or len(known) == len(cues):
        return spans
    old, new = min(known)
    shift = new - old * ratio
    return [
        span if cue.start >= 0 else (round(cue.start * ratio + shift), round(cue.end * ratio + shift))
        for cue, span in zip(cues, spans, strict=True)
    ]


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None
