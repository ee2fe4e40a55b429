"""The built-in engine: decoding, detection and alignment in a worker process."""

from __future__ import annotations

from synctui.model.sync import Run
from synctui.syncs.subtitles.gate import pass_shape
from synctui.syncs.subtitles.listening import Listening, span_rows
from synctui.syncs.subtitles.numbers import of_alignment
from synctui.syncs.subtitles.proposal import Proposal, Question
from synctui.timing import voice_model

NAME = "builtin"
_VERSION = "3"


def version(detector: str) -> str:
    """Return the version that verdicts depend on: what was refused is looked at again once there is a better detector."""
    return _VERSION + ("+silero" if detector != "bands" and voice_model.available() else "")


class BuiltinEngine:
    """Finds shift, speed and cuts, and refuses what it cannot be sure of."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return the timing it found, or why it trusts none."""
        heard = await self._listening.heard(question, run)
        run.progress("aligning")
        answer = await self._listening.align(heard, question, run)
        numbers = of_alignment(answer, heard.label)
        if answer["verdict"] == "refused":
            return Proposal(None, str(answer["reason"]), str(answer["message"]), numbers)
        if answer["verdict"] == "in_sync":
            return Proposal(None, "already_in_sync", "", numbers)
        # Its own confidence has judged the fit with the speech already, with the same measures.
        return pass_shape(question.subtitle.cues, span_rows(answer["spans"]), float(answer["ratio"]), numbers)
