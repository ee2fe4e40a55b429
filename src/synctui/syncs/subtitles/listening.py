"""What a subtitle is aligned against: the speech of a video's audio track, or another subtitle's lines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.errors import OperationFailed
from synctui.files.reading import read_capped
from synctui.files.subtitle import parse_subtitle
from synctui.library.languages import language as language_of
from synctui.library.names import kind_of
from synctui.model.cues import Cue, Span
from synctui.model.json import Fields, Json
from synctui.model.reasons import sentence
from synctui.model.sync import Run
from synctui.processes.workers import Task
from synctui.syncs.subtitles.growth import Growth
from synctui.syncs.subtitles.proposal import Question
from synctui.syncs.subtitles.tools import Tools, VideoLocks

_TASKS = "synctui.timing.tasks"


@dataclass(frozen=True, slots=True)
class Heard:
    """A reference that is ready: `media` with its audio track `stream` (`alone`: it has no other), or `cues`.

    `start_s` is how long after the video's beginning the track begins. `label` is how it is shown. The speech of the track
    lies in the cache.
    """

    media: str
    stream: int = 0
    alone: bool = True
    start_s: float = 0.0
    cues: tuple[Cue, ...] | None = None
    label: str = ""


class Listening:
    """Makes references ready; the audio of a video is decoded once, however many subtitles wait for it."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._locks = VideoLocks()

    async def heard(self, question: Question, run: Run) -> Heard:
        """Return the reference of a question; raises OperationFailed `video_unreadable`, `no_audio`, `still_growing`, …"""
        media = question.reference or question.video
        if question.reference is not None and kind_of(os.path.basename(media)) == "subtitle":
            content = await asyncio.to_thread(read_capped, media)
            subtitle = await asyncio.to_thread(parse_subtitle, content.data, media)
            return Heard(media, cues=subtitle.cues, label=os.path.basename(media))
        growth = await Growth.begin(media)
        async with self._locks.of(media):
            answer = await self._run("speech_of", self._audio(media, question.stream, question.languages), run)
        await growth.check()
        track = answer["track"]
        return Heard(
            media,
            stream=int(track["index"]),
            alone=answer.get("tracks", 0) == 1,
            start_s=float(answer["start_s"]),
            label=_label(track),
        )

    async def preview(self, video: str, languages: Sequence[str], audio: int | None = None) -> str:
        """Return which audio track of a video would be listened to, in words, or why none can be; `audio` is asked for."""
        asked = {"path": video, "languages": list(languages)}
        try:
            answer = await self._tools.workers.run(Task(f"{_TASKS}:probe_media", asked))
        except OperationFailed as error:
            return sentence(error.code)
        tracks = {int(track["index"]): track for track in answer["audio"]}
        track = tracks.get(int(answer["chosen"]) if audio is None else audio - 1)
        return f"against {_label(track)}" if track is not None else f"the video has no audio {audio}"

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
        return asked

    async def extract(self, heard: Heard, out: str, run: Run) -> None:
        """Write the chosen audio track to `out` for an engine that cannot choose one."""
        await self._run("extract_audio", {**self._audio(heard.media, heard.stream, ()), "out": out}, run)

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
        }

    async def _run(self, task: str, arguments: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
        return await self._tools.workers.run(Task(f"{_TASKS}:{task}", arguments), run.progress, run.deadline)


def _label(track: Mapping[str, Any]) -> str:
    spoken = str(track.get("language") or "")
    language = language_of(spoken) or spoken
    return f"audio {int(track['index']) + 1}" + (f" ({language})" if language else "")


def numbers_of(answer: Mapping[str, Any], heard: Heard) -> Fields:
    """Return the numbers of the built-in engine's answer as they are reported."""
    numbers: dict[str, Json] = {
        "offset_ms": [answer["offset_first_ms"], answer["offset_middle_ms"], answer["offset_last_ms"]],
        "ratio": round(float(answer["ratio"]), 7),
        "ratio_name": answer["ratio_name"],
        "confidence": answer["confidence"],
        "overlap_before": round(float(answer["overlap_before"]), 4),
        "overlap_after": round(float(answer["overlap_after"]), 4),
        "lines": answer["usable"],
        "reference": heard.label,
    }
    return numbers


def span_rows(rows: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """Return spans from their JSON rows."""
    return tuple((int(row[0]), int(row[1])) for row in rows)
