"""What an operation of this kind carries."""

from __future__ import annotations

import os
from dataclasses import dataclass

from synctui.model.json import Fields


@dataclass(frozen=True, slots=True)
class Alignment:
    """The payload of the actions `align` and `check`.

    `fingerprint` is the conditions under which the verdict will hold; `roots` the folders that links may not leave;
    `audio` is the number of the audio track, from 1, when one was asked for. `chosen` says that a person chose the video,
    which is remembered; `skip` is a reason code known at planning time.
    """

    video: str
    engine: str
    fingerprint: str
    roots: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    reference: str | None = None
    audio: int | None = None
    max_offset: float = 240.0
    chosen: bool = False
    skip: str = ""
    candidates: tuple[str, ...] = ()

    def facts(self) -> Fields:
        """Return the JSON form."""
        return {
            "video": self.video,
            "engine": self.engine,
            "fingerprint": self.fingerprint,
            "roots": list(self.roots),
            "languages": list(self.languages),
            "reference": self.reference,
            "audio": self.audio,
            "max_offset": self.max_offset,
            "chosen": self.chosen,
            "skip": self.skip,
            "candidates": list(self.candidates),
        }

    @classmethod
    def of(cls, facts: Fields) -> Alignment:
        """Return the value of such a JSON form."""
        values = dict(facts)
        for name in ("roots", "languages", "candidates"):
            values[name] = tuple(values.get(name) or ())  # type: ignore[arg-type]
        return cls(**values)  # type: ignore[arg-type]

    def video_is_there(self) -> bool:
        """True when the video can be looked at (or is not needed)."""
        return bool(self.reference) or os.path.exists(self.video)
