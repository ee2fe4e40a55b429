"""What an engine is asked, and what it answers before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from synctui.files.subtitle import Subtitle
from synctui.model.cues import Cue, Span
from synctui.model.json import Fields
from synctui.model.sync import Run


@dataclass(frozen=True, slots=True)
class TextReference:
    """Lines that are where they are said, and stand for the speech of a video; `label` is how they are shown.

    `duration_s` is how long the video is, 0 when it is not known.
    """

    cues: tuple[Cue, ...]
    label: str
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """A subtitle and what to align it against.

    `reference` is a subtitle or a video that takes the place of the video's audio, because a person said so. `max_offset` is
    in seconds. `stream` is the index among the audio tracks of what is listened to (None: chosen by `languages`). `text` is
    aligned with instead of anything that would have to be heard.
    """

    subtitle: Subtitle
    path: str
    video: str
    languages: tuple[str, ...]
    reference: str | None
    max_offset: float
    stream: int | None = None
    text: TextReference | None = None

    @property
    def pinned(self) -> bool:
        """True when a person said what to align it against."""
        return self.reference is not None or self.stream is not None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The new span of every cue (ms), or the reason code why there is none; `numbers` as they are reported."""

    spans: tuple[Span, ...] | None
    reason: str
    message: str = ""
    numbers: Fields = field(default_factory=dict)

    @property
    def trusted(self) -> bool:
        """True when it says where the lines belong, be it where they are."""
        return self.spans is not None or self.reason == "already_in_sync"


class AlignmentEngine(Protocol):
    """Something that finds the timing of a subtitle; it writes nothing that lasts."""

    async def align(self, question: Question, run: Run) -> Proposal:
        """Return what it found; raises OperationFailed with one of the engine codes."""
        ...
