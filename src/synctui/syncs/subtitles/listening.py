"""What a subtitle is aligned against: the speech of a video's audio track, or another subtitle's lines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from synctui.errors import OperationFailed
from synctui.files.reading import read_capped
from synctui.files.subtitle import parse_subtitle
from synctui.library.languages import language as language_of
from synctui.library.names import kind_of
from synctui.model.cues import Cue, Span
from synctui.model.reasons import sentence
from synctui.model.sync import Run
from synctui.processes.workers import Task
from synctui.syncs.subtitles.growth import Growth
from synctui.syncs.subtitles.proposal import Question, TextReference
from synctui.syncs.subtitles.tools import Tools, VideoLocks

_TASKS = "synctui.timing.tasks"
_TEXTS = "synctui.timing.texts"
_SPEECH = "speech"
_PATIENCE_S = 0.2
"""Who waits longer waits for a video to be heard; to look up what is known takes less."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A reference that is ready: `media` with its audio track `stream`, whose speech lies in the cache, or `cues`.

    `duration_s` is how long the video is that cues stand for (0: not known). `label` is how it is shown.
    """

    media: str
    stream: int = 0
    cues: tuple[Cue, ...] | None = None
    label: str = ""
    duration_s: float = 0.0


class Listening:
    """Makes references ready; the audio of a video is decoded once, however many subtitles wait for it."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._locks = VideoLocks()

    async def heard(self, question: Question, run: Run) -> Heard:
        """Return the reference of a question; raises OperationFailed `video_unreadable`, `no_audio`, `still_growing`, …"""
        media = question.reference or question.video
        if question.text is not None:
            text = question.text
            return Heard(question.video, cues=text.cues, label=text.label, duration_s=text.duration_s)
        if question.reference is not None and kind_of(os.path.basename(media)) == "subtitle":
            content = await asyncio.to_thread(read_capped, media)
            subtitle = await asyncio.to_thread(parse_subtitle, content.data, media)
            return Heard(media, cues=subtitle.cues, label=os.path.basename(media))
        growth = await Growth.begin(media)
        async with self._alone(media, run):
            answer = await self._run("speech_of", self._audio(media, question.stream, question.languages), run)
        await growth.check()
        track = answer["track"]
        return Heard(media, stream=int(track["index"]), label=_label(track))

    async def is_heard(self, question: Question, run: Run) -> bool:
        """Return whether the speech of the audio that would be listened to is known; nothing but heads is read."""
        asked = self._audio(question.video, None, question.languages)
        answer = await self._tools.workers.run(Task(f"{_TEXTS}:outlook_of", asked), run.progress, run.deadline)
        return bool(answer["heard"])

    async def text_of(self, question: Question, run: Run) -> TextReference | None:
        """Return the lines of a text track inside the video that lie on its speech; None when the audio is to be heard.

        What was heard already costs nothing and is the truth. Raises as `heard`.
        """
        video = question.video
        growth = await Growth.begin(video)
        async with self._alone(video, run):
            asked = self._audio(video, None, question.languages)
            answer = await self._tools.workers.run(Task(f"{_TEXTS}:reference_of", asked), run.progress, run.deadline)
        await growth.check()
        if answer["cues"] is None:
            return None
        cues = tuple(Cue(int(start), int(end), str(text)) for start, end, text in answer["cues"])
        return TextReference(cues, _text_label(answer["text"]), float(answer["duration_s"]))

    async def preview(self, video: str, languages: Sequence[str], audio: int | None = None) -> str:
        """Return what a subtitle of these languages would be aligned against, in words, or why it cannot be.

        `audio` is the number of the audio track that was asked for. Of a text track nothing but its head is looked at.
        """
        asked = self._audio(video, None, languages)
        try:
            answer = await self._tools.workers.run(Task(f"{_TEXTS}:outlook_of", asked))
        except OperationFailed as error:
            return sentence(error.code)
        if audio is None:
            return f"against {_label(answer['audio']) if answer['text'] is None else _text_label(answer['text'])}"
        asked_for = next((track for track in answer["tracks"] if int(track["index"]) == audio - 1), None)
        return f"against {_label(asked_for)}" if asked_for is not None else f"the video has no audio {audio}"

    def arguments(self, heard: Heard, question: Question) -> dict[str, Any]:
        """Return what the alignment tasks of the workers want to know."""
        cues = question.subtitle.cues
        asked: dict[str, Any] = {
            **self._audio(heard.media, heard.stream, question.languages),
            "cues": [[cue.start, cue.end, cue.text] for cue in cues],
            "max_offset": question.max_offset,
        }
        if heard.cues is not None:
            asked["reference_cues"] = [[cue.start, cue.end, cue.text] for cue in heard.cues]
            asked["duration_s"] = heard.duration_s
        return asked

    async def speech(self, heard: Heard, run: Run) -> tuple[Cue, ...]:
        """Return where somebody speaks, as lines: what engines read that take subtitles for a reference.

        Raises OperationFailed `no_speech`.
        """
        if heard.cues is not None:
            return heard.cues
        answer = await self._run("spans_of_speech", self._audio(heard.media, heard.stream, ()), run)
        if not answer["spans"]:
            raise OperationFailed(sentence("no_speech"), code="no_speech")
        return tuple(Cue(start, end, _SPEECH) for start, end in span_rows(answer["spans"]))

    async def judge(self, heard: Heard, question: Question, spans: Sequence[Span], run: Run) -> Mapping[str, Any]:
        """Return the judgement on an engine's spans."""
        asked = {**self.arguments(heard, question), "spans": [list(span) for span in spans]}
        return await self._run("judge_spans", asked, run)

    async def align(self, heard: Heard, question: Question, run: Run) -> Mapping[str, Any]:
        """Return the built-in engine's answer."""
        return await self._run("align_cues", self.arguments(heard, question), run)

    def _audio(self, media: str, stream: int | None, languages: Sequence[str]) -> dict[str, Any]:
        return {
            "video": media,
            "stream": stream,
            "languages": list(languages),
            "cache": str(self._tools.speech),
            "detector": self._tools.settings.detector,
        }

    @asynccontextmanager
    async def _alone(self, video: str, run: Run) -> AsyncIterator[None]:
        """Hold a video's lock; while another subtitle of it listens, one of another video may begin."""
        lock = self._locks.of(video)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await lock.acquire()
        except TimeoutError:
            async with run.aside():
                await lock.acquire()
        try:
            yield
        finally:
            lock.release()

    async def _run(self, task: str, arguments: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
        return await self._tools.workers.run(Task(f"{_TASKS}:{task}", arguments), run.progress, run.deadline)


def _label(track: Mapping[str, Any]) -> str:
    return f"audio {_numbered(track)}"


def _text_label(track: Mapping[str, Any]) -> str:
    return f"embedded text {_numbered(track)}"


def _numbered(track: Mapping[str, Any]) -> str:
    written = str(track.get("language") or "")
    language = language_of(written) or written
    return str(int(track["index"]) + 1) + (f" ({language})" if language else "")


def span_rows(rows: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """Return spans from their JSON rows."""
    return tuple((int(row[0]), int(row[1])) for row in rows)
