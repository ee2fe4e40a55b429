"""The built-in engine: decoding, detection and alignment in a worker process."""

from __future__ import annotations

from synctui.model.sync import Run
from synctui.syncs.subtitles.gate import pass_gate
from synctui.syncs.subtitles.listening import Listening, numbers_of, span_rows
from synctui.syncs.subtitles.proposal import Proposal, Question

NAME = "builtin"
VERSION = "1"


class BuiltinEngine:
    """Finds a constant shift and a frame-rate ratio, and refuses what it cannot be sure of."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return the timing it found, or why it trusts none."""
        heard = await self._listening.heard(question, run)
        run.progress("aligning")
        answer = await self._listening.align(heard, question, run)
        numbers = numbers_of(answer, heard)
        if answer["verdict"] == "refused":
            return Proposal(None, str(answer["reason"]), str(answer["message"]), numbers)
        if answer["verdict"] == "in_sync":
            return Proposal(None, "already_in_sync", "", numbers)
        return await pass_gate(self._listening, heard, question, span_rows(answer["spans"]), run, numbers)
