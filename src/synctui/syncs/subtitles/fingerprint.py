"""Under which conditions a verdict on a subtitle holds."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.model.json import Fields, digest
from synctui.model.library import FileStamp, Verdict


@dataclass(frozen=True, slots=True)
class Conditions:
    """Everything but the subtitle's content that a verdict depends on."""

    engine: str
    version: str
    video: str | None
    video_stamp: FileStamp | None
    reference: str | None
    reference_stamp: FileStamp | None
    max_offset: float
    audio: int | None = None

    def fingerprint(self) -> str:
        """Return equal texts for equal conditions."""
        facts: Fields = {
            "engine": self.engine,
            "version": self.version,
            "video": [self.video, self.video_stamp.text() if self.video_stamp else ""],
            "reference": [self.reference, self.reference_stamp.text() if self.reference_stamp else ""],
            "max_offset": self.max_offset,
        }
        if self.audio is not None:
            facts = {**facts, "audio": self.audio}
        return digest(facts)


def holds(verdict: Verdict, conditions: str, stamp: FileStamp, content: str | None = None) -> bool:
    """Tell whether a verdict still speaks of this subtitle: same conditions, and same stamp or (when read) same content."""
    if verdict.fingerprint != conditions:
        return False
    return verdict.subtitle.text() == stamp.text() or (content is not None and content == verdict.content)
