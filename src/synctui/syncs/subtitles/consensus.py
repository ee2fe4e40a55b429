"""A second opinion where the built-in engine is not sure: what another engine finds as well may be believed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from synctui.errors import DependencyMissing, OperationFailed
from synctui.model.cues import Span
from synctui.model.json import Fields
from synctui.model.sync import Run
from synctui.syncs.subtitles.gate import pass_gate, pass_shape
from synctui.syncs.subtitles.listening import Heard, Listening, span_rows
from synctui.syncs.subtitles.proposal import AlignmentEngine, Proposal, Question

_UNSURE = frozenset(("low_confidence", "too_sparse"))
_PROMISING = 40
"""Measured on excerpts of 9 to 40 lines: from here on two engines agreed on 19 right guesses and on 1 wrong one; between 25
and 40 on 24 and 13. They read the same speech and go wrong together."""
_NEAR_MS = 300
_SHARE = 0.95


class Second(Protocol):
    """An engine that may be asked besides."""

    @property
    def name(self) -> str: ...

    def answers(self, heard: Heard, question: Question, run: Run) -> AsyncGenerator[Sequence[Span], None]:
        """Yield the new span of every cue as it has it, best first; raises OperationFailed, DependencyMissing."""
        ...


Others = Callable[[], Awaitable[Sequence[Second]]]
"""Returns the engines of others that are installed, in the order in which they are asked."""


def is_undecided(reason: str, numbers: Fields) -> bool:
    """Return whether a refusal has a best guess that another engine may confirm."""
    confidence = numbers.get("confidence")
    return reason in _UNSURE and isinstance(confidence, int) and confidence >= _PROMISING


class Consensus:
    """The built-in engine, and where it is not sure one of another: what it guessed is believed when both find it.

    Nothing is asked about lines that stand for the speech: where those leave a doubt, the audio is heard.
    """

    def __init__(self, engine: AlignmentEngine, listening: Listening, others: Others) -> None:
        self._engine = engine
        self._listening = listening
        self._others = others

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return what the engine is sure of, or found with another one, or why neither can be trusted."""
        first = await self._engine.align(question, run)
        if first.trusted or question.text is not None or not is_undecided(first.reason, first.numbers):
            return first
        others = await self._others()
        if not others:
            return first
        heard = await self._listening.heard(question, run)
        answer = await self._listening.align(heard, question, run)
        guess, ratio = span_rows(answer["spans"]), float(answer["ratio"])
        shaped = pass_shape(question.subtitle.cues, guess, ratio, first.numbers)
        if not shaped.trusted:
            return first
        refused = first
        for other in others:
            run.progress(f"asking {other.name}")
            agreed, plausible = await self._asked(other, guess, heard, question, run)
            if agreed:
                return replace(shaped, numbers={**first.numbers, "engine": "builtin", "agreed_with": other.name})
            if plausible and refused is first:
                message = f"{other.name} finds another timing"
                refused = replace(first, reason="engines_disagree", message=message)
        asked = [other.name for other in others]
        return replace(refused, numbers={**first.numbers, "asked": asked})

    async def _asked(
        self, other: Second, guess: Sequence[Span], heard: Heard, question: Question, run: Run
    ) -> tuple[bool, bool]:
        """Return whether an engine finds what is guessed, and whether what it finds instead can be true."""
        plausible = False
        try:
            async with aclosing(other.answers(heard, question, run)) as answers:
                async for spans in answers:
                    if agree(guess, spans):
                        return True, True
                    plausible = plausible or (await pass_gate(self._listening, heard, question, spans, run)).trusted
        except (OperationFailed, DependencyMissing):
            # That another engine cannot do it says nothing about the subtitle.
            pass
        return False, plausible


def agree(one: Sequence[Span], other: Sequence[Span]) -> bool:
    """Return whether two engines put (nearly) all cues to the same places."""
    near = sum(abs(first[0] - second[0]) <= _NEAR_MS for first, second in zip(one, other, strict=True))
    return near >= _SHARE * len(one)
