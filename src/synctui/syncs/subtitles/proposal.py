"""What an engine is asked, and what it answers before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from synctui.files.subtitle import Subtitle
from synctui.model.cues import Span
from synctui.model.json import Fields
from synctui.model.sync import Run


@dataclass(frozen=True, slots=True)
class Question:
    """A subtitle and what to align it against.

    `reference` is a subtitle or a video that takes the place of the video's audio. `max_offset` is in seconds.
    `stream` is the index among the audio tracks of what is listened to (None: chosen by `languages`).
    """

    subtitle: Subtitle
    path: str
    video: str
    languages: tuple[str, ...]
    reference: str | None
    max_offset: float
    stream: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The new span of every cue (ms), or the reason code why there is none; `numbers` as they are reported."""

    spans: tuple[Span, ...] | None
    reason: str
    message: str = ""
    numbers: Fields = field(default_factory=dict)


class AlignmentEngine(Protocol):
    """Something that finds the timing of a subtitle; it writes nothing that lasts."""

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return what it found; raises OperationFailed with one of the engine codes."""
        ...
