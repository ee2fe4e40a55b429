"""Which reference a subtitle is aligned against: a sibling that is right, a text track inside the video, or the audio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

from synctui.errors import OperationFailed, SyncTuiError
from synctui.files.reading import Content, read_capped
from synctui.files.subtitle import parse_subtitle
from synctui.library.targets import pairing_of
from synctui.model.library import MediaFile, Verdict
from synctui.model.states import SubtitleState
from synctui.model.sync import Run
from synctui.store.targets import subtitle_at
from synctui.store.verdicts import verdicts_for
from synctui.syncs.subtitles.candidates import media_file
from synctui.syncs.subtitles.fingerprint import Conditions
from synctui.syncs.subtitles.listening import Listening
from synctui.syncs.subtitles.proposal import AlignmentEngine, Proposal, Question, TextReference
from synctui.syncs.subtitles.tools import Tools
from synctui.timing.confidence import REFERENCE_LINES, THRESHOLD

_CONFIDENT_OF_CUTS = 85
"""With lines of another translator, wrong results of several pieces reached 81; nearly all right ones have more."""

Versions = Callable[[str], Awaitable[str]]
"""Returns the version of an engine that is there, by its name; raises SyncTuiError for one that is not."""


class References:
    """Finds the lines that may stand for the speech of a question's video."""

    def __init__(self, tools: Tools, listening: Listening, versions: Versions) -> None:
        self._tools = tools
        self._listening = listening
        self._versions = versions

    async def sibling(self, path: str, video: str, max_offset: float) -> TextReference | None:
        """Return a subtitle of the same video that is known to be in sync with its audio; of several the surest.

        Its content is what was judged, by an engine and under conditions that hold now. One that was aligned with another
        subtitle is none: errors would add up. `path` is the subtitle that wants it, `max_offset` what it may move by.
        """
        own = await asyncio.to_thread(media_file, path)
        for other, verdict in await self._verified(path, video, max_offset):
            try:
                content = await asyncio.to_thread(read_capped, other)
                itself = own is not None and content.stamp.same_file(own.stamp)
                text = (
                    None
                    if itself or content.sha256 != verdict.content
                    else await asyncio.to_thread(_text_of, content, other)
                )
            except OperationFailed:
                continue
            if text is not None:
                return text
        return None

    async def sibling_name(self, path: str, video: str, max_offset: float) -> str:
        """Return the label of the sibling that would be taken, without reading it; "" for none."""
        return next((_label(other) for other, _ in await self._verified(path, video, max_offset)), "")

    async def is_heard(self, question: Question, run: Run) -> bool:
        """Return whether the speech of the question's video is known already; raises as `Listening.heard`."""
        return await self._listening.is_heard(question, run)

    async def embedded(self, question: Question, run: Run) -> TextReference | None:
        """Return the lines of a text track inside the question's video, or None; raises as `Listening.text_of`."""
        return await self._listening.text_of(question, run)

    async def _verified(self, path: str, video: str, max_offset: float) -> list[tuple[str, Verdict]]:
        """Return the siblings that are right, the surest first, with their verdicts."""
        indexed = await subtitle_at(self._tools.database, path)
        pairing = indexed.pairing if indexed is not None else await asyncio.to_thread(pairing_of, path)
        if pairing is None or not pairing.siblings:
            return []
        verdicts = await verdicts_for(self._tools.database, pairing.siblings)
        right = [verdict for verdict in verdicts.values() if _right_by_audio(verdict, video)]
        file = await asyncio.to_thread(media_file, video) if right else None
        if file is None:
            return []
        kept = [verdict for verdict in right if await self._holds(verdict, file, max_offset)]
        return [(one.path, one) for one in sorted(kept, key=lambda one: (-_number(one, "confidence"), one.path))]

    async def _holds(self, verdict: Verdict, video: MediaFile, max_offset: float) -> bool:
        """Return whether a verdict was made of the video as it is now, by an engine that is there now."""
        try:
            version = await self._versions(verdict.engine)
        except SyncTuiError:
            return False
        conditions = Conditions(verdict.engine, version, video.path, video.stamp, None, None, max_offset)
        return conditions.fingerprint() == verdict.fingerprint


class Referenced:
    """An engine that is asked with lines that cost nothing first, and with the audio where those tell nothing for sure."""

    def __init__(self, engine: AlignmentEngine, references: References) -> None:
        self._engine = engine
        self._references = references

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return what the engine finds with the first reference that it can be sure with, the audio being the last."""
        # What was heard already costs nothing and is the truth.
        if not question.pinned and not await self._references.is_heard(question, run):
            sibling = await self._references.sibling(question.path, question.video, question.max_offset)
            found = await self._asked(question, sibling, run) if sibling is not None else None
            if found is None:
                embedded = await self._references.embedded(question, run)
                found = await self._asked(question, embedded, run) if embedded is not None else None
            if found is not None:
                return found
        return await self._engine.align(question, run)

    async def _asked(self, question: Question, text: TextReference, run: Run) -> Proposal | None:
        try:
            proposal = await self._engine.align(replace(question, text=text), run)
        except OperationFailed as error:
            if error.code == "engine_timeout":
                raise
            return None
        return proposal if _sure(proposal) else None


def _sure(proposal: Proposal) -> bool:
    pieces, confidence = proposal.numbers.get("pieces", 1), proposal.numbers.get("confidence", 0)
    several = isinstance(pieces, int) and pieces > 1
    least = _CONFIDENT_OF_CUTS if several else THRESHOLD
    return proposal.trusted and isinstance(confidence, int) and confidence >= least


def _right_by_audio(verdict: Verdict, video: str) -> bool:
    heard = str(verdict.numbers.get("reference") or "").startswith("audio ")
    sure = _number(verdict, "confidence") >= THRESHOLD and _number(verdict, "lines") >= REFERENCE_LINES
    return verdict.state is SubtitleState.IN_SYNC and verdict.video == video and bool(verdict.content) and heard and sure


def _number(verdict: Verdict, name: str) -> int:
    value = verdict.numbers.get(name)
    return value if isinstance(value, int) else 0


def _text_of(content: Content, path: str) -> TextReference | None:
    cues = parse_subtitle(content.data, path).cues
    return TextReference(cues, _label(path)) if len(cues) >= REFERENCE_LINES else None


def _label(path: str) -> str:
    return f"sibling {os.path.basename(path)}"
