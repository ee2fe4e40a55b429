"""The one gate that every engine's result passes before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span
from synctui.model.json import Fields
from synctui.model.sync import Run
from synctui.syncs.subtitles.listening import Heard, Listening
from synctui.syncs.subtitles.numbers import of_judgement
from synctui.syncs.subtitles.proposal import Proposal, Question

TOLERANCE_MS = 100
"""A subtitle whose lines would move less than this is in sync: nobody sees it, and every write is a risk."""
_TOGETHER_MS = 250
_FEWEST_TOGETHER = 4


async def pass_gate(listening: Listening, heard: Heard, question: Question, spans: Sequence[Span], run: Run) -> Proposal:
    """Return the proposal of another engine's spans when they can be trusted, or a refusal with what speaks against them.

    As many cues as before, none before the beginning, none away from its neighbours, a known ratio and an accepted shift,
    and a better fit with the speech than before: the last three are judged against the speech.
    Text and styling cannot differ: only times are taken from an engine.
    """
    cues = question.subtitle.cues
    if len(spans) != len(cues):
        raise OperationFailed(f"{len(spans)} lines came back for {len(cues)}", code="text_changed")
    judgement = await listening.judge(heard, question, spans, run)
    numbers = of_judgement(judgement, heard.label, cues, spans)
    if _moved(cues, spans) < TOLERANCE_MS and (judgement["plausible"] or judgement["reason"] == "no_better"):
        return Proposal(None, "already_in_sync", "", numbers)
    if not judgement["plausible"]:
        return Proposal(None, str(judgement["reason"]), str(judgement["message"]), numbers)
    return pass_shape(cues, spans, float(judgement["ratio"]), numbers)


def pass_shape(cues: Sequence[Cue], spans: Sequence[Span], ratio: float, numbers: Fields) -> Proposal:
    """Return the proposal of spans that were judged against the speech, unless single lines went astray in them."""
    if _moved(cues, spans) < TOLERANCE_MS:
        return Proposal(None, "already_in_sync", "", numbers)
    early = sum(1 for old, new in zip(cues, spans, strict=True) if new[0] < 0 <= old.start)
    if early:
        message = f"{early} of {len(cues)} lines would start before the video does"
        return Proposal(None, "negative_start", message, numbers)
    if astray := strays(cues, spans, ratio):
        message = f"{astray} of {len(cues)} lines would not move with their neighbours"
        return Proposal(None, "low_confidence", message, numbers)
    return Proposal(tuple(spans), "aligned", "", numbers)


def _moved(cues: Sequence[Cue], spans: Sequence[Span]) -> int:
    return max((abs(new[0] - old.start) for old, new in zip(cues, spans, strict=True)), default=0)


def strays(cues: Sequence[Cue], spans: Sequence[Span], ratio: float) -> int:
    """Return how many cues part from those before and after them, or do not last `ratio` times as long as before.

    A scene that was cut in or out moves many lines together; a line or two on their own are an engine's mistake, and too few
    for the judgement on the whole to notice.
    """
    order = sorted(range(len(cues)), key=lambda index: cues[index].start)
    moves = [spans[index][0] - ratio * cues[index].start for index in order]
    runs: list[list[float]] = []
    for move in moves:
        if runs and abs(move - runs[-1][-1]) <= _TOGETHER_MS:
            runs[-1].append(move)
        else:
            runs.append([move])
    alone = sum(len(run) for run in runs if len(run) < _FEWEST_TOGETHER) if len(runs) > 1 else 0
    resized = sum(
        1
        for old, new in zip(cues, spans, strict=True)
        if abs((new[1] - new[0]) - ratio * (old.end - old.start)) > _TOGETHER_MS
    )
    return max(alone, resized)
